"""Whose record a handler touches: what limits it to the caller's own, and what may do so and could not be followed."""

import re
from collections.abc import Iterator

from trustwright.review.link.symbols import Symbols
from trustwright.review.model import DeclaredRoute, GuardVerdict, Location
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_OWNED = re.compile(
    r"(user|owner|author|creator|created_?by|account|customer|organi[sz]ation|org|tenant|workspace|team|company)"
    r"_?(id|subject)?(__\w+)?[\"']?\s*(:|={1,3}|,)\s*\(?(await )?"
    r"(?P<whose>req(uest)?\.(user|auth|session)|self\.request\.user|session|current_?user|ctx\.|"
    r"context\.|user\.(id|sub)|auth\.|g\.user|me\.|this\.request\.user|principal|claims|locals|"
    r"organi[sz]ation_?id\b|user_?id\b)",
    re.IGNORECASE,
)
_OWN_PATH = re.compile(r"/(me|self|myself|my)(/[\w-]+)*/?$", re.IGNORECASE)
_ID_GIVEN = re.compile(
    r"(body|query|params|json|args|form|payload|input|data|dto)\b[^\n;]{0,60}id\b|\w+_?ids?\b\s*:\s*(int|str|uuid)|"
    r"\{[^}\n]*id\w*[^}\n]*\}\s*=\s*(await\s+)?\w*(req|body)",
    re.IGNORECASE,
)
"""An id that the caller sends along: the record it names may be anybody's."""
_CALLER = re.compile(
    r"\b(current_?user|req(uest)?\.(user|auth)|self\.request\.user|g\.user|ctx\.user)\b", re.IGNORECASE
)
_ASKS_LEAVE = re.compile(
    r"allow|permi(t|ssion)|access|authori[sz]|owner|member|polic(y|ies)|(^|_)can_?[A-Z]|belongs|abilit|privilege|role|"
    r"forbid|visible_?to",
    re.IGNORECASE,
)
"""Names of calls that may ask whether the caller may."""
_ACTS = re.compile(
    r"^(create|add|remove|delete|update|set|insert|save|list|bulk|send|invite|leave|join|assign|revoke|patch|upsert|make)|"
    r"token|^log|_log",
    re.IGNORECASE,
)
"""Names of calls that change or list members, roles and permissions, or have to do with access tokens."""
_CALLERS_ID = re.compile(
    r"[(,]\s*((req(uest)?|ctx|session|self\.request)\??\.)?(current_?)?user(\??\.(u?id|sub|email))?\s*[,)]|"
    r"[(,]\s*(req(uest)?\.user|current_?user\(\))\s*[,)]|[=:]\s*(self\.)?request\.user\b",
    re.IGNORECASE,
)
"""The caller given beside what is asked for: the called function may look whose it is."""
_NAMES_SOME = re.compile(
    r"admin|member|owner|permissions?_required|require\w*(role|permission)|infra|internal|machine|service_?(token|key|account)",
    re.IGNORECASE,
)
"""Names of guards that say who may pass, not only that somebody may be asked for (``RolesGuard``)."""
_TELLS = re.compile(r"log|audit|record|track|notif|emit|publish|event|mail|render|render_template", re.IGNORECASE)
_CALLERS_OWN = re.compile(r"(self\.)?req(uest)?\.user\.\w+\.")
_LONGEST_NAME = 200
_DEPTH = 2
_MAX_CALLS = 60


def limited(code: Code, function: Function, path: str, *, safe: bool) -> int | None:
    """Return where a handler limits itself to what belongs to the caller; an id out of the path says nothing.

    What hangs below ``/me`` and names nothing else is the caller's own when the handler uses the caller; so is what a
    request changes that names no record at all. ``safe``: the method only reads.
    """
    body = code.source(function.body_start, function.body_end)
    asked = {*re.findall(r"{(\w+)}", path), *(item.name for item in code.parameters(function))}
    for match in _OWNED.finditer(body):
        if match["whose"] not in asked or not match["whose"].lower().endswith("id"):
            return function.body_start + len(body[: match.start()].encode())
    if _OWN_PATH.search(path) or ("{" not in path and not safe and _ID_GIVEN.search(body) is None):
        caller = _CALLER.search(body)
        return function.body_start + len(body[: caller.start()].encode()) if caller is not None else None
    return None


class Hints:
    """Finds what may limit a route to some callers, in ways that are not understood: reason enough to doubt."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver."""
        self._symbols = symbols

    def of(self, code: Code, function: Function, declared: DeclaredRoute, guards: GuardVerdict) -> Location | None:
        """Return the first place that may ask whether this caller may do this to this record."""
        variables = [
            name for name in re.findall(r"{(\w+)}", declared.path) if re.search(r"[^i]id$|slug$|key$|.name$", name)
        ]
        for place in guards.evidence:
            guard = self._symbols.corpus.code(place.path)
            if guard is not None and any(
                re.search(rf"\b{re.escape(name)}\b", text)
                for text in _functions_at(guard, place.line)
                for name in variables
            ):
                return place
        for use in declared.guards:
            guard = self._symbols.corpus.code(use.reference.path)
            text = guard.source(use.reference.start, use.reference.end) if guard is not None else ""
            if len(text) < _LONGEST_NAME and _NAMES_SOME.search(text):
                return self._symbols.corpus.location(use.reference)
        return next(self._places(code, function, _DEPTH), None)

    def _places(self, code: Code, function: Function, depth: int) -> Iterator[Location]:
        body = code.source(function.body_start, function.body_end)
        match = _OWNED.search(body) if depth < _DEPTH else None
        if match is not None:
            yield code.location(function.body_start + len(body[: match.start()].encode()))
        for call in code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]:
            last = call.callee.rpartition(".")[2]
            given = code.source(call.arguments_start, call.arguments_end)
            named = _ASKS_LEAVE.search(last) and not _ACTS.search(last)
            of_caller = _CALLERS_ID.search(given) or _CALLERS_OWN.match(call.callee)
            if named or (depth == _DEPTH and of_caller and not _TELLS.search(last)):
                yield code.location(call.start)
            found = self._symbols.name(code, call.callee, call.start) if depth > 0 else None
            if found is not None and found.kind == "function" and found.code is not None and found.function is not None:
                yield from self._places(found.code, found.function, depth - 1)


def _functions_at(code: Code, line: int) -> list[str]:
    """Return the texts of the functions of a file around a line."""
    return [
        code.source(item.start, item.end)
        for item in code.facts.functions
        if code.line(item.start) <= line <= code.line(max(item.start, item.end - 1))
    ]
