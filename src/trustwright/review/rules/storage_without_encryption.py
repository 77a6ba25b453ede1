"""Databases, disks, queues and other stores that infrastructure code leaves unencrypted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.tree import Tree

RULE = Rule(
    __name__,
    title="Storage without encryption",
    finding="A database, disk, queue or other store is created without encryption at rest.",
    risk=(
        "Whoever gets hold of a disk, a snapshot or a backup reads the data; encryption at rest is a commitment in "
        "most contracts, and the auditor asks for it store by store."
    ),
    remediation=(
        "Switch encryption on where the store is created, with a key of your own where the provider offers it.",
        "An existing database or disk usually has to be copied: snapshot it, copy the snapshot encrypted, restore it.",
        "Make encryption the account's default for new disks, and deny unencrypted stores by policy.",
    ),
    criteria=("CC6.1", "C1.1"),
    controls=("ACC-12",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="stores of data",
    gap="{unmet} of {examined} stores of data are not encrypted at rest",
)


@dataclass(frozen=True, slots=True)
class _Store:
    """How a kind of store says that it is encrypted.

    ``switch`` is the path of the property that turns encryption on, ``off`` the values besides false that turn it off.
    ``key`` is the path of a key: one that is given means encryption. ``default`` is what holds when neither is given;
    ``None`` when that depends on things outside the files. ``inherits`` are properties that make the store a copy of
    another one, encrypted as that is. ``always`` is a property and the value with which the provider encrypts anyway.
    """

    name: str
    switch: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    default: bool | None = False
    severity: Severity = Severity.HIGH
    inherits: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    always: tuple[str, str] = ("", "")


_COPIES: Final = (
    "replicate_source_db", "snapshot_identifier", "replication_source_identifier", "global_cluster_identifier",
    "restore_to_point_in_time", "cluster_identifier", "db_cluster_identifier", "source_db_instance_identifier",
    "db_snapshot_identifier",
)  # fmt: skip
_CLUSTER_COPIES: Final = tuple(name for name in _COPIES if name not in {"cluster_identifier", "db_cluster_identifier"})
_ENCRYPTED: Final = _Store("store", default=True)
_SEARCH: Final = _Store("search domain", ("encrypt_at_rest", "enabled"))

_STORES: Final[Mapping[str, _Store]] = {
    "aws_db_instance": _Store("database", ("storage_encrypted",), inherits=_COPIES),
    "aws_rds_cluster": _Store(
        "database cluster", ("storage_encrypted",), inherits=_CLUSTER_COPIES, always=("engine_mode", "serverless")
    ),
    "aws_docdb_cluster": _Store("database cluster", ("storage_encrypted",), inherits=_CLUSTER_COPIES),
    "aws_neptune_cluster": _Store("graph database", ("storage_encrypted",), inherits=_CLUSTER_COPIES),
    # The service has encrypted new clusters since January 2025; older provider versions still send "false".
    "aws_redshift_cluster": _Store("data warehouse", ("encrypted",), ("kms_key_id",), None),
    "aws_elasticache_replication_group": _Store(
        "cache", ("at_rest_encryption_enabled",), ("kms_key_id",), severity=Severity.MEDIUM, always=("engine", "valkey")
    ),
    "aws_dax_cluster": _Store("cache", ("server_side_encryption", "enabled"), severity=Severity.MEDIUM),
    "aws_efs_file_system": _Store("file system", ("encrypted",), ("kms_key_id",)),
    "aws_ebs_volume": _Store("disk", ("encrypted",), inherits=("snapshot_id",)),
    "aws_ebs_snapshot_copy": _Store("snapshot", ("encrypted",), inherits=("source_snapshot_id",)),
    "aws_ami_copy": _Store("machine image", ("encrypted",), inherits=("source_ami_id",), severity=Severity.MEDIUM),
    "aws_sqs_queue": _Store(
        # Encrypted with keys of the service unless that is switched off, since October 2022.
        "queue", ("sqs_managed_sse_enabled",), ("kms_master_key_id",), True, Severity.MEDIUM
    ),
    "aws_sns_topic": _Store("topic", (), ("kms_master_key_id",), severity=Severity.LOW),
    "aws_kinesis_stream": _Store(
        "stream", ("encryption_type",), ("kms_key_id",), severity=Severity.MEDIUM, off=frozenset({"NONE"})
    ),
    "aws_kinesis_firehose_delivery_stream": _Store(
        "stream",
        ("server_side_encryption", "enabled"),
        severity=Severity.LOW,
        inherits=("kinesis_source_configuration",),
    ),
    "aws_opensearch_domain": _SEARCH,
    "aws_elasticsearch_domain": _SEARCH,
    "aws_dynamodb_table": _ENCRYPTED,
    "aws_memorydb_cluster": _ENCRYPTED,
    "aws_msk_cluster": _ENCRYPTED,
    "aws_mq_broker": _ENCRYPTED,
    "aws_redshiftserverless_namespace": _ENCRYPTED,
    "aws_s3_bucket": _ENCRYPTED,  # by the service since January 2023, whatever the bucket says
    "aws_backup_vault": _ENCRYPTED,
    "aws_workspaces_workspace": _Store("workspace's disk", ("user_volume_encryption_enabled",)),
    "terraform_backend_s3": _ENCRYPTED,
    "terraform_backend_gcs": _ENCRYPTED,
    "terraform_backend_azurerm": _ENCRYPTED,
    # Google and Azure encrypt all storage at rest; what can still be switched off stands here.
    "google_sql_database_instance": _ENCRYPTED,
    "google_storage_bucket": _ENCRYPTED,
    "google_compute_disk": _ENCRYPTED,
    "google_bigquery_dataset": _ENCRYPTED,
    "google_spanner_instance": _ENCRYPTED,
    "google_firestore_database": _ENCRYPTED,
    "google_redis_instance": _ENCRYPTED,
    "google_filestore_instance": _ENCRYPTED,
    "google_pubsub_topic": _ENCRYPTED,
    "azurerm_storage_account": _ENCRYPTED,
    "azurerm_managed_disk": _ENCRYPTED,
    "azurerm_postgresql_server": _ENCRYPTED,
    "azurerm_postgresql_flexible_server": _ENCRYPTED,
    "azurerm_mysql_server": _ENCRYPTED,
    "azurerm_mysql_flexible_server": _ENCRYPTED,
    "azurerm_cosmosdb_account": _ENCRYPTED,
    "azurerm_redis_cache": _ENCRYPTED,
    "azurerm_servicebus_namespace": _ENCRYPTED,
    "azurerm_mssql_database": _Store("database", ("transparent_data_encryption_enabled",), default=True),
    "azurerm_data_lake_store": _Store("data lake", ("encryption_state",), default=True, off=frozenset({"Disabled"})),
    "oci_objectstorage_bucket": _ENCRYPTED,
    "oci_core_volume": _ENCRYPTED,
    "alicloud_oss_bucket": _Store("bucket", (), ("server_side_encryption_rule",)),
    "alicloud_db_instance": _Store(
        "database", ("tde_status",), ("encryption_key",), severity=Severity.MEDIUM, off=frozenset({"Disabled"})
    ),
    "alicloud_disk": _Store("disk", ("encrypted",), ("kms_key_id",), inherits=("snapshot_id",)),
}  # fmt: skip
"""Terraform's types; CloudFormation's are translated to them. Defaults are those of the providers' references."""

