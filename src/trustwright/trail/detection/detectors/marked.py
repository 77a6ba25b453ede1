"""Somebody acts whom an earlier event marked: the selected events mark the actor whose id is in ``field``."""

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen, getter


class Detector:
    """Remembers who is marked."""

    every = True

    def __init__(self, settings: Settings) -> None:
        self._get = getter(settings.text("field", "resource_id"))
        self._marked: dict[str, tuple[int, int]] = {}

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event that marks somebody."""
        value = self._get(seen.fields)
        if value is not None:
            self._marked.setdefault(str(value), (seen.time, seen.leaf))
        return []

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: its actor may be marked."""
        actor = seen.fields.get("actor_id")
        mark = self._marked.get(str(actor)) if actor is not None else None
        if mark is None or seen.time < mark[0]:
            return []
        detail = f"active {(seen.time - mark[0]) // 60_000} minutes after entry {mark[1]}"
        return [Firing(seen.time, (str(actor),), (mark[1], seen.leaf), detail)]
