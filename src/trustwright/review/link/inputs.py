"""Conditions on inputs: what of a called workflow or action does not run for one of its callers."""

import re
from collections.abc import Mapping
from typing import Final

from trustwright.review.source.tree import Tree

_CONJUNCT: Final = re.compile(
    r"(?P<not>!)?\s*(?:github\.event\.)?inputs\.(?P<name>[\w-]+)(?:\s*(?P<operator>[!=]=)\s*(?P<value>'[^']*'|true|false))?"
)
_EMPTY: Final = frozenset({"", "false", "0"})


def literals(*blocks: Tree | None) -> dict[str, str]:
    """Return the inputs that are given as plain values, later blocks over earlier ones.

    A block is a ``with:``, or an action's ``inputs:`` with their defaults. An input given by an expression is left out.
    """
    found: dict[str, str] = {}
    for block in blocks:
        for name, value in block.items() if block is not None else ():
            given = value.at("default") if value.is_mapping else value
            text = given.text if given is not None and given.is_scalar else ""
            if "${{" in text:
                found.pop(name, None)
            else:
                found[name] = text
    return found


def never(condition: str, given: Mapping[str, str]) -> bool:
    """Tell whether a condition cannot hold with these inputs: one of the parts that must all hold does not.

    Unknown inputs, other expressions and alternatives (``||``) are taken to hold.
    """
    text = condition.strip().removeprefix("${{").removesuffix("}}")
    if "||" in text:
        return False
    return any(_fails(part.strip().strip("()").strip(), given) for part in text.split("&&"))


def _fails(part: str, given: Mapping[str, str]) -> bool:
    match = _CONJUNCT.fullmatch(part)
    if part == "false":
        return True
    if match is None or match["name"] not in given:
        return False
    value = given[match["name"]].lower()
    if match["operator"] is None:
        return (value in _EMPTY) is (match["not"] is None)
    equal = value == match["value"].strip("'").lower()
    return equal is not (match["operator"] == "==")
