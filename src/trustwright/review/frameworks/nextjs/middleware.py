"""Middleware of Next.js: one function that runs before the paths its matcher names."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trustwright.review.frameworks.nextjs.applications import Application
from trustwright.review.frameworks.nextjs.handlers import Handlers
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.known import known_guards
from trustwright.review.link.rejections import rejections
from trustwright.review.link.texts import text_of
from trustwright.review.link.values import Value
from trustwright.review.link.weighing import doubt
from trustwright.review.model import DeclaredRoute, GuardUse, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

_NAMED = re.compile(r"/:(\w+)(\((?:[^()]|\([^()]*\))*\))?([*+?]?)")
_PARAMETER = re.compile(r"\{[^}]*\}")
_MAX_DEPTH = 3
_NOT_CONSTANT = "the paths that its middleware runs for could not be read"


class Middleware:
    """The middleware of one application, if it has any."""

    def __init__(self, handlers: Handlers, conditions: Conditions, application: Application) -> None:
        """Find what it consists of, and its matcher."""
        self._values = handlers.values
        self._conditions = conditions
        self._base = application.base
        self._uses: tuple[GuardUse, ...] = ()
        self._patterns: list[re.Pattern[str]] | None = None
        self._doubt = ""
        self._helpers: dict[Reference, list[tuple[Code, Function]]] = {}
        code = handlers.symbols.corpus.code(application.middleware) if application.middleware else None
        if code is not None:
            self._uses = tuple(self._found(handlers, code))
            self._read_matcher(code)

    @staticmethod
    def _found(handlers: Handlers, code: Code) -> Iterator[GuardUse]:
        """Yield the wrappers of the exported function and the function itself, or the library's that it hands on."""
        for item in code.facts.exports:
            if item.exported not in {"middleware", "proxy", "default"}:
                continue
            handler = handlers.exported(code.path, item.exported)
            symbol = handlers.symbols.exported(code.path, item.exported)
            known = known_guards().find(symbol.name) if symbol.kind == "external" else None
            if handler is not None and handler.reference is not None:
                yield from handler.guards
                yield GuardUse(handler.reference, "application")
            elif known is not None:
                verdict = known.verdict(code.location(item.start, item.end))
                yield GuardUse(code.reference(item.start, item.end), "application", verdict)
            elif not item.module and item.exported == "default" and not item.local:
                yield GuardUse(code.reference(item.start, item.end), "application")
            else:
                verdict = doubt(
                    f"what {item.local or item.exported} checks could not be found", code.location(item.start)
                )
                yield GuardUse(code.reference(item.start, item.end), "application", verdict)
            return

    def _read_matcher(self, code: Code) -> None:
        config = next((item for item in code.facts.assignments if item.target == "config" and item.value_end), None)
        matcher = code.value(config).get("matcher") if config is not None else None
        if matcher is None:
            return
        self._patterns = []
        for item in self._values.items(Value(code, matcher)) or [Value(code, matcher)]:
            self._add(item)

    def _add(self, item: Value) -> None:
        found: Expression | None = item.expression
        if found is not None and found.kind == "object":
            if found.get("has") is not None or found.get("missing") is not None:
                self._doubt = "its middleware runs only for requests that its matcher describes"
            found = found.get("source")
        text = text_of(self._values, item.at(found)) if found is not None else None
        pattern = compiled(text) if text is not None else None
        if pattern is None or self._patterns is None:
            self._doubt = _NOT_CONSTANT
        else:
            self._patterns.append(pattern)

    def before(self, route: DeclaredRoute) -> DeclaredRoute:
        """Return a route with the middleware as its outermost guard, where it runs for the route's path."""
        if not self._uses or not self._covers(route.path):
            return route
        asked = Asked(route.method, route.path.removeprefix(self._base) or "/")
        uses = [self._applied(replace(use, doubt=use.doubt or self._doubt), asked) for use in self._uses]
        return replace(route, guards=(*uses, *route.guards))

    def _applied(self, use: GuardUse, asked: Asked) -> GuardUse:
        """Say what of a guard, and of the functions it leaves refusing to, does not run for a route."""
        use = self._conditions.applied(use, asked)
        for code, function in self._behind(use.reference):
            reach = self._conditions.reach(code, function, asked)
            use = replace(use, unreached=use.unreached + reach.unreached, doubt=use.doubt or reach.doubt)
        return use

    def _behind(self, reference: Reference) -> list[tuple[Code, Function]]:
        """Return the functions of the repository that a guard calls and that refuse, a few calls deep."""
        if reference not in self._helpers:
            code = self._values.symbols.corpus.code(reference.path)
            pending = [(code, reference.start, reference.end, 0)] if code is not None else []
            found: dict[tuple[str, int], tuple[Code, Function]] = {}
            while pending:
                owner, start, end, depth = pending.pop(0)
                for call in owner.calls_in(start, end) if depth < _MAX_DEPTH else ():
                    symbol = self._values.symbols.name(owner, call.callee, call.start)
                    where, function = symbol.code, symbol.function
                    if symbol.kind != "function" or where is None or function is None:
                        continue
                    if (where.path, function.start) not in found:
                        found[where.path, function.start] = (where, function)
                        pending.append((where, function.body_start, function.body_end, depth + 1))
            refusing = [item for item in found.values() if rejections(item[0], item[1].body_start, item[1].body_end)]
            self._helpers[reference] = refusing
        return self._helpers[reference]

    def _covers(self, path: str) -> bool:
        if self._patterns is None or self._doubt == _NOT_CONSTANT:
            return True
        sample = _PARAMETER.sub("x", path.removeprefix(self._base)) or "/"
        return any(pattern.fullmatch(sample) for pattern in self._patterns)


def compiled(matcher: str) -> re.Pattern[str] | None:
    """Return a matcher (``/dashboard/:path*``, ``/((?!api).*)``) as a pattern; ``None`` when it is malformed."""
    parts, at = [], 0
    for match in _NAMED.finditer(matcher):
        parts.append(matcher[at : match.start()])
        one = match[2] or "[^/]+"
        parts.append({"": f"/{one}", "?": f"(?:/{one})?", "*": f"(?:/{one})*", "+": f"(?:/{one})+"}[match[3]])
        at = match.end()
    try:
        return re.compile("".join([*parts, matcher[at:]]) + "/?")
    except re.error:
        return None
