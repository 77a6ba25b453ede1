"""Connections to other systems, and entries for callers, that carry data in clear text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.addresses import Reach, address
from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.link.outgoing import TRIGGERS, Outgoing, outgoing
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.tree import Tree

RULE = Rule(
    __name__,
    title="Clear-text transport",
    finding="Data crosses a network without encryption.",
    risk=(
        "Everybody on the way can read what passes and change it: credentials, personal data, the instructions that "
        "the other system acts on. Encryption in transit is among the first things a customer asks about."
    ),
    remediation=(
        "Use the encrypted form of the protocol: https, wss, ldaps, SFTP, SMTP with STARTTLS required.",
        "Where the other side offers none, put a tunnel between, or another supplier.",
        "Redirect port 80 to 443 at the edge and send HSTS.",
    ),
    criteria=("CC6.7", "CC6.1"),
    controls=("ACC-14",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="connections to other systems and entries for callers",
    triggers=TRIGGERS,
    gap="{unmet} of {examined} connections and entries carry data in clear text",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A property that keeps clear text out, what it is when absent, and the values that let clear text in."""

    path: tuple[str, ...]
    default: str
    clear: frozenset[str]
    severity: Severity = Severity.MEDIUM


_NO: Final = frozenset({"false", "0"})
_WEB_APP: Final = _Entry(("https_only",), "false", _NO)
_DOMAIN: Final = _Entry(("domain_endpoint_options", "enforce_https"), "false", _NO)
_ENTRIES: Final[Mapping[str, _Entry]] = {
    "azurerm_app_service": _WEB_APP,
    "azurerm_function_app": _WEB_APP,
    "azurerm_linux_web_app": _WEB_APP,
    "azurerm_windows_web_app": _WEB_APP,
    "azurerm_linux_function_app": _WEB_APP,
    "azurerm_windows_function_app": _WEB_APP,
    "azurerm_cdn_endpoint": _Entry(("is_http_allowed",), "true", frozenset({"true", "1"})),
    "aws_opensearch_domain": _DOMAIN,
    "aws_elasticsearch_domain": _DOMAIN,
    "aws_sns_topic_subscription": _Entry(("protocol",), "", frozenset({"http"})),
}
_HTTPS_ONLY: Final = ("https_traffic_only_enabled", "enable_https_traffic_only")
_TLS_NOTES: Final = (
    "certificate-arn", "managed-certificates", "pre-shared-cert", "router.tls", "cluster-issuer",
    "cert-manager.io/issuer", "ssl-certificate", "tls-acme", "ssl-cert", "listen-ports",
)  # fmt: skip


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each connection and entry; this machine and the same network do not count."""
    for connection in outgoing(project.corpus, project.symbols):
        yield _judged(connection)
    resources = project.resources
    for resource in resources:
        if not resource.existing:
            yield from _entry(resource, resources)


def _judged(connection: Outgoing) -> Observation:
    place, what = connection.location, connection.what
    if connection.protection == "encrypted":
        return met(place)
    if connection.protection == "unknown":
        return unknown(place, f"Whether {what} is encrypted depends on a setting or on other code.")
    if connection.protection == "opportunistic":
        detail = f"{what} is encrypted only if the server offers it; nothing insists."
        return unmet(place, detail, severity=Severity.LOW)
    carries = ", with credentials" if connection.secret else ""
    return unmet(
        place, f"{what} is in clear text{carries}.", severity=Severity.HIGH if connection.secret else Severity.MEDIUM
    )


def _entry(resource: Resource, resources: tuple[Resource, ...]) -> Iterator[Observation]:
    kind = resource.kind
    if kind in _ENTRIES:
        yield from _property(resource, _ENTRIES[kind])
    elif kind == "azurerm_storage_account":
        found = next((one for name in _HTTPS_ONLY if (one := resource.at(name)) is not None), None)
        yield _switched(resource, found, "true", _NO, Severity.MEDIUM)
    elif kind in {"aws_lb_listener", "aws_alb_listener"}:
        yield from _listener(resource, resources)
    elif kind == "aws_elb":
        yield from _classic(resource)
    elif kind == "aws_cloudfront_distribution":
        yield from _distribution(resource)
    elif kind in {"google_compute_target_http_proxy", "google_compute_region_target_http_proxy"}:
        yield _proxy(resource, resources)
    elif kind in {"aws_api_gateway_integration", "aws_apigatewayv2_integration"}:
        yield from _integration(resource)
    elif kind == "aws_transfer_server" and "FTP" in resource.properties.texts("protocols"):
        yield unmet(resource.line_of("protocols"), f"{resource.address} accepts FTP.")
    elif kind == "kubernetes_ingress":
        yield from _ingress(resource)
    elif kind == "kubernetes_route" and resource.at("spec", "to") is not None:
        yield (
            met(resource.location)
            if resource.at("spec", "tls")
            else unmet(resource.location, f"The route {resource.name} has no TLS.")
        )


def _property(resource: Resource, entry: _Entry) -> Iterator[Observation]:
    found = resource.at(*entry.path)
    if found is None and not entry.default:
        return
    if entry.path == ("protocol",) and found is not None and found.text not in {"http", "https"}:
        return
    yield _switched(resource, found, entry.default, entry.clear, entry.severity)


def _switched(
    resource: Resource, found: Tree | None, default: str, clear: frozenset[str], severity: Severity
) -> Observation:
    place = resource.location if found is None else Location(resource.location.path, found.line, found.end_line)
    if found is not None and found.unresolved:
        return unknown(place, f"Whether {resource.address} accepts clear text depends on {found.unresolved}.")
    if (default if found is None else found.text.lower()) in clear:
        return unmet(
            place, f"{resource.address} accepts clear text{' by default' if found is None else ''}.", severity=severity
        )
    return met(place)


def _listener(resource: Resource, resources: tuple[Resource, ...]) -> Iterator[Observation]:
    """Judge a listener: on port 80 it may only redirect, or answer by itself."""
    protocol = resource.at("protocol")
    if protocol is None or protocol.text.upper() not in {"HTTP", "HTTPS", "TLS"}:
        if protocol is not None and protocol.unresolved:
            yield unknown(resource.line_of("protocol"), f"The protocol of {resource.address} is {protocol.unresolved}.")
        return
    if protocol.text.upper() != "HTTP":
        yield met(resource.location)
        return
    actions = resource.each("default_action")
    kinds = {action.text_at("type").lower() for action in actions}
    to_https = [
        action.text_at("redirect", "protocol").upper() in {"HTTPS", ""} for action in actions if action.at("redirect")
    ]
    if kinds <= {"redirect", "fixed-response"} and all(to_https) and actions:
        yield met(resource.location)
        return
    balancers = [*related(resource, "aws_lb", resources), *related(resource, "aws_alb", resources)]
    inside = any((flag := one.at("internal")) is not None and flag.truth for one in balancers)
    where = "inside the network " if inside else ""
    detail = f"{resource.address} serves HTTP {where}instead of redirecting to HTTPS."
    yield unmet(resource.location, detail, severity=Severity.LOW if inside else Severity.MEDIUM)


def _classic(resource: Resource) -> Iterator[Observation]:
    internal = resource.at("internal")
    for listener in resource.each("listener"):
        place = Location(resource.location.path, listener.line, listener.end_line)
        protocol = listener.text_at("lb_protocol").lower()
        if protocol in {"https", "ssl"}:
            yield met(place)
        elif protocol == "http":
            severity = Severity.LOW if internal is not None and internal.truth else Severity.MEDIUM
            yield unmet(place, f"{resource.address} serves HTTP.", severity=severity)


def _distribution(resource: Resource) -> Iterator[Observation]:
    """Judge what a CDN accepts from viewers and how it fetches from origins; S3 websites speak HTTP only."""
    for name in ("default_cache_behavior", "ordered_cache_behavior"):
        for behavior in resource.each(name):
            found = behavior.at("viewer_protocol_policy")
            if found is not None:
                yield _switched(resource, found, "", frozenset({"allow-all"}), Severity.MEDIUM)
    for origin in resource.each("origin"):
        policy = origin.at("custom_origin_config", "origin_protocol_policy")
        if (
            policy is not None
            and "s3-website" not in origin.text_at("domain_name")
            and "website" not in origin.text_at("domain_name")
        ):
            yield _switched(resource, policy, "", frozenset({"http-only", "match-viewer"}), Severity.LOW)


def _proxy(resource: Resource, resources: tuple[Resource, ...]) -> Observation:
    """Judge Google's HTTP front end: its map must redirect."""
    maps = [
        *related(resource, "google_compute_url_map", resources),
        *related(resource, "google_compute_region_url_map", resources),
    ]
    for one in maps:
        redirect = one.at("default_url_redirect", "https_redirect")
        if redirect is not None and redirect.truth:
            return met(resource.location)
    if not maps:
        return unknown(
            resource.location, f"Whether {resource.address} only redirects to HTTPS is not settled in the files."
        )
    return unmet(resource.location, f"{resource.address} serves HTTP instead of redirecting to HTTPS.")


