"""Connections to databases that are not encrypted, and databases that accept such connections."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.addresses import Reach
from trustwright.review.link.databases import TRIGGERS, Connection, connections
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Database without TLS",
    finding="A connection to a database is not encrypted, or the database does not insist that it is.",
    risk=(
        "Queries, results and the database password cross the network in clear text; everybody on the way can read "
        "and change them."
    ),
    remediation=(
        "Connect with TLS and check the certificate: sslmode=verify-full, ssl: { ca }, rediss://, tls=true.",
        "Make the server refuse anything else: rds.force_ssl, require_secure_transport, transit encryption.",
        "Keep the provider's authority beside the application, not a switch that turns the check off.",
    ),
    criteria=("CC6.7", "CC6.1"),
    controls=("ACC-14",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="database connections and servers",
    triggers=TRIGGERS,
    gap="{unmet} of {examined} database connections and servers allow clear text",
)


@dataclass(frozen=True, slots=True)
class _Server:
    """The property with which a server insists on encryption; ``off`` are its values that do not insist."""

    path: tuple[str, ...]
    off: frozenset[str]
    default: bool
    severity: Severity = Severity.MEDIUM


_NO: Final = frozenset({"false", "0", "off", "disabled", "no"})
_SERVERS: Final[Mapping[str, _Server]] = {
    "aws_elasticache_replication_group": _Server(("transit_encryption_enabled",), _NO, False),
    "aws_memorydb_cluster": _Server(("tls_enabled",), _NO, True),
    "aws_db_proxy": _Server(("require_tls",), _NO, False),
    "aws_dax_cluster": _Server(("cluster_endpoint_encryption_type",), frozenset({"none"}), False, Severity.LOW),
    "aws_msk_cluster": _Server(
        ("encryption_info", "encryption_in_transit", "client_broker"), frozenset({"plaintext", "tls_plaintext"}), True
    ),
    "google_redis_instance": _Server(("transit_encryption_mode",), frozenset({"disabled"}), False),
    "azurerm_postgresql_server": _Server(("ssl_enforcement_enabled",), _NO, True, Severity.HIGH),
    "azurerm_mysql_server": _Server(("ssl_enforcement_enabled",), _NO, True, Severity.HIGH),
    "azurerm_mariadb_server": _Server(("ssl_enforcement_enabled",), _NO, True, Severity.HIGH),
}  # fmt: skip
_PARAMETER_GROUPS: Final = frozenset(
    {
        "aws_db_parameter_group", "aws_rds_cluster_parameter_group", "aws_redshift_parameter_group",
        "aws_docdb_cluster_parameter_group", "aws_neptune_cluster_parameter_group",
    }
)  # fmt: skip
_PARAMETERS: Final = frozenset(
    {"rds.force_ssl", "require_secure_transport", "require_ssl", "tls", "neptune_enforce_ssl"}
)
_FLEXIBLE: Final = frozenset(
    {"azurerm_postgresql_flexible_server_configuration", "azurerm_mysql_flexible_server_configuration"}
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each connection and each server; this machine and the same network do not count."""
    for connection in connections(project.corpus, project.symbols):
        if connection.reach not in {Reach.LOCAL, Reach.INTERNAL}:
            yield _judged(connection)
    for resource in project.resources:
        if not resource.existing:
            yield from _server(resource)


def _judged(connection: Connection) -> Observation:
    place, whom = (
        connection.location,
        f" to {connection.host}" if connection.host and "{" not in connection.host else "",
    )
    said = connection.said
    if connection.encryption == "on":
        return met(place)
    if connection.encryption == "unknown" or (connection.configurable and connection.encryption == "optional"):
        return unknown(place, f"Whether the connection{whom} is encrypted is not settled in the files: {said}.")
    if connection.encryption == "optional":
        detail = f"The connection{whom} falls back to clear text: {said}."
        return unmet(place, detail, severity=Severity.LOW)
    if connection.configurable:
        detail = f"The connection{whom} is not encrypted unless a setting says so: {said}."
        return unmet(place, detail, severity=Severity.MEDIUM)
    return unmet(place, f"The connection{whom} is not encrypted: {said}.")


def _server(resource: Resource) -> Iterator[Observation]:
    kind = resource.kind
    if kind in _SERVERS:
        yield _property(resource, _SERVERS[kind])
    elif kind in _PARAMETER_GROUPS:
        yield from _parameters(resource)
    elif kind in _FLEXIBLE and resource.text_at("name") == "require_secure_transport":
        yield _property(resource, _Server(("value",), _NO, True))
    elif kind == "azurerm_redis_cache":
        yield _plain_port(resource)
    elif kind == "google_sql_database_instance":
        yield from _cloud_sql(resource)


def _property(resource: Resource, server: _Server) -> Observation:
    found, place = resource.at(*server.path), resource.line_of(*server.path)
    if found is not None and found.unresolved:
        return unknown(place, f"Whether {resource.address} insists on encryption depends on {found.unresolved}.")
    if found is None:
        if server.default:
            return met(place)
        detail = f"{resource.address} does not ask for encrypted connections, and by default they are not."
        return unmet(place, detail, severity=server.severity)
    if found.text.lower() in server.off:
        detail = f"{resource.address} accepts connections in clear text: {server.path[-1]} is {found.text}."
        return unmet(place, detail, severity=server.severity)
    return met(place)


def _parameters(resource: Resource) -> Iterator[Observation]:
    """Judge the parameters of a database's group; a group that does not speak of encryption says nothing."""
    stated = [(block.text_at("name"), block.at("value")) for block in resource.each("parameter")]
    listed = resource.at("parameters")
    stated += list(listed.items()) if listed is not None else []
    for name, value in stated:
        if name not in _PARAMETERS or value is None:
            continue
        place = Location(resource.location.path, value.line, value.end_line)
        if value.unresolved:
            yield unknown(place, f"Whether {resource.address} insists on encryption depends on {value.unresolved}.")
        elif value.text.lower() in _NO:
            yield unmet(
                place,
                f"{resource.address} accepts connections in clear text: {name} is {value.text}.",
                severity=Severity.MEDIUM,
            )
        else:
            yield met(place)


def _plain_port(resource: Resource) -> Observation:
    """Judge the second port of Azure's Redis, which speaks clear text."""
    for name in ("non_ssl_port_enabled", "enable_non_ssl_port"):
        found = resource.at(name)
        if found is not None and found.unresolved:
            return unknown(
                resource.line_of(name),
                f"Whether {resource.address} has a port for clear text depends on {found.unresolved}.",
            )
        if found is not None and found.truth:
            return unmet(
                resource.line_of(name), f"{resource.address} has a port for clear text.", severity=Severity.MEDIUM
            )
    return met(resource.location)


def _cloud_sql(resource: Resource) -> Iterator[Observation]:
    mode, old = (
        resource.at("settings", "ip_configuration", "ssl_mode"),
        resource.at("settings", "ip_configuration", "require_ssl"),
    )
    stated = mode or old
    if stated is not None and stated.unresolved:
        yield unknown(
            resource.location, f"Whether {resource.address} insists on encryption depends on {stated.unresolved}."
        )
    elif (mode is not None and mode.text != "ALLOW_UNENCRYPTED_AND_ENCRYPTED") or (old is not None and old.truth):
        yield met(resource.location)
    else:
        place = resource.line_of("settings", "ip_configuration")
        yield unmet(place, f"{resource.address} accepts connections in clear text.", severity=Severity.MEDIUM)
