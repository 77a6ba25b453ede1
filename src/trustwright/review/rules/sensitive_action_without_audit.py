"""Sensitive actions that leave no trace in an audit log."""

import re
from collections.abc import Iterator

from trustwright.review.link.audit_trails import TRIGGERS
from trustwright.review.link.consequences import DELETES, EXPORTS, OWN_MARKS
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
        "Record an audit event with the outcome: actor, action, target, address, time; failures included.",
        "Record the attempt before it, too, where an action can fail half-way or cannot be undone.",
        "Write them to an append-only log, in the same transaction as the change where there is one.",
        "Name your audit function in trustwright.toml (audit_helpers) if it has an unusual name.",
    ),
    criteria=("CC7.2", "CC6.1"),
    controls=("OPS-06",),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    population="sensitive actions",
    gap="{unmet} of {examined} sensitive actions leave no audit event of their outcome",
    triggers=TRIGGERS,
)

_GRAVE = frozenset({"changes who may do what", "changes credentials", "moves money", "changes a user account"})
_PEOPLE = re.compile(
    r"user|account|member|role|permission|customer|employee|people|organi[sz]ation|tenant|credential|key", re.IGNORECASE
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each route with a sensitive action; an event with the outcome is what counts."""
    for route in project.routes:
        if not route.sensitive:
            continue
        verdict, place = route.audit, route.declared.location
        recorded = verdict.value in {Audit.BEFORE_AND_AFTER, Audit.AFTER}
        if recorded or (verdict.value is Audit.BEFORE and route.sensitive == EXPORTS):
            yield met(place)
        elif verdict.value is Audit.UNKNOWN:
            yield unknown(
                place, f"Whether {route.name}, which {route.sensitive}, is audited is not settled: {verdict.reason}."
            )
        elif verdict.value is Audit.BEFORE:
            detail = f"{route.name} {route.sensitive} and records an event only before it, not what came of it."
            yield unmet(place, detail, severity=Severity.LOW, related=verdict.evidence)
        else:
            grave = route.sensitive in _GRAVE or (
                route.sensitive == DELETES and _PEOPLE.search(route.declared.path) is not None
            )
            severity = Severity.HIGH if grave else Severity.MEDIUM
            if route.sensitive == DELETES and OWN_MARKS.search(route.declared.path):
                severity = Severity.LOW
            yield unmet(place, f"{route.name} {route.sensitive} and records no audit event.", severity=severity)
