"""One shape for nested data of every format: values that know their lines."""

from collections.abc import ItemsView, Iterator
from typing import Final, TypeAlias

from msgspec import Struct

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | tuple[Tree, ...] | dict[str, Tree]"

# Shared by all readers of nested data. The largest Kubernetes and CloudFormation files people write by hand stay under
# 1 MB, 50,000 values and 30 levels; what lies above is generated, or made to exhaust a reader.
MAX_BYTES: Final = 4_000_000
MAX_NODES: Final = 200_000
MAX_DEPTH: Final = 100

_TRUE: Final = frozenset({"true", "yes", "on", "1", "enabled"})
_FALSE: Final = frozenset({"false", "no", "off", "0", "disabled", "suspended"})
_NOTHING: Final[dict[str, "Tree"]] = {}


class Tree(Struct, frozen=True, gc=False):
    """A value of a file and where it stands.

    Attributes:
        value: a scalar, a tuple of trees (a list) or a mapping of trees; keys stay as written (``on:`` stays ``on``).
        line: the line of the key for an entry of a mapping, else the line the value begins on; from 1.
        end_line: the last line of the value.
        written: a scalar that is not a string as the file spells it (``3.10`` for the number 3.1).
        unresolved: not empty when the value cannot be known from the files: the expression as written. Such a tree has
            no value, and all that is looked up below it is the tree itself.
    """

    value: Value
    line: int
    end_line: int
    written: str = ""
    unresolved: str = ""

    def at(self, *path: str | int) -> "Tree | None":
        """Return what stands at ``path``, or None when nothing does.

        A string steps into a mapping, or into the first item of a list (a block that may be repeated and is not). A
        number steps into a list. Below an unresolved value lies that value.
        """
        here: Tree = self
        for step in path:
            value = here.value
            if isinstance(value, tuple) and isinstance(step, str):
                here = value[0] if value else here
                value = here.value
            found: Tree | None = None
            if here.unresolved:
                found = here
            elif isinstance(value, tuple) and isinstance(step, int):
                found = value[step] if -len(value) <= step < len(value) else None
            elif isinstance(value, dict) and isinstance(step, str):
                found = value.get(step)
            if found is None:
                return None
            here = found
        return here

    def each(self, *path: str | int) -> tuple["Tree", ...]:
        """Return the items of the list at ``path``; anything else there counts as a list of one, nothing as empty."""
        found = self.at(*path)
        if found is None or (found.value is None and not found.unresolved):
            return ()
        return found.value if isinstance(found.value, tuple) else (found,)

    def text_at(self, *path: str | int) -> str:
        """Return the text of the scalar at ``path``, or an empty string."""
        found = self.at(*path)
        return "" if found is None else found.text

    def texts(self, *path: str | int) -> tuple[str, ...]:
        """Return the texts of the scalars in the list at ``path``; a single scalar counts as a list of one."""
        return tuple(item.text for item in self.each(*path) if item.is_scalar)

    def items(self) -> ItemsView[str, "Tree"]:
        """Return the entries of a mapping in the order of the file; of anything else, none."""
        return self.value.items() if isinstance(self.value, dict) else _NOTHING.items()

    def children(self) -> tuple["Tree", ...]:
        """Return the items of a list or the values of a mapping; of a scalar, none."""
        if isinstance(self.value, tuple):
            return self.value
        return tuple(tree for _, tree in self.items())

    def walk(self) -> Iterator["Tree"]:
        """Yield this tree and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            tree = waiting.pop()
            yield tree
            waiting.extend(reversed(tree.children()))

    def plain(self) -> object:
        """Return the data without its lines: lists, dictionaries and scalars; an unresolved value as its expression."""
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        return self.unresolved or self.value

    @property
    def is_scalar(self) -> bool:
        """True for a single value; an unresolved value counts as one."""
        return not isinstance(self.value, (tuple, dict))

    @property
    def is_mapping(self) -> bool:
        """True when the value has keys."""
        return isinstance(self.value, dict)

    @property
    def scalar(self) -> Scalar:
        """The single value; None for lists, mappings and unresolved values."""
        value = self.value
        return None if isinstance(value, (tuple, dict)) else value

    @property
    def text(self) -> str:
        """The scalar as the file spells it; of an unresolved value its expression; empty for lists and mappings."""
        if isinstance(self.value, str):
            return self.value
        return self.written or self.unresolved

    @property
    def truth(self) -> bool | None:
        """The value as yes or no, in any of the usual spellings; None when it is neither, or unresolved."""
        if isinstance(self.value, bool):
            return self.value
        word = self.text.lower()
        return True if word in _TRUE else False if word in _FALSE else None

    @property
    def number(self) -> float | None:
        """The value as a number, also when it is written in quotes; None when it is none."""
        if isinstance(self.value, bool):
            return None
        if isinstance(self.value, (int, float)):
            return self.value
        try:
            return float(self.text)
        except ValueError:
            return None

    @property
    def known(self) -> bool:
        """True when nothing in this tree is unresolved."""
        return not any(tree.unresolved for tree in self.walk())
