"""Routes that anyone can call."""

from collections.abc import Iterator

from trustwright.review.model import Access, Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Route without authentication",
    finding="A route runs its handler for callers that have not proved who they are, and nobody declared it public.",
    risk=(
        "Anyone who can reach the service can use the route; what it changes or returns cannot be traced to a person, "
        "and access reviews cannot cover it."
    ),
    remediation=(
        "Attach the application's authentication guard to the route, or to the router above it, before the handler.",
        "Make the guard reject (401 or a redirect to the login page) when no valid session or token is present.",
        "If the route is meant to be public, declare it in trustwright.toml with a reason, an owner and an end date.",
        "Add a test that calls the route without credentials and expects a refusal.",
    ),
    criteria=("CC6.1", "CC6.6"),
    controls=("ACC-22",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="routes",
    gap="{unmet} of {examined} routes accept anonymous requests",
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each route; one that changes state is critical."""
    for route in project.routes:
        verdict, place = route.authentication, route.declared.location
        if verdict.value in {Access.ENFORCED, Access.DECLARED_PUBLIC}:
            yield met(place)
        elif verdict.value is Access.UNKNOWN:
            yield unknown(place, f"Whether {route.name} authenticates its caller is not settled: {verdict.reason}.")
        elif route.changes_state:
            detail = f"{route.name} changes state, and nothing before or in its handler rejects an anonymous caller."
            yield unmet(place, detail, severity=Severity.CRITICAL)
        else:
            yield unmet(
                place, f"{route.name} answers anonymous callers; no guard rejects them and it is not declared public."
            )
