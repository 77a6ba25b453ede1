"""The sequencer: order, one at a time, every crash between its steps, and a database that went back."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.trail_log import START, WRITER, Memory, event
from trustwright.trail import store
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import prove_consistency, verify_consistency
from trustwright.trail.note import Checkpoint, opened
from trustwright.trail.sequencer import Sequencer, open_sequencer
from trustwright.trail.signer import Signer
from trustwright.trail.tiles import CHECKPOINT, Folder, Tiles
from trustwright.trail.verify import verify

pytestmark = pytest.mark.slow


class Place:
    """A database, files, keys, and a clock."""

    def __init__(self, url: str, keys: Path) -> None:
        self.url, self.keys, self.storage, self.now = url, keys, Memory(), float(START)
        self.public = Signer.create(keys, "log.example/test").public
        self.connections: list[psycopg.Connection[Any]] = []

    def connect(self) -> psycopg.Connection[Any]:
        self.connections.append(psycopg.connect(self.url, autocommit=True))
        return self.connections[-1]

    def sequencer(self) -> Sequencer:
        return Sequencer(self.connect(), self.storage, Signer(self.keys, lambda: self.now), lambda: self.now)

    def record(self, first: int, end: int) -> None:
        store.append(self.connect(), WRITER, [event(number, START) for number in range(first, end)])

    def held(self) -> list[str]:
        state = opened(self.storage.read(CHECKPOINT), self.public)
        entries = Tiles(self.storage, state.size).entries(0, state.size)
        return [json.loads(entry.partition(b"\n")[2])["resource_id"] for _, entry in entries]

    def crash(self) -> None:
        for connection in self.connections:
            connection.close()
        self.connections = []


@pytest.fixture
def place(database: str, tmp_path: Path) -> Iterator[Place]:
    made = Place(database, tmp_path / "keys")
    yield made
    made.crash()


def test_events_come_into_the_tree_in_the_order_of_their_arrival(place: Place) -> None:
    place.record(0, 300)
    sequencer = place.sequencer()
    assert [sequencer.step(200), sequencer.step(200), sequencer.step()] == [200, 100, 0]
    sequencer.publish()
    assert place.held() == [str(number) for number in range(300)]
    rows = place.connect().execute("SELECT index FROM trail.leaf ORDER BY id").fetchall()
    assert [index for (index,) in rows] == list(range(300))
    assert verify(place.storage, place.public, table=place.connect()).intact


def test_a_second_sequencer_is_refused(place: Place) -> None:
    place.sequencer()
    with pytest.raises(TrailError, match="another sequencer works on this database"):
        place.sequencer()
    place.crash()
    assert place.sequencer().size == 0


@pytest.mark.parametrize("after", ["files", "commit", "signature"])
def test_a_crash_after_any_step_loses_and_doubles_nothing(place: Place, after: str) -> None:
    place.record(0, 200)
    first = place.sequencer()
    first.step()
    first.publish()
    place.record(200, 300)
    if after == "files":
        first._tiles.append([b"of a transaction that was rolled back"] * 90)
    else:
        first.step()
    if after == "signature":
        first._signer.sign(first._tiles.size, first._tiles.root, first._tiles.node)  # and not in its place yet
    place.crash()
    again = place.sequencer()
    again.step()
    again.publish()
    assert place.held() == [str(number) for number in range(300)]
    assert verify(place.storage, place.public, table=place.connect()).intact


def test_a_failed_transaction_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.record(0, 10)
    sequencer = place.sequencer()
    real = place.storage.write

    def full(files: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place.storage, "write", full)
    with pytest.raises(OSError, match="No space left"):
        sequencer.step()
    assert sequencer.size == 0
    monkeypatch.setattr(place.storage, "write", real)
    assert sequencer.step() == 10
    sequencer.publish()
    assert len(place.held()) == 10


def test_a_database_that_went_back_gets_no_signature(place: Place) -> None:
    place.record(0, 100)
    sequencer = place.sequencer()
    sequencer.step()
    root = sequencer._tiles.root
    place.record(100, 150)
    sequencer.step()
    signed = sequencer.publish()
    place.crash()
    with place.connect() as connection:  # what restoring a backup does
        connection.execute("UPDATE trail.tree SET size = 100, root = %s", [root])
        connection.execute("DELETE FROM trail.leaf WHERE index >= 100")
    place.record(150, 250)
    restored = place.sequencer()
    with pytest.raises(TrailError, match="100 entries, and 150 were signed before"):
        restored.publish()
    restored.step()
    with pytest.raises(TrailError, match="are not those that were signed"):
        restored.publish()
    assert place.storage.read(CHECKPOINT) == signed


def test_files_that_are_not_the_database_s_are_refused(place: Place) -> None:
    place.record(0, 10)
    place.sequencer().step()
    place.crash()
    place.storage.files["tile/0/000.p/10"] = bytes(320)
    with pytest.raises(TrailError, match="do not hold the 10 entries"):
        place.sequencer()


def test_the_last_checkpoint_of_each_minute_is_kept(place: Place) -> None:
    sequencer = place.sequencer()
    for second in range(0, 240, 10):
        place.now = START + second
        sequencer.publish()
    (name,) = place.storage.names("checkpoints")
    assert name == "checkpoints/2026/09/21.jsonl"
    notes = [json.loads(line) for line in place.storage.read(name).splitlines()]
    minutes = [Checkpoint.read(note).seconds // 60 for note in notes]
    assert minutes == sorted({(START + second) // 60 for second in range(0, 240, 10)})
    assert notes[-1].encode() == place.storage.read(CHECKPOINT)


def test_told_to_stop_it_leaves_nothing_unsigned(place: Place) -> None:
    place.record(0, 10)
    stop = threading.Event()
    stop.set()
    place.sequencer().run(stop)
    assert len(place.held()) == 10


def test_silence_is_signed_too(place: Place) -> None:
    stop = threading.Event()
    sequencer = place.sequencer()
    sequencer.publish()
    place.now += 61
    stop.set()
    sequencer.run(stop, heartbeat=60)
    assert opened(place.storage.read(CHECKPOINT), place.public).seconds == START + 61


def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrailError, match="the database cannot be reached"):
        open_sequencer(f"postgresql:///x?host={tmp_path}", Memory(), tmp_path)


@contextmanager
def begun(database: str, folder: Path) -> Iterator[Sequencer]:
    Signer.create(folder / "keys", "tests.example/log")
    sequencer = open_sequencer(database, Folder(folder / "log"), folder / "keys")
    yield sequencer
    sequencer.close()


def record(database: str, first: int, end: int) -> None:
    with psycopg.connect(database) as connection:
        store.append(connection, uuid4(), [event(number, time.time()) for number in range(first, end)])


class _Breaking(Folder):
    """A disk that fails at the nth write."""

    def __init__(self, path: Path, writes: int) -> None:
        super().__init__(path)
        self.left = writes

    def write(self, files: Mapping[str, bytes]) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(28, "No space left on device")
        super().write(files)


@pytest.mark.parametrize("writes", range(6))
def test_a_disk_that_fills_loses_and_doubles_nothing(database: str, tmp_path: Path, writes: int) -> None:
    signer = Signer.create(tmp_path / "keys", "tests.example/log")
    with psycopg.connect(database) as connection:
        sequencer = Sequencer(connection, _Breaking(tmp_path / "log", writes), signer)
        published = []
        for batch in range(3):
            record(database, batch * 300, batch * 300 + 300)
            try:
                sequencer.step()
                published.append(sequencer.publish())
            except OSError:
                break
    with begun(database, tmp_path) as after:
        record(database, 900, 1000)
        while after.step():
            pass
        last = opened(after.publish(), signer.public)
    tiles = Tiles(Folder(tmp_path / "log"), last.size)
    for note in published:
        state = opened(note, signer.public)
        proof = prove_consistency(state.size, last.size, tiles.node)
        assert verify_consistency(state.size, last.size, state.root, last.root, proof)
    with psycopg.connect(database) as table:
        findings = verify(Folder(tmp_path / "log"), signer.public, table=table)
        count = table.execute("SELECT count(*) FROM public.system_audit_log").fetchone()
    assert (findings.problems, (findings.entries,)) == ([], count)
