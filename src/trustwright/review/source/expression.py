"""Expressions as rules and frameworks see them: the same few shapes for every language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "string", "template", "number", "boolean", "null", "name", "call", "object", "array", "function", "spread",
    "operation", "conditional", "other",
]  # fmt: skip


@dataclass(slots=True)
class Expression:
    """A parsed expression.

    ``await``, parentheses, type assertions and non-null marks are taken off. Attributes hold what the kind has:

    ``name``: for ``name`` the dotted text (``req.user.id``; ``[]`` for a computed member, ``()`` for an inner call);
    for ``call`` the callee's dotted text; for ``operation`` the operator.
    ``value``: for string, number, boolean; for ``template`` the text with ``{}`` where something is put in.
    ``callee``: of a call. ``arguments``: a call's positional arguments, an array's items, an operation's operands, a
    conditional's (test, then, else), a spread's single item, a template's inserted expressions.
    ``entries``: an object's (key, value) pairs or a call's keyword arguments, in order; a spread has the key ``...``.
    """

    kind: Kind
    start: int
    end: int
    name: str = ""
    value: str | float | bool | None = None
    callee: "Expression | None" = None
    arguments: "tuple[Expression, ...]" = ()
    entries: "tuple[tuple[str, Expression], ...]" = ()
    new: bool = False

    def get(self, key: str) -> "Expression | None":
        """Return the value of ``key`` in an object or among keyword arguments; the last one wins."""
        for name, value in reversed(self.entries):
            if name == key:
                return value
        return None

    def argument(self, position: int, keyword: str = "") -> "Expression | None":
        """Return the positional argument, or the keyword argument of that name."""
        if keyword and (found := self.get(keyword)) is not None:
            return found
        return self.arguments[position] if position < len(self.arguments) else None

    @property
    def text(self) -> str | None:
        """The text of a constant string, else ``None``."""
        return self.value if self.kind == "string" and isinstance(self.value, str) else None

    @property
    def last_name(self) -> str:
        """The last part of the dotted name."""
        return self.name.rpartition(".")[2]

    def walk(self) -> "Iterator[Expression]":
        """Yield this expression and all inside it, but nothing inside functions."""
        yield self
        if self.callee is not None:
            yield from self.callee.walk()
        for argument in self.arguments:
            yield from argument.walk()
        for _, value in self.entries:
            yield from value.walk()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A function's parameter: its name, its type as an expression and text, its default, its decorators."""

    name: str
    annotation: Expression | None = None
    annotation_text: str = ""
    default: Expression | None = None
    decorators: tuple[Expression, ...] = ()
