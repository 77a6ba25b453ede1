"""Constant texts: what a string expression comes to when its parts are constants of the repository."""

from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

_MAX_DEPTH = 8


def constant_text(symbols: Symbols, code: Code, value: Expression, depth: int = 0) -> str | None:
    """Return the text of a string expression, or ``None`` when part of it is only known when the program runs.

    Follows names, enum members, templates and ``+`` across files. Of ``env.PREFIX || "api"`` it is the fallback.
    """
    if depth > _MAX_DEPTH:
        return None
    if value.kind == "string":
        return value.text
    if value.kind == "name":
        symbol = symbols.name(code, value.name, value.start)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            return constant_text(symbols, symbol.code, symbol.expression, depth + 1)
        return None
    parts = [constant_text(symbols, code, item, depth + 1) for item in value.arguments]
    if value.kind == "template" and isinstance(value.value, str):
        return _filled(value.value.split("{}"), parts)
    if value.kind == "operation" and value.name == "+":
        return _filled([""] * (len(parts) + 1), parts)
    if value.kind == "operation" and value.name in {"||", "??", "or"}:
        return next((part for part in parts if part is not None), None)
    return None


def _filled(around: list[str], inside: list[str | None]) -> str | None:
    if len(around) != len(inside) + 1:
        return None
    text = around[0]
    for part, after in zip(inside, around[1:], strict=True):
        if part is None:
            return None
        text += part + after
    return text
