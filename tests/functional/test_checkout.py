"""The checkout's two commands, `./tw` and `./check`, in an environment that is already there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trustwright import __version__

ADDED_SECONDS = 0.3


def cpu_seconds(command: list[str | Path]) -> float:
    """Return the least processor time of several runs: how busy the machine is changes it little."""
    spent = []
    for _ in range(5):
        before = os.times()
        subprocess.run(command, capture_output=True, check=True)
        after = os.times()
        spent.append(after.children_user - before.children_user + after.children_system - before.children_system)
    return min(spent)


def test_tw_runs_from_any_folder_and_says_nothing_of_its_own(root: Path, tmp_path: Path) -> None:
    result = subprocess.run([root / "tw", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == (f"trustwright, version {__version__}\n", "")


def test_tw_can_be_linked_to(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "tw"
    link.symlink_to(root / "tw")
    assert __version__ in subprocess.run([link, "--version"], capture_output=True, text=True, check=True).stdout


def test_tw_adds_next_to_nothing(root: Path) -> None:
    plain = cpu_seconds([Path(sys.executable).parent / "trustwright", "--version"])
    assert cpu_seconds([root / "tw", "--version"]) - plain < ADDED_SECONDS


@pytest.mark.parametrize("arguments", [["--quick"], ["--fast", "more"]], ids=" ".join)
def test_check_refuses_what_it_does_not_know(arguments: list[str], root: Path) -> None:
    result = subprocess.run([root / "check", *arguments], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "usage: ./check [--fast]\n")