def _integration(resource: Resource) -> Iterator[Observation]:
    uri = resource.at("uri") or resource.at("integration_uri")
    found = address(uri.text) if uri is not None and not uri.unresolved else None
    if found is not None and found.scheme in {"http", "https"} and found.reach is Reach.EXTERNAL:
        place = Location(resource.location.path, uri.line) if uri is not None else resource.location
        yield met(place) if found.scheme == "https" else unmet(place, f"{resource.address} calls {found.host} by HTTP.")


def _ingress(resource: Resource) -> Iterator[Observation]:
    """Judge an ingress of Kubernetes: TLS ends there, or at a load balancer that an annotation gives a certificate."""
    hosts = [rule.text_at("host") for rule in resource.each("spec", "rules")]
    if hosts and all(
        host.endswith((".local", ".localhost", ".internal", ".test")) or host == "localhost" for host in hosts
    ):
        return
    notes = resource.at("metadata", "annotations")
    noted = [key for key, _ in notes.items()] if notes is not None else []
    if resource.each("spec", "tls") or any(word in key for key in noted for word in _TLS_NOTES):
        yield met(resource.location)
    else:
        detail = f"The ingress {resource.name} has no TLS, and no annotation gives its load balancer a certificate."
        yield unmet(resource.location, detail, confidence=Confidence.MEDIUM)
