"""Stretches that lie within each other: which functions and classes are around a place."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Generic, TypeVar

from trustwright.review.source.facts import Class, Function

S = TypeVar("S", Function, Class)


class Nesting(Generic[S]):
    """Functions or classes of one file, outer ones first, with what is around each."""

    def __init__(self, items: tuple[S, ...]) -> None:
        """Find each item's parent in one pass."""
        self.items: tuple[S, ...] = items
        self._starts = [item.start for item in items]
        self._parents: list[int] = []
        stack: list[int] = []
        for index, item in enumerate(items):
            while stack and items[stack[-1]].end <= item.start:
                stack.pop()
            self._parents.append(stack[-1] if stack else -1)
            stack.append(index)

    def around(self, offset: int) -> Iterator[S]:
        """Yield the items around an offset, innermost first."""
        index = bisect_right(self._starts, offset) - 1
        while index >= 0:
            if offset < self.items[index].end:
                yield self.items[index]
            index = self._parents[index]

    def innermost(self, offset: int) -> S | None:
        """Return the innermost item around an offset."""
        index = bisect_right(self._starts, offset) - 1
        while index >= 0:
            item = self.items[index]
            if offset < item.end:
                return item
            index = self._parents[index]
        return None

    def at(self, start: int) -> S | None:
        """Return the innermost item that begins exactly at ``start``."""
        index = bisect_right(self._starts, start) - 1
        return self.items[index] if index >= 0 and self._starts[index] == start else None
