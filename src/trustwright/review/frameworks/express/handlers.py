"""What stands behind a handler in an Express chain: its function, its name, whether it passes the request on."""

import re
from dataclasses import dataclass

from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.values import Closure, External, Written
from trustwright.review.model import Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_ERROR_PARAMETERS = 4
_MAX_WRAPS = 4

ANSWERS: dict[str, str] = {
    "serve-index": "GET",
    "express-graphql": "ANY", "express-graphql.graphqlHTTP": "ANY", "graphql-http/lib/use/express.createHandler": "ANY",
    "@apollo/server/express4.expressMiddleware": "ANY", "@as-integrations/express4.expressMiddleware": "ANY",
    "@as-integrations/express5.expressMiddleware": "ANY",
    "@trpc/server/adapters/express.createExpressMiddleware": "ANY",
    "http-proxy-middleware.createProxyMiddleware": "ANY", "http-proxy-middleware": "ANY", "express-http-proxy": "ANY",
    "@bull-board/express.ExpressAdapter.getRouter": "ANY", "parse-server.ParseServer": "ANY",
}  # fmt: skip
"""Outside functions whose result answers every request below the path it is attached to, with the method it answers."""

_STORED = re.compile(
    r"upload|ftp|file|attach|media|document|backup|\blogs?\b|private|storage|download|invoice|report", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Handler:
    """One function of a chain.

    Attributes:
        written: the expression as attached.
        closure: the function it leads to, wrappers such as ``asyncHandler(f)`` taken off; ``None`` when not found.
        name: how to call it.
        wrapped: whether a wrapper was taken off.
    """

    written: Written
    closure: Closure | None
    name: str
    wrapped: bool

    @property
    def code(self) -> Code:
        """The file the expression stands in."""
        return self.written.code

    @property
    def attached(self) -> Reference:
        """The expression as attached."""
        return self.code.reference(self.written.expression.start, self.written.expression.end)

    @property
    def body(self) -> Reference:
        """The function when it was found, else the expression."""
        if self.closure is None:
            return self.attached
        function = self.closure.function
        return self.closure.frame.code.reference(function.start, function.end)


class Handlers:
    """Finds what handler expressions lead to."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly that evaluates them."""
        self._assembly = assembly

    def of(self, written: Written, depth: int = 0) -> Handler:
        """Return what a handler expression leads to."""
        value = self._assembly.value(written)
        expression = written.expression
        if expression.kind == "call" and depth < _MAX_WRAPS and expression.last_name != "bind":
            for item in expression.arguments:
                inner = self.of(Written(item, written.frame), depth + 1)
                if inner.closure is not None and len(self._parameters(inner.closure)) > 1:
                    return Handler(written, inner.closure, inner.name, wrapped=True)
        closure = value if isinstance(value, Closure) else None
        return Handler(written, closure, self._name(written, closure), wrapped=False)

    def _parameters(self, closure: Closure) -> tuple[str, ...]:
        return self._assembly.parameter_names(closure.frame.code, closure.function)

    @staticmethod
    def _name(written: Written, closure: Closure | None) -> str:
        expression = written.expression
        if expression.kind == "function":
            return (closure.function.name if closure is not None else "") or "inline handler"
        return expression.name.removesuffix(".bind") or "inline handler"

    def handles_errors(self, handler: Handler) -> bool:
        """Tell an error handler, which Express knows by its four parameters."""
        return handler.closure is not None and len(self._parameters(handler.closure)) == _ERROR_PARAMETERS

    def passes_on(self, handler: Handler) -> bool | None:
        """Tell whether a handler may hand the request on to what is registered after it; ``None`` when not known."""
        if handler.closure is None:
            value = self._assembly.value(handler.written)
            return None if not isinstance(value, External) else self.answers(handler) is None
        function = handler.closure.function
        return self._calls_next(handler.closure.frame.code, function, 2, _MAX_WRAPS)

    def _calls_next(self, code: Code, function: Function, position: int, depth: int) -> bool:
        """Tell whether a function calls its ``next`` without an error, itself or through what it hands it to."""
        names = self._assembly.parameter_names(code, function)
        if position >= len(names) or depth <= 0:
            return depth <= 0
        passing = names[position]
        for call in code.calls_in(function.body_start, function.body_end):
            given = code.source(call.arguments_start, call.arguments_end)
            if call.callee == passing and re.match(r"\(\s*(\)|[\"']rout)", given):
                return True
            arguments = [part.strip() for part in given.strip("()").split(",")]
            if passing in arguments and call.callee.rpartition(".")[2] not in {"catch", "then", "on", "once"}:
                symbol = self._assembly.symbols.name(code, call.callee, call.start)
                if symbol.function is None or symbol.code is None:
                    return True
                if self._calls_next(symbol.code, symbol.function, arguments.index(passing), depth - 1):
                    return True
        return False

    def answers(self, handler: Handler) -> str | None:
        """Return the method that an outside handler answers for all below its path, or ``None`` for other handlers.

        Static files count when they are people's (uploads, logs, backups), not the site's own pages.
        """
        value = self._assembly.value(handler.written)
        if not isinstance(value, External):
            return None
        name = value.name.replace("()", "")
        if name == "express.static":
            written = value.written or handler.written
            text = written.code.source(written.expression.start, written.expression.end)
            return "GET" if _STORED.search(text) else None
        return ANSWERS.get(name)

    def answers_alone(self, handler: Handler) -> bool:
        """Tell whether a function found in the repository answers, and is not the one that says 404 to the rest."""
        return self.passes_on(handler) is False and not self.says_not_found(handler)

    def says_not_found(self, handler: Handler) -> bool:
        """Tell a handler that only says 404, registered for whatever no route took."""
        body = ""
        if handler.closure is not None:
            function = handler.closure.function
            body = handler.closure.frame.code.source(function.start, function.end)
        return bool(re.search(r"404|not_?found", body + handler.name, re.IGNORECASE))
