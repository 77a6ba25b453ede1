"""Error internals sent to clients."""

import re
from collections.abc import Iterator

from trustwright.review.link.browser import in_browser
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Catch

RULE = Rule(
    __name__,
    title="Internal error exposed",
    finding="A response carries a stack trace, a raw exception or its message.",
    risk="Whoever probes the service learns file paths, queries, versions and other customers' data from its errors.",
    remediation=(
        "Answer with a generic message and a correlation id.",
        "Log the details on the server, under the same id.",
        "Handle errors in one place, and test that an unexpected one reveals nothing.",
    ),
    criteria=("CC7.3", "PI1.4", "CC6.1"),
    controls=("PIN-02",),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="error responses",
    gap="{unmet} of {examined} error responses carry internals",
    triggers=("catch", "except", ", next"),
)

_SENDS = frozenset({"send", "json", "end", "write", "render"})
_RESPONSES = re.compile(r"^(res|response|reply|ctx\.response)(\.\w+)*(\.status\(\)|\.code\(\)|\.status|\.code)?$")
_MAKES = frozenset(
    {
        "NextResponse.json", "Response.json", "Response", "JsonResponse", "JSONResponse", "HttpResponse",
        "HTTPException", "HttpResponseServerError", "HttpResponseBadRequest", "jsonify", "make_response",
        "PlainTextResponse", "HttpException", "InternalServerErrorException",
    }
)  # fmt: skip
_TRACES = re.compile(r"(^|\.)(stack|format_exc\(?\)?|print_exc|stacktrace|stack_trace)$")


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each response made where an error is caught."""
    for code in project.production():
        if in_browser(code):
            continue
        for caught in code.facts.catches:
            name = _caught_name(code, caught)
            yield from _responses(code, caught.body_start, caught.body_end, name)
        for function in code.facts.functions:
            names = [item.name for item in code.parameters(function)] if b", next" in code.text else []
            if len(names) == 4 and not code.is_python:  # Express tells error handlers by their four parameters
                yield from _responses(code, function.body_start, function.body_end, names[0])


def _caught_name(code: Code, caught: Catch) -> str:
    if code.is_python:
        return caught.caught.rpartition(" as ")[2] if " as " in caught.caught else ""
    return caught.caught.partition(":")[0].strip("() ")


def _responses(code: Code, start: int, end: int, name: str) -> Iterator[Observation]:
    caught = "caught error" if name == "error" else f"caught error {name}"
    for call in code.calls_in(start, end):
        receiver, _, last = call.callee.rpartition(".")
        if not (last in _SENDS and _RESPONSES.match(receiver)) and call.callee not in _MAKES:
            continue
        place = code.location(call.start)
        kinds = {kind for argument in _arguments(code.call(call)) for kind in _given_away(argument, name)}
        if "trace" in kinds:
            yield unmet(
                place, "A stack trace is sent to the client.", severity=Severity.HIGH, confidence=Confidence.HIGH
            )
        elif "error" in kinds:
            yield unmet(place, f"The {caught} is sent to the client as it is.")
        elif "message" in kinds and not _of_own_class(code, call.start):
            yield unmet(place, f"The message of the {caught} is sent to the client.", severity=Severity.LOW)
        else:
            yield met(place)


def _arguments(call: Expression) -> list[Expression]:
    return [*call.arguments, *(value for _, value in call.entries)]


def _of_own_class(code: Code, at: int) -> bool:
    """Tell whether an ``if`` around a response asked for a class of error that was made to be shown."""
    conditions = (code.source(item.condition_start, item.condition_end) for item in code.branches_around(at))
    return any(re.search(r"instanceof\s+(?!Error\b)\w+|isinstance\(", text) for text in conditions)


_WHOLE = frozenset({"stringify", "dumps", "inspect"})


def _given_away(item: Expression, name: str) -> set[str]:
    """Say what an expression in a response gives away: a trace, the error whole, its message, or nothing."""
    if item.kind in {"name", "call"} and _TRACES.search(item.name):
        return {"trace"}
    if item.kind == "name" and name:
        if item.name == name:
            return {"error"}
        return {"message"} if item.name in {f"{name}.message", f"{name}.args", f"{name}.detail"} else set()
    inner = _arguments(item)
    if item.kind == "conditional":
        inner = inner[1:]  # what is tested is not sent
    if item.kind == "operation" and item.name in {"instanceof", "==", "===", "!=", "!==", "in"}:
        return set()
    found = {kind for part in inner for kind in _given_away(part, name)}
    if item.kind == "call" and item.last_name not in _WHOLE and "error" in found:
        return (found - {"error"}) | {"message"}
    return found
