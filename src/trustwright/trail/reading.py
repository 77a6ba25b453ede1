"""Reads the log's entries in their order, up to the last checkpoint: what exports, statistics and detections see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from trustwright.trail.errors import TrailError
from trustwright.trail.event import written
from trustwright.trail.note import Checkpoint, opened
from trustwright.trail.places import keys_folder, log_folder
from trustwright.trail.signer import trusted_key
from trustwright.trail.tiles import CHECKPOINT, Folder, Storage, Tiles
from trustwright.trail.verify import Entry, taken_apart

SLACK: Final = timedelta(days=1)
"""How much later than its moment an event may come into the log and still be found by its time: it may have waited."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log as its last checkpoint signs it.

    Attributes:
        storage: its files.
        checkpoint: what was signed.
        note: the same as the signed bytes.
    """

    storage: Storage
    checkpoint: Checkpoint
    note: bytes

    def entries(self, start: int = 0, end: int | None = None) -> Iterator[Entry]:
        """Yield the entries from ``start`` to before ``end``, the checkpoint's size when not given.

        Raises:
            TrailError: a file is missing or damaged, or an entry is not what a writer makes.
        """
        size = self.checkpoint.size
        for index, content in Tiles(self.storage, size).entries(start, size if end is None else min(end, size)):
            entry = taken_apart(index, content)
            if entry is None:
                raise TrailError(
                    f"entry {index} is not of the form that a writer gives it; run `trustwright trail verify`."
                )
            yield entry

    def since(self, moment: datetime) -> int:
        """Return an index before which nothing is newer than ``moment``, late events of a day aside."""
        wanted = written(moment - SLACK)
        low, high = 0, self.checkpoint.size
        while low < high:
            middle = (low + high) // 2
            entry = next(self.entries(middle, middle + 1))
            if str(entry.said.get("created_at", "")) < wanted:
                low = middle + 1
            else:
                high = middle
        return low


def open_log(folder: Path | None = None) -> Log:
    """Return this machine's log.

    Args:
        folder: its files, the configured ones when not given.

    Raises:
        TrailError: there is no checkpoint, or its signature is not the log's.
    """
    storage = Folder(folder or log_folder())
    try:
        note = storage.read(CHECKPOINT)
    except FileNotFoundError:
        raise TrailError("the log has no checkpoint yet; run `trustwright trail sequence`.") from None
    return Log(storage, opened(note, trusted_key(keys_folder())), note)
