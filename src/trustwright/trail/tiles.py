"""The log's files: tiles of hashes and bundles of entries as c2sp.org/tlog-tiles lays them out.

This is the only module that knows their names and their bytes. ``tile/<level>/<number>`` holds 256 hashes of the tree's
level ``8 * level``; ``tile/entries/<number>`` holds 256 entries, each after its length in two bytes. The last of each
kind is partial and has ``.p/<width>`` after its name; it is superseded, never changed.
"""

import os
import shutil
import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import Growing, edge_of, leaf_hash, node_hash

WIDTH: Final = 256
HEIGHT: Final = 8
HASH: Final = 32
LONGEST_ENTRY: Final = 0xFFFF
_MOST_READ: Final = 1_000
"""Tiles kept in memory, of 8 kB each."""

CHECKPOINT: Final = "checkpoint"


class Storage(Protocol):
    """Where files lie: names with slashes, whole contents."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raise FileNotFoundError when there is none."""

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put files in place, each at once and whole; when this returns, all are durable."""

    def discard(self, folder: str) -> None:
        """Remove a folder's files, if there are any."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files below a folder, sorted."""


class Folder:
    """A folder of the file system."""

    def __init__(self, path: Path) -> None:
        """Take the folder; it is made with the first file."""
        self.path = path

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return (self.path / name).read_bytes()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write beside, flush to the disk, rename, flush the folders: afterwards each file is there or is not."""
        paths = {self.path / name: content for name, content in files.items()}
        made = set()
        for path in paths:
            for folder in (path.parent, *path.parent.parents):
                if folder in made or folder == self.path.parent or folder.is_dir():
                    break
                made.add(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
        for path, content in paths.items():
            with path.with_name(path.name + ".new").open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for path in paths:
            path.with_name(path.name + ".new").replace(path)
        for folder in {path.parent for path in paths} | {folder.parent for folder in made}:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def discard(self, folder: str) -> None:
        """Remove a folder's files and the folder."""
        shutil.rmtree(self.path / folder, ignore_errors=True)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files below a folder, sorted; files that a crash left unfinished are none."""
        found = (path for path in (self.path / folder).rglob("*") if path.is_file() and path.suffix != ".new")
        return sorted(path.relative_to(self.path).as_posix() for path in found)


def tile_name(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return a tile's name: ``tile/0/x001/x234/067``; ``level`` is ``entries`` for a bundle."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def bundled(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle holds them."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundled(content: bytes, name: str = "bundle") -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        TrailError: the bundle breaks off.
    """
    found, at = [], 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2])
        if at + 2 > len(content) or end > len(content):
            raise TrailError(f"{name} breaks off at byte {at}; fetch it again.")
        found.append(content[at + 2 : end])
        at = end
    return found


def hashes_of(storage: Storage, level: int, number: int, width: int) -> list[bytes]:
    """Return the first ``width`` hashes of a tile.

    Raises:
        TrailError: the tile is missing, or has not as many.
    """
    name, content, whole = _content(storage, level, number, width)
    found = [content[at : at + HASH] for at in range(0, len(content), HASH)]
    if len(content) != HASH * (WIDTH if whole else width):
        raise TrailError(f"{name} holds {len(content)} bytes, not {HASH} a hash; restore it from a copy of the log.")
    return found[:width]


def entries_of(storage: Storage, number: int, width: int) -> list[bytes]:
    """Return the first ``width`` entries of a bundle.

    Raises:
        TrailError: the bundle is missing, breaks off, or has not as many.
    """
    name, content, whole = _content(storage, "entries", number, width)
    found = unbundled(content, name)
    if len(found) != (WIDTH if whole else width):
        raise TrailError(f"{name} holds {len(found)} entries, not {width}; restore it from a copy of the log.")
    return found[:width]


def _content(storage: Storage, kind: int | str, number: int, width: int) -> tuple[str, bytes, bool]:
    """Return a file's name, its bytes, and whether it is the whole one: a partial one goes once the whole is there."""
    name, whole = tile_name(kind, number, width), tile_name(kind, number)
    for one in (name, whole):
        try:
            return one, storage.read(one), one == whole
        except FileNotFoundError:
            continue
        except OSError as error:
            raise TrailError(f"{one} cannot be read ({error.strerror}); restore it from a copy of the log.") from error
    raise TrailError(f"{name} is missing; restore it from a copy of the log.")


