"""A source that used to send events sends none for ``timespan``, while others go on.

A source counts once it sent ``at-least`` events. The alert's moment is that at which the silence had lasted so long.
"""

import heapq

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen


class Detector:
    """Remembers the last event of each group, and when it is missed."""

    every = True

    def __init__(self, settings: Settings) -> None:
        self._span = settings.milliseconds("timespan", "24h")
        self._least = settings.number("at-least", 20)
        self._last: dict[Group, tuple[int, int, int]] = {}  # moment, leaf, events so far
        self._due: list[tuple[int, Group]] = []
        self._waiting: set[Group] = set()

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event."""
        time, leaf, count = self._last.get(group, (seen.time, seen.leaf, 0))
        self._last[group] = (*max((time, leaf), (seen.time, seen.leaf)), count + 1)
        if count + 1 >= self._least and group not in self._waiting:
            self._waiting.add(group)
            heapq.heappush(self._due, (self._last[group][0] + self._span, group))
        return []

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: its moment says for how long others are missing."""
        found = []
        while self._due and self._due[0][0] < seen.time:
            due, group = heapq.heappop(self._due)
            last, leaf, count = self._last[group]
            if last + self._span > due:
                heapq.heappush(self._due, (last + self._span, group))
                continue
            self._waiting.discard(group)
            hours = self._span / 3_600_000
            found.append(Firing(due, group, (leaf,), f"silent for {hours:g} hours after {count} events"))
        return found
