"""Buckets, databases, administrative ports and cluster endpoints that the whole internet can reach."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.link.network import (
    ALL_PORTS,
    DATABASE_AND_CONSOLE_PORTS,
    Inbound,
    Ports,
    inbound,
    is_open,
)
from trustwright.review.link.policies import policy
from trustwright.review.link.publications import Publication, publications
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.tree import Tree

RULE = Rule(
    __name__,
    title="Public exposure",
    finding="A bucket, database, administrative port or cluster endpoint is open to the whole internet.",
    risk=(
        "What everybody can reach is scanned within minutes; one guessed password or unpatched service is then enough, "
        "and files in a public bucket need neither."
    ),
    remediation=(
        "Close it: private subnets, no public address, blocked public access, security groups that name their sources.",
        "Let people in through a VPN, a bastion with single sign-on or the provider's session manager.",
        "Serve files that are meant for everybody through a CDN, from a bucket that holds nothing else.",
        "Have a policy or a pipeline check refuse new public resources.",
    ),
    criteria=("CC6.6", "CC6.1"),
    controls=("ACC-15", "ACC-17"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="resources that could be reached from the internet",
    gap="{unmet} of {examined} buckets, databases, ports and endpoints are open to the internet",
)

_PUBLIC_ACLS: Final = frozenset(
    {"public-read", "public-read-write", "authenticated-read", "PublicRead", "PublicReadWrite"}
)
_MEANT: Final = re.compile(r"public|static|assets|website|www|cdn|frontend|landing", re.IGNORECASE)
_BLOCKS: Final = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_EVERYBODY: Final = frozenset({"allUsers", "allAuthenticatedUsers"})
_SWITCHES: Final[Mapping[str, tuple[str, bool | None]]] = {
    # kind: what it is called, and what holds when the property is absent (None: it depends on more than the files)
    "aws_db_instance": ("database", False),
    "aws_rds_cluster_instance": ("database", False),
    "aws_neptune_cluster_instance": ("graph database", False),
    "aws_redshift_cluster": ("data warehouse", None),
    "aws_redshiftserverless_workgroup": ("data warehouse", False),
    "aws_dms_replication_instance": ("replication instance", False),
    "aws_mq_broker": ("message broker", False),
}
_FIREWALLS: Final = re.compile(
    r"^azurerm_(sql|mssql|postgresql|postgresql_flexible_server|mysql|mysql_flexible_server|mariadb|redis)_firewall_rule$"
)
_GRANTS: Final = re.compile(
    r"^google_(storage_bucket|storage_default_object|storage_object|bigquery_dataset|bigquery_table|pubsub_topic|"
    r"pubsub_subscription|secret_manager_secret|kms_crypto_key|kms_key_ring)_"
    r"(iam_member|iam_binding|iam_policy|acl|access_control)$"
)
_READABLE: Final[Mapping[str, tuple[tuple[str, ...], frozenset[str]]]] = {
    "alicloud_oss_bucket": (("acl",), frozenset({"public-read", "public-read-write"})),
    "azurerm_storage_container": (("container_access_type",), frozenset({"blob", "container"})),
    "digitalocean_spaces_bucket": (("acl",), frozenset({"public-read"})),
    "oci_objectstorage_bucket": (("access_type",), frozenset({"ObjectRead", "ObjectReadWithoutList"})),
}
_DOMAINS: Final = ("aws_elasticsearch_domain", "aws_opensearch_domain")
_POLICIES: Final[Mapping[str, str]] = {
    "aws_sqs_queue_policy": "policy", "aws_sns_topic_policy": "policy", "aws_ecr_repository_policy": "policy",
    "aws_secretsmanager_secret_policy": "policy", "aws_elasticsearch_domain_policy": "access_policies",
    "aws_opensearch_domain_policy": "access_policies", "aws_elasticsearch_domain": "access_policies",
    "aws_opensearch_domain": "access_policies",
}  # fmt: skip


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each bucket, database, inbound rule, cluster and published database port."""
    everything = project.resources
    resources = tuple(resource for resource in everything if not resource.existing)
    for rule in inbound(resources):
        yield from _port(rule)
    for resource in resources:
        kind = resource.kind
        if kind == "aws_s3_bucket":
            yield _bucket(resource, everything)
        elif kind in _SWITCHES:
            yield _database(resource, *_SWITCHES[kind])
        elif kind in _POLICIES:
            yield from _policy(resource, _POLICIES[kind], everything)
        elif _FIREWALLS.match(kind):
            yield _firewall(resource)
        elif _GRANTS.match(kind):
            yield from _members(resource, everything)
        elif kind in _OTHERS:
            yield from _OTHERS[kind](resource)
    for publication in publications(resources):
        yield _published(publication)


