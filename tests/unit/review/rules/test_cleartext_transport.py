"""Clear-text transport: addresses in calls, protocols without encryption, mail that may fall back, entries."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import cleartext_transport


def test_javascript(tmp_path: Path) -> None:
    """The address is followed to its constant; hosts of this machine and its network do not count."""
    check_marks(
        cleartext_transport,
        tmp_path,
        {
            "urls.ts": "export const ERP = 'http://erp.acme.io:8069'\n",
            "a.ts": """
import axios from 'axios'
import nodemailer from 'nodemailer'
import { ERP } from './urls'
export const a = () => fetch(`${ERP}/stock`, { headers: { authorization: token } }) // unmet high
export const b = () => axios.get('http://weather.acme.io/today') // unmet medium
export const c = () => axios.get('https://weather.acme.io/today') // met
export const d = axios.create({ baseURL: 'http://api.acme.io' }) // unmet
export const e = () => fetch('http://localhost:3000/x')
export const f = () => fetch('http://worker:8080/x')
export const g = () => fetch('http://10.0.3.4/x')
export const h = () => fetch('/api/x')
export const i = () => fetch(url)
export const j = new WebSocket('wss://live.acme.io') // met
export const k = nodemailer.createTransport({ host: 'smtp.acme.io', secure: true }) // met
export const l = nodemailer.createTransport({ host: env.HOST, secure: false }) // unmet low
export const m = nodemailer.createTransport({ host: env.HOST, secure: false, requireTLS: true }) // met
export const n = nodemailer.createTransport({ host: 'smtp.acme.io', ignoreTLS: true }) // unmet high
export const o = nodemailer.createTransport({ host: 'smtp.acme.io', secure: env.SECURE }) // unknown
export const p = nodemailer.createTransport({ host: 'localhost', port: 1025 })
export const namespace = { xmlns: 'http://www.w3.org/2000/svg', link: 'http://acme.io' }
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """HTTP clients, FTP, Telnet and mail; a default that a setting replaces says nothing."""
    check_marks(
        cleartext_transport,
        tmp_path,
        {
            "a.py": """
import ftplib, os, requests, smtplib
BASE = "http://erp.acme.io"
requests.get(BASE + "/stock")  # unmet medium
requests.post(f"{BASE}/stock", auth=(USER, PASSWORD))  # unmet high
requests.get("https://erp.acme.io")  # met
requests.request("GET", "http://erp.acme.io")  # unmet
requests.get(os.getenv("URL", "http://localhost"))
ftplib.FTP("files.acme.io")  # unmet high
ftplib.FTP(os.getenv("HOST"))  # unmet
ftplib.FTP_TLS("files.acme.io")  # met
def always(host):
    with smtplib.SMTP("smtp.acme.io") as server:  # met
        server.starttls()
def sometimes(host, tls):
    server = smtplib.SMTP("smtp.acme.io")  # unknown
    if tls:
        server.starttls()
""",
            "never.py": """
import smtplib
server = smtplib.SMTP("smtp.acme.io")  # unmet high
""",
            "settings.py": """
EMAIL_HOST = "smtp.acme.io"  # unmet high
EMAIL_USE_TLS = False
""",
            "safe.py": """
EMAIL_HOST = "smtp.acme.io"  # met
EMAIL_USE_TLS = True
""",
            "asked.py": """
EMAIL_HOST = env("EMAIL_HOST")  # unknown
""",
        },
    )


def test_settings(tmp_path: Path) -> None:
    """Variables whose value is an address; names of origins, placeholders and developers' files do not count."""
    check_marks(
        cleartext_transport,
        tmp_path,
        {
            ".env": """
ERP_URL=http://erp.acme.io # unmet medium
PAY_URL=https://pay.acme.io # met
QUEUE_URL=amqp://user:pass@queue.acme.io # unmet high
CORS_ORIGIN=http://shop.acme.io
NEAR_URL=http://worker:8080
""",
            ".env.development": "ERP_URL=http://erp.acme.io\n",
            ".env.example": "ERP_URL=http://your-domain.com\n",
            "deploy/app.yaml": "data:\n  HOOK_URL: http://hooks.acme.io/x # unmet\n  schema: http://json-schema.org/x\n",
        },
    )


def test_entries(tmp_path: Path) -> None:
    """Load balancers, CDNs, web applications, queues and gateways."""
    check_marks(
        cleartext_transport,
        tmp_path,
        {
            "main.tf": """
variable "https" {}
resource "aws_lb_listener" "https" { # met
  protocol = "HTTPS"
}
resource "aws_lb_listener" "redirect" { # met
  protocol = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      protocol = "HTTPS"
    }
  }
}
resource "aws_lb_listener" "forward" { # unmet medium
  protocol = "HTTP"
  default_action {
    type = "forward"
  }
}
resource "aws_lb" "inside" {
  internal = true
}
resource "aws_lb_listener" "inside" { # unmet low
  protocol          = "HTTP"
  load_balancer_arn = aws_lb.inside.arn
  default_action {
    type = "forward"
  }
}
resource "aws_cloudfront_distribution" "cdn" {
  default_cache_behavior {
    viewer_protocol_policy = "allow-all" # unmet medium
  }
  ordered_cache_behavior {
    viewer_protocol_policy = "redirect-to-https" # met
  }
  origin {
    domain_name = "origin.acme.io"
    custom_origin_config {
      origin_protocol_policy = "http-only" # unmet low
    }
  }
}
resource "azurerm_linux_web_app" "absent" { # unmet
}
resource "azurerm_linux_web_app" "asked" {
  https_only = var.https # unknown
}
resource "azurerm_storage_account" "absent" { # met
}
resource "aws_sns_topic_subscription" "hook" {
  protocol = "http" # unmet
}
resource "aws_sns_topic_subscription" "queue" {
  protocol = "sqs"
}
resource "google_compute_url_map" "redirect" {
  default_url_redirect {
    https_redirect = true
  }
}
resource "google_compute_target_http_proxy" "redirect" { # met
  url_map = google_compute_url_map.redirect.id
}
resource "google_compute_url_map" "web" {
}
resource "google_compute_target_http_proxy" "web" { # unmet
  url_map = google_compute_url_map.web.id
}
""",
            "k8s/ingress.yaml": """
apiVersion: networking.k8s.io/v1 # unmet
kind: Ingress
metadata: { name: plain }
spec:
  rules: [{ host: shop.acme.io }]
---
apiVersion: networking.k8s.io/v1 # met
kind: Ingress
metadata: { name: secure }
spec:
  tls: [{ hosts: [shop.acme.io], secretName: cert }]
---
apiVersion: networking.k8s.io/v1 # met
kind: Ingress
metadata:
  name: noted
  annotations: { alb.ingress.kubernetes.io/certificate-arn: arn }
spec: {}
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Texts that name an address without calling it, and a client that a cache hides behind."""
    check_silent(
        cleartext_transport,
        tmp_path,
        {
            "a.py": 'NAMESPACES = {"dc": "http://purl.org/dc/elements/1.1/"}\nvalue = cache.get("http://acme.io/x")\n',
            "b.tsx": "export const Link = () => <a href='http://acme.io'>Acme</a>\n",
        },
    )
