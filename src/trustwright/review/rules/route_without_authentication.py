"""Routes that anyone can call."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from trustwright.review.link.entrances import Entrance, entrance
from trustwright.review.link.switches import leaves_in_production
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
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

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
_ASKS_CODE = re.compile(
    r"\b(otp|verificationToken|verification_?(code|token)|passcode|magic_?link)\b|"
    r"\b(timingSafeEqual|compare_digest|constant_time_compare)\(",
    re.IGNORECASE,
)
"""What was sent to somebody, and proves who asks when it is tried."""
_TOKEN_IN_PATH = re.compile(r"\{\w*(token|secret|signature|hmac)\w*\}", re.IGNORECASE)
_COUNTS = re.compile(r"\b(groupBy|group_by|aggregate|annotate|count\w*|sum|avg)\(")
_SEVERAL = 3
"""Routes that only show something and write the same place, from which that place holds notes about requests."""
_LOOKING = frozenset({"GET", "HEAD"})
"""Methods by which nothing is asked to change; what such a route writes is mostly a note of its own."""
_REPLACING = frozenset({"PUT", "PATCH", "DELETE"})
"""Methods that change something there is; ``POST`` may only ask."""


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each route; how grave an open one is, is up to what a caller gets at."""
    notes = _notes(project.routes)
    for route in project.routes:
        if route.declared.method == "OPTIONS" and route.reach in {Reach.NOTHING, Reach.UNSEEN}:
            continue  # browsers ask before they send a request, and never say who asks
        verdict, place = route.authentication, route.declared.location
        if verdict.value in {Access.ENFORCED, Access.DECLARED_PUBLIC}:
            yield met(place)
        elif verdict.value is Access.UNKNOWN:
            yield unknown(place, f"Whether {route.name} authenticates its caller is not settled: {verdict.reason}.")
        else:
            yield _open(project, route, notes)


def _open(project: Project, route: Route, notes: frozenset[Location]) -> Observation:
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
    if _TOKEN_IN_PATH.search(route.declared.path):
        return unknown(place, f"{route.name} is given a token in its path; whether it refuses others is not settled.")
    if (leaves := _leaves_in_production(project, route)) is not None:
        return unknown(place, f"{route.name} leaves at {leaves} in production; whether that is set is not settled.")
    if changes:
        detail = (
            f"{route.name} changes stored data at {near[0]}, and nothing before or in its handler rejects an anonymous "
            "caller."
        )
        return unmet(place, detail, severity=_gravity(route, notes), related=near)
    if route.reach is Reach.READS:
        asks = _asks_who(project, route) if route.declared.method in {"GET", "ANY"} else None
        if asks is not None:
            detail = f"Whether all that {route.name} shows to anonymous callers is for them is not settled: it asks who"
            return unknown(place, f"{detail} is there at {asks}.")
        detail = f"{route.name} answers anonymous callers with data read at {near[0]}, and is not declared public."
        grave = _grave(route) and not (len(route.reached) == 1 and _counts(project, near[0]))
        return unmet(place, detail, severity=Severity.HIGH if grave else Severity.MEDIUM, related=near)
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


def _notes(routes: Sequence[Route]) -> frozenset[Location]:
    """Return the places that several routes write which only show something: counters, marks that a page was seen."""
    looks = [route for route in routes if route.declared.method == "GET" and route.reach is Reach.CHANGES]
    written = Counter(place for route in looks for place in set(route.reached) if not route.sensitive)
    return frozenset(place for place, count in written.items() if count >= _SEVERAL)


def _gravity(route: Route, notes: frozenset[Location]) -> Severity:
    """Say how grave it is that anybody changes what a route changes; a look leaves little behind."""
    declared = route.declared
    if not route.sensitive and notes.issuperset(route.reached):
        return Severity.HIGH if _grave(route) else Severity.MEDIUM
    own = declared.handler is not None and any(one.path == declared.handler.path for one in route.reached)
    if declared.method not in _LOOKING or route.sensitive or (own and "{" in declared.path):
        return Severity.CRITICAL
    return Severity.HIGH if _grave(route) else Severity.MEDIUM


def _counts(project: Project, place: Location) -> bool:
    """Tell whether a place reads numbers only: it groups and counts."""
    code = project.corpus.code(place.path)
    lines = code.source(0, len(code.text)).splitlines()[place.line - 1 : place.end_line + 12] if code else []
    return len(_COUNTS.findall("\n".join(lines))) > 1


def _leaves_in_production(project: Project, route: Route) -> Location | None:
    found = _handling(project, route)
    return leaves_in_production(project.symbols, *found) if found is not None else None


def _asks_who(project: Project, route: Route) -> Location | None:
    """Return where the handler of an open route looks who is there, and may choose by that what it shows."""
    found = _handling(project, route)
    if found is None:
        return None
    code, function = found
    branches = code.within(code.facts.branches, function.body_start, function.body_end)
    spans = [(item.condition_start, item.condition_end) for item in branches]
    spans += [
        (call.arguments_start, call.arguments_end)
        for call in code.calls_in(function.body_start, function.body_end)
        if _CHOOSES.search(call.callee.rpartition(".")[2])
    ]
    asked = [start for start, end in sorted(spans) if _CALLER.search(code.source(start, end))]
    return code.location(asked[0]) if asked else None


def _read(project: Project, route: Route, pattern: re.Pattern[str]) -> Location | None:
    """Return where the handler of a route says something."""
    found = _handling(project, route)
    if found is None:
        return None
    code, function = found
    body = code.source(function.body_start, function.body_end)
    said = pattern.search(body)
    return code.location(function.body_start + len(body[: said.start()].encode())) if said is not None else None


def _handling(project: Project, route: Route) -> tuple[Code, Function] | None:
    """Return the handler of a route with its file, when its reference leads to a body."""
    handler = route.declared.handler
    code = project.corpus.code(handler.path) if handler is not None else None
    function = code.function_at(handler.start) if code is not None and handler is not None else None
    return (code, function) if code is not None and function is not None else None