def _port(rule: Inbound) -> Iterator[Observation]:
    """Judge an inbound rule: everybody may come to a web server, nobody unnamed to a database or a console."""
    name = rule.resource.address
    if rule.open is None:
        yield unknown(rule.location, f"Whom {name} lets in is not settled in the files.")
    elif not rule.open:
        yield met(rule.location)
    elif rule.ports is None:
        yield unknown(rule.location, f"{name} lets the whole internet in; to which ports is not settled in the files.")
    elif rule.ports == ALL_PORTS or any(last - first >= 1024 for first, last in rule.ports):
        wide = "all ports" if rule.ports == ALL_PORTS else "ports " + _written(rule.ports)
        yield unmet(rule.location, f"{name} opens {wide} to the whole internet.")
    elif services := _services(rule.ports):
        yield unmet(rule.location, f"{name} opens {services} to the whole internet.")
    else:
        yield met(rule.location)


def _services(ports: Ports) -> str:
    found = [
        f"{name} (port {port})"
        for port, name in DATABASE_AND_CONSOLE_PORTS.items()
        for first, last in ports
        if first <= port <= last
    ]
    return ", ".join(found[:3]) + (" and more" if len(found) > 3 else "")


def _written(ports: Ports) -> str:
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ports)


def _bucket(bucket: Resource, resources: Sequence[Resource]) -> Observation:
    """Judge a bucket by its ACL, its policy and its public access block; without any of them AWS keeps it private."""
    blocks = related(bucket, "aws_s3_bucket_public_access_block", resources)
    flags = {flag: tree for block in blocks for flag in _BLOCKS if (tree := block.at(flag)) is not None}
    acls = [
        (bucket, bucket.at("acl")),
        *((one, one.at("acl")) for one in related(bucket, "aws_s3_bucket_acl", resources)),
    ]
    website = bucket.at("website") is not None or bool(
        related(bucket, "aws_s3_bucket_website_configuration", resources)
    )
    severity = Severity.MEDIUM if website or _MEANT.search(bucket.name + bucket.text_at("bucket")) else Severity.HIGH
    for holder, acl in acls:
        if acl is not None and acl.text in _PUBLIC_ACLS and not _is_on(flags, "ignore_public_acls"):
            worst = Severity.CRITICAL if "rite" in acl.text else severity
            return unmet(holder.line_of("acl"), f"The bucket {bucket.name} has the ACL {acl.text}.", severity=worst)
    for holder in (bucket, *related(bucket, "aws_s3_bucket_policy", resources)):
        statements = policy(holder, "policy", resources)
        public = next((one for one in statements or () if one.is_public), None)
        if public is not None and not _is_on(flags, "restrict_public_buckets"):
            what = ", ".join(public.actions[:3])
            return unmet(
                public.location,
                f"The policy of the bucket {bucket.name} allows {what} to everybody.",
                severity=severity,
            )
        if statements is None and holder.at("policy") is not None and not _is_on(flags, "restrict_public_buckets"):
            return unknown(
                holder.line_of("policy"), f"Whom the policy of the bucket {bucket.name} lets in is not settled."
            )
    off = [flag for flag in _BLOCKS if flag in flags and flags[flag].truth is False]
    if off:
        place = blocks[0].line_of(off[0])
        detail = f"The bucket {bucket.name} has {off[0]} switched off, so one careless policy or ACL makes it public."
        return unmet(place, detail, severity=Severity.MEDIUM)
    if any(tree.unresolved for tree in flags.values()) or any(acl is not None and acl.unresolved for _, acl in acls):
        return unknown(
            bucket.location, f"Whether the bucket {bucket.name} can be made public is not settled in the files."
        )
    return met(bucket.location)


