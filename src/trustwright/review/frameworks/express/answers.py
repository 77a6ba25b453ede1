"""What a handler in an Express chain does with a request: answers it, passes it on, handles errors."""

import re

from trustwright.review.link.assembly.handlers import Handler, Handlers
from trustwright.review.link.assembly.values import External
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_ERROR_PARAMETERS = 4
_MAX_DELEGATIONS = 4

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


class Answers(Handlers):
    """Finds what handler expressions lead to, and what Express does with it."""

    def handles_errors(self, handler: Handler) -> bool:
        """Tell an error handler, which Express knows by its four parameters."""
        return handler.closure is not None and len(self.parameters(handler.closure)) == _ERROR_PARAMETERS

    def passes_on(self, handler: Handler) -> bool | None:
        """Tell whether a handler may hand the request on to what is registered after it; ``None`` when not known."""
        if handler.closure is None:
            value = self._assembly.value(handler.written)
            return None if not isinstance(value, External) else self.answers(handler) is None
        function = handler.closure.function
        return self._calls_next(handler.closure.frame.code, function, 2, _MAX_DELEGATIONS)

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
