"""Which networks infrastructure code lets in: every inbound rule of a firewall or security group, in one shape."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Location
from trustwright.review.source.tree import Tree

Ports: TypeAlias = tuple[tuple[int, int], ...]

DATABASE_AND_CONSOLE_PORTS: Final[Mapping[int, str]] = {
    20: "FTP", 21: "FTP", 22: "SSH", 23: "Telnet", 135: "RPC", 139: "NetBIOS", 445: "SMB", 512: "rexec",
    513: "rlogin", 514: "rsh", 873: "rsync", 1433: "SQL Server", 1434: "SQL Server", 1521: "Oracle", 2049: "NFS",
    2375: "Docker", 2376: "Docker", 2379: "etcd", 2380: "etcd", 3306: "MySQL", 3389: "remote desktop",
    5432: "PostgreSQL", 5439: "Redshift", 5601: "Kibana", 5672: "RabbitMQ", 5900: "VNC", 5901: "VNC",
    5984: "CouchDB", 5985: "WinRM", 5986: "WinRM", 6379: "Redis", 6443: "Kubernetes", 7000: "Cassandra",
    7199: "Cassandra", 7474: "Neo4j", 7687: "Neo4j", 8086: "InfluxDB", 8123: "ClickHouse", 8500: "Consul",
    9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch", 9300: "Elasticsearch", 10250: "kubelet",
    11211: "Memcached", 15672: "RabbitMQ", 27017: "MongoDB", 27018: "MongoDB", 28017: "MongoDB", 50000: "Db2",
}  # fmt: skip
"""Ports of databases and of remote administration, which nobody outside needs to reach."""
ALL_PORTS: Final[Ports] = ((0, 65535),)
EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0", "0.0.0.0", "*", "any", "internet", "0/0"})  # noqa: S104 - a word
"""How providers write the whole internet, in lower case."""
_ICMP: Final = frozenset({"icmp", "icmpv6", "1", "58", "esp", "ah", "50", "51"})


@dataclass(frozen=True, slots=True)
class Inbound:
    """One rule that lets traffic in.

    Attributes:
        resource: what declares it.
        location: where the rule stands.
        open: True when the whole internet is let in, None when the files do not say who is.
        ports: the port ranges, both ends included; None when the files do not settle them.
    """

    resource: Resource
    location: Location
    open: bool | None
    ports: Ports | None


def inbound(resources: Iterable[Resource]) -> Iterator[Inbound]:
    """Yield every rule that lets traffic in, of all providers; rules that deny, and those for ICMP, are left out."""
    for resource in resources:
        if resource.existing:
            continue
        if resource.kind in {"aws_security_group", "aws_default_security_group"}:
            for rule in resource.each("ingress"):
                yield from _aws(resource, rule)
        elif resource.kind == "aws_vpc_security_group_ingress_rule" or (
            resource.kind == "aws_security_group_rule" and resource.text_at("type") == "ingress"
        ):
            yield from _aws(resource, resource.properties)
        elif resource.kind == "google_compute_firewall":
            yield from _google(resource)
        elif resource.kind == "azurerm_network_security_rule":
            yield from _azure(resource, resource.properties)
        elif resource.kind == "azurerm_network_security_group":
            for rule in resource.each("security_rule"):
                yield from _azure(resource, rule)
        elif resource.kind == "alicloud_security_group_rule" and resource.text_at("type") == "ingress":
            yield from _alicloud(resource)


def is_open(*lists: Tree | None) -> bool | None:
    """Tell whether one of several lists of addresses holds the whole internet; None when that is not settled."""
    unsettled = False
    for tree in lists:
        for item in tree.walk() if tree is not None else ():
            if item.text.lower() in EVERYWHERE and not item.unresolved:
                return True
            unsettled = unsettled or bool(item.unresolved)
    return None if unsettled else False


def port_ranges(*written: str) -> Ports | None:
    """Read ranges as ``22``, ``20-25`` or ``*``; None when one of them is not a range."""
    found = []
    for text in written:
        if text in {"*", "-1", "-1/-1"}:
            return ALL_PORTS
        first, _, last = text.replace("/", "-").partition("-")
        if not first.strip().isdigit() or not (last.strip() or first).strip().isdigit():
            return None
        found.append((int(first), int(last or first)))
    return tuple(found)


def _place(resource: Resource, rule: Tree) -> Location:
    if rule is resource.properties:
        return resource.location
    return Location(resource.location.path, rule.line, rule.end_line)


def _aws(resource: Resource, rule: Tree) -> Iterator[Inbound]:
    protocol = (rule.text_at("protocol") or rule.text_at("ip_protocol")).lower()
    if protocol in _ICMP:
        return
    opened = is_open(*(rule.at(key) for key in ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6")))
    if rule.unresolved:
        opened = None
    first, last = rule.at("from_port"), rule.at("to_port")
    ports: Ports | None
    if protocol in {"-1", "all"}:
        ports = ALL_PORTS
    elif first is None or last is None or first.number is None or last.number is None:
        ports = None
    else:
        ports = ((int(first.number), int(last.number)),)
    yield Inbound(resource, _place(resource, rule), opened, ports)


def _google(resource: Resource) -> Iterator[Inbound]:
    """A rule without sources lets everybody in."""
    disabled = resource.at("disabled")
    if resource.text_at("direction") == "EGRESS" or (disabled is not None and disabled.truth):
        return
    sources = [resource.at(key) for key in ("source_ranges", "source_tags", "source_service_accounts")]
    opened = is_open(sources[0]) if any(item is not None for item in sources) else True
    for allow in resource.each("allow"):
        protocol = allow.text_at("protocol").lower()
        if protocol not in _ICMP:
            listed = allow.texts("ports")
            ports = ALL_PORTS if protocol == "all" or not listed else port_ranges(*listed)
            yield Inbound(resource, _place(resource, allow), opened, ports)


def _azure(resource: Resource, rule: Tree) -> Iterator[Inbound]:
    if rule.text_at("access").lower() == "deny" or rule.text_at("direction").lower() == "outbound":
        return
    if rule.text_at("protocol").lower() in _ICMP:
        return
    opened = is_open(rule.at("source_address_prefix"), rule.at("source_address_prefixes"))
    if rule.unresolved:
        opened = None
    written = (*rule.texts("destination_port_range"), *rule.texts("destination_port_ranges"))
    yield Inbound(resource, _place(resource, rule), opened, port_ranges(*written) if written else None)


def _alicloud(resource: Resource) -> Iterator[Inbound]:
    if resource.text_at("ip_protocol") in _ICMP or resource.text_at("policy") == "drop":
        return
    written = resource.text_at("port_range") or "-1/-1"
    yield Inbound(resource, resource.location, is_open(resource.at("cidr_ip")), port_ranges(written))
