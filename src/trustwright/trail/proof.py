"""The proof that one entry is in the log, as a file of its own: c2sp.org/tlog-proof.

The line ``c2sp.org/tlog-proof@v1``, a line of ``extra`` data that others may add and nobody signs, ``index`` with the
entry's index, a hash of the audit path on each line, an empty line, and the checkpoint.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import leaf_hash, prove_inclusion, root_from_inclusion
from trustwright.trail.note import Checkpoint, PublicKey, decoded, opened
from trustwright.trail.tiles import CHECKPOINT, HASH, Tiles

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_HEAD: Final = re.compile(
    re.escape(_FIRST) + r"\n(?:extra (?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\n)?"
    r"index (0|[1-9][0-9]{0,17})((?:\n[^\n]+)*)"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of inclusion: the entry's index, its audit path, and the checkpoint it leads to, as it was signed."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def __str__(self) -> str:
        """Write the file."""
        lines = [_FIRST, f"index {self.index}", *(base64.b64encode(item).decode() for item in self.path), "", ""]
        return "\n".join(lines) + self.checkpoint.decode()

    @classmethod
    def read(cls, text: str) -> "Proof":
        """Read the file.

        Raises:
            TrailError: it is no proof.
        """
        head, blank, checkpoint = text.partition("\n\n")
        match = _HEAD.fullmatch(head) if blank else None
        if match is None:
            raise TrailError(f"this is no proof: it does not begin with {_FIRST} and an index.")
        path = []
        for line in match[2].split("\n")[1:]:
            hash_ = decoded(line)
            if hash_ is None or len(hash_) != HASH:
                raise TrailError("a hash of the proof is malformed; make the proof again.")
            path.append(hash_)
        try:
            return cls(int(match[1]), tuple(path), checkpoint.encode())
        except UnicodeEncodeError:
            raise TrailError("the checkpoint of the proof is no text; make the proof again.") from None

    def check(self, entry: bytes, key: PublicKey) -> Checkpoint:
        """Return the checkpoint under which the log holds the entry.

        Raises:
            TrailError: the proof, its signature or the entry is wrong.
        """
        checkpoint = opened(self.checkpoint, key)
        if root_from_inclusion(self.index, checkpoint.size, leaf_hash(entry), self.path) != checkpoint.root:
            raise TrailError(f"the log does not hold this entry at {self.index}; the entry or the proof was changed.")
        return checkpoint


def prove(tiles: Tiles, index: int) -> Proof:
    """Prove an entry under the log's checkpoint, of which ``tiles`` has the size."""
    path = prove_inclusion(index, tiles.size, tiles.node)
    return Proof(index, tuple(path), tiles.storage.read(CHECKPOINT))
