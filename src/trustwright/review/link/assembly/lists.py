"""Lists in set-up code: written out, made of an object's entries, read from a folder, filtered and joined."""

import posixpath
from collections.abc import Callable

from trustwright.review.link.assembly.texts import Texts
from trustwright.review.link.assembly.values import Items, Text, Value, Written
from trustwright.review.link.symbols import Symbols

_MAX_DEPTH = 16
"""Lists spread into one another."""

_KEEPING = frozenset({"filter", "sort", "reverse", "slice", "flat"})
"""Methods that give the same list as far as set-up code is concerned."""


class Lists:
    """Works lists out."""

    def __init__(self, symbols: Symbols, evaluate: Callable[[Written], Value | None], texts: Texts) -> None:
        """Take the repository's files, the evaluator and the reader of strings."""
        self._symbols = symbols
        self._evaluate = evaluate
        self._texts = texts

    def written(self, written: Written, depth: int = 0) -> list[Written] | None:
        """Return what a list holds, as it is written out somewhere; ``None`` when it is not."""
        value = self._evaluate(written)
        if not isinstance(value, Written) or value.expression.kind != "array" or depth > _MAX_DEPTH:
            return None
        found: list[Written] = []
        for item in value.expression.arguments:
            inner = Written(item.arguments[0], value.frame) if item.kind == "spread" else None
            listed = self.written(inner, depth + 1) if inner is not None else None
            found += listed if listed is not None else [Written(item, value.frame)]
        return found

    def of(self, value: Value | None) -> tuple[Value | None, ...] | None:
        """Return the members of a value that can be gone through; ``None`` when they are not known."""
        if isinstance(value, Items):
            return value.items
        if isinstance(value, Written) and (listed := self.written(value)) is not None:
            return tuple(self._evaluate(item) for item in listed)
        return None

    def method(self, receiver: Value, method: str, arguments: tuple[Written, ...]) -> Value | None:
        """Return what a list's method gives; ``None`` when the receiver is no list or the method makes other things."""
        known = self.of(receiver) if method in _KEEPING or method == "concat" else None
        if known is None:
            return None
        if method != "concat":
            return receiver
        more = [self._evaluate(item) for item in arguments]
        return Items((*known, *(one for item in more for one in (self.of(item) or (item,)))))

    def made(self, function: str, argument: Written) -> Items | None:
        """Return the list that an outside function makes: ``fs.readdirSync(x)``, ``Object.entries(x)``."""
        last = function.rpartition(".")[2]
        if last in {"readdirSync", "readdir"}:
            return self._folder(argument)
        if function.startswith("Object.") and last in {"keys", "values", "entries"}:
            return self._entries(argument, last)
        return None

    def _folder(self, written: Written) -> Items | None:
        folder = self._texts.of(written)
        if folder is None:
            return None
        start = "" if folder in {"", "."} else posixpath.normpath(folder) + "/"
        files = self._symbols.corpus.files
        inside = {path[len(start) :].partition("/")[0] for path in files if path.startswith(start)}
        return Items(tuple(Text(name) for name in sorted(inside)))

    def _entries(self, written: Written, what: str) -> Items | None:
        value = self._evaluate(written)
        if not isinstance(value, Written) or value.expression.kind != "object":
            return None
        found: list[Value | None] = []
        for key, entry in value.expression.entries:
            inner = self._evaluate(Written(entry, value.frame))
            found.append({"keys": Text(key), "values": inner, "entries": Items((Text(key), inner))}[what])
        return Items(tuple(found))
