"""Sensitive actions that leave no trace in an audit log."""

from collections.abc import Iterator

from trustwright.review.model import Audit, Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Sensitive action without audit event",
    finding=("A route deletes data, moves money, exports, or changes users, credentials or permissions, unaudited."),
    risk=(
        "Nobody can tell afterwards who did what and when; an incident cannot be scoped, and the auditor cannot test "
        "that sensitive actions are logged."
    ),
    remediation=(
        "Record an audit event before the action: actor, action, target, address, time.",
        "Record a second event after it with the outcome, failures included, under the same correlation id.",
        "Write both to an append-only log, in the same transaction as the change where there is one.",
        "Name your audit function in trustwright.toml (audit_helpers) if it has an unusual name.",
    ),
    criteria=("CC7.2", "CC6.1"),
    controls=("OPS-06",),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    population="sensitive actions",
    gap="{unmet} of {examined} sensitive actions leave no complete audit trail",
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each route with a sensitive action."""
    for route in project.routes:
        if not route.sensitive:
            continue
        verdict, place = route.audit, route.declared.location
        recorded = verdict.value in {Audit.BEFORE_AND_AFTER, Audit.AFTER}
        if recorded or (verdict.value is Audit.BEFORE and route.sensitive == "exports data"):
            yield met(place)
        elif verdict.value is Audit.UNKNOWN:
            yield unknown(
                place, f"Whether {route.name}, which {route.sensitive}, is audited is not settled: {verdict.reason}."
            )
        elif verdict.value is Audit.ABSENT:
            severity = Severity.HIGH if route.sensitive != "exports data" else Severity.MEDIUM
            yield unmet(place, f"{route.name} {route.sensitive} and records no audit event.", severity=severity)
        elif verdict.value is Audit.BEFORE:
            detail = (
                f"{route.name} {route.sensitive} and records an audit event only before it: the outcome stays "
                "unrecorded."
            )
            yield unmet(place, detail, severity=Severity.LOW, related=verdict.evidence)
