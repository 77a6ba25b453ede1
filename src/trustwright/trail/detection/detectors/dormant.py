"""Somebody acts again after a long silence of ``timespan``."""

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen

DAY = 86_400_000


class Detector:
    """Remembers the last event of each group."""

    every = False

    def __init__(self, settings: Settings) -> None:
        self._span = settings.milliseconds("timespan", "90d")
        self._last: dict[Group, tuple[int, int]] = {}

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event."""
        last, leaf = self._last.get(group, (seen.time, seen.leaf))
        self._last[group] = max((last, leaf), (seen.time, seen.leaf))
        if seen.time - last <= self._span:
            return []
        return [Firing(seen.time, group, (leaf, seen.leaf), f"active again after {(seen.time - last) // DAY} days")]

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: it says nothing here."""
        return []
