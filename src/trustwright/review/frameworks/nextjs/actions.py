"""Server actions: functions that ``"use server"`` lets anybody call over the network."""

import re
from collections.abc import Iterable, Iterator

from trustwright.review.frameworks.nextjs.handlers import Handler, Handlers
from trustwright.review.model import DeclaredRoute
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_DIRECTIVE = rb"""["']use server["']"""
_COMMENTS = rb"""(?:\s|//[^\n]*\n|/\*.*?\*/|["']use \w+["'];?)*?"""
_FILE = re.compile(rb"(?:\xef\xbb\xbf)?" + _COMMENTS + _DIRECTIVE, re.DOTALL)
_FUNCTION = re.compile(rb"\{" + _COMMENTS + _DIRECTIVE, re.DOTALL)
_TYPE = re.compile(rb"(?:declare\s+)?(?:type|interface|enum)\b")


def actions(handlers: Handlers, files: Iterable[Code]) -> Iterator[DeclaredRoute]:
    """Yield the server actions among production files."""
    for code in files:
        if code.is_python or b"use server" not in code.text:
            continue
        if _FILE.match(code.text):
            yield from _exported(handlers, code)
        else:
            for function in code.facts.functions:
                if _FUNCTION.match(code.text, function.body_start, function.body_end):
                    name = function.name or _outer_name(code, function)
                    handler = Handler(code.reference(function.start, function.end), name)
                    yield _route(code, handler, name, function.start)


def _exported(handlers: Handlers, code: Code) -> Iterator[DeclaredRoute]:
    for item in code.facts.exports:
        if item.exported == "*" or _TYPE.match(code.text, item.start):
            continue
        symbol = handlers.symbols.exported(code.path, item.exported)
        called = symbol.expression is not None and symbol.expression.kind == "call"
        if symbol.kind == "function" or called:
            name = item.local or item.exported
            yield _route(code, handlers.open(symbol, name), name, item.start)


def _route(code: Code, handler: Handler, name: str, at: int) -> DeclaredRoute:
    return DeclaredRoute(
        method="ACTION",
        path=f"/{code.path}#{name}",
        framework="nextjs",
        location=code.location(at),
        handler=handler.reference,
        handler_name=name,
        guards=handler.guards,
        unresolved=handler.unresolved,
    )


def _outer_name(code: Code, function: Function) -> str:
    """Name an action without a name by what it is in, and by its line."""
    outer = next((item for item in code.enclosing_functions(function.start) if item.name), None)
    return f"{outer.name if outer else 'action'}:{code.line(function.start)}"
