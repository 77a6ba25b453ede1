"""Errors that are caught and then dropped, or only printed."""

import re
from collections.abc import Iterator

from trustwright.review.link.browser import in_browser
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Catch

RULE = Rule(
    __name__,
    title="Error swallowed",
    finding="An error is caught and dropped, or only printed, so that nothing counts it, alerts on it or passes it on.",
    risk=(
        "Failures and attacks pass unseen: no event reaches monitoring, so nobody investigates, and data may be left "
        "half-written."
    ),
    remediation=(
        "Log the error through the structured logger, with its code and the ids that find the case, without secrets.",
        "Count it in a metric, and alert where the operation matters (payments, sign-in, deletion, exports).",
        "Rethrow it, or return a failure the caller must handle, unless going on is right; then say why in a comment.",
    ),
    criteria=("CC7.2", "CC7.3", "PI1.3"),
    controls=("OPS-07", "PIN-02"),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="places that catch errors",
    gap="{unmet} of {examined} places that catch errors drop or only print them",
    triggers=("catch", "except"),
)

_PRINTS = frozenset(
    {
        "print",
        "console.log",
        "console.error",
        "console.warn",
        "console.info",
        "console.debug",
        "traceback.print_exc",
        "pprint",
    }
)
_FORMATS = frozenset({"str", "repr", "format", "String", "JSON.stringify", "type", "toString", "join"})
_CRITICAL = re.compile(r"payment|charge|refund|payout|transfer|withdraw|checkout|invoice", re.IGNORECASE)
_BROAD = re.compile(r"^$|^\(?\s*(Exception|BaseException)\b")
_EXPECTED = re.compile(
    r"JSON\.parse|localStorage|sessionStorage|new URL\(|decodeURI|require\.resolve|require\(|\.close\(|\.unlink|\.rm\(|"
    r"rmSync|unlinkSync|\.remove\(|\.abort\(|\.disconnect\(|\.kill\(|clipboard|\.play\(|\.focus\(|releaseLock|accessSync|"
    r"statSync|existsSync|mkdir|atob\(|import ",
)
_COMMENT = re.compile(r"(?://|#|/\*|\*)\s*(.*)")
_LEAST_WORDS = 3
_SCRIPTS = re.compile(
    r"(^|/)(scripts?|bin|tools?|populate|cli|migrations?|seeds?|seeders?|management/commands|build|\.github|hack)/|(^|/)(gulpfile|Gruntfile|manage|setup|webpack|build|seed|populate)[^/]*$"
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each place that catches errors in a service."""
    for code in project.production():
        if _SCRIPTS.search(code.path) or in_browser(code):
            continue  # a person reads what a script prints; no server monitors a visitor's browser
        for caught in code.facts.catches:
            place = code.location(caught.start)
            yield _judge(code, caught.body_start, caught.body_end, place, caught)
        for call in code.calls_named("catch"):
            handler = code.call(call).argument(0)
            function = code.function_at(handler.start) if handler is not None and handler.kind == "function" else None
            if function is not None and not _EXPECTED.search(
                code.source(max(call.start, call.end - 200), function.start)
            ):
                yield _judge(code, function.body_start, function.body_end, code.location(call.end - 1), None)


def _judge(code: Code, start: int, end: int, place: Location, caught: Catch | None) -> Observation:
    text = code.source(start, end)
    if _handled(code, start, end, text) or (caught is not None and _is_expected(code, caught)):
        return met(place)
    tried = code.calls_in(caught.try_start if caught is not None else max(0, start - 300), start)
    what = " ".join(call.callee for call in tried)
    printed = bool(code.calls_in(start, end))
    severity = Severity.HIGH if _CRITICAL.search(what) else Severity.LOW if printed else Severity.MEDIUM
    how = "only printed" if printed else "dropped"
    return unmet(place, f"An error is caught here and {how}; nothing counts it or tells anyone.", severity=severity)


def _handled(code: Code, start: int, end: int, text: str) -> bool:
    """Tell whether a body does anything but print."""
    for call in code.calls_in(start, end):
        if call.callee not in _PRINTS and call.callee.rpartition(".")[2] not in _FORMATS:
            return True
    if code.within(code.facts.raises, start, end) or code.within(code.facts.returns, start, end):
        return True
    if any(item.start >= start for item in code.within(code.facts.assignments, start, end)):
        return True
    stripped = re.sub(r"//[^\n]*|/\*.*?\*/|#[^\n]*", "", text, flags=re.DOTALL).strip("{} \n\t;")
    if not stripped or stripped in {"pass", "...", "undefined", "()", "void 0"}:
        return any(len(match[1].split()) >= _LEAST_WORDS for match in _COMMENT.finditer(text))
    return not code.calls_in(start, end)


def _is_expected(code: Code, caught: Catch) -> bool:
    """Tell an error that is an ordinary answer: a narrow exception, a parse that may fail, a file that may be gone."""
    if code.is_python and not _BROAD.search(caught.caught):
        return True
    tried = code.source(caught.try_start, caught.start)
    return len(tried) < 200 and bool(_EXPECTED.search(tried))
