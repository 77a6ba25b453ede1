"""A group shows a value of ``field`` that it never showed before, after at least ``at-least`` events."""

from typing import Final

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen, getter

MOST: Final = 1_000
"""Values that are remembered of a group; one that has more shows new ones every day, and is left alone."""


class Detector:
    """Remembers the values of each group."""

    every = False

    def __init__(self, settings: Settings) -> None:
        self._field = settings.text("field", "ip_address")
        self._get = getter(self._field)
        self._least = settings.number("at-least", 10)
        self._known: dict[Group, tuple[set[str], list[int]]] = {}

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event."""
        value = self._get(seen.fields)
        if value is None:
            return []
        known, events = self._known.setdefault(group, (set(), [0]))
        events[0] += 1
        if str(value) in known or len(known) >= MOST:
            return []
        known.add(str(value))
        if events[0] <= self._least:
            return []
        return [Firing(seen.time, group, (seen.leaf,), f"{self._field} {str(value)[:100]} for the first time")]

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: it says nothing here."""
        return []
