"""A folder of somebody else's: a share, a mounted bucket that nobody can delete from."""

from pathlib import Path
from typing import Final

from trustwright.trail.errors import TrailError
from trustwright.trail.note import Checkpoint, Note
from trustwright.trail.tiles import Folder, Tiles

CLAIM: Final = "a rewritten history contradicts the copies in a folder outside, if its owner keeps them"


def put(target: str, checkpoint: bytes, tiles: Tiles) -> bytes:
    """Keep the checkpoint under its size, beside all earlier ones."""
    folder = Path(target)
    if not folder.is_dir():
        raise TrailError(f"{target}: there is no such folder; mount it, or remove the anchor.")
    size = Checkpoint.read(Note.read(checkpoint).text).size
    Folder(folder).write({f"checkpoint-{size:012d}": checkpoint})
    return b""
