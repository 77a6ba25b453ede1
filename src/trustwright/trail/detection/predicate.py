"""Sigma conditions, parsed by pySigma, as functions of an event's fields.

Text is compared in whatever case unless the rule says ``cased``; ``*`` and ``?`` stand for text. A list has a value
when one of its items is it. A field that is not there has no value.
"""

import ipaddress
import operator
import re
from collections.abc import Callable
from typing import Any, Final

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
)
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from trustwright.trail.detection.seen import getter
from trustwright.trail.errors import TrailError

Predicate = Callable[[dict[str, Any]], bool]
Test = Callable[[Any], bool]

_COMPARE: Final[dict[CompareOperators, Callable[[float, float], bool]]] = {
    CompareOperators.LT: operator.lt,
    CompareOperators.LTE: operator.le,
    CompareOperators.GT: operator.gt,
    CompareOperators.GTE: operator.ge,
}


def predicate(condition: object) -> Predicate:
    """Compile a parsed condition.

    Raises:
        TrailError: it has something that events of the trail cannot be asked.
    """
    if isinstance(condition, ConditionItem):
        parts = [predicate(part) for part in condition.args]
        if isinstance(condition, ConditionNOT):
            (only,) = parts
            return lambda fields: not only(fields)
        if isinstance(condition, ConditionAND | ConditionOR):
            return parts[0] if len(parts) == 1 else _joined(parts, settles=isinstance(condition, ConditionOR))
    if isinstance(condition, ConditionFieldEqualsValueExpression):
        return _field(condition.field, condition.value)
    raise TrailError(f"{type(condition).__name__}: a detection asks for fields; give each value a field.")


def _joined(parts: list[Predicate], *, settles: bool) -> Predicate:
    """Ask one after the other until one gives what settles it; a loop is twice as fast as ``all``."""

    def ask(fields: dict[str, Any]) -> bool:
        for part in parts:
            if part(fields) is settles:
                return settles
        return not settles

    return ask


CLOSED: Final = ("actor_type", "action", "outcome")
"""The fields of closed vocabularies: with them alone most rules are known not to match."""


def decided(condition: object, fields: dict[str, Any]) -> bool | None:
    """Say what a condition gives when of an event the ``CLOSED`` fields alone are known; ``None``: it depends.

    Raises:
        TrailError: as :func:`predicate`.
    """
    if isinstance(condition, ConditionFieldEqualsValueExpression):
        return predicate(condition)(fields) if condition.field in CLOSED and _is_closed(condition.value) else None
    parts = [decided(part, fields) for part in condition.args] if isinstance(condition, ConditionItem) else [None]
    if isinstance(condition, ConditionNOT):
        return None if parts[0] is None else not parts[0]
    settles = isinstance(condition, ConditionOR)
    if settles in parts:
        return settles
    return None if None in parts else not settles


def _is_closed(value: SigmaType) -> bool:
    """Say whether a value says all by itself."""
    return not isinstance(value, SigmaFieldReference)


def _field(name: str, value: SigmaType) -> Predicate:
    get = getter(name)
    if isinstance(value, SigmaNull):
        return lambda fields: get(fields) is None
    if isinstance(value, SigmaExists):
        wanted = bool(value.exists)
        return lambda fields: (get(fields) is not None) is wanted
    if isinstance(value, SigmaFieldReference):
        other = getter(value.field)

        def same(fields: dict[str, Any]) -> bool:
            found = get(fields)
            return found is not None and str(found).casefold() == str(other(fields)).casefold()

        return same
    test = _test(value)

    def matches(fields: dict[str, Any]) -> bool:
        found = get(fields)
        if found is None:
            return False
        return any(map(test, found)) if isinstance(found, list) else test(found)

    return matches


def _test(value: SigmaType) -> Test:
    if isinstance(value, SigmaExpansion):
        tests = [_test(one) for one in value.values]
        return lambda found: any(test(found) for test in tests)
    if isinstance(value, SigmaString):
        return _text(value)
    if isinstance(value, SigmaBool):
        wanted = value.boolean
        return lambda found: found is wanted or str(found).casefold() == str(wanted).casefold()
    if isinstance(value, SigmaNumber) and not isinstance(value, SigmaTimestampPart):
        number = float(value.number)
        return lambda found: _number(found) == number
    if isinstance(value, SigmaCompareExpression) and value.op in _COMPARE:
        compare, limit = _COMPARE[value.op], float(value.number.number)
        return lambda found: (read := _number(found)) is not None and compare(read, limit)
    if isinstance(value, SigmaRegularExpression):
        flags = sum(value.sigma_to_python_flags[flag] for flag in value.flags)
        pattern = re.compile(str(value.regexp), flags)
        return lambda found: pattern.search(str(found)) is not None
    if isinstance(value, SigmaCIDRExpression):
        network = value.network
        return lambda found: _within(found, network)
    raise TrailError(f"{type(value).__name__}: events of the trail cannot be asked this; use another modifier.")


def _text(value: SigmaString) -> Test:
    cased = isinstance(value, SigmaCasedString)
    if not value.contains_special():
        plain = str(value)
        if cased:
            return lambda found: str(found) == plain
        folded = plain.casefold()
        return lambda found: found == plain or str(found).casefold() == folded
    parts = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
    text = "".join(re.escape(part) if isinstance(part, str) else parts[part] for part in value.s)  # type: ignore[index]
    pattern = re.compile(text, re.DOTALL | (0 if cased else re.IGNORECASE))
    return lambda found: pattern.fullmatch(str(found)) is not None


def _number(found: object) -> float | None:
    if isinstance(found, bool):
        return None
    try:
        return float(found) if isinstance(found, int | str) else None
    except (ValueError, OverflowError):
        return None


def _within(found: object, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(str(found)) in network
    except ValueError:
        return False
