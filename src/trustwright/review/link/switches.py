"""Switches: whether an option of the code is on where it counts, in production."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

MAX_DEPTH: Final = 8
"""How many names and operands are followed for one question."""

_PRODUCTION: Final = re.compile(r"^prod(uction)?$|^live$", re.IGNORECASE)
_DEVELOPMENT: Final = re.compile(r"^(dev(el(opment)?)?|local(host)?|test(ing)?|debug|ci|e2e)$", re.IGNORECASE)
_ENVIRONMENT: Final = re.compile(
    r"NODE_ENV|APP_ENV|FLASK_ENV|DJANGO_ENV|RAILS_ENV|(^|[._])(stage|environment|env(_?name)?)\b", re.IGNORECASE
)
_IS_PRODUCTION: Final = re.compile(r"(^|[._])is_?prod(uction)?(\(\))?$", re.IGNORECASE)
_IS_DEVELOPMENT: Final = re.compile(
    r"(^|[._])(is_?(dev(elopment)?|local(host)?(url|host)?|test(ing)?|debug)(_?mode)?|DEBUG|__DEV__|TESTING)(\(\))?$",
    re.IGNORECASE,
)
_LITERALS: Final = {
    "true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False,
}  # fmt: skip
_WITH_DEFAULT: Final = frozenset({"get", "getenv", "config", "env", "bool", "getattr", "get_bool", "getboolean", "pop"})


@dataclass(frozen=True, slots=True)
class Switch:
    """What became of an option.

    ``on`` is whether it is on in production, ``None`` when the files do not say. ``configurable`` says that a setting
    decides; ``on`` is then what holds when nobody sets it.
    """

    on: bool | None
    configurable: bool = False


_UNSETTLED: Final = Switch(None)


def switch(symbols: Symbols, code: Code, value: Expression, depth: int = 0) -> Switch:
    """Follow an expression that turns something on or off.

    Names are followed across files; a comparison with the environment's name is answered for production; a setting
    with a default (``os.getenv("VERIFY", True)``) is answered with the default.
    """
    if depth > MAX_DEPTH:
        return _UNSETTLED
    if value.kind in {"boolean", "number", "string"}:
        return Switch(_literal(value))
    if value.kind == "null":
        return Switch(False)
    if value.kind == "name":
        return _name(symbols, code, value, depth)
    if value.kind == "operation":
        return _operation(symbols, code, value, depth)
    if value.kind == "conditional" and len(value.arguments) == 3:
        return _conditional(symbols, code, value, depth)
    if value.kind == "call":
        return _call(symbols, code, value, depth)
    return _UNSETTLED


def _literal(value: Expression) -> bool | None:
    if value.kind == "string":
        return _LITERALS.get((value.text or "").strip().lower())
    return bool(value.value)


def _name(symbols: Symbols, code: Code, value: Expression, depth: int) -> Switch:
    if _IS_PRODUCTION.search(value.name):
        return Switch(True)
    if _IS_DEVELOPMENT.search(value.name):
        return Switch(False)
    symbol = symbols.name(code, value.name, value.start)
    if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
        if symbol.code is code and symbol.expression.start == value.start:
            return _UNSETTLED
        return switch(symbols, symbol.code, symbol.expression, depth + 1)
    return Switch(None, configurable=symbol.kind in {"external", "parameter"})


def _operation(symbols: Symbols, code: Code, value: Expression, depth: int) -> Switch:
    operands = value.arguments
    if value.name in {"!", "not"} and operands:
        inner = switch(symbols, code, operands[0], depth + 1)
        return Switch(None if inner.on is None else not inner.on, inner.configurable)
    if value.name in {"==", "===", "!=", "!==", "is"} and len(operands) == 2:
        return _compared(value)
    if value.name in {"||", "or", "??", "&&", "and"} and len(operands) == 2:
        left, right = (switch(symbols, code, item, depth + 1) for item in operands)
        configurable = left.configurable or right.configurable
        if value.name == "??":
            return Switch(left.on if left.on is not None else right.on, configurable)
        decides = value.name in {"||", "or"}
        if decides in (left.on, right.on):
            return Switch(decides, configurable)
        known = None if None in (left.on, right.on) else not decides
        return Switch(known, configurable)
    return _UNSETTLED


def _compared(value: Expression) -> Switch:
    """Answer ``environment === "production"`` for production; a setting that must be written out is off until it is."""
    left, right = value.arguments
    named, text = (left, right.text) if right.text is not None else (right, left.text)
    equal = not value.name.startswith("!")
    if text is None:
        return _UNSETTLED
    if _PRODUCTION.search(text):
        return Switch(equal)
    if _DEVELOPMENT.search(text) and _ENVIRONMENT.search(named.name):
        return Switch(not equal)
    if text.lower() in _LITERALS and named.kind == "name":
        return Switch(not equal, configurable=True)
    return Switch(None, configurable=True)


def _conditional(symbols: Symbols, code: Code, value: Expression, depth: int) -> Switch:
    test, then, otherwise = value.arguments
    asked = switch(symbols, code, test, depth + 1)
    first, second = (switch(symbols, code, item, depth + 1) for item in (then, otherwise))
    if asked.on is not None and not asked.configurable:
        return first if asked.on else second
    if first.on == second.on:
        return first
    return Switch(None, configurable=True)


def _call(symbols: Symbols, code: Code, value: Expression, depth: int) -> Switch:
    """Read the default of a setting: ``config.get("verify", True)``, ``env.bool("VERIFY", default=True)``."""
    if value.last_name in {"Boolean", "bool"} and len(value.arguments) == 1 and not value.entries:
        return switch(symbols, code, value.arguments[0], depth + 1)
    default = value.get("default")
    if default is None and value.last_name in _WITH_DEFAULT and len(value.arguments) > 1:
        default = value.arguments[-1]
    if default is None:
        return Switch(None, configurable=value.last_name in _WITH_DEFAULT)
    return Switch(switch(symbols, code, default, depth + 1).on, configurable=True)


Circumstance = Literal["always", "development", "asked-for"]
_ASKED: Final = re.compile(
    r"insecure|skip|ignore|allow|trust|accept|verif|reject|self.?sign|unsafe|no_?check|strict|disable|lax|=\s*['\"]none",
    re.IGNORECASE,
)
_UNSET: Final = re.compile(r"\bis None\b|===? ?(undefined|null)\b")
_CASE: Final = re.compile(rb"\b(?:case\s+(?P<label>[^:\n]{1,80})|default)\s*:")
_DEVELOPING: Final = re.compile(
    r"\b(is_?)?(local_?(host|dev|url)?|dev(elopment)?|debug|test(ing)?)\b|isLocal|isDev|isTest|!\s*is_?prod|not\s+is_?prod"
    r"|!==?\s*['\"]prod|['\"](dev|development|local|test|testing|localhost|127\.0\.0\.1)['\"]",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(
    r"!==?\s*['\"](dev|local|test)|!\s*\(?\w*\.?is_?(dev|local|test)|not\s+\w*\.?is_?(dev|local|test)|not\s+(settings\.)?DEBUG",
    re.IGNORECASE,
)


def circumstance(code: Code, at: int) -> Circumstance:
    """Say when the code at an offset runs, as far as the ``if``s around it tell.

    ``development``: only outside production; ``asked-for``: only when a setting or option asks for it.
    """
    found: Circumstance = "always"
    for branch in code.branches_around(at):
        condition = code.source(branch.condition_start, branch.condition_end)
        if _DEVELOPING.search(condition) and not _NEGATED.search(condition):
            return "development"
        if _ASKED.search(condition) and not _UNSET.search(condition):
            found = "asked-for"
    cases = list(_CASE.finditer(code.text, max(0, at - 300), at)) if not code.is_python else []
    if cases and _ASKED.search((cases[-1]["label"] or b"").decode("utf-8", "replace")):
        found = "asked-for"
    return found


def leaves_in_production(symbols: Symbols, code: Code, function: Function) -> Location | None:
    """Return where a function leaves early in production: ``if (process.env.NODE_ENV === "production") return``."""
    for branch in code.within(code.facts.branches, function.body_start, function.body_end):
        leaves = code.within(code.facts.returns, branch.then_start, branch.then_end)
        if leaves or code.within(code.facts.raises, branch.then_start, branch.then_end):
            asked = switch(symbols, code, code.expression(branch.condition_start, branch.condition_end))
            if asked.on and not asked.configurable:
                return code.location(branch.start)
    return None
