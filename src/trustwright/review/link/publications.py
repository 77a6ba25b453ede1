"""Databases that containers run, and where their ports can be reached: Kubernetes services and compose files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trustwright.review.link.configuration import stage_of
from trustwright.review.link.infrastructure import Resource
from trustwright.review.link.network import DATABASE_AND_CONSOLE_PORTS
from trustwright.review.model import Location

_DATABASE_IMAGE: Final = re.compile(
    r"(^|/)(postgres|postgresql|postgis|pgvector|timescaledb|mysql|mariadb|percona|mongo|mongodb|redis|valkey|memcached|"
    r"elasticsearch|opensearch|cassandra|couchdb|influxdb|clickhouse-server|neo4j|etcd|rabbitmq|mssql-server|server-mssql)"
    r"(-alpine|-server|-stack)?([:@]|$)"
)
_DEPLOYED: Final = re.compile(r"prod|deploy|self-?host|community|swarm|stack\.ya?ml$|(^|/)live", re.IGNORECASE)
_SOURCE: Final = re.compile(r"\.\.?/?|\.\.?/(src|app|apps|backend|frontend|server|api|web|packages)/?")
_PORTS: Final = frozenset(map(str, DATABASE_AND_CONSOLE_PORTS))


@dataclass(frozen=True, slots=True)
class Publication:
    """A database in a container and where it can be reached.

    ``way`` is ``host`` when a compose file publishes its port on every address, ``LoadBalancer`` or ``NodePort`` for a
    service of Kubernetes, empty when it cannot be reached from outside. ``certain`` is False when nothing says that the
    file is used in production.
    """

    location: Location
    name: str
    way: Literal["", "host", "LoadBalancer", "NodePort"] = ""
    certain: bool = True


def publications(resources: Sequence[Resource]) -> Iterator[Publication]:
    """Yield every database of the cluster and of the compose files; files for developers are left out."""
    for resource in resources:
        if resource.kind == "kubernetes_service":
            yield from _service(resource, resources)
    by_file: dict[str, list[Resource]] = {}
    for resource in resources:
        if resource.kind == "compose_service":
            by_file.setdefault(resource.location.path, []).append(resource)
    for path, services in sorted(by_file.items()):
        if stage_of(path) != "development" and not any(map(_is_for_developers, services)):
            for service in services:
                if _DATABASE_IMAGE.search(service.text_at("image").partition("@")[0]):
                    yield _container(service, certain=bool(_DEPLOYED.search(path)))


def _service(service: Resource, resources: Sequence[Resource]) -> Iterator[Publication]:
    """Judge a service by the images it stands before, or by its ports when those are not here."""
    pods = [one for one in resources if service.references(one) and one.at("containers") is not None]
    images = [box.text_at("image").partition("@")[0] for pod in pods for box in pod.each("containers")]
    ports = {port for entry in service.each("spec", "ports") for port in entry.texts("port")}
    if not any(_DATABASE_IMAGE.search(image) for image in images) and not ports & _PORTS:
        return
    notes = service.at("metadata", "annotations")
    internal = notes is not None and any(
        "load-balancer" in key and "internal" in f"{key} {value.text}".lower() for key, value in notes.items()
    )
    limited = internal or bool(service.each("spec", "loadBalancerSourceRanges"))
    kind = service.text_at("spec", "type")
    if kind == "LoadBalancer" and not limited:
        yield Publication(service.line_of("spec", "type"), service.name, "LoadBalancer")
    elif kind == "NodePort":
        yield Publication(service.line_of("spec", "type"), service.name, "NodePort")
    else:
        yield Publication(service.location, service.name)


def _is_for_developers(service: Resource) -> bool:
    """Tell a service that runs the code of the checkout: it mounts the source, or says that it is in development."""
    mounts = [item.text_at("source") or item.text.partition(":")[0] for item in service.each("volumes")]
    environment = service.at("environment")
    values = {value.text.lower() for _, value in environment.items()} if environment is not None else set()
    return any(_SOURCE.fullmatch(one) for one in mounts) or bool({"development", "dev", "local"} & values)


def _container(service: Resource, *, certain: bool) -> Publication:
    for port in service.each("ports"):
        host = port.text_at("host_ip") if port.is_mapping else port.text.rpartition(":")[0].rpartition(":")[0]
        published = port.at("published") is not None if port.is_mapping else ":" in port.text
        if published and host.strip("[]") not in {"127.0.0.1", "::1", "localhost"}:
            return Publication(Location(service.location.path, port.line), service.name, "host", certain)
    return Publication(service.location, service.name)
