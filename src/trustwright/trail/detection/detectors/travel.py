"""Two events of one actor so far apart that nobody travels so fast.

With ``metadata.latitude`` and ``metadata.longitude`` (degrees, as text) on both: faster than ``speed`` km/h over more
than ``distance`` km. Otherwise: two countries (``metadata.country``) within ``timespan``.
"""

import math
from typing import Final

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen, getter

EARTH: Final = 6371.0
"""Kilometres, the mean radius."""

_COUNTRY, _LATITUDE, _LONGITUDE = map(getter, ("metadata.country", "metadata.latitude", "metadata.longitude"))
Place = tuple[float, float]


class Detector:
    """Remembers where each group was last."""

    every = False

    def __init__(self, settings: Settings) -> None:
        self._speed = settings.number("speed", 900)
        self._distance = settings.number("distance", 300)
        self._span = settings.milliseconds("timespan", "1h")
        self._last: dict[Group, tuple[int, int, str, Place | None]] = {}

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event."""
        country, place = str(_COUNTRY(seen.fields) or "").upper(), _place(seen)
        if not country and place is None:
            return []
        before = self._last.get(group)
        if before is None or seen.time >= before[0]:
            self._last[group] = (seen.time, seen.leaf, country, place)
        if before is None:
            return []
        apart, hours = abs(seen.time - before[0]), abs(seen.time - before[0]) / 3_600_000
        leaves = tuple(sorted((before[1], seen.leaf)))
        if place is not None and before[3] is not None:
            distance = _distance(place, before[3])
            if distance > self._distance and distance > self._speed * hours:
                return [Firing(seen.time, group, leaves, f"{distance:.0f} km in {apart // 60_000} minutes")]
        elif country and before[2] and country != before[2] and apart <= self._span:
            detail = f"{before[2]} and {country} within {apart // 60_000} minutes"
            return [Firing(seen.time, group, leaves, detail)]
        return []

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: it says nothing here."""
        return []


def _place(seen: Seen) -> Place | None:
    try:
        latitude, longitude = float(_LATITUDE(seen.fields)), float(_LONGITUDE(seen.fields))
    except (TypeError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _distance(one: Place, other: Place) -> float:
    """Return the kilometres along a great circle (haversine)."""
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))
