"""From declared routes to the route map: each with its verdicts and the places they rest on."""

from trustwright.review.link.consequences import Effects
from trustwright.review.link.guards import Guards
from trustwright.review.link.ownership import Hints, limited
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.weighing import NOTHING, combine
from trustwright.review.model import (
    Access,
    DeclaredRoute,
    GuardVerdict,
    Location,
    Route,
    Verdict,
)
from trustwright.review.settings import Settings
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function


class Verdicts:
    """Judges routes."""

    def __init__(self, symbols: Symbols, guards: Guards, effects: Effects, settings: Settings) -> None:
        """Take the resolver, the judges of guards and of what routes do, and the company's declared public routes."""
        self._symbols = symbols
        self._guards = guards
        self._effects = effects
        self._settings = settings
        self._hints = Hints(symbols)

    def route(self, declared: DeclaredRoute) -> Route:
        """Judge one route."""
        handler = self._handler(declared)
        inside = self._guards.handler(*handler, declared.unreached) if handler is not None else NOTHING
        outside = combine([self._guards.use(use) for use in declared.guards])
        both = combine([outside, inside])
        found = handler is not None or declared.ready_made
        effects = self._effects.of(declared, handler)
        return Route(
            declared=declared,
            authentication=self._authentication(declared, found, both),
            authorization=self._authorization(declared, handler, both),
            audit=effects.audit,
            deletion=effects.deletion,
            changes_state=effects.changes_state,
            sensitive=effects.sensitive,
            reach=effects.reach,
            reached=effects.reached,
        )

    def _handler(self, declared: DeclaredRoute) -> tuple[Code, Function] | None:
        if declared.handler is None:
            return None
        code = self._symbols.corpus.code(declared.handler.path)
        if code is None:
            return None
        function = code.function_at(declared.handler.start)
        if function is not None:
            return code, function
        symbol = self._symbols.expression(code, code.expression(declared.handler.start, declared.handler.end))
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            return symbol.code, symbol.function
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            return self._wrapped(symbol.code, symbol.expression.start, symbol.expression.end)
        return None

    def _wrapped(self, code: Code, start: int, end: int) -> tuple[Code, Function] | None:
        """Return the handler inside ``wrap(async (req, res) => ...)`` or ``wrap(handler)``."""
        value = code.expression(start, end)
        for item in value.arguments:
            symbol = self._symbols.expression(code, item)
            if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                return symbol.code, symbol.function
        if value.kind == "call" and value.callee is not None:
            made = self._symbols.name(code, value.name, value.start)
            if made.kind == "function" and made.code is not None and made.function is not None:
                return made.code, made.function
        return None

    def _public(self, declared: DeclaredRoute) -> Location | None:
        entry = self._settings.public_route(declared.method, declared.path)
        if entry is None:
            return None
        return self._settings.place(f"public_routes.{self._settings.public_routes.index(entry)}.pattern")

    def _authentication(self, declared: DeclaredRoute, found: bool, both: GuardVerdict) -> Verdict[Access]:
        if both.authentication is Access.ENFORCED:
            return Verdict(Access.ENFORCED, both.evidence)
        public = self._public(declared)
        if public is not None:
            return Verdict(Access.DECLARED_PUBLIC, (public,))
        return self._open(declared, found, both.authentication, both)

    def _open(self, declared: DeclaredRoute, found: bool, value: Access, both: GuardVerdict) -> Verdict[Access]:
        if value is Access.UNKNOWN:
            return Verdict(Access.UNKNOWN, both.evidence or (declared.location,), both.reason)
        if declared.unresolved:
            return Verdict(Access.UNKNOWN, (declared.location,), "; ".join(declared.unresolved))
        if not found:
            return Verdict(Access.UNKNOWN, (declared.location,), "the handler could not be found")
        return Verdict(Access.ABSENT, (declared.location,))

    def _authorization(
        self, declared: DeclaredRoute, handler: tuple[Code, Function] | None, both: GuardVerdict
    ) -> Verdict[Access]:
        if both.authorization is Access.ENFORCED:
            return Verdict(Access.ENFORCED, both.evidence)
        if both.authentication is not Access.ENFORCED and (public := self._public(declared)) is not None:
            return Verdict(Access.DECLARED_PUBLIC, (public,))
        if handler is not None and both.authentication is not Access.ABSENT:
            code, function = handler
            at = limited(code, function, declared.path, safe=declared.method in {"GET", "HEAD"})
            if at is not None:
                return Verdict(Access.ENFORCED, (code.location(at),), "limited to what belongs to the caller")
            hint = self._hints.of(code, function, declared, both) if both.authorization is Access.ABSENT else None
            if hint is not None:
                return Verdict(Access.UNKNOWN, (hint,), f"what is asked at {hint} may decide it")
        return self._open(declared, handler is not None or declared.ready_made, both.authorization, both)
