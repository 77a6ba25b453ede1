"""Events that wait on the local disk while the database is away: each after its length and checksum, flushed."""

import fcntl
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from trustwright.trail.errors import TrailError

_HEAD: Final = struct.Struct("<II")
"""Before each entry: its length in bytes and its CRC-32."""

_LONGEST: Final = 1 << 20


class Spool:
    """One file of waiting entries, in order; one process at a time.

    Args:
        path: the file; it is made, readable by its owner alone.

    Raises:
        TrailError: another process has it, or an entry before its end is damaged.
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise TrailError(f"{path}: another process spools there; give each process a spool of its own.") from None
        if not path.exists() or path.stat().st_ino != os.fstat(self._file).st_ino:
            os.close(self._file)
            raise TrailError(f"{path}: another process removed it just now; open it again.")
        try:
            self.waiting = self._recovered()
        except TrailError:
            self.close()
            raise

    def _recovered(self) -> list[bytes]:
        """Return what waits; cut off an entry that a crash left unfinished: nobody was told that it is kept."""
        content = self.path.read_bytes()
        found, at = [], 0
        while at < len(content):
            entry, end = _entry_at(content, at)
            if entry is None:
                if any(_entry_at(content, later)[0] is not None for later in range(at + 1, len(content))):
                    raise TrailError(
                        f"{self.path}: byte {at} is damaged and entries follow it; keep the file, move it away, and "
                        "record what can be read of it by hand."
                    )
                os.ftruncate(self._file, at)
                os.fsync(self._file)
                break
            found.append(entry)
            at = end
        return found

    def add(self, entries: Sequence[bytes]) -> None:
        """Keep entries; when this returns they are on the disk.

        Raises:
            OSError: the disk is full or failed; none of the entries is kept.
        """
        before = os.fstat(self._file).st_size
        content = b"".join(_HEAD.pack(len(entry), zlib.crc32(entry)) + entry for entry in entries)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(self._file, view) :]
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise
        self.waiting += entries

    def clear(self) -> None:
        """Forget what waited: it is in the database."""
        os.ftruncate(self._file, 0)
        os.fsync(self._file)
        self.waiting = []

    def remove(self) -> None:
        """Remove the file, whose lock is still held: nobody can have begun to use it."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the file go; what waits stays in it."""
        os.close(self._file)


def _entry_at(content: bytes, at: int) -> tuple[bytes | None, int]:
    """Return the whole entry that begins at an offset and where it ends, or ``None``."""
    start = at + _HEAD.size
    if start > len(content):
        return None, at
    length, checksum = _HEAD.unpack_from(content, at)
    entry = content[start : start + length]
    if not 0 < length <= _LONGEST or len(entry) < length or zlib.crc32(entry) != checksum:
        return None, at
    return entry, start + length
