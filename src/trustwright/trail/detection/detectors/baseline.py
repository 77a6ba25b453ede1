"""A group does far more on a day than its own days before would explain.

The days before (``days`` of them at most, in UTC, quiet ones counted as 0) give a negative binomial distribution by its
moments, or a Poisson one when they vary no more than that. The day is unusual once its count is one that would be
reached or passed on one day in ``odds``, and is at least ``at-least``. Before ``history`` days nothing is said.
"""

from scipy import stats  # type: ignore[import-untyped]

from trustwright.trail.detection.detectors import Settings
from trustwright.trail.detection.seen import Firing, Group, Seen

DAY = 86_400_000


class _Habit:
    """A group's days."""

    __slots__ = ("counts", "first", "leaves", "limits", "told")

    def __init__(self, day: int) -> None:
        self.first = day
        self.counts: dict[int, int] = {}
        self.leaves: dict[int, int] = {}
        self.limits: dict[int, int] = {}
        self.told: set[int] = set()


class Detector:
    """Counts each group's days."""

    every = False

    def __init__(self, settings: Settings) -> None:
        self._days = settings.number("days", 56)
        self._history = settings.number("history", 14)
        self._least = settings.number("at-least", 20)
        self._odds = settings.number("odds", 1_000_000)
        self._habits: dict[Group, _Habit] = {}

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event."""
        day = seen.time // DAY
        habit = self._habits.setdefault(group, _Habit(day))
        if day not in habit.counts:
            self._begin(habit, day)
        habit.leaves.setdefault(day, seen.leaf)
        count = habit.counts[day] = habit.counts[day] + 1
        if any(later > day for later in habit.limits):  # an event of an earlier day changes what later days are held to
            habit.limits = {one: limit for one, limit in habit.limits.items() if one <= day}
        if count < self._least or day in habit.told or day - habit.first < self._history:
            return []
        if day not in habit.limits:
            habit.limits[day] = self._limit(habit, day)
        limit = habit.limits[day]
        if count < limit:
            return []
        habit.told.add(day)
        usual = sum(self._before(habit, day)) / len(self._before(habit, day))
        detail = f"{count} on a day, usually {usual:.1f}; {limit} would be reached on one day in {self._odds:,}"
        return [Firing(seen.time, group, (habit.leaves[day], seen.leaf), detail)]

    def _begin(self, habit: _Habit, day: int) -> None:
        habit.first = min(habit.first, day)
        habit.counts[day] = 0
        newest = max(habit.counts)
        for old in [one for one in habit.counts if one < newest - self._days and one != day]:
            del habit.counts[old], habit.leaves[old]
            habit.limits.pop(old, None)
            habit.told.discard(old)

    def _before(self, habit: _Habit, day: int) -> list[int]:
        return [habit.counts.get(one, 0) for one in range(max(habit.first, day - self._days), day)]

    def _limit(self, habit: _Habit, day: int) -> int:
        """Return the smallest count that is reached or passed on one day in ``odds``."""
        counts = self._before(habit, day)
        mean = max(sum(counts) / len(counts), 0.1)
        variance = sum((count - mean) ** 2 for count in counts) / max(1, len(counts) - 1)
        if variance > mean:
            beyond = stats.nbinom.isf(1 / self._odds, mean * mean / (variance - mean), mean / variance)
        else:
            beyond = stats.poisson.isf(1 / self._odds, mean)
        return int(beyond) + 1

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event: it says nothing here."""
        return []
