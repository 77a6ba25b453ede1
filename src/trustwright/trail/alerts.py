"""Alerts in the database: found by rules, acknowledged and closed by people. Each of these is an audit event too."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from trustwright.trail import store
from trustwright.trail.detection.engine import Alert
from trustwright.trail.errors import TrailError
from trustwright.trail.event import Event, Json

STATES: Final = ("open", "acknowledged", "closed")
LEVELS: Final = ("informational", "low", "medium", "high", "critical")
_LONGEST: Final = {"person": 200, "finding": 4_000}

_ADD: Final = """
INSERT INTO trail.alert (id, rule, title, level, subject, actor_id, happened_at, leaf, leaves, events, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
_LIST: Final = """
SELECT * FROM trail.alert_state WHERE (%(state)s::text IS NULL OR state = %(state)s)
AND (%(rule)s::text IS NULL OR rule = %(rule)s) ORDER BY found_at DESC, happened_at DESC, id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list of alerts is narrowed to; ``None`` asks nothing."""

    state: str | None = None
    rule: str | None = None
    most: int = 100


def add(connection: Connection[Any], writer: UUID, alert: Alert) -> bool:
    """Store an alert and record it as an event, unless it is stored already; return whether it is new.

    Args:
        connection: whose role is ``trustwright_detector``, in a transaction.
        writer: who numbers the event.
        alert: what a rule found.
    """
    happened = datetime.fromtimestamp(alert.time / 1000, UTC)
    row = connection.execute(
        _ADD,
        [
            alert.id, alert.rule, alert.title, alert.level, list(alert.group), _actor(alert), happened, alert.leaf,
            list(alert.leaves), alert.events, alert.detail,
        ],
    ).fetchone()  # fmt: skip
    if row is None:
        return False
    metadata: dict[str, Json] = {
        "rule": alert.rule, "level": alert.level, "leaf": alert.leaf, "leaves": list(alert.leaves),
        "events": alert.events, "detail": alert.detail[:1000],
    }  # fmt: skip
    _record(connection, writer, "create", alert.id, None, metadata)
    return True


def listed(connection: Connection[Any], wish: Wish) -> list[dict[str, Any]]:
    """Return alerts with their state, those found last first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_LIST, {"state": wish.state, "rule": wish.rule, "most": wish.most}).fetchall()


def acknowledge(connection: Connection[Any], writer: UUID, alert: UUID, person: str) -> None:
    """Note that somebody takes an alert on.

    Args:
        connection: whose role is ``trustwright_detector``, in a transaction.
        writer: who numbers the event.
        alert: the alert's id.
        person: who it is: a name, or the UUID that the log knows them by.

    Raises:
        TrailError: there is no such alert, it is not open, or nobody is named.
    """
    name = _said("person", person)
    state = _state(connection, alert)
    if state != "open":
        raise TrailError(f"alert {alert} is {state} already; see `trustwright trail alerts`.")
    _step(connection, "INSERT INTO trail.acknowledgement (alert, person) VALUES (%s, %s)", [alert, name])
    _record(connection, writer, "update", alert, name, {"state": "acknowledged"})


def close(connection: Connection[Any], writer: UUID, alert: UUID, person: str, finding: str) -> None:
    """Note what somebody found out about an alert.

    Args:
        connection: whose role is ``trustwright_detector``, in a transaction.
        writer: who numbers the event.
        alert: the alert's id.
        person: who it is: a name, or the UUID that the log knows them by.
        finding: what happened, and what was done.

    Raises:
        TrailError: there is no such alert, it is not acknowledged, or nobody or no finding is named.
    """
    name, text = _said("person", person), _said("finding", finding)
    state = _state(connection, alert)
    if state == "open":
        raise TrailError(f"alert {alert} is not acknowledged; run `trustwright trail acknowledge` first.")
    if state == "closed":
        raise TrailError(f"alert {alert} is closed already; see `trustwright trail alerts --state closed`.")
    _step(connection, "INSERT INTO trail.closing (alert, person, finding) VALUES (%s, %s, %s)", [alert, name, text])
    _record(connection, writer, "update", alert, name, {"state": "closed", "finding": text})


def _state(connection: Connection[Any], alert: UUID) -> str:
    row = connection.execute("SELECT state FROM trail.alert_state WHERE id = %s", [alert]).fetchone()
    if row is None:
        raise TrailError(f"{alert}: there is no such alert; see `trustwright trail alerts`.")
    return str(row[0])


def _step(connection: Connection[Any], statement: LiteralString, values: list[object]) -> None:
    """Add a step; one that another person added in the same moment stands."""
    if not connection.execute(statement + " ON CONFLICT DO NOTHING", values).rowcount:
        raise TrailError(f"alert {values[0]}: somebody else was quicker; see `trustwright trail alerts`.")


def _said(name: str, text: str) -> str:
    found = text.strip()
    longest = _LONGEST[name]
    plain = all(letter.isprintable() or letter in "\n\t" for letter in found)
    if not found or len(found) > longest or not plain:
        raise TrailError(f"the {name} is empty, not plain text, or longer than {longest} characters; say it in words.")
    return found


def _record(
    connection: Connection[Any],
    writer: UUID,
    action: str,
    alert: UUID,
    person: str | None,
    metadata: dict[str, Json],
) -> None:
    actor_id = _uuid(person) if person is not None else None
    if person is not None:
        metadata["by"] = person
    event = Event(
        actor_type="system" if person is None else "user",
        actor_id=actor_id,
        action="create" if action == "create" else "update",
        resource_type="alert",
        resource_id=str(alert),
        outcome="success",
        metadata=metadata,
    )
    store.append(connection, writer, [event])


def _actor(alert: Alert) -> UUID | None:
    """Return the actor that an alert is about, when its events share one."""
    return next((found for value in alert.group if (found := _uuid(value)) is not None), None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
