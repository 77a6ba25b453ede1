"""What a detection sees of the log, and what it says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from trustwright.trail.verify import Entry

Group = tuple[str, ...]
"""The values that the events of one window share, as text."""

Kind = tuple[str, str, str]

Get = Callable[[dict[str, Any]], Any]
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Seen:
    """An event in the log.

    Attributes:
        leaf: its entry's index.
        time: its moment in milliseconds since 1970 UTC.
        kind: its ``actor_type``, ``action`` and ``outcome``.
        fields: its fields, and those that are derived: ``local.hour`` and ``local.weekday`` in the zone of the
        settings,
            ``log.late`` (seconds by which a newer event came before it), ``log.writer``, ``log.number``.
    """

    leaf: int
    time: int
    fields: dict[str, Any]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule's condition is met.

    Attributes:
        time: when, in milliseconds since 1970 UTC.
        group: whose events these are.
        leaves: the entries that met it, in order; the one that completed it is among them.
        detail: a sentence on what was seen.
    """

    time: int
    group: Group
    leaves: tuple[int, ...]
    detail: str


def seen(entry: Entry, newest: int, zone: tzinfo = UTC) -> Seen:
    """Return an entry as detections see it.

    Args:
        entry: the entry.
        newest: the newest moment of the entries before it.
        zone: whose hours ``local`` tells.
    """
    id_ = entry.said["id"]
    time = int(id_[:8] + id_[9:13], 16)
    local = datetime.fromtimestamp(time / 1000, zone)
    fields = {
        **entry.said,
        "local": {"hour": local.hour, "weekday": WEEKDAYS[local.weekday()]},
        "log": {"late": max(0, newest - time) // 1000, "writer": entry.writer, "number": entry.number},
    }
    kind = (fields["actor_type"], fields["action"], fields["outcome"])
    return Seen(entry.index, time, fields, kind)


def getter(path: str) -> Get:
    """Return a function that reads a field; ``metadata.user.role`` goes into objects, ``None`` is what is not there."""
    first, *rest = path.split(".")
    if not rest:
        return lambda fields: fields.get(first)

    def get(fields: dict[str, Any]) -> Any:
        found = fields.get(first)
        for name in rest:
            if not isinstance(found, dict):
                return None
            found = found.get(name)
        return found

    return get


def grouping(paths: list[str]) -> Callable[[dict[str, Any]], Group | None]:
    """Return a function that reads the group of an event; ``None`` when it lacks one of the fields."""
    getters = [getter(path) for path in paths]

    def read(fields: dict[str, Any]) -> Group | None:
        values = [get(fields) for get in getters]
        return None if None in values else tuple(str(value) for value in values)

    return read
