"""A folder outside: every checkpoint under its size."""

from pathlib import Path

import pytest

from tests.trail_log import Memory, entries, log
from trustwright.trail.anchors import folder
from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Tiles


def test_each_checkpoint_is_kept(tmp_path: Path) -> None:
    storage = Memory()
    for checkpoint, size in zip(log(storage, [entries(0, 3), entries(3, 8)]), (3, 8), strict=True):
        assert folder.put(str(tmp_path), checkpoint, Tiles(storage, size)) == b""
        assert (tmp_path / f"checkpoint-{size:012d}").read_bytes() == checkpoint


def test_a_folder_that_is_not_mounted_is_told(tmp_path: Path) -> None:
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 3)])
    with pytest.raises(TrailError, match="no such folder; mount it"):
        folder.put(str(tmp_path / "away"), checkpoint, Tiles(storage, 3))
