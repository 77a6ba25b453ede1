"""Who is acting in this thread or task, so that a call deep inside need not be told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypedDict
from uuid import UUID

from trustwright.trail.vocabulary import ActorType


class Context(TypedDict, total=False):
    """What is known of the request at hand; any of it may be missing."""

    actor_type: ActorType
    actor_id: UUID | None
    ip_address: str | None
    user_agent: str | None
    session_id: str | None
    request_id: str | None


_current: ContextVar[Context] = ContextVar("trustwright_trail_context")


def current() -> Context:
    """Return what is known here and now."""
    return _current.get(Context())


@contextmanager
def acting(**known: object) -> Iterator[Context]:
    """Add to what is known of the actor, for the block and what it calls.

    The names are those of :class:`Context`.
    """
    merged = Context(**{**current(), **known})  # type: ignore[typeddict-item]
    token = _current.set(merged)
    try:
        yield merged
    finally:
        _current.reset(token)


def without_request(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the columns among what is known; the request's id has none and goes into ``metadata``."""
    return {name: value for name, value in fields.items() if name != "request_id"}
