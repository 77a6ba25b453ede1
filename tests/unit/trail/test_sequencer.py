"""The sequencer: one at a time, each event once, every checkpoint a prefix of the next, whatever breaks between."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.trail_log import event
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import prove_consistency, verify_consistency
from trustwright.trail.note import opened
from trustwright.trail.sequencer import Sequencer, open_sequencer
from trustwright.trail.signer import Signer
from trustwright.trail.store import append
from trustwright.trail.tiles import CHECKPOINT, Folder, Tiles
from trustwright.trail.verify import verify


@contextmanager
def begun(database: str, folder: Path) -> Iterator[Sequencer]:
    Signer.create(folder / "keys", "tests.example/log")
    sequencer = open_sequencer(database, Folder(folder / "log"), folder / "keys")
    yield sequencer
    sequencer.close()


def record(database: str, first: int, end: int) -> None:
    with psycopg.connect(database) as connection:
        append(connection, uuid4(), [event(number, time.time()) for number in range(first, end)])


def test_what_waits_comes_into_the_tree_in_its_order(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path) as sequencer:
        assert sequencer.step() == 0
        record(database, 0, 700)
        assert [sequencer.step(300), sequencer.step(300), sequencer.step(300), sequencer.step()] == [300, 300, 100, 0]
        sequencer.publish()
    signer = Signer(tmp_path / "keys")
    with psycopg.connect(database) as table:
        findings = verify(Folder(tmp_path / "log"), signer.public, table=table)
    assert (findings.problems, findings.entries, findings.rows) == ([], 700, 700)


def test_a_second_one_is_refused(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path), pytest.raises(TrailError, match="another sequencer works"):
        open_sequencer(database, Folder(tmp_path / "log"), tmp_path / "keys")
    with begun(database, tmp_path) as later:
        assert later.size == 0


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


def test_a_database_that_was_restored_gets_no_signature(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path) as sequencer:
        record(database, 0, 10)
        sequencer.step()
        sequencer.publish()
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM trail.tree")
        connection.execute("DELETE FROM trail.leaf")
    with begun(database, tmp_path) as forked:
        record(database, 20, 25)
        forked.step()
        with pytest.raises(TrailError, match="the database was restored or rewritten"):
            forked.publish()


def test_it_ends_in_good_order(database: str, tmp_path: Path) -> None:
    with begun(database, tmp_path) as sequencer:
        stop = threading.Event()
        thread = threading.Thread(target=sequencer.run, args=(stop, 0.02, 0.1))
        thread.start()
        record(database, 0, 50)
        stop.set()
        thread.join(30)
    state = opened(Folder(tmp_path / "log").read(CHECKPOINT), Signer(tmp_path / "keys").public)
    assert state.size == 50
