"""A small log without a database: events whose moments are chosen, entries as the database makes them, checkpoints."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from trustwright.trail.event import Event
from trustwright.trail.note import Checkpoint, SigningKey, signed
from trustwright.trail.tiles import CHECKPOINT, Folder, Storage, Tiles

KEY = SigningKey("log.example/test", bytes(range(32)))
OTHER = SigningKey("log.example/test", bytes(range(1, 33)))
"""A key of the same name that is not the log's."""

START = 1_790_000_000
"""When the log begins: seconds since 1970 UTC."""

WRITER = UUID(int=1)


class Memory:
    """Files in memory."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files or {})

    def read(self, name: str) -> bytes:
        try:
            return self.files[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def write(self, files: Mapping[str, bytes]) -> None:
        self.files.update(files)

    def discard(self, folder: str) -> None:
        for name in self.names(folder):
            del self.files[name]

    def names(self, folder: str) -> list[str]:
        return sorted(name for name in self.files if name.startswith(folder + "/"))


def id_of(number: int, seconds: float = START) -> UUID:
    """Return the UUIDv7 of an event, the same on each run."""
    return UUID(int=int(seconds * 1000) << 80 | 7 << 76 | 2 << 62 | number)


def event(number: int, seconds: float = START) -> Event:
    """Return the event of a number."""
    return Event(
        id=id_of(number, seconds),
        actor_type="user",
        actor_id=UUID(int=number),
        action="update",
        resource_type="order",
        resource_id=str(number),
        outcome="success",
        ip_address="192.0.2.7",
        metadata={"note": "ä", "n": number},
    )


def entry(number: int, seconds: float = START, writer: UUID = WRITER) -> bytes:
    """Return what the tree holds of the event of a number, which its writer counts from 1."""
    return f"{writer} {number + 1}\n".encode() + event(number, seconds).entry


def entries(first: int, end: int, seconds: float = START) -> list[bytes]:
    """Return the entries from ``first`` to before ``end``."""
    return [entry(number, seconds) for number in range(first, end)]


def publish(storage: Storage, tiles: Tiles, seconds: int, key: SigningKey = KEY) -> bytes:
    """Sign the tree as it is, put the checkpoint in place and into the day's file; return it."""
    written = signed(Checkpoint(key.public.name, tiles.size, tiles.root, seconds), [key])
    day = "checkpoints/2026/09/21.jsonl"
    try:
        before = storage.read(day)
    except FileNotFoundError:
        before = b""
    storage.write({CHECKPOINT: written, day: before + json.dumps(written.decode()).encode() + b"\n"})
    return written


def log(storage: Storage, batches: Iterable[Sequence[bytes]], key: SigningKey = KEY) -> list[bytes]:
    """Write a log that grows by batches, a checkpoint a minute; return the checkpoints."""
    tiles, checkpoints = Tiles(storage), []
    for minute, batch in enumerate(batches, 1):
        before = tiles.size
        tiles.append(batch)
        tiles.tidy(before)
        checkpoints.append(publish(storage, tiles, START + 60 * minute, key))
    return checkpoints


def folder_of(storage: Memory, path: Path) -> Path:
    """Write the files into a folder and return it."""
    Folder(path).write(storage.files)
    return path
