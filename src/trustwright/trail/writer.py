"""Records events in transactions of their own, many to a commit, and keeps them on disk while the database is away."""

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal
from uuid import uuid4

import psycopg

from trustwright.trail import store
from trustwright.trail.errors import TrailError
from trustwright.trail.event import Event, read
from trustwright.trail.spool import Spool

log = logging.getLogger(__name__)

Kept = Literal["database", "spool"]
"""Where an event is that was acknowledged; both survive the end of the process and of the machine's power."""

MOST: Final = 1_000
"""Events in one commit."""

LINGER: Final = 0.002
"""Seconds that the first event of a commit waits for others."""

IDLE: Final = 0.05
"""Seconds that it waits when no caller does."""

QUEUE: Final = 50_000
"""Events that may wait in memory; more wait in their callers."""

RETRY: Final = 1.0
"""Seconds before the database is tried again after it failed."""

ADOPT: Final = 60.0
"""Seconds between two looks for spools that ended processes left."""

STALL: Final = 10
"""Seconds after which a database that does not answer counts as failed."""

CONNECT: Final = 5
"""Seconds after which a connection that does not come about counts as failed."""


class Writer:
    """A thread that records what other threads and tasks hand it, in order.

    Args:
        url: where the database is; its role may call ``trail.append``.
        spool: the file for events that come while the database is away.
    """

    def __init__(self, url: str, spool: Path) -> None:
        self._url = url
        self._spool_path = spool
        self._spool: Spool | None = None
        self._writer = uuid4()
        self._connection: psycopg.Connection[Any] | None = None
        self._retry_at = 0.0
        self._adopt_at = 0.0
        self._queue: deque[tuple[Event, Future[Kept] | None]] = deque()
        self._came, self._hurry = threading.Event(), threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="audit-trail-writer", daemon=True)
        self._thread.start()

    def submit(self, event: Event) -> "Future[Kept]":
        """Hand over an event and learn when it is kept: the future then says where.

        Raises:
            TrailError: the writer is closed.
        """
        future: Future[Kept] = Future()
        self._hand_over(event, future)
        self._hurry.set()
        return future

    def hand_over(self, event: Event) -> None:
        """Hand over an event for which nobody waits; it is kept within a moment, or when it can.

        Raises:
            TrailError: the writer is closed.
        """
        self._hand_over(event, None)

    def _hand_over(self, event: Event, future: "Future[Kept] | None") -> None:
        if self._closed:
            raise TrailError("the writer of audit events is closed; record before the application ends.")
        while len(self._queue) >= QUEUE:
            time.sleep(LINGER)  # the caller waits: nothing is dropped
        self._queue.append((event, future))
        if not self._came.is_set():
            self._came.set()

    @property
    def waiting(self) -> int:
        """How many events wait in memory."""
        return len(self._queue)

    def close(self, timeout: float = 30.0) -> bool:
        """Record what waits and stop; return whether everything that was handed over is kept.

        Args:
            timeout: seconds to wait at most.
        """
        self._closed = True
        self._hurry.set()
        self._came.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # --- the thread -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        ended = False
        while not ended:
            ended = self._closed
            taken = self._take()
            events = list({event.id: event for event, _ in taken}.values())
            while (kept := self._keep(events)) is None and taken:
                time.sleep(RETRY)
            for _, future in taken:
                if future is not None and kept is not None:
                    with suppress(InvalidStateError):  # the caller gave up waiting
                        future.set_result(kept)
            ended = ended and not self._queue
        if self._connection is not None:
            self._connection.close()
        if self._spool is not None:
            if not self._spool.waiting:
                self._spool.remove()
            self._spool.close()

    def _take(self) -> "list[tuple[Event, Future[Kept] | None]]":
        """Return what came: at once when there is much, after a moment in which more may come when there is little."""
        if not self._closed and not self._queue:
            self._came.wait(RETRY)
        self._came.clear()
        if len(self._queue) < MOST and not self._closed and self._queue:
            self._hurry.wait(IDLE)
            time.sleep(LINGER)
        self._hurry.clear()
        return [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]

    def _waiting(self) -> bool:
        return self._spool is not None and bool(self._spool.waiting)

    def _keep(self, events: Sequence[Event]) -> Kept | None:
        """Put events into the database, or on the disk; ``None`` when neither can be had now."""
        try:
            self._open_spool()
            if time.monotonic() < self._retry_at:
                return self._spooled(events)
            self._store(events)
        except psycopg.Error as error:
            log.warning("the audit trail's database failed (%s); events wait in %s", _short(error), self._spool_path)
            self._disconnect()
            self._retry_at = time.monotonic() + RETRY
        except (OSError, TrailError) as error:
            log.critical("%s: the audit trail cannot spool (%s)", self._spool_path, _short(error))
        else:
            return "database"
        return self._spooled(events)

    def _spooled(self, events: Sequence[Event]) -> Kept | None:
        """Put events on the disk; ``None`` when it does not take them."""
        try:
            if events and self._spool is not None:
                self._spool.add([event.entry for event in events])
        except OSError as error:
            log.critical("%s: the audit trail cannot spool (%s)", self._spool_path, _short(error))
            return None
        return "spool" if self._spool is not None else None

    def _open_spool(self) -> None:
        if self._spool is None:
            self._spool = Spool(self._spool_path)

    def _store(self, events: Sequence[Event]) -> None:
        """Store what waits on the disk, then these events."""
        if self._connection is None:
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=CONNECT, tcp_user_timeout=STALL * 1000,
                options=f"-c statement_timeout={STALL * 1000}",
            )  # fmt: skip
        waiting = self._spool.waiting if self._spool is not None else []
        for at in range(0, len(waiting), MOST):
            self._append(self._connection, [read(json.loads(entry)) for entry in waiting[at : at + MOST]])
        if self._spool is not None and waiting:
            self._spool.clear()
        if time.monotonic() >= self._adopt_at:
            self._adopt(self._connection)
            self._adopt_at = time.monotonic() + ADOPT
        if events:
            self._append(self._connection, events)

    def _adopt(self, connection: psycopg.Connection[Any]) -> None:
        """Store what processes left in their spools that are no more; a spool that is in use is locked."""
        for path in sorted(self._spool_path.parent.glob("*.spool")):
            if path == self._spool_path:
                continue
            try:
                left = Spool(path)
            except TrailError as error:
                if "another process" not in str(error):
                    log.critical("%s", error)
                continue
            try:
                for at in range(0, len(left.waiting), MOST):
                    self._append(connection, [read(json.loads(entry)) for entry in left.waiting[at : at + MOST]])
                left.remove()
            finally:
                left.close()

    def _append(self, connection: psycopg.Connection[Any], events: Sequence[Event]) -> None:
        """Store events; put one that the database will never take aside, so that it holds up no other."""
        try:
            store.append(connection, self._writer, events)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            if len(events) > 1:
                for event in events:
                    self._append(connection, [event])
                return
            aside = self._spool_path.with_suffix(".refused")
            log.critical(
                "the audit trail's database refuses event %s (%s); it is in %s", events[0].id, _short(error), aside
            )
            with aside.open("ab") as file:
                file.write(events[0].entry + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def _short(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
