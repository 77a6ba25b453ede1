"""Clients, servers and load balancers that still accept versions of TLS older than the company's minimum."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.configuration import configurations
from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.link.switches import circumstance
from trustwright.review.link.texts import text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

RULE = Rule(
    __name__,
    title="TLS version too low",
    finding="A connection accepts a version of TLS (or SSL) below the company's minimum.",
    risk=(
        "Old versions have known attacks and old ciphers; whoever can sit between the ends forces the weakest version "
        "that both accept. Customers' scanners find it before the auditor does."
    ),
    remediation=(
        "Set the minimum to TLS 1.2, better 1.3, in the client, the server or the load balancer's policy.",
        "Look in the access logs for callers that still need the old version, and give them a date.",
    ),
    criteria=("CC6.7", "CC6.1"),
    controls=("ACC-14",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="places that set or inherit a lowest TLS version",
    triggers=("TLSv1", "SSLv", "SSLContext", "TLSVersion", "minVersion", "secureProtocol", "maxVersion", "PROTOCOL_"),
    gap="{unmet} of {examined} endpoints and clients accept old versions of TLS",
)

_VERSION: Final = re.compile(
    r"SSL_?v?(?P<ssl>[23])\b|TLS[\s_-]?(?:version)?v?1(?:[._-]?(?P<minor>[0-3])(?!\d))?|^(?P<plain>1\.[0-3])$",
    re.IGNORECASE,
)
_BALANCER: Final = re.compile(
    r"^(?:ELB)?SecurityPolicy[-_](?:TLS13[-_]|TLS[-_]|FS[-_])?1[-_](?P<minor>[0-3])(?:[-_]|$)"
)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Where a kind of resource states its lowest version; ``default`` holds when it does not, None: that depends."""

    path: tuple[str, ...]
    default: str | None
    severity: Severity = Severity.MEDIUM


_ENDPOINTS: Final[Mapping[str, _Endpoint]] = {
    "aws_opensearch_domain": _Endpoint(("domain_endpoint_options", "tls_security_policy"), "1.0"),
    "aws_elasticsearch_domain": _Endpoint(("domain_endpoint_options", "tls_security_policy"), "1.0"),
    "aws_api_gateway_domain_name": _Endpoint(("security_policy",), None),
    "aws_apigatewayv2_domain_name": _Endpoint(("domain_name_configuration", "security_policy"), "1.2"),
    "azurerm_storage_account": _Endpoint(("min_tls_version",), "1.2"),
    "azurerm_mssql_server": _Endpoint(("minimum_tls_version",), "1.2"),
    "azurerm_postgresql_server": _Endpoint(("ssl_minimal_tls_version_enforced",), "1.2"),
    "azurerm_mysql_server": _Endpoint(("ssl_minimal_tls_version_enforced",), "1.2"),
    "azurerm_redis_cache": _Endpoint(("minimum_tls_version",), None),
    "azurerm_eventhub_namespace": _Endpoint(("minimum_tls_version",), "1.2"),
    "azurerm_servicebus_namespace": _Endpoint(("minimum_tls_version",), "1.2"),
    "azurerm_app_service": _Endpoint(("site_config", "min_tls_version"), "1.2"),
    "azurerm_function_app": _Endpoint(("site_config", "min_tls_version"), "1.2"),
    "azurerm_linux_web_app": _Endpoint(("site_config", "minimum_tls_version"), "1.2"),
    "azurerm_windows_web_app": _Endpoint(("site_config", "minimum_tls_version"), "1.2"),
    "azurerm_linux_function_app": _Endpoint(("site_config", "minimum_tls_version"), "1.2"),
    "azurerm_windows_function_app": _Endpoint(("site_config", "minimum_tls_version"), "1.2"),
    "google_compute_ssl_policy": _Endpoint(("min_tls_version",), "1.0"),
    "google_compute_region_ssl_policy": _Endpoint(("min_tls_version",), "1.0"),
    "kubernetes_tls_option": _Endpoint(("spec", "minVersion"), "1.2"),
}
"""What states a version, and the provider's default. Sources: the argument references of the Terraform providers."""