def _is_on(flags: Mapping[str, Tree], name: str) -> bool:
    return name in flags and flags[name].truth is True


def _database(resource: Resource, called: str, default: bool | None) -> Observation:
    public = resource.at("publicly_accessible")
    name = f"The {called} {resource.name}"
    if public is not None and public.unresolved:
        return unknown(
            resource.line_of("publicly_accessible"), f"{name} has a public address if {public.unresolved} says so."
        )
    if public is None and default is None:
        return unknown(
            resource.location,
            f"{name} does not say whether it has a public address; that depends on the provider's version.",
        )
    if public is not None and public.truth:
        return unmet(resource.line_of("publicly_accessible"), f"{name} has a public address.")
    return met(resource.location)


def _policy(resource: Resource, name: str, resources: Sequence[Resource]) -> Iterator[Observation]:
    """Judge a queue, topic, registry, secret or search domain by the policy that it carries."""
    domains = [resource, *(one for kind in _DOMAINS for one in related(resource, kind, resources))]
    if resource.at(name) is None or any(one.at("vpc_options") is not None for one in domains):
        return  # a domain inside a VPC is guarded by its security groups, and its policy is open by design
    statements = policy(resource, name, resources)
    if statements is None:
        yield unknown(resource.line_of(name), f"Whom the policy of {resource.address} lets in is not settled.")
        return
    public = next((one for one in statements if one.is_public), None)
    if public is not None:
        yield unmet(
            public.location, f"The policy of {resource.address} allows {', '.join(public.actions[:3])} to everybody."
        )
    else:
        yield met(resource.location)


def _firewall(resource: Resource) -> Observation:
    """Judge a rule of an Azure database: ``0.0.0.0`` alone means every customer of Azure."""
    first, last = resource.text_at("start_ip_address"), resource.text_at("end_ip_address")
    first, last = first or resource.text_at("start_ip"), last or resource.text_at("end_ip")
    if first == "0.0.0.0" and last == "255.255.255.255":  # noqa: S104 - read, not bound
        return unmet(resource.location, f"{resource.address} lets the whole internet in.")
    if first == last == "0.0.0.0":  # noqa: S104 - read, not bound
        detail = f"{resource.address} lets in every service of Azure, those of other customers included."
        return unmet(resource.location, detail, severity=Severity.MEDIUM)
    return met(resource.location)


def _eks(resource: Resource) -> Iterator[Observation]:
    config = resource.at("vpc_config")
    public, sources = (
        resource.at("vpc_config", "endpoint_public_access"),
        resource.at("vpc_config", "public_access_cidrs"),
    )
    yield _endpoint(resource, config, public.truth if public is not None else True, sources, public)


def _endpoint(
    resource: Resource, config: Tree | None, public: bool | None, sources: Tree | None, switch: Tree | None
) -> Observation:
    """Judge a cluster's API: closed, limited to named networks, or open."""
    if public is False:
        return met(resource.location)
    opened = is_open(sources) if sources is not None and sources.value != () else True
    if opened is False:
        return met(resource.location)
    if public is None or opened is None or (config is not None and config.unresolved):
        return unknown(
            resource.location, f"Who can reach the API of the cluster {resource.name} is not settled in the files."
        )
    line = switch.line if switch is not None else resource.location.line
    return unmet(
        Location(resource.location.path, line),
        f"The API of the cluster {resource.name} answers the whole internet.",
        severity=Severity.MEDIUM,
    )


def _gke(resource: Resource) -> Iterator[Observation]:
    private = resource.at("private_cluster_config", "enable_private_endpoint")
    networks = resource.at("master_authorized_networks_config")
    public = (
        not private.truth if private is not None and not private.unresolved else None if private is not None else True
    )
    yield _endpoint(resource, networks, public, networks, networks)


