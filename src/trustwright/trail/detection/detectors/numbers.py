"""A writer's numbers have a hole that ``events`` later events did not fill: an event was removed, or never came."""

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen


class Detector:
    """Follows each writer's numbers."""

    every = False

    def __init__(self, settings: Settings) -> None:
        self._patience = settings.number("events", 100)
        self._next: dict[Group, int] = {}
        self._ahead: dict[Group, dict[int, int]] = {}

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event."""
        number = int(seen.fields["log"]["number"])
        ahead = self._ahead.setdefault(group, {})
        wanted = self._next.get(group, 1)
        if number < wanted:
            return []
        ahead[number] = seen.leaf
        while wanted in ahead:
            del ahead[wanted]
            wanted += 1
        found = []
        if len(ahead) >= self._patience:
            first = min(ahead)
            missing = str(wanted) if first == wanted + 1 else f"{wanted} to {first - 1}"
            found.append(Firing(seen.time, group, (ahead[first], seen.leaf), f"its events {missing} are missing"))
            wanted = first
            while wanted in ahead:
                del ahead[wanted]
                wanted += 1
        self._next[group] = wanted
        return found

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: it says nothing here."""
        return []