_NOTES: Final = (
    "alb.ingress.kubernetes.io/ssl-policy",
    "service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy",
)
_KEYS: Final = ("minVersion", "maxVersion", "secureProtocol", "ssl_version", "ssl_minimum_version", "minimum_version")
_CONTEXTS: Final = frozenset({"SSLContext", "wrap_socket", "PoolManager", "HTTPAdapter", "create_urllib3_context"})
_DIRECTIVE: Final = re.compile(
    r"^[ \t]*(?P<name>ssl_protocols|SSLProtocol|ssl-protocols:|ssl_min_protocol_version\s*=)[ \t]*(?P<list>[^;#\n]+)",
    re.MULTILINE,
)
_NODE_FLAG: Final = re.compile(r"--tls-min-v(?P<version>1\.[0-3])")


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each endpoint of the infrastructure, and for each place that states a version."""
    lowest = project.settings.thresholds.minimum_tls_version
    for code in project.production():
        yield from _code(project, code, lowest)
    for resource in project.resources:
        if not resource.existing:
            yield from _resource(resource, project.resources, lowest)
    yield from _files(project, lowest)


def version(text: str) -> str:
    """Return the TLS version that a name speaks of (``1.0`` to ``1.3``, ``0`` for SSL), or an empty text."""
    balancer = _BALANCER.match(text)
    if balancer is not None:
        return f"1.{balancer['minor']}"
    if text.startswith("ELBSecurityPolicy-"):
        return "1.0"
    match = _VERSION.search(text)
    if match is None:
        return ""
    if match["ssl"]:
        return "0"
    return match["plain"] or f"1.{match['minor'] or 0}"


def _verdict(place: Location, found: str, lowest: str, what: str, severity: Severity = Severity.MEDIUM) -> Observation:
    if found >= lowest:
        return met(place)
    said = "SSL" if found == "0" else f"TLS {found}"
    return unmet(
        place,
        f"{what} accepts {said}; the minimum is TLS {lowest}.",
        severity=Severity.HIGH if found == "0" else severity,
    )


# --- code -----------------------------------------------------------------------------------------------------------


def _code(project: Project, code: Code, lowest: str) -> Iterator[Observation]:
    for pair in code.pairs_named(*_KEYS):
        yield from _stated(project, code, pair.key, code.value(pair), pair.start, lowest)
    for item in code.facts.assignments:
        name = item.target.rpartition(".")[2]
        if (
            item.value_end
            and "." in item.target
            and name in {*_KEYS, "maximum_version", "DEFAULT_MIN_VERSION", "DEFAULT_MAX_VERSION"}
        ):
            yield from _stated(project, code, name, code.value(item), item.start, lowest)
    for call in code.facts.calls if code.is_python else ():
        if call.callee.rpartition(".")[2] in _CONTEXTS:
            for argument in code.call(call).arguments:
                if argument.last_name.startswith("PROTOCOL_"):
                    yield from _stated(project, code, "protocol", argument, call.start, lowest)


def _stated(project: Project, code: Code, key: str, value: Expression, at: int, lowest: str) -> Iterator[Observation]:
    """Judge a version that code states; a highest version counts when it is below the minimum."""
    word = value.last_name if value.kind == "name" else ""
    if value.kind in {"string", "name"} and not word.startswith(("TLSv", "SSLv", "PROTOCOL_", "MINIMUM_SUPPORTED")):
        word = text_of(Values(project.symbols), Value(code, value)) or ""
    if word == "MINIMUM_SUPPORTED" and key == "minimum_version":
        found = "1.0"
    elif re.match(r"(PROTOCOL_)?(TLS|SSL)v", word) and word not in {"SSLv23_method", "PROTOCOL_SSLv23"}:
        found = version(
            word.removeprefix("PROTOCOL_").replace("_method", "").replace("_client", "").replace("_server", "")
        )
    else:
        return
    if (
        not found
        or circumstance(code, at) == "development"
        or (key.lower().startswith("max") and found >= lowest)
        or (key == "DEFAULT_MAX_VERSION" and found >= lowest)
    ):
        return
    yield _verdict(code.location(at), found, lowest, f"The connection set up here ({key})")


# --- infrastructure -------------------------------------------------------------------------------------------------


def _resource(resource: Resource, resources: tuple[Resource, ...], lowest: str) -> Iterator[Observation]:
    kind, place = resource.kind, resource.location
    if kind in _ENDPOINTS:
        endpoint = _ENDPOINTS[kind]
        yield from _property(resource, endpoint.path, endpoint.default, lowest, endpoint.severity)
    elif kind in {"aws_lb_listener", "aws_alb_listener"} and resource.text_at("protocol").upper() in {"HTTPS", "TLS"}:
        yield from _property(resource, ("ssl_policy",), "1.0", lowest)
    elif kind == "aws_cloudfront_distribution":
        yield from _property(
            resource,
            ("viewer_certificate", "minimum_protocol_version"),
            "1.0",
            lowest,
            Severity.LOW if _own_name(resource) else Severity.MEDIUM,
        )
    elif kind == "google_compute_target_https_proxy":
        if resource.at("ssl_policy") is None:
            yield _verdict(place, "1.0", lowest, f"{resource.address} has no ssl_policy and", Severity.LOW)
    elif kind == "aws_elb" and any(
        item.text_at("lb_protocol").lower() in {"https", "ssl"} for item in resource.each("listener")
    ):
        if not related(resource, "aws_load_balancer_listener_policy", resources) and not related(
            resource, "aws_load_balancer_policy", resources
        ):
            yield _verdict(place, "1.0", lowest, f"{resource.address} has no listener policy and")
    elif kind == "azurerm_application_gateway":
        yield from _gateway(resource, lowest)
    elif resource.origin == "kubernetes":
        yield from _notes(resource, lowest)


def _own_name(distribution: Resource) -> bool:
    """Tell a distribution that is reached by CloudFront's own name: it cannot set a version."""
    default = distribution.at("viewer_certificate", "cloudfront_default_certificate")
    return default is not None and default.truth is True


