"""The checkout's two commands, `./tw` and `./check`, in an environment that is already there."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trustwright import __version__

ADDED_SECONDS = 0.3


def quickest(run: Callable[[], object]) -> float:
    """Return the seconds of the quickest of several runs."""
    durations = []
    for _ in range(5):
        began = time.perf_counter()
        run()
        durations.append(time.perf_counter() - began)
    return min(durations)


def test_tw_runs_from_any_folder_and_says_nothing_of_its_own(root: Path, tmp_path: Path) -> None:
    result = subprocess.run([root / "tw", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == (f"trustwright, version {__version__}\n", "")


def test_tw_can_be_linked_to(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "tw"
    link.symlink_to(root / "tw")
    assert __version__ in subprocess.run([link, "--version"], capture_output=True, text=True, check=True).stdout


def test_tw_adds_next_to_nothing(root: Path) -> None:
    command = Path(sys.executable).parent / "trustwright"
    plain = quickest(lambda: subprocess.run([command, "--version"], capture_output=True, check=True))
    through = quickest(lambda: subprocess.run([root / "tw", "--version"], capture_output=True, check=True))
    assert through - plain < ADDED_SECONDS


@pytest.mark.parametrize("arguments", [["--quick"], ["--fast", "more"]], ids=" ".join)
def test_check_refuses_what_it_does_not_know(arguments: list[str], root: Path) -> None:
    result = subprocess.run([root / "check", *arguments], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "usage: ./check [--fast]\n")
