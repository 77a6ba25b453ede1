"""From an exported handler to the function inside its wrappers, and to the guards that the wrappers are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trustwright.review.link.symbols import Symbol
from trustwright.review.link.values import Values
from trustwright.review.model import GuardUse, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

_BUILDERS = frozenset({"action", "stateAction", "handler", "mutation", "query", "execute"})
_STEPS = frozenset({"use", "middleware", "guard", "handler"})
_HANDLER_KEYS = ("handler", "execute", "action", "resolver", "fn")
_TRPC = "@trpc/server"
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler: its function when it was found, its name, what guards it, and what could not be followed."""

    reference: Reference | None
    name: str
    guards: tuple[GuardUse, ...] = ()
    unresolved: tuple[str, ...] = ()


class Handlers:
    """Opens exported handlers within a project."""

    def __init__(self, values: Values) -> None:
        """Take what follows expressions."""
        self.values = values
        self.symbols = values.symbols

    def exported(self, path: str, name: str) -> Handler | None:
        """Return the handler that a file exports under a name; ``None`` when it exports no such thing."""
        symbol = self.symbols.exported(path, name)
        if symbol.kind == "unknown":
            return None
        return self.open(symbol, name)

    def open(self, symbol: Symbol, name: str, depth: int = 0) -> Handler:
        """Return the handler that a symbol means."""
        code = symbol.code
        if symbol.kind == "function" and code is not None and symbol.function is not None:
            function = symbol.function
            reference = code.reference(function.start, function.end)
            return Handler(reference, function.name or name, unresolved=self._handed_on(code, function))
        value = symbol.expression
        if value is not None and code is not None and value.kind == "call" and depth < _MAX_DEPTH:
            return self._called(code, value, name, depth + 1)
        if symbol.kind == "external":
            return Handler(None, name, unresolved=(_answered_outside(symbol.name),))
        return Handler(None, name)

    def _handed_on(self, code: Code, function: Function) -> tuple[str, ...]:
        """Say which library answers when a handler returns what that makes of it (``return NextAuth(request)``)."""
        names = {item.name for item in code.parameters(function)[:2]}
        bare = code.text[function.body_start : function.body_start + 1] != b"{"
        answers = [code.expression(function.body_start, function.body_end)] if bare else []
        for value in answers or self.values.returned(code, function):
            given = {entry.name for item in value.arguments for entry in (item, *(one for _, one in item.entries))}
            head = value.name.partition(".")[0]
            if value.kind == "call" and names & given and head in code.imports:
                symbol = self.symbols.name(code, value.name, value.start)
                if symbol.kind == "external" and not symbol.name.startswith("next/"):
                    return (_answered_outside(symbol.name),)
        return ()

    def _called(self, code: Code, value: Expression, name: str, depth: int) -> Handler:
        """Open ``withAuth(handler)`` and ``client.schema(...).action(handler)``."""
        inner = next((item for item in reversed(value.arguments) if self._is_handler(code, item)), None)
        inner = inner or next((entry for item in value.arguments for entry in self._entries(item)), None)
        callee = self.symbols.name(code, value.name, value.start)
        if inner is None:
            outside = callee.kind == "external" or value.name.rpartition(".")[2] not in _BUILDERS
            reason = _answered_outside(callee.name if callee.kind == "external" else value.name)
            return Handler(None, name, unresolved=(reason,) if outside else ())
        opened = self.open(self.symbols.expression(code, inner), name, depth)
        if value.callee is not None and value.name.rpartition(".")[2] in _BUILDERS and "." in value.name:
            guards = tuple(self._steps(code, value.callee.callee or value.callee, depth))
        elif value.callee is not None:
            decides = any(item.kind == "object" and item.get("callbacks") for item in value.arguments)
            doubt = "a callback given to it decides" if decides and callee.kind == "external" else ""
            guards = (GuardUse(code.reference(value.callee.start, value.callee.end), "route", doubt=doubt),)
        else:
            guards = ()
        return replace(opened, guards=(*guards, *opened.guards))

    def _is_handler(self, code: Code, item: Expression) -> bool:
        if item.kind == "function":
            return code.function_at(item.start) is not None
        if item.kind == "name":
            symbol = self.symbols.name(code, item.name, item.start)
            return symbol.kind == "function" or (symbol.expression is not None and symbol.expression.kind == "call")
        return item.kind == "call" and any(self._is_handler(code, one) for one in item.arguments)

    @staticmethod
    def _entries(item: Expression) -> Iterator[Expression]:
        """Yield the handler of ``wrapper({ handler: async () => ... })``."""
        for key in _HANDLER_KEYS if item.kind == "object" else ():
            entry = item.get(key)
            if entry is not None and entry.kind in {"function", "name"}:
                yield entry

    def _steps(self, code: Code, value: Expression, depth: int) -> Iterator[GuardUse]:
        """Yield what runs before the handler of a chain (``client.use(check)``), first step first."""
        if depth > _MAX_DEPTH:
            return
        if value.kind == "call" and value.callee is not None:
            before = value.callee.callee or value.callee
            if "." in value.name:
                yield from self._steps(code, before, depth + 1)
                last = value.name.rpartition(".")[2]
                for item in value.arguments if last in _STEPS else ():
                    yield GuardUse(code.reference(item.start, item.end), "router")
            else:
                symbol = self.symbols.name(code, value.name, value.start)
                if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                    for returned in self.values.returned(symbol.code, symbol.function):
                        yield from self._steps(symbol.code, returned, depth + 1)
        elif value.kind == "name":
            yield from self._client(code, value, depth)

    def _client(self, code: Code, value: Expression, depth: int) -> Iterator[GuardUse]:
        """Follow a client by its name to the chain that made it."""
        symbol = self.symbols.name(code, value.name, value.start)
        if symbol.code is not None and symbol.expression is not None and symbol.expression is not value:
            yield from self._steps(symbol.code, symbol.expression, depth + 1)
        elif "." in value.name:
            owner = value.name.rpartition(".")[0]
            named = Expression("name", value.start, value.start + len(owner.encode()), name=owner)
            yield from self._client(code, named, depth + 1)
        elif symbol.kind in {"unknown", "external", "parameter"}:
            yield GuardUse(code.reference(value.start, value.end), "router")


def _answered_outside(name: str) -> str:
    plain = name.replace("()", "")
    if plain.startswith(_TRPC):
        return "tRPC procedures answer it, and they are not read"
    return f"{plain} answers it, and what that checks is not read"
