"""Who is acting in this thread or task, so that a call deep inside need not be told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
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


_current: ContextVar[Callable[[], Context]] = ContextVar("trustwright_trail_context")


def current() -> Context:
    """Return what is known here and now."""
    found = _current.get(None)
    return found() if found is not None else Context()


@contextmanager
def acting(**known: object) -> Iterator[Context]:
    """Add to what is known of the actor, for the block and what it calls.

    The names are those of :class:`Context`.
    """
    merged = Context(**{**current(), **known})  # type: ignore[typeddict-item]
    token = _current.set(lambda: merged)
    try:
        yield merged
    finally:
        _current.reset(token)


def begin(known: Callable[[], Context]) -> "Token[Callable[[], Context]]":
    """Say how to learn what is known of a request; that is asked only when something is recorded."""
    return _current.set(known)


def end(token: "Token[Callable[[], Context]]") -> None:
    """Forget the request again."""
    _current.reset(token)
