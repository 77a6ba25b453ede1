"""What a log holds: events per day, per actor and per action, silences, late events, holes in writers' numbers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from trustwright.trail.verify import Entry

LATE: Final = timedelta(minutes=5)
"""An event is late when one that is so much newer came into the log before it."""

NAMED: Final = 10
"""Silences that are named."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without any event, and the entry that ended it."""

    begins: datetime
    ends: datetime
    leaf: int

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.ends - self.begins


@dataclass(slots=True)
class Statistics:
    """What was counted.

    Attributes:
        events: all of them.
        days: events by day in UTC, ``2026-11-22``; days without any between the first and the last are there as 0.
        volume: events by actor (kind and id) and action.
        late: entries that came late, and by how much at most.
        silences: the longest stretches without an event, longest first.
        missing: numbers that are missing, by writer.
    """

    events: int = 0
    days: dict[str, int] = field(default_factory=dict)
    volume: Counter[tuple[str, str]] = field(default_factory=Counter)
    late: int = 0
    latest: timedelta = timedelta(0)
    silences: list[Silence] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)


def counted(entries: Iterable[Entry], since: datetime | None = None) -> Statistics:
    """Count entries, which come in the order of the log.

    Args:
        entries: what to count.
        since: leaves out what is older.
    """
    found = Statistics()
    days: Counter[str] = Counter()
    numbers: dict[str, list[int]] = {}
    newest: datetime | None = None
    for entry in entries:
        moment = datetime.fromisoformat(entry.said["created_at"])
        seen = numbers.setdefault(entry.writer, [entry.number, entry.number, 0])
        seen[:] = [min(seen[0], entry.number), max(seen[1], entry.number), seen[2] + 1]
        if since is not None and moment < since:
            continue
        found.events += 1
        days[entry.said["created_at"][:10]] += 1
        actor = f"{entry.said['actor_type']}:{entry.said.get('actor_id') or '-'}"
        found.volume[actor, entry.said["action"]] += 1
        if newest is not None and newest - moment > LATE:
            found.late += 1
            found.latest = max(found.latest, newest - moment)
        elif newest is not None and moment > newest:
            _note(found.silences, Silence(newest, moment, entry.index))
        newest = moment if newest is None else max(newest, moment)
    found.missing = {
        writer: last - first + 1 - count
        for writer, (first, last, count) in sorted(numbers.items())
        if last - first + 1 > count
    }
    found.silences.sort(key=lambda one: (-one.length, one.leaf))
    found.days = _filled(days)
    return found


def _note(silences: list[Silence], silence: Silence) -> None:
    """Keep a silence when it is among the longest."""
    if len(silences) < NAMED:
        silences.append(silence)
        return
    shortest = min(range(NAMED), key=lambda at: (silences[at].length, -silences[at].leaf))
    if silence.length > silences[shortest].length:
        silences[shortest] = silence


def _filled(days: Counter[str]) -> dict[str, int]:
    if not days:
        return {}
    first, last = datetime.fromisoformat(min(days)), datetime.fromisoformat(max(days))
    every = ((first + timedelta(days=at)).date().isoformat() for at in range((last - first).days + 1))
    return {day: days[day] for day in every}