def _property(
    resource: Resource, path: tuple[str, ...], default: str | None, lowest: str, severity: Severity = Severity.MEDIUM
) -> Iterator[Observation]:
    found = resource.at(*path)
    place = resource.line_of(*path)
    if found is None and default is None:
        yield unknown(
            place, f"{resource.address} states no lowest TLS version; the default depends on the provider's version."
        )
    elif found is None:
        yield _verdict(
            place, default or "", lowest, f"{resource.address} states no lowest TLS version and by default", severity
        )
    elif found.unresolved:
        yield unknown(
            place, f"The lowest TLS version of {resource.address} is {found.unresolved}, which is not settled."
        )
    elif "disabled" in found.text.lower():
        yield _verdict(place, "1.0", lowest, resource.address)
    elif stated := version(found.text):
        yield _verdict(place, stated, lowest, resource.address, severity)
    else:
        yield unknown(place, f"What {found.text} means for the lowest TLS version of {resource.address} is not known.")


def _gateway(resource: Resource, lowest: str) -> Iterator[Observation]:
    """Judge an application gateway by its policy: a version, or one of the predefined names with a year."""
    if resource.at("ssl_policy", "min_protocol_version") is not None:
        yield from _property(resource, ("ssl_policy", "min_protocol_version"), None, lowest)
    elif name := resource.text_at("ssl_policy", "policy_name"):
        old = name in {"AppGwSslPolicy20150501", "AppGwSslPolicy20170401"}
        found = "1.0" if name.endswith("20150501") else "1.1" if old else "1.2"
        yield _verdict(resource.line_of("ssl_policy", "policy_name"), found, lowest, resource.address)


def _notes(resource: Resource, lowest: str) -> Iterator[Observation]:
    """Judge the annotations that give a load balancer its policy, and the settings of an ingress controller."""
    notes = resource.at("metadata", "annotations")
    for key, value in notes.items() if notes is not None else ():
        if key in _NOTES and not value.unresolved and (found := version(value.text)):
            yield _verdict(
                Location(resource.location.path, value.line), found, lowest, f"{resource.kind} {resource.name}"
            )
    for server in resource.each("spec", "servers") if resource.kind == "kubernetes_gateway" else ():
        stated = server.at("tls", "minProtocolVersion")
        if stated is not None and (found := version(stated.text)):
            yield _verdict(Location(resource.location.path, stated.line), found, lowest, f"The gateway {resource.name}")


# --- settings of servers --------------------------------------------------------------------------------------------


def _files(project: Project, lowest: str) -> Iterator[Observation]:
    """Judge what nginx, Apache, PostgreSQL and Node are told in their settings."""
    for file in configurations(
        project.corpus, b"ssl_protocols", b"SSLProtocol", b"ssl-protocols", b"tls-min-v", b"ssl_min_protocol"
    ):
        if file.stage == "development":
            continue
        for match in _DIRECTIVE.finditer(file.text):
            accepted = _accepted(match["list"].strip().strip("'\""))
            if accepted:
                yield _verdict(file.location(match.start("name")), min(accepted), lowest, "The server set up here")
        for match in _NODE_FLAG.finditer(file.text):
            yield _verdict(file.location(match.start()), match["version"], lowest, "Node started with this flag")


def _accepted(written: str) -> set[str]:
    """Return the versions that a list lets in; Apache starts from ``all`` and takes away with ``-``."""
    found: set[str] = set()
    for word in written.split():
        if word.lower().lstrip("+") == "all":
            found |= {"1.0", "1.1", "1.2", "1.3"}
        elif one := version(word.lstrip("+-")):
            found = found - {one} if word.startswith("-") else found | {one}
    return found
