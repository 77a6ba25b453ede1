"""``record``: one call for an event, in the caller's transaction or in the writer's."""

import asyncio
import atexit
import inspect
import os
import weakref
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import TimeoutError as Late
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from trustwright.trail import store
from trustwright.trail.context import current
from trustwright.trail.errors import TrailError
from trustwright.trail.event import Event, Json
from trustwright.trail.places import address, data_folder
from trustwright.trail.vocabulary import Action, Outcome
from trustwright.trail.writer import Writer

PATIENCE: Final = 5.0
"""Seconds that a caller waits to hear that an event is kept."""


@dataclass(slots=True)
class _Setup:
    url: str = ""
    spool: Path | None = None
    fail_closed: frozenset[str] = frozenset()
    writer: Writer | None = None
    lock: Lock = field(default_factory=Lock)


_setup = _Setup()
_writers: "weakref.WeakKeyDictionary[object, UUID]" = weakref.WeakKeyDictionary()


def configure(*, url: str = "", spool: Path | None = None, fail_closed: frozenset[str] = frozenset()) -> None:
    """Say where events go, before the first is recorded.

    Args:
        url: the database; ``TRUSTWRIGHT_DATABASE_URL``, or the embedded one, when not given.
        spool: the folder for events that come while the database is away; one below the data folder when not given.
        fail_closed: actions (``delete``, ``export``, ``permission_change``) whose callers get an error when neither the
            database nor the disk can keep their event, so that what is not recorded is not done.
    """
    close()
    _setup.url, _setup.spool, _setup.fail_closed = url, spool, fail_closed


def close(timeout: float = 30.0) -> bool:
    """Record what waits and let everything go; the next event begins anew.

    Args:
        timeout: seconds to wait at most; what is in the spool then stays there.

    Returns:
        Whether every event that was handed over is kept, in the database or in the spool.
    """
    with _setup.lock:
        writer, _setup.writer = _setup.writer, None
    return writer is None or writer.close(timeout)


atexit.register(close)


def _writer() -> Writer:
    with _setup.lock:
        if _setup.writer is None:
            url = _setup.url or address()[0]
            folder = _setup.spool or data_folder() / "spool"
            _setup.writer = Writer(url, folder / f"{os.getpid()}.spool")
        return _setup.writer


def made(action: Action, resource_type: str, **fields: Any) -> Event:
    """Make an event of what is given and what is known of the request at hand.

    Args:
        action: what is done.
        resource_type: what it is done to.
        fields: the other fields of :class:`Event`; those not given are taken from the context, and the outcome is
            ``success``.

    Raises:
        EventError: a field is wrong.
    """
    known = current()
    metadata: dict[str, Json] = dict(fields.pop("metadata", None) or {})
    if known.get("request_id"):
        metadata.setdefault("request_id", known["request_id"])
    here = {name: value for name, value in known.items() if name != "request_id"}
    merged: dict[str, Any] = {"actor_type": "system", "outcome": "success", **here, **fields}
    return Event(action=action, resource_type=resource_type, metadata=metadata or None, **merged)


def record(action: Action, resource_type: str, *, connection: object = None, **fields: Any) -> Event:
    """Record an event; when this returns it is kept.

    Args:
        action: what is done.
        resource_type: what it is done to.
        connection: of psycopg, SQLAlchemy or Django: the event then belongs to its transaction, and is there if and
            only if that commits. For changes that succeed. Without it the event has a transaction of its own and
            survives the caller's rollback: for sign-ins, reads, exports and everything that fails.
        fields: the other fields of :class:`Event`.

    Returns:
        The event.

    Raises:
        EventError: a field is wrong; nothing is recorded.
        TrailError: the event could not be kept, and its action is one that must not happen unrecorded.
    """
    event = made(action, resource_type, **fields)
    if connection is not None:
        driver = driver_of(connection)
        store.append(driver, _writer_of(driver), [event])
        return event
    try:
        _writer().submit(event).result(PATIENCE)
    except Late:
        if action in _setup.fail_closed:
            raise TrailError(f"the {action} is not recorded yet; do not do it, and try again.") from None
    return event


def hand_over(event: Event) -> None:
    """Give an event to the writer and return at once; the writer keeps it within milliseconds, or when it can.

    For what must hold up nobody: :func:`record` waits until the event is kept.
    """
    _writer().hand_over(event)


