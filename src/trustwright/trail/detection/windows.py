"""Sliding windows over events that come in the order of the log, which is not quite that of their moments.

An event completes a window when some stretch of at most ``span`` milliseconds, both edges belonging to it, holds the
event and enough others of its group that came before it into the log. Of a group are kept the events that are at most
``span`` and ``GRACE`` older than its newest; an event that is older still is judged with those alone that are kept.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from trustwright.trail.detection.seen import Group

GRACE: Final = 24 * 3_600_000
"""Milliseconds that an event may be late and still complete a window with what came before it."""

_LAST: Final = float("inf")
Item = tuple[int, int, Any]
"""An event's moment, its leaf, and what it counts as."""


class Window(Protocol):
    """Says which events complete a window."""

    def add(self, group: Group, time: int, leaf: int, tag: Any) -> tuple[int, ...]:
        """Take an event; return the leaves of the window that it completes, none when it completes none."""


@dataclass(slots=True)
class _Held:
    """The events of a group, by moment; those from ``left`` on are in the window that ends with the newest."""

    items: list[Item] = field(default_factory=list)
    left: int = 0
    inside: Counter[Hashable] = field(default_factory=Counter)
    begun: list[int | None] = field(default_factory=list)

    def horizon(self, time: int, span: int) -> int:
        """Return the moment before which nothing is kept, once an event of this moment came."""
        newest = max(self.items[-1][0], time) if self.items else time
        return newest - span - GRACE

    def forget(self, horizon: int) -> None:
        """Let go of what is not kept, when it is much."""
        gone = bisect_left(self.items, (horizon, -1))
        if gone > _MANY:
            del self.items[:gone]
            self.left = max(0, self.left - gone)


_MANY: Final = 64


class Counted:
    """At least so many events, or at least so many different ones.

    Args:
        span: milliseconds from the first to the last at most.
        least: how many.
        different: count each tag once.
    """

    def __init__(self, span: int, least: int, *, different: bool) -> None:
        self._span, self._least, self._different = span, least, different
        self._groups: dict[Group, _Held] = {}

    def add(self, group: Group, time: int, leaf: int, tag: Hashable) -> tuple[int, ...]:
        """Take an event; return the leaves of the window that it completes."""
        held = self._groups.setdefault(group, _Held())
        items, horizon = held.items, held.horizon(time, self._span)
        place = bisect_right(items, (time, leaf, _Top()))
        items.insert(place, (time, leaf, tag))
        if place < len(items) - 1:
            found = self._around(items, place, horizon)
            if time >= items[-1][0] - self._span:
                held.inside[tag] += 1
            else:
                held.left += 1
            return found
        held.inside[tag] += 1
        while items[held.left][0] < time - self._span:
            out = items[held.left][2]
            held.inside[out] -= 1
            if not held.inside[out]:
                del held.inside[out]
            held.left += 1
        count = len(held.inside) if self._different else len(items) - held.left
        found = tuple(one[1] for one in items[held.left :]) if count >= self._least else ()
        held.forget(horizon)
        return found

    def _around(self, items: list[Item], place: int, horizon: int) -> tuple[int, ...]:
        """Look at every window around an event that came late."""
        time, leaf, _ = items[place]
        low = bisect_left(items, (time - self._span, -1))
        high = bisect_right(items, (time + self._span, _LAST))
        near = [one for one in items[low:high] if one[0] >= horizon or one[1] == leaf]
        for start in range(len(near)):
            if near[start][:2] > (time, leaf):
                break
            window = near[start : bisect_right(near, (near[start][0] + self._span, _LAST))]
            count = len({one[2] for one in window}) if self._different else len(window)
            if count >= self._least:
                return tuple(dict.fromkeys(one[1] for one in window))
        return ()


class _Top:
    """Is greater than any tag."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


class Ordered:
    """One event of each kind, in the order of the kinds, each a different event; the tag is the kind's number.

    Args:
        span: milliseconds from the first to the last at most.
        kinds: how many kinds there are.
    """

    def __init__(self, span: int, kinds: int) -> None:
        self._span, self._kinds = span, kinds
        self._groups: dict[Group, _Held] = {}

    def add(self, group: Group, time: int, leaf: int, tag: int) -> tuple[int, ...]:
        """Take an event, the later kind first when it has two; return the leaves of the window that it completes."""
        held = self._groups.setdefault(group, _Held(begun=[None] * self._kinds))
        horizon, item = held.horizon(time, self._span), (time, leaf, tag)
        in_order = not held.items or held.items[-1][:2] <= (time, leaf)
        insort(held.items, item)
        if in_order:
            self._follow(held.begun, item)
            start = held.begun[tag] if tag == self._kinds - 1 else None
            found = self._between(held.items, horizon, start, time)
            held.forget(horizon)
            return found
        found = self._through(held.items, horizon, item)
        begun: list[int | None] = [None] * self._kinds
        for one in sorted(held.items, key=lambda kept: (kept[0], kept[1], -kept[2])):
            self._follow(begun, one)
        held.begun = begun
        return found

    def _follow(self, begun: list[int | None], item: Item) -> None:
        """Note for a kind the latest start of a sequence that has come so far."""
        time, _, tag = item
        start = time if tag == 0 else begun[tag - 1]
        if start is not None:
            begun[tag] = start

    def _through(self, items: list[Item], horizon: int, item: Item) -> tuple[int, ...]:
        """Look for a sequence through an event that came late: its latest start and its earliest end."""
        time, leaf, tag = item
        low = bisect_left(items, (time - self._span, -1))
        high = bisect_right(items, (time + self._span, _LAST))
        near = [one for one in items[low:high] if one[0] >= horizon or one[1] == leaf]
        start, bound, wanted = time, (time, leaf), tag - 1
        for one in reversed(near):
            if wanted >= 0 and one[2] == wanted and one[:2] < bound:
                start, bound, wanted = one[0], one[:2], wanted - 1
        end, edge, following = time, (time, leaf), tag + 1
        for one in near:
            if following < self._kinds and one[2] == following and one[:2] > edge:
                end, edge, following = one[0], one[:2], following + 1
        return self._between(items, horizon, start, end, leaf) if wanted < 0 and following == self._kinds else ()

    def _between(
        self, items: list[Item], horizon: int, start: int | None, end: int, late: int | None = None
    ) -> tuple[int, ...]:
        if start is None or end - start > self._span:
            return ()
        low, high = bisect_left(items, (start, -1)), bisect_right(items, (end, _LAST))
        return tuple(dict.fromkeys(one[1] for one in items[low:high] if one[0] >= horizon or one[1] == late))
