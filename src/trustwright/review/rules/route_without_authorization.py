"""Routes that any signed-in person can use to delete, administer or reach what belongs to others."""

import re
from collections.abc import Iterator

from trustwright.review.model import Access, Confidence, Observation, Route, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Route without authorization",
    finding="A route that deletes, administers or reaches a named record checks no role, permission or ownership.",
    risk=(
        "Every account, the least trusted included, can act on data and settings of others; least privilege and "
        "separation of duties exist on paper only."
    ),
    remediation=(
        "Decide which roles, or which owner, may use the route, and write it into the role matrix.",
        "Check it on the server before acting: a role or permission guard, or a query limited to the caller's records.",
        "Refuse with 403 (or 404 for records of others) and add tests with the wrong role and another tenant's id.",
    ),
    criteria=("CC6.3", "CC6.1"),
    controls=("ACC-22", "ACC-08"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    population="routes that delete, administer or reach other people's data",
    gap="{unmet} of {examined} destructive, administrative or per-record routes check neither role nor ownership",
)

_ADMINISTRATIVE = re.compile(
    r"(^|[/#_-])(admin|administrator|superuser|internal|management|impersonate)\b", re.IGNORECASE
)
_EVERYBODYS = re.compile(
    r"/(report|flag|(un)?(block|follow|mute|like|star|favou?rite|bookmark|subscribe|watch|vote|boost|pin))(-\w+)?(/|$)",
    re.IGNORECASE,
)
"""What everybody may do about what belongs to others: the record made is the caller's own."""
_OWN = re.compile(r"(^|/)(me|self|my|profile|account|current|whoami|session|logout|password)\b", re.IGNORECASE)
_PERSONAL = re.compile(
    r"user|account|customer|order|invoice|payment|address|patient|employee|member|profile|card|wallet|basket|cart|"
    r"message|document|contact|compan(y|ies)|organi[sz]ation|team|tenant|subscription|file|report|ticket|case",
    re.IGNORECASE,
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each signed-in route whose use must be limited to some people."""
    for route in project.routes:
        needs = _needs(route)
        if not needs or route.authentication.value in {Access.ABSENT, Access.DECLARED_PUBLIC}:
            continue  # anyone may call it: route-without-authentication speaks of it
        verdict, place = route.authorization, route.declared.location
        if verdict.value in {Access.ENFORCED, Access.DECLARED_PUBLIC}:
            yield met(place)
        elif verdict.value is Access.UNKNOWN or route.authentication.value is Access.UNKNOWN:
            reason = verdict.reason or route.authentication.reason
            yield unknown(
                place, f"Whether {route.name}, which {needs}, checks role or ownership is not settled: {reason}."
            )
        else:
            severity = Severity.HIGH if route.changes_state else Severity.MEDIUM
            detail = (
                f"{route.name} {needs}, and any signed-in caller may: no role, permission or ownership check was found."
            )
            yield unmet(place, detail, severity=severity)


def _needs(route: Route) -> str:
    """Say why not every signed-in person may use a route; empty when they may."""
    path = re.sub(r"\{(lang|language|locale|version)\w*\}", "", route.declared.path)
    if _ADMINISTRATIVE.search(path):
        return "is administrative"
    if _EVERYBODYS.search(path):
        return ""
    if _OWN.search(path) and "{" not in path:
        return ""
    if route.sensitive == "deletes data":
        return "deletes data"
    if route.sensitive and route.changes_state and "{" in path:
        return "changes a record named by the caller"
    if "{" in path and _PERSONAL.search(path):
        return "changes a record named by the caller" if route.changes_state else "returns a record named by the caller"
    return ""
