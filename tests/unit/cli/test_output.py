"""What commands write appears whole; what they say of progress is gone when they are done."""

import io
import os
from pathlib import Path

import pytest

from trustwright.cli import _output
from trustwright.errors import TrustwrightError


class Terminal(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "report.md", tmp_path / "report.md"
    target.parent.mkdir()
    link.symlink_to(target)
    _output.write_whole(b"one", link)
    _output.write_whole(b"two", link)
    assert link.is_symlink()
    assert target.read_bytes() == b"two"
    assert os.listdir(target.parent) == ["report.md"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "report.md"
    output.write_bytes(b"old")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(
        TrustwrightError, match=r"report\.md: No space left on device; name a file that can be written\."
    ):
        _output.write_whole(b"new", output)
    assert output.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.md"]


@pytest.mark.parametrize(
    ("environment", "colour"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_is_asked_for(environment: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert _output.in_colour() is colour


def test_progress_is_told_after_a_while_and_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, now = Terminal(), [0.0]
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    with _output.Ticker() as ticker:
        ticker("reading", 1, 2000)
        assert screen.getvalue() == ""
        now[0] = 1.0
        ticker("reading", 1234, 2000)
        ticker("reading", 1235, 2000)
    line = "reading: 1,234 of 2,000"
    assert screen.getvalue() == f"\r{line}\r{line}\r{' ' * len(line)}\r"


def test_nothing_is_told_when_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(_output, "PATIENCE", -1.0)
    with _output.Ticker() as ticker:
        ticker("reading", 1, 2)
    assert screen.getvalue() == ""
