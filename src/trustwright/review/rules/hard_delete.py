"""Deletes that leave nothing behind."""

from collections.abc import Iterator

from trustwright.review.link.consequences import DELETES, OWN_MARKS
from trustwright.review.model import Confidence, Deletion, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Hard delete",
    finding="A route removes records for good instead of marking them deleted.",
    risk=(
        "A mistaken or malicious delete cannot be undone or investigated, and records that must be kept for the "
        "examined period disappear from every population the auditor tests."
    ),
    remediation=(
        "Mark the record instead: set deleted_at and deleted_by, and leave it out of ordinary queries.",
        "Erase for good in one scheduled job, after the retention period, with its own audit events.",
        "Where the law asks for erasure on request, do it in a documented path with approval.",
    ),
    criteria=("CC6.1", "C1.2", "PI1.5"),
    controls=("OPS-06", "CON-02", "PIN-03"),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="routes that delete",
    gap="{unmet} of {examined} deleting routes remove records for good",
    triggers=("paranoid", "DeleteDateColumn"),
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each route that deletes."""
    for route in project.routes:
        verdict, place = route.deletion, route.declared.location
        if route.sensitive != DELETES:
            continue  # what goes on the way to something else (the lines of an order that is changed) is no deletion
        if verdict.value is Deletion.SOFT:
            yield met(place)
        elif verdict.value is Deletion.UNKNOWN:
            yield unknown(place, f"How {route.name} deletes is not settled: {verdict.reason}.")
        elif verdict.value is Deletion.HARD:
            severity = Severity.LOW if OWN_MARKS.search(route.declared.path) else None
            detail = f"{route.name} deletes for good at {verdict.evidence[0]}."
            yield unmet(place, detail, severity=severity, related=verdict.evidence)
