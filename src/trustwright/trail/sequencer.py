"""Moves events from the intake into the tree, one process at a time, and publishes signed checkpoints.

The order of steps makes every crash harmless: files first, then the database's commit, then the signature. Files beyond
the committed size belong to nothing and are written over; a committed size without a signature is signed next.
"""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import Connection

from trustwright.trail.anchors import Anchoring
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import EMPTY_ROOT
from trustwright.trail.signer import Signer
from trustwright.trail.tiles import CHECKPOINT, Storage, Tiles

_LOCK: Final = 7_230_531_101
"""Advisory lock of the one sequencer of a database."""

BATCH: Final = 5_000
"""Events moved in one transaction."""

TICK: Final = 1.0
"""Seconds between two looks at the intake."""

HEARTBEAT: Final = 60.0
"""Seconds after which a checkpoint is signed although nothing came: silence is a statement too."""

_PARTITIONS_EVERY: Final = 3600.0

_DRAIN: Final = """
DELETE FROM trail.intake WHERE arrival IN (SELECT arrival FROM trail.intake ORDER BY arrival LIMIT %s FOR UPDATE)
RETURNING arrival, writer, number, id, event
"""


class Sequencer:
    """The one that orders events.

    Args:
        connection: of the role ``trustwright_sequencer``; it is used by nobody else.
        storage: where the log's files lie.
        signer: signs the checkpoints.
        clock: gives the time in seconds since 1970 UTC.
        anchoring: delivers checkpoints to places outside.

    Raises:
        TrailError: another sequencer runs, or database, files and signatures do not belong together.
    """

    def __init__(
        self,
        connection: Connection[Any],
        storage: Storage,
        signer: Signer,
        clock: Callable[[], float] = time.time,
        anchoring: Anchoring | None = None,
    ) -> None:
        self._anchoring = anchoring
        self._connection = connection
        self._storage = storage
        self._signer = signer
        self._clock = clock
        self._published = 0.0
        connection.autocommit = True
        locked = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if locked is None or not locked[0]:
            raise TrailError("another sequencer works on this database; let that one work, or stop it first.")
        self._tiles = self._committed()

    def _committed(self) -> Tiles:
        """Return the tree as the database committed it."""
        row = self._connection.execute("SELECT size, root FROM trail.tree").fetchone()
        size, root = (int(row[0]), bytes(row[1])) if row is not None else (0, EMPTY_ROOT)
        tiles = Tiles(self._storage, size)
        if tiles.root != root:
            raise TrailError(
                f"the log's files do not hold the {size} entries that the database committed; restore them from a copy."
            )
        return tiles

    def close(self) -> None:
        """Let the database go; another sequencer may take over."""
        self._connection.close()

    @property
    def size(self) -> int:
        """The number of entries in the tree."""
        return self._tiles.size

    def step(self, most: int = BATCH) -> int:
        """Move at most so many events into the tree; return how many came.

        Raises:
            TrailError: files and database do not belong together.
            psycopg.Error: the database failed; nothing is lost, and the next step begins from what was committed.
        """
        before = self._tiles.size
        try:
            with self._connection.transaction():
                rows = sorted(self._connection.execute(_DRAIN, [most]).fetchall())
                if not rows:
                    return 0
                self._tiles.append([f"{writer} {number}\n".encode() + event for _, writer, number, _, event in rows])
                self._connection.execute(
                    "INSERT INTO trail.leaf (id, index) SELECT * FROM unnest(%s::uuid[], %s::bigint[])",
                    [[row[3] for row in rows], list(range(before, before + len(rows)))],
                )
                self._connection.execute(
                    "INSERT INTO trail.tree (size, root) VALUES (%s, %s) "
                    "ON CONFLICT (single) DO UPDATE SET size = excluded.size, root = excluded.root",
                    [self._tiles.size, self._tiles.root],
                )
        except BaseException:
            if not self._connection.closed:
                self._tiles = self._committed()
            raise
        self._tiles.tidy(before)
        return len(rows)

    def publish(self) -> bytes:
        """Sign the tree as it is now, put the checkpoint in place, and return it."""
        written = self._signer.sign(self._tiles.size, self._tiles.root, self._tiles.node)
        day = datetime.fromtimestamp(self._signer.last.seconds, UTC).strftime("%Y/%m/%d")
        self._storage.write({CHECKPOINT: written, **self._history(f"checkpoints/{day}.jsonl", written)})
        self._published = self._clock()
        if self._anchoring is not None:
            self._anchoring.offer(written, self._tiles.size, self._clock)
        return written

    def _history(self, name: str, written: bytes) -> dict[str, bytes]:
        """Return the day's file with this checkpoint: the last of each minute is kept."""
        try:
            lines = self._storage.read(name).splitlines(keepends=True)
        except FileNotFoundError:
            lines = []
        line = json.dumps(written.decode()).encode() + b"\n"
        if lines and _minute(lines[-1]) == _minute(line):
            lines.pop()
        return {name: b"".join([*lines, line])}

    def run(self, stop: threading.Event, tick: float = TICK, heartbeat: float = HEARTBEAT) -> None:
        """Work until told to stop; at the end nothing that had come is left unsigned.

        Args:
            stop: set to end.
            tick: seconds between two looks at the intake.
            heartbeat: seconds between two checkpoints when nothing comes.
        """
        partitions = 0.0
        while True:
            began, last = self._clock(), stop.is_set()
            if began - partitions > _PARTITIONS_EVERY:
                self._connection.execute("SELECT trail.make_partitions()")
                partitions = began
            came = self.step()
            while came and came % BATCH == 0 and (more := self.step()):
                came += more
            if came or self._tiles.size != self._signer.last.size or began - self._published >= heartbeat:
                self.publish()
            if last:
                if self._anchoring is not None:
                    self._anchoring.finish()
                return
            stop.wait(max(0.0, tick - (self._clock() - began)))


def _minute(line: bytes) -> int:
    text = str(json.loads(line))
    seconds = next((int(part[5:]) for part in text.split("\n") if part.startswith("time ")), 0)
    return seconds // 60


def open_sequencer(url: str, storage: Storage, keys: Path) -> Sequencer:
    """Connect and become the sequencer of a database.

    Args:
        url: where the database is.
        storage: where the log's files lie.
        keys: the folder of the signing key.

    Raises:
        TrailError: it cannot be reached, or another sequencer works there.
    """
    try:
        connection = psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        raise TrailError(
            f"the database cannot be reached ({str(error).strip()[:200]}); start it, or check its URL."
        ) from error
    try:
        return Sequencer(connection, storage, Signer(keys), anchoring=Anchoring(keys, storage))
    except BaseException:
        connection.close()
        raise
