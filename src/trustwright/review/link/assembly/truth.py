"""Whether a condition in set-up code holds, where options and constants settle it."""

from collections.abc import Callable

from trustwright.review.link.assembly.names import Names, chain
from trustwright.review.link.assembly.values import (
    Closure,
    Instance,
    Items,
    Text,
    Thing,
    Value,
    Written,
    name_at,
    returned,
)
from trustwright.review.source.expression import Expression

Known = Callable[[str], "str | bool | None"]
"""Answers for names that only the caller knows (``req.method``, ``request.routeOptions.config.public``)."""

_MAX_DEPTH = 10
_EQUAL = {"==": True, "===": True, "!=": False, "!==": False}


def unknown(_: str) -> str | bool | None:
    """Know no name."""
    return None


class Truth:
    """Decides conditions: true, false, or ``None`` when that is only known at run time."""

    def __init__(self, evaluate: Callable[[Written], Value | None], names: Names) -> None:
        """Take the evaluator and what looks names up."""
        self._evaluate = evaluate
        self._names = names

    def of(self, written: Written, known: Known = unknown, depth: int = 0) -> bool | None:
        """Return whether a condition holds; ``known`` is asked for each name first."""
        expression = written.expression
        if depth > _MAX_DEPTH:
            return None
        if expression.kind in {"name", "call"} and (told := known(expression.name)) is not None:
            return bool(told)
        if expression.kind == "operation":
            return self._operation(written, known, depth + 1)
        if expression.kind == "call":
            return self._called(written, known, depth + 1)
        if expression.kind == "name":
            return self._named(written, depth)
        return _literal(expression)

    def _called(self, written: Written, known: Known, depth: int) -> bool | None:
        """Decide ``Boolean(x)``, and a call of a function that only returns a condition."""
        expression, frame = written.expression, written.frame
        if expression.name == "Boolean" and expression.arguments:
            return self.of(Written(expression.arguments[0], frame), known, depth)
        closure = self._evaluate(Written(expression.callee, frame)) if expression.callee is not None else None
        if not isinstance(closure, Closure):
            return None
        code, function = closure.frame.code, closure.function
        answers = returned(code, function)
        if len(answers) != 1 or code.within(code.facts.branches, function.body_start, answers[0].start):
            return None
        return self.of(Written(answers[0], closure.frame), known, depth)

    def _named(self, written: Written, depth: int) -> bool | None:
        if not self._is_settled(written):
            return None
        value = self._evaluate(written)
        if isinstance(value, Written) and value.expression is not written.expression:
            return self.of(value, depth=depth + 1)
        if isinstance(value, Text):
            return bool(value.value)
        if isinstance(value, Thing | Closure | Instance | Items):
            return True
        return False if value is None and self._is_missing(written) else None

    def _is_settled(self, written: Written) -> bool:
        """Tell whether a name means one thing for good: an option given, a constant; no variable that changes."""
        code, frame = written.code, written.frame
        head = written.expression.name.partition(".")[0]
        binding = code.binding(head, written.expression.start)
        if binding is not None and binding.kind == "parameter":  # what a request brings (req.user) is not known yet
            return any(item.function == binding.function for item in chain(frame))
        if binding is None or binding.assignment is None:
            return binding is not None
        function = code.enclosing_function(binding.assignment.start)
        runs = function is None or any(item.function == function for item in chain(frame))
        return runs and len(self._names.assigned(code, binding.assignment.target)) == 1

    def _is_missing(self, written: Written) -> bool:
        """Tell whether a name asks given options, all of them known, for one that is not among them."""
        head, dot, _ = written.expression.name.rpartition(".")
        binding = written.code.binding(head, written.expression.start) if dot else None
        if binding is None or binding.kind != "parameter":
            return False
        owner = self._evaluate(Written(name_at(written.expression.start, head), written.frame))
        if not isinstance(owner, Written) or owner.expression.kind != "object":
            return False
        return all(key != "..." for key, _ in owner.expression.entries)

    def _operation(self, written: Written, known: Known, depth: int) -> bool | None:
        name, frame = written.expression.name, written.frame
        sides = [Written(item, frame) for item in written.expression.arguments]
        if name == "!" and sides:
            held = self.of(sides[0], known, depth)
            return None if held is None else not held
        if name in {"&&", "||"}:
            decides = name == "||"
            held_each = [self.of(side, known, depth) for side in sides]
            if decides in held_each:
                return decides
            return None if None in held_each else not decides
        if len(sides) != 2:
            return None
        if name in _EQUAL:
            same = self._same(sides[0], sides[1], known, depth)
            return None if same is None else same == _EQUAL[name]
        return self._is_filled(sides[0], sides[1]) if name == ">" else None

    def _same(self, one: Written, other: Written, known: Known, depth: int) -> bool | None:
        for side, against in ((one, other), (other, one)):
            if side.expression.kind == "boolean":
                held = self.of(against, known, depth)
                return None if held is None else held == side.expression.value
        texts = self._text(one, known), self._text(other, known)
        return texts[0] == texts[1] if None not in texts else None

    def _text(self, written: Written, known: Known) -> str | None:
        """Return a string that is known or written out; what may be replaced at run time is none."""
        if written.expression.kind == "name" and isinstance(told := known(written.expression.name), str):
            return told
        if written.expression.kind == "name" and self._is_settled(written):
            value = self._evaluate(written)
            return value.expression.text if isinstance(value, Written) else None
        return written.expression.text

    def _is_filled(self, length: Written, bound: Written) -> bool | None:
        """Decide ``list.length > 0``."""
        head, _, last = length.expression.name.rpartition(".")
        if last != "length" or bound.expression.value != 0:
            return None
        value = self._evaluate(Written(name_at(length.expression.start, head), length.frame))
        if isinstance(value, Written) and value.expression.kind == "array":
            return bool(value.expression.arguments)
        return bool(value.items) if isinstance(value, Items) else None


def _literal(expression: Expression) -> bool | None:
    if expression.kind in {"object", "array", "function"}:
        return True
    if expression.kind in {"string", "number", "boolean"}:
        return bool(expression.value)
    return False if expression.kind == "null" else None
