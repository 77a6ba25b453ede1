"""Routes that a guard lets through by their paths, in a function it calls: for those it is no proof.

What a guard's own conditions come to is decided elsewhere. Here are the texts of paths that the functions it calls
compare with the request's path (``PUBLIC.includes(req.url)``, ``req.url.startsWith("/auth/")``): a guard is doubtful
for the routes that they name, and for no others.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from trustwright.review.link.symbols import Symbols
from trustwright.review.model import GuardUse, Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_MAX_DEPTH = 3
_MAX_CALLS = 40
_ADDRESS = re.compile(r"\.(url|path|originalUrl|pathname|routerPath)\b")
_PATH = re.compile(r"[\"'`](/[\w./:*{}-]*)[\"'`]")
_LISTS = re.compile(r"([A-Za-z_]\w*)\.(?:includes|some|has|indexOf|find)\(")

Named = tuple[str, Location]
"""A path as written, and where."""


class Exemptions:
    """Finds the paths that guards may let through; each function is read once."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver of names."""
        self._symbols = symbols
        self._known: dict[tuple[str, int, int], tuple[Named, ...]] = {}

    def applied(self, guard: GuardUse, path: str) -> GuardUse:
        """Return a guard's use, doubtful when a function that it calls names the route's path."""
        if guard.doubt or guard.verdict is not None:
            return guard
        for named, where in self._named_by(guard.reference):
            begins = named.rstrip("*") != "/" and path.startswith(named.rstrip("*").rstrip("/") + "/")
            if path == named.rstrip("/") or (named == "/" and path == "/") or begins:
                return replace(guard, doubt=f"it may let this path through, which is named at {where}")
        return guard

    def _named_by(self, reference: Reference) -> tuple[Named, ...]:
        code = self._symbols.corpus.code(reference.path)
        if code is None:
            return ()
        function = code.function_at(reference.start)
        if function is None:
            value = code.expression(reference.start, reference.end)
            found = self._symbols.callee(code, value) if value.kind == "call" else self._symbols.expression(code, value)
            code, function = found.code, found.function
        return self._in(code, function, _MAX_DEPTH) if code is not None and function is not None else ()

    def _in(self, code: Code, function: Function, depth: int) -> tuple[Named, ...]:
        key = (code.path, function.start, depth)
        if key not in self._known:
            self._known[key] = ()
            self._known[key] = tuple(dict.fromkeys(self._read(code, function, depth)))
        return self._known[key]

    def _read(self, code: Code, function: Function, depth: int) -> Iterator[Named]:
        body = code.source(function.body_start, function.body_end)
        if depth < _MAX_DEPTH and _ADDRESS.search(body):
            yield from self._paths(code, function.body_start, function.body_end)
            for name in dict.fromkeys(_LISTS.findall(body)):
                listed = self._symbols.name(code, name, function.body_end - 1)
                if listed.code is not None and listed.expression is not None and listed.expression.kind == "array":
                    yield from self._paths(listed.code, listed.expression.start, listed.expression.end)
        if depth == 0:
            return
        for call in code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]:
            found = self._symbols.name(code, call.callee, call.start)
            if found.kind == "function" and found.code is not None and found.function is not None:
                yield from self._in(found.code, found.function, depth - 1)

    @staticmethod
    def _paths(code: Code, start: int, end: int) -> Iterator[Named]:
        for match in _PATH.finditer(code.source(start, end)):
            yield match[1], code.location(start + len(code.source(start, end)[: match.start()].encode()))