_DISKS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "aws_instance": (("root_block_device",), ("ebs_block_device",)),
    "aws_launch_configuration": (("root_block_device",), ("ebs_block_device",)),
    "aws_launch_template": (("block_device_mappings", "ebs"),),
}
_EBS_DRIVERS: Final = frozenset({"ebs.csi.aws.com", "kubernetes.io/aws-ebs"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each store of data that infrastructure code creates, and for each disk of a machine."""
    resources = [resource for resource in project.resources if not resource.existing]
    by_default = any(
        resource.kind == "aws_ebs_encryption_by_default" and _truth(resource.at("enabled")) is not False
        for resource in resources
    )
    for resource in resources:
        store = _STORES.get(resource.kind)
        if store is not None:
            is_disk = resource.kind == "aws_ebs_volume" and by_default
            yield _judged(resource, store) if not is_disk else met(resource.location)
        elif resource.kind in _DISKS:
            yield from _disks(resource, by_default)
        elif resource.kind == "kubernetes_storage_class":
            yield from _storage_class(resource, by_default)


def _judged(resource: Resource, store: _Store) -> Observation:
    switch = resource.at(*store.switch) if store.switch else None
    key = resource.at(*store.key) if store.key else None
    place = resource.line_of(*store.switch) if switch is not None else resource.location
    called = f"The {store.name} {resource.name}"
    if switch is not None and switch.unresolved:
        return unknown(
            place, f"{called} is encrypted at rest only if {switch.unresolved} says so, which is not settled."
        )
    if key is not None and _given(key):
        return met(resource.location)
    if switch is not None:
        if _truth(switch) is False or switch.text in store.off:
            return unmet(place, f"{called} has encryption at rest switched off.", severity=store.severity)
        return met(resource.location)
    if any(resource.at(name) is not None for name in store.inherits):
        return unknown(
            resource.location, f"{called} is made from another one and encrypted as that is, which is not known."
        )
    if store.default is None:
        return unknown(
            resource.location, f"{called} does not say whether it is encrypted; that depends on the provider's version."
        )
    kind = resource.at(store.always[0])
    if store.default or (kind is not None and kind.text == store.always[1]):
        return met(resource.location)
    if kind is not None and kind.unresolved:
        return unknown(
            resource.location, f"Whether {called[0].lower()}{called[1:]} is encrypted depends on {kind.unresolved}."
        )
    return unmet(resource.location, f"{called} is created without encryption at rest.", severity=store.severity)


def _given(key: Tree) -> bool:
    """Tell whether a key is named; an unresolved one is a reference to it."""
    return bool(key.unresolved or key.text.strip() or key.children())


def _truth(tree: Tree | None) -> bool | None:
    return tree.truth if tree is not None else None


def _disks(resource: Resource, by_default: bool) -> Iterator[Observation]:
    """Judge the disks that a machine or its template declares; what it does not declare comes with the image."""
    for path in _DISKS[resource.kind]:
        for block in resource.each(path[0]):
            for disk in block.each(*path[1:]) if path[1:] else (block,):
                if disk.is_mapping and disk.at("no_device") is None and disk.at("virtual_name") is None:
                    yield _disk(resource, disk, by_default)


def _disk(resource: Resource, disk: Tree, by_default: bool) -> Observation:
    encrypted = disk.at("encrypted")
    place = Location(resource.location.path, disk.line, disk.end_line)
    called = f"A disk of {resource.address}"
    if encrypted is not None and encrypted.unresolved:
        return unknown(place, f"{called} is encrypted only if {encrypted.unresolved} says so, which is not settled.")
    if by_default or _truth(encrypted) or (disk.at("kms_key_id") is not None and encrypted is None):
        return met(place)
    if encrypted is None and disk.at("snapshot_id") is not None:
        return unknown(place, f"{called} is made from a snapshot and encrypted as that is, which is not known.")
    said = "is created without encryption at rest" if encrypted is None else "has encryption at rest switched off"
    return unmet(place, f"{called} {said}.", severity=Severity.MEDIUM)


def _storage_class(resource: Resource, by_default: bool) -> Iterator[Observation]:
    """Judge the disks that a Kubernetes storage class makes in AWS; other drivers' defaults encrypt."""
    if resource.text_at("provisioner") not in _EBS_DRIVERS:
        return
    encrypted = resource.at("parameters", "encrypted")
    if encrypted is not None and encrypted.unresolved:
        yield unknown(
            resource.location, f"Whether disks of the storage class {resource.name} are encrypted is not settled."
        )
    elif by_default or _truth(encrypted):
        yield met(resource.location)
    else:
        detail = f"Disks of the storage class {resource.name} are created without encryption at rest."
        yield unmet(resource.line_of("parameters", "encrypted"), detail, severity=Severity.MEDIUM)
