"""What a text begins with, read cheaply: literals, names of constants, joining, settings with a default.

Rules that ask this of every call of a repository cannot follow callers and the functions of the repository, as
``texts`` does for the few places where a framework is set up.
"""

from typing import Final

from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

MAX_DEPTH: Final = 6
HOLE: Final = "{}"
"""Stands for each part that is not a constant."""


def literal(symbols: Symbols, code: Code, value: Expression, depth: int = 0) -> str:
    """Return a text with :data:`HOLE` in place of every part that is not a constant of the repository."""
    if value.kind == "string":
        return value.text or ""
    if depth > MAX_DEPTH:
        return HOLE
    if value.kind == "template" and isinstance(value.value, str):
        parts = [literal(symbols, code, item, depth + 1) for item in value.arguments]
        pieces = value.value.split(HOLE)
        if len(pieces) != len(parts) + 1:
            return value.value
        return pieces[0] + "".join(part + piece for part, piece in zip(parts, pieces[1:], strict=True))
    if value.kind == "operation" and value.name == "+":
        return "".join(literal(symbols, code, item, depth + 1) for item in value.arguments)
    if value.kind == "operation" and value.name in {"||", "??", "or"}:
        texts = [literal(symbols, code, item, depth + 1) for item in value.arguments]
        return next((text for text in texts if text != HOLE), HOLE)
    if value.kind == "name" and not value.arguments:
        symbol = symbols.name(code, value.name, value.start)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            found = symbol.expression
            same = symbol.code is code and found.start == value.start
            return HOLE if same else literal(symbols, symbol.code, found, depth + 1)
    if value.kind == "call":
        return _called(symbols, code, value, depth)
    return HOLE


def _called(symbols: Symbols, code: Code, value: Expression, depth: int) -> str:
    """Read a setting's default, ``new URL("/x", "https://host")`` and ``"...".format(...)``."""
    last = value.last_name
    if last in {"URL", "Request", "str", "String", "AnyUrl"} and value.arguments:
        base = value.arguments[1] if last == "URL" and len(value.arguments) > 1 else value.arguments[0]
        return literal(symbols, code, base, depth + 1)
    if last in {"getenv", "get", "env", "config"} or value.get("default") is not None:
        default = value.get("default") or value.argument(1)
        return literal(symbols, code, default, depth + 1) if default is not None else HOLE
    if last == "format" and value.callee is not None and value.callee.callee is not None:
        return literal(symbols, code, value.callee.callee, depth + 1)
    return HOLE