async def arecord(action: Action, resource_type: str, *, connection: object = None, **fields: Any) -> Event:
    """Do as :func:`record` does, without holding up the event loop; ``connection`` may be asynchronous."""
    event = made(action, resource_type, **fields)
    if connection is not None:
        driver = driver_of(connection)
        if isinstance(driver, psycopg.AsyncConnection):
            await store.append_async(driver, _writer_of(driver), [event])
        else:
            store.append(driver, _writer_of(driver), [event])
        return event
    future = _writer().submit(event)
    try:
        await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), PATIENCE)
    except TimeoutError:
        if action in _setup.fail_closed:
            raise TrailError(f"the {action} is not recorded yet; do not do it, and try again.") from None
    return event


def driver_of(connection: object) -> Any:
    """Return the psycopg connection within a connection, session or cursor of SQLAlchemy or Django.

    Raises:
        TrailError: there is none.
    """
    found: Any = connection
    for _ in range(6):
        if isinstance(found, psycopg.Connection | psycopg.AsyncConnection):
            return found
        if hasattr(found, "ensure_connection"):  # Django
            found.ensure_connection()
        name = next(
            (name for name in ("driver_connection", "connection", "dbapi_connection") if _has(found, name)), None
        )
        if name is None:
            break
        found = getattr(found, name)
        found = found() if inspect.ismethod(found) else found
    raise TrailError(f"no psycopg connection within {type(connection).__name__}; open the database with psycopg 3.")


def _has(value: object, name: str) -> bool:
    return getattr(value, name, None) is not None


def _writer_of(driver: object) -> UUID:
    """Return who numbers the events of a connection: its own writer, for two transactions may run side by side."""
    found = _writers.get(driver)
    if found is None:
        found = _writers[driver] = uuid4()
    return found


# --- before and after -----------------------------------------------------------------------------------------------


class Act:
    """A sensitive action between its two events; what is learnt on the way goes into the second."""

    def __init__(self, correlation_id: str) -> None:
        """Take what both events share."""
        self.correlation_id = correlation_id
        self.outcome: Outcome = "success"
        self.metadata: dict[str, Json] = {}


def _phases(action: Action, resource_type: str, metadata: Mapping[str, Json] | None) -> tuple[Act, dict[str, Json]]:
    act = Act(str(uuid4()))
    return act, {**(metadata or {}), "correlation_id": act.correlation_id}


@contextmanager
def audited(
    action: Action, resource_type: str, *, metadata: Mapping[str, Json] | None = None, **fields: Any
) -> Iterator[Act]:
    """Record an event before the block and one after it, with the same ``correlation_id``; also a decorator.

    The first says ``phase: initiated``. The second says ``completed``, or ``failed`` with the error's name and the
    outcome ``failure`` when the block raises. Both are kept whatever becomes of the caller's transaction.

    Args:
        action: what is done.
        resource_type: what it is done to.
        metadata: for both events.
        fields: the other fields of :class:`Event`.
    """
    act, shared = _phases(action, resource_type, metadata)
    record(action, resource_type, metadata={**shared, "phase": "initiated"}, **fields)
    try:
        yield act
    except BaseException as error:
        said: dict[str, Json] = {**shared, **act.metadata, "phase": "failed", "error": type(error).__name__}
        record(action, resource_type, **{**fields, "outcome": "failure"}, metadata=said)
        raise
    done = {**shared, **act.metadata, "phase": "completed"}
    record(action, resource_type, **{**fields, "outcome": act.outcome}, metadata=done)


@asynccontextmanager
async def aaudited(
    action: Action, resource_type: str, *, metadata: Mapping[str, Json] | None = None, **fields: Any
) -> AsyncIterator[Act]:
    """Do as :func:`audited` does, without holding up the event loop."""
    act, shared = _phases(action, resource_type, metadata)
    await arecord(action, resource_type, metadata={**shared, "phase": "initiated"}, **fields)
    try:
        yield act
    except BaseException as error:
        said: dict[str, Json] = {**shared, **act.metadata, "phase": "failed", "error": type(error).__name__}
        await arecord(action, resource_type, **{**fields, "outcome": "failure"}, metadata=said)
        raise
    done = {**shared, **act.metadata, "phase": "completed"}
    await arecord(action, resource_type, **{**fields, "outcome": act.outcome}, metadata=done)
