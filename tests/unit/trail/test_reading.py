"""Reading a log by its checkpoint, also while it grows."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from tests.trail_events import NOW, event
from trustwright.trail.merkle import EMPTY_ROOT
from trustwright.trail.note import Checkpoint
from trustwright.trail.reading import SLACK, Log
from trustwright.trail.tiles import Folder, Tiles


def grown(folder: Path, size: int) -> Log:
    """Make a log of events a minute apart; return it as a checkpoint of its first 200 entries signs it."""
    storage = Folder(folder)
    tiles = Tiles(storage)
    made = [f"{UUID(int=1)} {at + 1}\n".encode() + event(NOW + timedelta(minutes=at)).entry for at in range(size)]
    tiles.append(made[:200])
    tiles.append(made[200:])
    tiles.tidy(200)
    return Log(storage, Checkpoint("test.example/log", 200, EMPTY_ROOT, 1), b"")


def test_an_older_checkpoint_is_read_when_its_partial_files_are_gone(tmp_path: Path) -> None:
    log = grown(tmp_path, 300)
    assert not (tmp_path / "tile/entries/000.p").exists()
    assert [entry.index for entry in log.entries()] == list(range(200))
    assert [entry.number for entry in log.entries(10, 12)] == [11, 12]


def test_nothing_newer_comes_before_the_index_of_a_moment(tmp_path: Path) -> None:
    log = grown(tmp_path, 200)
    assert log.since(NOW) == 0
    assert log.since(NOW + SLACK + timedelta(minutes=50)) == 50
    assert log.since(NOW + timedelta(days=30)) == 200
