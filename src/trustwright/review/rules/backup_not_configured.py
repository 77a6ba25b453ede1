"""Databases and stores whose backups are off or kept too briefly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Backup not configured",
    finding="A database or store of data has no automatic backup, or keeps its backups for too few days.",
    risk=(
        "A mistake, a faulty release or an attacker destroys data for good, and promised recovery points cannot be met."
    ),
    remediation=(
        "Switch on automatic backups, daily at least, kept for the stated number of days.",
        "Copy them to another account or region that the same credentials cannot delete.",
        "Restore one regularly, measure how long it takes, and keep the record.",
    ),
    criteria=("A1.2",),
    controls=("AVL-03",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="databases and stores that need backups",
    gap="{unmet} of {examined} databases and stores have no sufficient backup",
)


@dataclass(frozen=True, slots=True)
class _Days:
    """The property with the number of days, and how many it is when left out, by origin of the file."""

    path: tuple[str, ...]
    default: int
    cloudformation: int
    off: int = 0


_DAYS: Final[Mapping[str, _Days]] = {
    "aws_db_instance": _Days(("backup_retention_period",), 0, 1),
    "aws_rds_cluster": _Days(("backup_retention_period",), 1, 1),
    "aws_docdb_cluster": _Days(("backup_retention_period",), 1, 1),
    "aws_neptune_cluster": _Days(("backup_retention_period",), 1, 1),
    "aws_redshift_cluster": _Days(("automated_snapshot_retention_period",), 1, 1),
    "aws_elasticache_replication_group": _Days(("snapshot_retention_limit",), 0, 0),
    "azurerm_postgresql_server": _Days(("backup_retention_days",), 7, 7),
    "azurerm_postgresql_flexible_server": _Days(("backup_retention_days",), 7, 7),
    "azurerm_mysql_server": _Days(("backup_retention_days",), 7, 7),
    "azurerm_mysql_flexible_server": _Days(("backup_retention_days",), 7, 7),
}
_SWITCHES: Final[Mapping[str, tuple[tuple[str | int, ...], Severity]]] = {
    "aws_dynamodb_table": (("point_in_time_recovery", "enabled"), Severity.MEDIUM),
    "google_sql_database_instance": (("settings", "backup_configuration", "enabled"), Severity.HIGH),
    "google_storage_bucket": (("versioning", "enabled"), Severity.LOW),
    "azurerm_storage_account": (("blob_properties", "versioning_enabled"), Severity.LOW),
}
_COPIES: Final = ("replicate_source_db", "replication_source_identifier", "cluster_identifier", "master_instance_name")
_CACHES: Final = frozenset({"aws_elasticache_replication_group"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each database and store that Terraform or CloudFormation creates."""
    least = project.settings.thresholds.backup_retention_days
    for resource in project.resources:
        if resource.existing or any(resource.at(name) is not None for name in _COPIES):
            continue
        if resource.kind in _DAYS:
            yield _days(resource, _DAYS[resource.kind], least)
        elif resource.kind in _SWITCHES:
            yield _switch(resource, *_SWITCHES[resource.kind])
        elif resource.kind == "aws_s3_bucket":
            yield _bucket(resource, project)


def _days(resource: Resource, expected: _Days, least: int) -> Observation:
    place, found = resource.line_of(*expected.path), resource.at(*expected.path)
    if found is not None and found.number is None:
        reason = found.unresolved or found.text
        return unknown(place, f"How long {resource.address} keeps backups depends on {reason}.")
    default = expected.cloudformation if resource.origin == "cloudformation" else expected.default
    days = default if found is None or found.number is None else int(found.number)
    if days >= least:
        return met(place)
    if resource.kind in _CACHES:
        return unmet(place, f"{resource.address} keeps snapshots for {days} days.", severity=Severity.LOW)
    if days == expected.off:
        return unmet(place, f"{resource.address} has no automatic backup.")
    detail = f"{resource.address} keeps backups for {days} day{'' if days == 1 else 's'}; {least} are stated."
    return unmet(place, detail, severity=Severity.MEDIUM)


def _switch(resource: Resource, path: tuple[str | int, ...], severity: Severity) -> Observation:
    place, found = resource.line_of(*path), resource.at(*path)
    if found is not None and (found.unresolved or found.truth is None):
        return unknown(place, f"Whether {resource.address} is backed up depends on {found.unresolved or found.text}.")
    if found is not None and found.truth:
        return met(place)
    return unmet(place, f"{resource.address} keeps no earlier state to go back to.", severity=severity)


def _bucket(resource: Resource, project: Project) -> Observation:
    """Judge a bucket by its versioning, which Terraform keeps in a resource of its own."""
    apart = related(resource, "aws_s3_bucket_versioning", project.resources)
    for status in [item.at("versioning_configuration", "status") for item in apart]:
        if status is not None and status.unresolved:
            return unknown(
                resource.location, f"Whether {resource.address} keeps versions depends on {status.unresolved}."
            )
        if status is not None and status.text == "Enabled":
            return met(resource.location)
    for path in (("versioning", "enabled"), ("versioning_configuration", "status")):
        inside = resource.at(*path)
        if inside is not None and inside.unresolved:
            return unknown(
                resource.location, f"Whether {resource.address} keeps versions depends on {inside.unresolved}."
            )
        if inside is not None and (inside.truth or inside.text == "Enabled"):
            return met(resource.location)
    detail = f"{resource.address} keeps no versions: what is overwritten or deleted is gone."
    return unmet(resource.location, detail, severity=Severity.LOW)
