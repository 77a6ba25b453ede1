"""What commands share in talking to the outside: whole files, the terminal's size, a line that says how far work is."""

import os
import shutil
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from trustwright.errors import TrustwrightError

WIDEST = 100  # columns; longer lines are hard to read
UNKNOWN_WIDTH = 80  # columns, when the output is no terminal
TICK = 0.1  # seconds between two changes of the progress line
PATIENCE = 0.5  # seconds of silence before there is a progress line at all


def write_whole(content: bytes, output: Path | None) -> None:
    """Write ``content`` to the file ``output``, or to standard output when there is none.

    A file appears whole or not at all: readers never see a half-written one, and an interrupted run leaves the old one.

    Raises:
        TrustwrightError: the file cannot be written.
    """
    if output is None:
        _print(content)
        return
    if output.exists() and not output.is_file():
        wrong = "is a folder" if output.is_dir() else "is not a regular file"
        raise TrustwrightError(f"{output}: {wrong}; name a file for --output.")
    target = output.resolve()  # a link stays a link, and the draft lies on the same disk as what it becomes
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        raise TrustwrightError(f"{output}: {error.strerror or error}; name a file that can be written.") from error
    finally:
        draft.unlink(missing_ok=True)


def _print(content: bytes) -> None:
    if sys.stdout is None:
        raise TrustwrightError("standard output: it is closed; open it, or name a file with --output.")
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What could not be written must not be tried again when the interpreter ends.
        sys.stdout = None
        raise TrustwrightError(
            f"standard output: {error.strerror or error}; make room, or name a file with --output."
        ) from error


def screen_width() -> int:
    """Return how many columns to write for: the terminal's, but no more than can be read well."""
    return min(WIDEST, shutil.get_terminal_size((UNKNOWN_WIDTH, 24)).columns)


def in_colour() -> bool:
    """Say whether standard output is a terminal that wants colour (see no-color.org and force-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


class Ticker:
    """A line on standard error that says how far long work is; only on a terminal, and gone when the work is done."""

    def __init__(self) -> None:
        self._shown = 0
        self._next = time.monotonic() + PATIENCE
        self._on = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` are through; ``doing`` is a short phrase ("reading files")."""
        now = time.monotonic()
        if self._on and now >= self._next:
            self._next = now + TICK
            self._write(f"{doing}: {done:,} of {total:,}" if total else doing)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line."""
        if self._shown:
            self._write("")

    def _write(self, text: str) -> None:
        line = text[: screen_width() - 1]
        sys.stderr.write("\r" + line.ljust(self._shown) + "\r" + line)
        sys.stderr.flush()
        self._shown = len(line)
