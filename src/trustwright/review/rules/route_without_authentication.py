"""Routes that anyone can call."""

import re
from collections.abc import Iterator

from trustwright.review.link.entrances import Entrance, entrance
from trustwright.review.model import (
    Access,
    Confidence,
    Location,
    Observation,
    Reach,
    Route,
    Rule,
    Severity,
    met,
    unknown,
    unmet,
)
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


_PERSONAL = re.compile(
    r"(?:^|[/_-])(?:admin|users?|accounts?|customers?|orders?|invoices?|payments?|patients?|employees?|members?|people|"
    r"profiles?|messages?|documents?|contacts?|reports?|exports?|backups?|settings|config|keys?|tokens?|secrets?|logs?)"
    r"(?:$|[/_-])",
    re.IGNORECASE,
)
_CALLER = re.compile(
    r"\b(current_?user|req(uest)?\.(user|auth)|self\.request\.user|g\.user|ctx\.user|session\??\.user|viewer|is_admin\(|"
    r"authed\()",
    re.IGNORECASE,
)
_CHOOSES = re.compile(r"filter|exclude|visible|privacy|where|find|get|select|query|can|allow", re.IGNORECASE)
"""Names of calls that choose what is shown."""
_ASKS_CODE = re.compile(r"\b(otp|verificationToken|verification_?(code|token)|passcode|magic_?link)\b", re.IGNORECASE)
"""What was sent to somebody, and proves who asks when it is tried."""
_REPLACING = frozenset({"PUT", "PATCH", "DELETE"})
"""Methods that change something there is; ``POST`` may only ask."""


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each route; how grave an open one is, is up to what a caller gets at."""
    for route in project.routes:
        verdict, place = route.authentication, route.declared.location
        if verdict.value in {Access.ENFORCED, Access.DECLARED_PUBLIC}:
            yield met(place)
        elif verdict.value is Access.UNKNOWN:
            yield unknown(place, f"Whether {route.name} authenticates its caller is not settled: {verdict.reason}.")
        else:
            yield _open(project, route)


def _open(project: Project, route: Route) -> Observation:
    """Judge a route that answers anonymous callers."""
    place, near, what = route.declared.location, route.reached[:1], entrance(route)
    changes = route.reach is Reach.CHANGES
    if what is Entrance.SETTING_UP:
        return unknown(
            place, f"{route.name} {what} for an anonymous caller; whether it refuses once that is done is not settled."
        )
    if route.reach is Reach.SIGNS_IN or what is Entrance.SIGNING_IN or (what is not None and not changes):
        detail = f"{route.name} {what or Entrance.SIGNING_IN}, and nobody has declared it public."
        return unmet(place, detail, severity=Severity.LOW)
    if changes and (code := _read(project, route, _ASKS_CODE)) is not None:
        return unknown(place, f"{route.name} asks for a code or token at {code}; whether it refuses is not settled.")
    if changes:
        detail = (
            f"{route.name} changes stored data at {near[0]}, and nothing before or in its handler rejects an anonymous "
            "caller."
        )
        return unmet(place, detail, severity=Severity.CRITICAL, related=near)
    if route.reach is Reach.READS:
        asks = _asks_who(project, route) if route.declared.method in {"GET", "ANY"} else None
        if asks is not None:
            detail = f"Whether all that {route.name} shows to anonymous callers is for them is not settled: it asks who"
            return unknown(place, f"{detail} is there at {asks}.")
        detail = f"{route.name} answers anonymous callers with data read at {near[0]}, and is not declared public."
        return unmet(place, detail, severity=Severity.HIGH if _grave(route) else Severity.MEDIUM, related=near)
    seen = "" if route.reach is Reach.UNSEEN else ", touches no stored data that was seen,"
    detail = f"{route.name} answers anonymous callers{seen} and is not declared public."
    unseen = Severity.HIGH if route.declared.method in _REPLACING else Severity.MEDIUM
    little = seen or not (_grave(route) or route.declared.method == "POST")
    return unmet(place, detail, severity=Severity.LOW if little else unseen)


def _grave(route: Route) -> bool:
    """Tell whether the method or the path of a route speaks of what belongs to somebody."""
    return (route.declared.method in _REPLACING and route.changes_state) or _PERSONAL.search(
        route.declared.path
    ) is not None


def _asks_who(project: Project, route: Route) -> Location | None:
    """Return where the handler of an open route looks who is there, and may choose by that what it shows."""
    handler = route.declared.handler
    code = project.corpus.code(handler.path) if handler is not None else None
    function = code.function_at(handler.start) if code is not None and handler is not None else None
    if code is None or function is None:
        return None
    branches = code.within(code.facts.branches, function.body_start, function.body_end)
    spans = [(item.condition_start, item.condition_end) for item in branches]
    spans += [
        (call.arguments_start, call.arguments_end)
        for call in code.calls_in(function.body_start, function.body_end)
        if _CHOOSES.search(call.callee.rpartition(".")[2])
    ]
    found = [start for start, end in sorted(spans) if _CALLER.search(code.source(start, end))]
    return code.location(found[0]) if found else None


def _read(project: Project, route: Route, pattern: re.Pattern[str]) -> Location | None:
    """Return where the handler of a route says something."""
    handler = route.declared.handler
    code = project.corpus.code(handler.path) if handler is not None else None
    function = code.function_at(handler.start) if code is not None and handler is not None else None
    if code is None or function is None:
        return None
    body = code.source(function.body_start, function.body_end)
    said = pattern.search(body)
    return code.location(function.body_start + len(body[: said.start()].encode())) if said is not None else None
