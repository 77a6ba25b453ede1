"""Databases and other stores that one command can destroy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Deletion protection off",
    finding="A database, load balancer, key vault or other resource can be destroyed by one command or one wrong plan.",
    risk="A mistaken or malicious change takes the service and its data down at once.",
    remediation=(
        "Switch deletion protection on, and take a final snapshot when a database is deleted.",
        "Deny deletion of production stores by policy, and let only a named role lift it.",
    ),
    criteria=("A1.2", "CC7.5"),
    controls=("AVL-03", "AVL-04"),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="resources that can be protected from deletion",
    gap="{unmet} of {examined} resources are not protected from deletion",
)


@dataclass(frozen=True, slots=True)
class _Protection:
    """The property that protects, what holds when it is left out, and how much it matters."""

    path: tuple[str, ...]
    default: bool = False
    severity: Severity = Severity.MEDIUM


_KINDS: Final[Mapping[str, _Protection]] = {
    "aws_db_instance": _Protection(("deletion_protection",)),
    "aws_rds_cluster": _Protection(("deletion_protection",)),
    "aws_docdb_cluster": _Protection(("deletion_protection",)),
    "aws_neptune_cluster": _Protection(("deletion_protection",)),
    "aws_dynamodb_table": _Protection(("deletion_protection_enabled",), severity=Severity.LOW),
    "aws_lb": _Protection(("enable_deletion_protection",), severity=Severity.LOW),
    "aws_cognito_user_pool": _Protection(("deletion_protection",)),
    "google_sql_database_instance": _Protection(("deletion_protection",), default=True),
    "google_container_cluster": _Protection(("deletion_protection",), default=True, severity=Severity.LOW),
    "google_bigquery_table": _Protection(("deletion_protection",), default=True, severity=Severity.LOW),
    "azurerm_key_vault": _Protection(("purge_protection_enabled",)),
}
_REPLICAS: Final = ("replicate_source_db", "cluster_identifier")
_ON: Final = frozenset({"ACTIVE"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each resource that has such a protection."""
    for resource in project.resources:
        protection = _KINDS.get(resource.kind)
        if protection is None or resource.existing or any(resource.at(name) is not None for name in _REPLICAS):
            continue
        if resource.text_at("internal") == "true" and resource.kind == "aws_lb":
            continue
        yield _judge(resource, protection)


def _judge(resource: Resource, protection: _Protection) -> Observation:
    place, found = resource.line_of(*protection.path), resource.at(*protection.path)
    if found is not None and found.unresolved:
        return unknown(place, f"Whether {resource.address} is protected from deletion depends on {found.unresolved}.")
    on = protection.default if found is None else bool(found.truth) or found.text in _ON
    if on:
        return met(place)
    final = resource.at("skip_final_snapshot")
    also = " and leaves no final snapshot" if final is not None and final.truth else ""
    return unmet(place, f"{resource.address} is not protected from deletion{also}.", severity=protection.severity)
