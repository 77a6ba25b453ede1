"""TLS version too low: what clients, servers and load balancers state or inherit, against the company's minimum."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import tls_version_too_low


@pytest.mark.parametrize(
    ("written", "version"),
    [
        ("TLSv1", "1.0"),
        ("TLSv1_1", "1.1"),
        ("TLS1_2", "1.2"),
        ("TLSv1_2016", "1.0"),
        ("TLSv1.2_2021", "1.2"),
        ("VersionTLS13", "1.3"),
        ("TLSV1_0", "1.0"),
        ("SSLv3", "0"),
        ("1.1", "1.1"),
        ("Policy-Min-TLS-1-0-2019-07", "1.0"),
        ("ELBSecurityPolicy-2016-08", "1.0"),
        ("ELBSecurityPolicy-FS-2018-06", "1.0"),
        ("ELBSecurityPolicy-TLS-1-1-2017-01", "1.1"),
        ("ELBSecurityPolicy-TLS13-1-2-2021-06", "1.2"),
        ("something else", ""),
    ],
)
def test_names_of_versions(written: str, version: str) -> None:
    """Every provider spells versions its own way."""
    assert tls_version_too_low.version(written) == version


def test_code(tmp_path: Path) -> None:
    """Node's and Python's ways to state a version; a high maximum says nothing."""
    check_marks(
        tls_version_too_low,
        tmp_path,
        {
            "a.ts": """
import tls from 'node:tls'
const OLDEST = 'TLSv1.1'
export const a = { minVersion: 'TLSv1.2' } // met
export const b = { minVersion: 'TLSv1' } // unmet medium
export const c = { minVersion: OLDEST } // unmet
export const d = { secureProtocol: 'SSLv3_method' } // unmet high
export const e = { maxVersion: 'TLSv1.1' } // unmet
export const f = { maxVersion: 'TLSv1.3' }
export const g = { secureProtocol: 'SSLv23_method' }
export const application = { minVersion: '1.0.0' }
tls.DEFAULT_MIN_VERSION = 'TLSv1' // unmet
""",
            "b.py": """
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # unmet medium
modern = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
modern.minimum_version = ssl.TLSVersion.TLSv1_2  # met
loose = ssl.create_default_context()
loose.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # unmet
pool = PoolManager(ssl_version=ssl.PROTOCOL_SSLv3)  # unmet high
""",
        },
    )


def test_infrastructure(tmp_path: Path) -> None:
    """Load balancers, CDNs, search domains, databases and gateways, with the defaults of their providers."""
    check_marks(
        tls_version_too_low,
        tmp_path,
        {
            "main.tf": """
variable "policy" {}
resource "aws_lb_listener" "old" {
  protocol   = "HTTPS"
  ssl_policy = "ELBSecurityPolicy-2016-08" # unmet medium
}
resource "aws_lb_listener" "inherits" { # unmet
  protocol = "TLS"
}
resource "aws_lb_listener" "asked" {
  protocol   = "HTTPS"
  ssl_policy = var.policy # unknown
}
resource "aws_lb_listener" "plain" {
  protocol = "HTTP"
}
resource "aws_cloudfront_distribution" "new" {
  viewer_certificate {
    minimum_protocol_version = "TLSv1.2_2021" # met
  }
}
resource "aws_cloudfront_distribution" "own_name" { # unmet low
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
resource "aws_opensearch_domain" "inherits" { # unmet
}
resource "azurerm_storage_account" "inherits" { # met
}
resource "azurerm_postgresql_server" "off" {
  ssl_minimal_tls_version_enforced = "TLSEnforcementDisabled" # unmet
}
resource "azurerm_redis_cache" "depends" { # unknown
}
resource "google_compute_ssl_policy" "new" {
  min_tls_version = "TLS_1_2" # met
}
resource "google_compute_target_https_proxy" "none" { # unmet low
}
""",
            "ingress.yaml": """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS-1-1-2017-01 # unmet
""",
            "stack.json": '{"Resources": {"L": {"Type": "AWS::ElasticLoadBalancingV2::Listener",'
            ' "Properties": {"Protocol": "HTTPS"}}}}',
        },
        {("stack.json", 1): "unmet"},
    )


def test_servers(tmp_path: Path) -> None:
    """The settings of nginx and Apache, and a flag of Node; the company's own minimum counts."""
    check_marks(
        tls_version_too_low,
        tmp_path,
        {
            "trustwright.toml": '[thresholds]\nminimum_tls_version = "1.3"\n',
            "nginx.conf": "server {\n  ssl_protocols TLSv1.2 TLSv1.3; # unmet medium\n}\n",
            "site.conf": "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1 -TLSv1.2 # met\n# ssl_protocols TLSv1;\n",
            "Dockerfile": "FROM node\nENV NODE_OPTIONS=--tls-min-v1.0\n",
        },
        {("Dockerfile", 2): "unmet"},
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Versions of other things, and resources that carry no traffic."""
    check_silent(
        tls_version_too_low,
        tmp_path,
        {"a.ts": "export const client = { minVersion: '2.4.0' }\n", "main.tf": 'resource "aws_vpc" "v" {\n}\n'},
    )
