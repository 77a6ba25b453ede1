"""UUIDv7 (RFC 9562, section 5.7): the id of an event, its idempotency key, and the moment it was made."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

from trustwright.trail.errors import TrailError


def new_id(milliseconds: int | None = None) -> UUID:
    """Make an id; ``milliseconds`` is the moment it stands for, since 1970 UTC, now when not given."""
    at = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    chance = int.from_bytes(os.urandom(10))
    return UUID(int=at << 80 | 7 << 76 | (chance >> 68 & 0xFFF) << 64 | 2 << 62 | chance & (1 << 62) - 1)


def milliseconds_of(id_: UUID) -> int:
    """Return the moment an id stands for, in milliseconds since 1970 UTC.

    Raises:
        TrailError: it is no UUIDv7.
    """
    if id_.version != 7:
        raise TrailError(f"id {id_} is no UUIDv7; make it with trustwright.trail.identifier.new_id().")
    return id_.int >> 80


def moment_of(id_: UUID) -> datetime:
    """Return the moment an id stands for, in UTC, to the millisecond."""
    milliseconds = milliseconds_of(id_)
    try:
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    except (ValueError, OverflowError, OSError):
        raise TrailError(f"id {id_} stands for a moment beyond the calendar; make it anew.") from None
