"""View functions: the methods they answer, what of them runs for each, and the functions they hand requests on to."""

import re

from trustwright.review.frameworks.django import decorators
from trustwright.review.frameworks.django.conditions import Conditions, Known, request_facts
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import GuardUse, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

_READS_BODY = re.compile(r"request\.(POST|FILES|body|data|read\()|method")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MAX_STEPS = 2


class Functions:
    """Reads view functions."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver."""
        self._symbols = symbols
        self._conditions = Conditions(symbols)

    def methods(self, code: Code, function: Function, decoration: decorators.Decoration) -> tuple[str, ...]:
        """Return the methods that a view answers.

        Without a decorator Django passes it every method. One that asks for the method is listed under those it
        names, and GET for all others; one that never looks at what was sent is listed under GET, for whatever the
        method, it does the same.
        """
        if decoration.methods is not None:
            return decoration.methods
        for call in code.calls_in(function.body_start, function.body_end):
            if call.callee.rpartition(".")[2] == "HttpResponseNotAllowed":
                listed = _texts(code.call(call).argument(0, "permitted_methods"))
                if listed:
                    return tuple(method for method in _METHODS if method in listed)
        named = self._named(code, function)
        if named:
            others = {"GET"} if named - {"GET"} else {"GET", "POST"}  # what is no GET is what forms send
            return tuple(method for method in _METHODS if method in named | others)
        return ("ANY",) if self._reads_body(code, function, 0) else ("GET",)

    @staticmethod
    def _named(code: Code, function: Function) -> set[str]:
        """Return the methods that conditions in a view name."""
        found: set[str] = set()
        for branch in code.within(code.facts.branches, function.body_start, function.body_end):
            for item in code.expression(branch.condition_start, branch.condition_end).walk():
                if item.kind == "operation" and any(side.name.endswith("request.method") for side in item.arguments):
                    found |= {
                        text for side in item.arguments for text in (side.text or "", *_texts(side)) if text in _METHODS
                    }
        return found

    def _reads_body(self, code: Code, function: Function, depth: int) -> bool:
        """Tell whether a view, or a function it hands the request to, looks at what was sent."""
        if _READS_BODY.search(code.source(function.body_start, function.body_end)):
            return True
        for call in code.calls_in(function.body_start, function.body_end) if depth < _MAX_STEPS else ():
            if re.match(r"\(\s*(request|self\.request)\b", code.source(call.arguments_start, call.arguments_end)):
                symbol = self._symbols.name(code, call.callee, call.start)
                found = symbol.function if symbol.kind == "function" else None
                if found is not None and symbol.code is not None and self._reads_body(symbol.code, found, depth + 1):
                    return True
        return False

    def unreached(self, code: Code, function: Function, method: str) -> tuple[Reference, ...]:
        """Return what of a view does not run for a method."""
        if method == "ANY":
            return ()
        return tuple(self._conditions.unreached(code, function.body_start, function.body_end, request_facts(method)))

    def handed_on(self, code: Code, function: Function, method: str) -> tuple[GuardUse, ...]:
        """Return the guards of the function that a view only hands the request on to: ``return create(request)``."""
        known: Known = request_facts(method) if method != "ANY" else {}
        running = [
            (item, runs)
            for item in code.within(code.facts.returns, function.body_start, function.body_end)
            if code.enclosing_function(item.start) == function
            and (runs := self._conditions.runs(code, item.start, function.body_start, known)) is not False
        ]
        if not running or running[0][1] is not True:
            return ()
        value = code.expression(running[0][0].start + len("return"), running[0][0].end)
        symbol = self._symbols.name(code, value.name, value.start) if value.kind == "call" and value.name else None
        if symbol is None or symbol.kind != "function" or symbol.code is None or symbol.function is None:
            return ()
        return decorators.read(symbol.code, symbol.function).guards


def _texts(value: Expression | None) -> tuple[str, ...]:
    return tuple(text.upper() for item in (value.arguments if value is not None else ()) if (text := item.text))