def _aks(resource: Resource) -> Iterator[Observation]:
    private = resource.at("private_cluster_enabled")
    named = resource.at("api_server_authorized_ip_ranges") or resource.at(
        "api_server_access_profile", "authorized_ip_ranges"
    )
    public = (
        not private.truth if private is not None and not private.unresolved else None if private is not None else True
    )
    yield _endpoint(resource, None, public, named, private)


def _members(resource: Resource, resources: Sequence[Resource]) -> Iterator[Observation]:
    """Judge a grant on a bucket, dataset, topic, key or secret of Google Cloud."""
    documents = [*related(resource, "google_iam_policy", resources), resource]
    named = [
        text
        for document in documents
        for block in (document.properties, *document.each("binding"))
        for key in ("member", "members", "entity", "role_entity")
        for text in block.texts(key)
    ]
    everybody = next((text for text in named if text.rpartition(":")[2] in _EVERYBODY), "")
    if everybody:
        severity = Severity.MEDIUM if _MEANT.search(resource.name + resource.text_at("bucket")) else Severity.HIGH
        detail = f"{resource.address} grants {resource.text_at('role') or 'access'} to {everybody}."
        yield unmet(resource.location, detail, severity=severity)
    elif named:
        yield met(resource.location)


def _addresses(resource: Resource, *lists: Tree | None) -> Iterator[Observation]:
    """Judge a database by the networks that it accepts connections from."""
    opened = is_open(*lists)
    if opened is None:
        yield unknown(resource.location, f"Whom the database {resource.name} accepts connections from is not settled.")
    elif opened:
        yield unmet(resource.location, f"The database {resource.name} accepts connections from the whole internet.")
    else:
        yield met(resource.location)


def _cloud_sql(resource: Resource) -> Iterator[Observation]:
    networks = resource.at("settings", "ip_configuration", "authorized_networks")
    return _addresses(resource, networks)


def _alicloud_database(resource: Resource) -> Iterator[Observation]:
    return _addresses(resource, resource.at("security_ips"))


def _read_by_all(resource: Resource) -> Iterator[Observation]:
    """Judge a bucket, container or dataset by the one property that says who may read it."""
    name, public = _READABLE[resource.kind]
    found = resource.at(*name)
    if found is not None and found.unresolved:
        yield unknown(resource.line_of(*name), f"Who can read {resource.address} depends on {found.unresolved}.")
    elif any(item.text in public for item in resource.each(*name)):
        yield unmet(resource.line_of(*name), f"Everybody can read {resource.address}: {found.text if found else ''}.")
    else:
        yield met(resource.location)


def _dataset(resource: Resource) -> Iterator[Observation]:
    for access in resource.each("access"):
        if access.text_at("special_group") == "allAuthenticatedUsers":
            place = Location(resource.location.path, access.line, access.end_line)
            yield unmet(place, f"The dataset {resource.name} is open to everybody who has a Google account.")
            return
    yield met(resource.location)


_OTHERS: Final[Mapping[str, Callable[[Resource], Iterator[Observation]]]] = {
    "aws_eks_cluster": _eks,
    "google_container_cluster": _gke,
    "azurerm_kubernetes_cluster": _aks,
    "google_sql_database_instance": _cloud_sql,
    "alicloud_db_instance": _alicloud_database,
    "google_bigquery_dataset": _dataset,
    **dict.fromkeys(_READABLE, _read_by_all),
}


def _published(one: Publication) -> Observation:
    """Judge a database that a cluster or a compose file publishes."""
    if not one.way:
        return met(one.location)
    if one.way == "host" and not one.certain:
        detail = f"The database {one.name} is published on every address of the host"
        return unknown(one.location, f"{detail}; whether this file is used in production is not said.")
    where = "on every address of the host" if one.way == "host" else f"outside the cluster ({one.way})"
    severity = Severity.HIGH if one.way == "LoadBalancer" else Severity.MEDIUM
    return unmet(one.location, f"The database {one.name} is published {where}.", severity=severity)