class Tiles:
    """A log's tree as tiles: grows at its end, gives any hash and any entry.

    Args:
        storage: where the files lie.
        size: the number of entries that count; what lies beyond belongs to nothing yet and is written over.
    """

    def __init__(self, storage: Storage, size: int = 0) -> None:
        self.storage = storage
        self.size = size
        self._read: dict[tuple[int, int, int], list[bytes]] = {}
        self._last: dict[int | str, list[bytes]] = {}

    @cached_property
    def _growing(self) -> Growing:
        return Growing(self.size, [self.node(level, index) for level, index in edge_of(self.size)])

    @property
    def root(self) -> bytes:
        """The root over all entries, from their tiles."""
        return self._growing.root

    def append(self, entries: Sequence[bytes]) -> list[bytes]:
        """Append entries and write every file that this completes or supersedes; return their leaf hashes.

        Raises:
            TrailError: an entry is longer than a bundle can say.
        """
        for entry in entries:
            if len(entry) > LONGEST_ENTRY:
                raise TrailError(f"an entry of {len(entry)} bytes does not fit a bundle; {LONGEST_ENTRY} are the most.")
        leaves = [leaf_hash(entry) for entry in entries]
        grown: dict[int | str, list[bytes]] = {"entries": list(entries)}
        for leaf in leaves:
            for level, _, hash_ in self._growing.append(leaf):
                if level % HEIGHT == 0:
                    grown.setdefault(level // HEIGHT, []).append(hash_)
        files: dict[str, bytes] = {}
        for kind, items in grown.items():
            files |= self._completed(kind, items)
        self.storage.write(files)
        self.size = self._growing.size
        self._read.clear()  # the last tile of each level has grown, and a long-lived process need not keep the rest
        return leaves

    def _completed(self, kind: int | str, items: list[bytes]) -> dict[str, bytes]:
        """Return the files that items of a kind complete or supersede."""
        count = self.size >> HEIGHT * (0 if isinstance(kind, str) else kind)
        if kind not in self._last:
            self._last[kind] = self._partial(kind, count)
        held, first = self._last[kind] + items, count // WIDTH
        files = {}
        for at in range(0, len(held), WIDTH):
            part = held[at : at + WIDTH]
            name = tile_name(kind, first + at // WIDTH, len(part))
            files[name] = bundled(part) if kind == "entries" else b"".join(part)
        self._last[kind] = held[len(held) - len(held) % WIDTH :]
        return files

    def tidy(self, size: int) -> None:
        """Remove the partial files of what became whole since the tree had ``size`` entries."""
        for level in range(-(-self.size.bit_length() // HEIGHT)):
            for number in range((size >> HEIGHT * level) // WIDTH, (self.size >> HEIGHT * level) // WIDTH):
                for kind in (level, "entries") if level == 0 else (level,):
                    self.storage.discard(tile_name(kind, number) + ".p")

    def _partial(self, kind: int | str, count: int) -> list[bytes]:
        """Return what the last, partial file of a kind holds when there are ``count`` of the kind."""
        if count % WIDTH == 0:
            return []
        if isinstance(kind, str):
            return entries_of(self.storage, count // WIDTH, count % WIDTH)
        return hashes_of(self.storage, kind, count // WIDTH, count % WIDTH)

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree at (level, index).

        Raises:
            TrailError: a tile is missing or too short.
        """
        if level % HEIGHT:
            return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        number = index // WIDTH
        tile = level // HEIGHT, number, min(WIDTH, (self.size >> level) - number * WIDTH)
        if tile not in self._read:
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            self._read[tile] = hashes_of(self.storage, *tile)
        return self._read[tile][index % WIDTH]

    def entries(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Yield the entries from ``start`` to before ``end`` with their indexes, a bundle at a time.

        Raises:
            TrailError: a bundle is missing or damaged.
        """
        for number in range(start // WIDTH, -(-end // WIDTH)):
            held = entries_of(self.storage, number, min(WIDTH, self.size - number * WIDTH))
            for index, entry in enumerate(held, number * WIDTH):
                if start <= index < end:
                    yield index, entry
