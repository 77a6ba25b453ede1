"""Conditions that can be decided from what is known of a request: its method, and the action it runs."""

from collections.abc import Iterator, Mapping

from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

Known = Mapping[str, str | bool]
"""Dotted name (``self.action``, ``request.method``) to its text, or to whether it holds."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_MAX_DEPTH = 6


def request_facts(method: str, action: str = "") -> dict[str, str | bool]:
    """Return what is known when a view or a permission class runs for a method and, in a viewset, an action."""
    known: dict[str, str | bool] = {"request.method": method, "self.request.method": method}
    if action:
        known |= {"self.action": action, "view.action": action}
    return known


def around(code: Code, offset: int, floor: int) -> Iterator[tuple[Expression, bool]]:
    """Yield the conditions that must hold (or, with False, must not) for the statement at ``offset`` to run.

    ``floor`` is where the stretch under question begins; conditions that stand before it are not asked for.
    """
    for branch in code.within(code.facts.branches, floor, offset + 1):
        inside = branch.then_start <= offset < branch.then_end
        in_condition = branch.condition_start <= offset < branch.condition_end
        if branch.start <= offset < branch.end and not in_condition:
            yield code.expression(branch.condition_start, branch.condition_end), inside


class Conditions:
    """Decides conditions: True, False, or ``None`` when it depends on more than is known."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver, which finds constants."""
        self._symbols = symbols

    def runs(self, code: Code, offset: int, floor: int, known: Known) -> bool | None:
        """Tell whether the statement at ``offset`` runs, as far as the conditions around it say."""
        answers = [(self.holds(code, condition, known), wanted) for condition, wanted in around(code, offset, floor)]
        if any(answer is not None and answer is not wanted for answer, wanted in answers):
            return False
        return None if any(answer is None for answer, _ in answers) else True

    def unreached(self, code: Code, start: int, end: int, known: Known) -> list[Reference]:
        """Return the parts of a stretch that conditions keep from running."""
        found = []
        for branch in code.within(code.facts.branches, start, end):
            answer = self.holds(code, code.expression(branch.condition_start, branch.condition_end), known)
            if answer is False:
                found.append(code.reference(branch.then_start, branch.then_end))
            elif answer is True:
                found.append(code.reference(branch.then_end, branch.end))
        return found

    def holds(self, code: Code, value: Expression, known: Known, depth: int = 0) -> bool | None:
        """Decide an expression."""
        if depth > _MAX_DEPTH:
            return None
        if value.kind in {"boolean", "number", "string"}:
            return bool(value.value)
        if value.kind == "null":
            return False
        if value.kind == "name":
            if isinstance(answer := known.get(value.name), bool):
                return answer
            found = self._value(code, value, known, depth)
            return bool(found) if found is not None else None
        if value.kind == "operation":
            return self._operation(code, value, known, depth + 1)
        return None

    def _operation(self, code: Code, value: Expression, known: Known, depth: int) -> bool | None:
        if value.name in {"and", "or"}:
            answers = [self.holds(code, item, known, depth) for item in value.arguments]
            decisive = value.name == "or"
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        if value.name == "not" and value.arguments:
            answer = self.holds(code, value.arguments[0], known, depth)
            return None if answer is None else not answer
        if value.name in {"==", "!=", "in", "not in", "is", "is not"} and len(value.arguments) == 2:
            left, right = (self._value(code, item, known, depth) for item in value.arguments)
            if not isinstance(left, str) or right is None or (value.name.endswith("in") and isinstance(right, str)):
                return None
            answer = left in right if value.name.endswith("in") else left == right
            return answer if value.name in {"==", "in", "is"} else not answer
        return None

    def _value(self, code: Code, value: Expression, known: Known, depth: int) -> str | tuple[str, ...] | None:
        """Return a text, or the texts of a collection, when all of it is known."""
        if value.kind == "string":
            return value.text
        if value.kind == "array":
            texts = [self._value(code, item, known, depth + 1) for item in value.arguments]
            return tuple(t for t in texts if isinstance(t, str)) if all(isinstance(t, str) for t in texts) else None
        if value.kind == "call" and value.name in {"set", "frozenset", "tuple", "list"} and len(value.arguments) == 1:
            return self._value(code, value.arguments[0], known, depth + 1)
        if value.kind == "call" and value.last_name in {"lower", "upper"} and not value.arguments:
            text = known.get(value.name.rpartition(".")[0])
            return (text.lower() if value.last_name == "lower" else text.upper()) if isinstance(text, str) else None
        if value.kind != "name" or depth > _MAX_DEPTH:
            return None
        if value.name in known:
            return text if isinstance(text := known[value.name], str) else None
        if value.last_name == "SAFE_METHODS" and code.qualified(value.name).startswith("rest_framework"):
            return SAFE_METHODS
        symbol = self._symbols.name(code, value.name, value.start)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            return self._value(symbol.code, symbol.expression, known, depth + 1)
        return None
