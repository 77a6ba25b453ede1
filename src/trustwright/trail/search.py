"""Finds events in ``system_audit_log``, newest first, a page at a time.

The moment of an event is in its id (UUIDv7), so the id alone orders events and says where a page ended.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from trustwright.trail.errors import TrailError
from trustwright.trail.event import written
from trustwright.trail.identifier import moment_of

COLUMNS: Final = (
    "id", "created_at", "actor_id", "actor_type", "action", "resource_type", "resource_id", "outcome", "ip_address",
    "user_agent", "session_id", "metadata",
)  # fmt: skip
"""The columns of ``system_audit_log`` in the order in which they are told; ``leaf`` comes before them."""

MOST: Final = 1_000
"""Events on one page, at most."""

_SELECT: Final = sql.SQL("""
SELECT (SELECT l.index FROM trail.leaf AS l WHERE l.id = r.id), r.id, r.created_at AT TIME ZONE 'UTC', r.actor_id,
       r.actor_type, r.action, r.resource_type, r.resource_id, r.outcome, host(r.ip_address), r.user_agent,
       r.session_id, r.metadata
FROM public.system_audit_log AS r WHERE {where} ORDER BY {order} LIMIT %s
""")
_CONDITIONS: Final[dict[str, LiteralString]] = {
    "actor_id": "r.actor_id = %s",
    "action": "r.action = %s",
    "outcome": "r.outcome = %s",
    "resource_type": "r.resource_type = %s",
    "resource_id": "r.resource_id = %s",
    "since": "r.created_at >= %s",
    "until": "r.created_at < %s",
    "words": """jsonb_to_tsvector('simple', r.metadata, '["all"]') @@ plainto_tsquery('simple', %s)""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; a field that is ``None`` asks nothing.

    Attributes:
        actor_id: who did it.
        action: what was done.
        outcome: how it ended.
        resource_type: what it was done to.
        resource_id: which one.
        since: the earliest moment.
        until: the moment before which it was.
        words: all of them are in the metadata, as keys or values, in whatever case.
    """

    actor_id: UUID | None = None
    action: str | None = None
    outcome: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Events with the names of their columns, and the cursor of the next page; ``None`` after the last."""

    events: list[dict[str, Any]]
    after: str | None


def search(connection: Connection[TupleRow], query: Query, *, most: int = 50, after: str | None = None) -> Page:
    """Return the newest events that match.

    Args:
        connection: may read ``system_audit_log``.
        query: what to look for.
        most: the most events to return, 1 to 1,000.
        after: the cursor of the page before.

    Raises:
        TrailError: the cursor is none.
    """
    where, values = [sql.SQL("true")], list[object]()

    def add(condition: LiteralString, value: object) -> None:
        where.append(sql.SQL(condition))
        values.append(value)

    for name, condition in _CONDITIONS.items():
        if getattr(query, name) is not None:
            add(condition, getattr(query, name))
    for word in (query.words or "").split():
        # Says nothing new, but is looked at first, and quickly, where the month has no index yet.
        if word.isascii() and word.isalnum():
            add("r.metadata::text ILIKE %s", f"%{word}%")
    if after is not None:
        last = _read_cursor(after)
        add("r.id < %s", last)
        add("r.created_at <= %s", moment_of(last))  # says nothing new, but tells the months to look at
    # (actor_id, created_at) and (action, created_at) are indexed, and so is id, in whose order everything lies.
    by_moment = query.actor_id is not None or query.action is not None
    statement = _SELECT.format(
        where=sql.SQL(" AND ").join(where),
        order=sql.SQL("r.created_at DESC, r.id DESC" if by_moment else "r.id DESC"),
    )
    values.append(most + 1)
    rows = connection.execute(statement, values).fetchall()
    events = [_told(row) for row in rows[:most]]
    return Page(events, _cursor(rows[most - 1][1]) if len(rows) > most else None)


def _told(row: TupleRow) -> dict[str, Any]:
    said = dict(zip(("leaf", *COLUMNS), row, strict=True))
    said["created_at"] = written(said["created_at"])
    for name in ("id", "actor_id"):
        said[name] = str(said[name]) if said[name] is not None else None
    return said


def _cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def _read_cursor(text: str) -> UUID:
    try:
        content = base64.b64decode(text + "==", altchars=b"-_", validate=True)
        found = UUID(bytes=content)
    except (ValueError, binascii.Error):
        found = None
    if found is None or found.version != 7:
        raise TrailError(f"{text[:40]!r} is no cursor; give the one that the page before ended with.")
    return found
