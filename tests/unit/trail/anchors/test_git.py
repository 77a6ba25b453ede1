"""A git clone: a commit for each checkpoint, pushed when there is somewhere to push to."""

import subprocess
from pathlib import Path

import pytest

from tests.trail_log import Memory, entries, log
from trustwright.trail.anchors import git
from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Tiles


def run(*words: str | Path) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout


def test_checkpoints_are_committed_and_pushed(tmp_path: Path) -> None:
    run("init", "--quiet", "--bare", tmp_path / "host")
    run("clone", "--quiet", tmp_path / "host", tmp_path / "clone")
    storage = Memory()
    for checkpoint, size in zip(log(storage, [entries(0, 3), entries(3, 8)]), (3, 8), strict=True):
        git.put(str(tmp_path / "clone"), checkpoint, Tiles(storage, size))
    pushed = run("-C", tmp_path / "host", "log", "--format=%s", "--all").split("\n")
    assert pushed[:2] == ["log.example/test: 8 entries", "log.example/test: 3 entries"]
    assert run("-C", tmp_path / "host", "show", "HEAD:checkpoint").encode() == checkpoint


def test_what_git_says_is_told(tmp_path: Path) -> None:
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 3)])
    with pytest.raises(TrailError, match="no git clone"):
        git.put(str(tmp_path), checkpoint, Tiles(storage, 3))
    run("init", "--quiet", tmp_path / "clone")
    run("-C", tmp_path / "clone", "remote", "add", "origin", tmp_path / "gone")
    with pytest.raises(TrailError, match="git --quiet failed"):
        git.put(str(tmp_path / "clone"), checkpoint, Tiles(storage, 3))
