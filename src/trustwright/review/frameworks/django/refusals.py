"""Places that turn requests away, and what a view class's own attributes say about whether they are reached.

``if self.login_required and not request.user.is_authenticated`` refuses in one view and not in another: each sets the
attribute for itself, in its class or in ``as_view(login_required=True)``.
"""

import re
from collections.abc import Iterator, Mapping

from trustwright.review.frameworks.django.classes import Classes, Lineage
from trustwright.review.frameworks.django.conditions import Conditions, around
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.link.rejections import Rejection, rejections
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.weighing import ROLE
from trustwright.review.model import Access, GuardUse, GuardVerdict, Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

_ANONYMOUS = re.compile(
    r"not\s+(\w+\.)*user\.is_authenticated|user\.is_anonymous|\buser\s+is\s+None|not\s+(\w+\.)*user\b(?!\.)"
)
_SIGNED_IN = re.compile(r"user\.is_authenticated")
_LEFT_BEFORE = re.compile(r"if [^\n]*user\.is_authenticated[^\n]*:\s*\n?\s*return ")
_OWN = re.compile(r"self\.(\w+)")


def of_anonymous(code: Code, function: Function) -> Iterator[Rejection]:
    """Yield the places of a function that turn away who is not signed in."""
    for item in rejections(code, function.body_start, function.body_end):
        if item.kind in {"unauthenticated", "forbidden"} and _is_anonymous(code, function, item.start):
            yield item


def _is_anonymous(code: Code, function: Function, at: int) -> bool:
    for condition, wanted in around(code, at, function.body_start):
        text = code.source(condition.start, condition.end)
        if wanted and _ANONYMOUS.search(text):
            return True
        if not wanted and _SIGNED_IN.search(text) and not _ANONYMOUS.search(text):
            return True
    left = _LEFT_BEFORE.search(code.source(function.body_start, at))
    return left is not None and not _ANONYMOUS.search(left[0])


class Switches:
    """Decides what of a method runs in a view class, from the attributes that the class sets."""

    def __init__(self, symbols: Symbols, classes: Classes) -> None:
        """Take what reads names and classes."""
        self._classes = classes
        self._conditions = Conditions(symbols)

    def names(self, code: Code, function: Function) -> frozenset[str]:
        """Return the attributes that a method's conditions ask for."""
        return frozenset(
            name
            for branch in code.within(code.facts.branches, function.body_start, function.body_end)
            for name in _OWN.findall(code.source(branch.condition_start, branch.condition_end))
        )

    def use(self, code: Code, function: Function, lineage: Lineage, options: Written | None) -> GuardUse | None:
        """Return a method as a guard of a view whose attributes decide; ``None`` when none of them is settled."""
        known = {
            f"self.{name}": value
            for name in sorted(self.names(code, function))
            if (value := self._value(lineage, options, name)) is not None
        }
        if not known:
            return None
        authentication = authorization = Access.ABSENT
        evidence: list[Location] = []
        for item in rejections(code, function.body_start, function.body_end):
            left = [
                condition
                for condition, wanted in around(code, item.start, function.body_start)
                if self._conditions.holds(code, condition, known) is not wanted
            ]
            if item.kind not in {"unauthenticated", "forbidden"}:
                continue
            if self._conditions.runs(code, item.start, function.body_start, known) is False:
                continue
            anonymous = _is_anonymous(code, function, item.start)
            texts = [code.source(condition.start, condition.end) for condition in left]
            if anonymous and all(self._settled(code, condition, known) for condition in left):
                authentication = Access.ENFORCED
                evidence.append(item.location)
            elif len(left) == 1 and ROLE.search(texts[0]):
                authentication = authorization = Access.ENFORCED
                evidence.append(item.location)
        reference = code.reference(function.start, function.end)
        if authentication is Access.ENFORCED:
            return GuardUse(reference, "route", GuardVerdict(authentication, authorization, tuple(evidence)))
        unreached = self._conditions.unreached(code, function.body_start, function.body_end, known)
        return GuardUse(reference, "route", None, tuple(unreached))

    def _settled(self, code: Code, condition: Expression, known: Mapping[str, str | bool]) -> bool:
        """Tell whether a condition is about the caller alone once the attributes are put in."""
        operands = condition.arguments if condition.kind == "operation" and condition.name == "and" else (condition,)
        return all(
            self._conditions.holds(code, item, known) is True
            or _ANONYMOUS.search(code.source(item.start, item.end))
            or _SIGNED_IN.search(code.source(item.start, item.end))
            for item in operands
        )

    def _value(self, lineage: Lineage, options: Written | None, name: str) -> str | bool | None:
        """Return whether an attribute is set, or its text; ``None`` when it is no constant."""
        given = options.expression.get(name) if options is not None else None
        found = self._classes.attribute(lineage, name)
        value = given if given is not None else found[0].expression if found is not None else None
        if value is None:
            return None
        if value.kind == "string":
            return value.text
        if value.kind in {"boolean", "number"}:
            return bool(value.value)
        if value.kind == "null":
            return False
        return bool(value.arguments) if value.kind == "array" else None
