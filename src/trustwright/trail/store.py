"""Events into and out of PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, Connection

from trustwright.trail.event import Event, canonical

_APPEND: Final = (
    "SELECT trail.append(%b, %b::uuid[], %b::timestamptz[], %b::uuid[], %b::text[], %b::text[], %b::text[], "
    "%b::text[], %b::text[], %b::text[]::inet[], %b::text[], %b::text[]::jsonb[], %b::text[], %b::bytea[])"
)
"""Everything goes in binary, which costs client and server a fraction of the text form."""


def append(connection: Connection[Any], writer: UUID, events: Sequence[Event]) -> int:
    """Record events in the connection's transaction, or in one of their own when there is none.

    Args:
        connection: whose role may call ``trail.append``.
        writer: who numbers these events; one writer must not be used by two transactions at once.
        events: in their order; an id that is recorded already is left alone.

    Returns:
        How many were new.
    """
    row = connection.execute(_APPEND, _columns(writer, events)).fetchone()
    return int(row[0]) if row is not None else 0


async def append_async(connection: AsyncConnection[Any], writer: UUID, events: Sequence[Event]) -> int:
    """Do as :func:`append` does, on an asynchronous connection."""
    row = await (await connection.execute(_APPEND, _columns(writer, events))).fetchone()
    return int(row[0]) if row is not None else 0


def _columns(writer: UUID, given: Sequence[Event]) -> list[object]:
    events = list({event.id: event for event in given}.values())
    return [
        writer,
        [event.id for event in events],
        [event.created_at for event in events],
        [event.actor_id for event in events],
        [event.actor_type for event in events],
        [event.action for event in events],
        [event.resource_type for event in events],
        [event.resource_id for event in events],
        [event.outcome for event in events],
        [event.ip_address for event in events],
        [event.user_agent for event in events],
        [canonical(event.metadata).decode() if event.metadata is not None else None for event in events],
        [event.session_id for event in events],
        [event.entry for event in events],
    ]
