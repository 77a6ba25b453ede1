"""Signs checkpoints, and refuses to sign what does not continue what it signed before.

The key and the last checkpoint lie in a folder of their own, which whoever owns the database should not reach: a
database that was restored from a backup, or rewritten, gets no signature.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import EMPTY_ROOT, Node, prove_consistency, verify_consistency
from trustwright.trail.note import Checkpoint, PublicKey, SigningKey, opened, signed
from trustwright.trail.tiles import Folder

KEY: Final = "signing.key"
PUBLIC: Final = "log.pub"
LAST: Final = "last-checkpoint"


class Signer:
    """The log's signing key with the last checkpoint that it signed.

    Args:
        folder: where both lie.
        clock: gives the time in seconds since 1970 UTC.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        try:
            self._key = SigningKey.read((folder / KEY).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise TrailError(f"{folder / KEY}: there is no signing key; run `trustwright trail init`.") from None
        self._folder = Folder(folder)
        self._clock = clock
        try:
            self.last = opened(self._folder.read(LAST), self._key.public)
        except FileNotFoundError:
            self.last = Checkpoint(self._key.public.name, 0, EMPTY_ROOT)

    @classmethod
    def create(cls, folder: Path, origin: str) -> "Signer":
        """Make a key for a log of this name, unless the folder has one."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / KEY).exists():
            key = SigningKey.new(origin)
            descriptor = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(key.secret() + "\n")
                file.flush()
                os.fsync(file.fileno())
            Folder(folder).write({PUBLIC: f"{key.public}\n".encode()})
        return cls(folder)

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this signs."""
        return self._key.public

    def sign(self, size: int, root: bytes, node: Node) -> bytes:
        """Sign the tree's state and remember it; return the checkpoint as a signed note.

        Args:
            size: the number of entries.
            root: the root over them.
            node: gives the hashes of the tree, to prove that it continues the last one.

        Raises:
            TrailError: the tree does not continue the one that was signed last.
        """
        if size < self.last.size:
            raise TrailError(
                f"the log has {size} entries, and {self.last.size} were signed before: the database was restored or "
                "rewritten; bring back what is missing, or begin a new log."
            )
        proof = prove_consistency(self.last.size, size, node)
        if not verify_consistency(self.last.size, size, self.last.root, root, proof):
            raise TrailError(
                f"the log's first {self.last.size} entries are not those that were signed: the database was restored "
                "or rewritten; bring the log's files back, or begin a new log."
            )
        state = Checkpoint(self.public.name, size, root, max(int(self._clock()), self.last.seconds))
        written = signed(state, [self._key])
        self._folder.write({LAST: written})
        self.last = state
        return written


def trusted_key(folder: Path) -> PublicKey:
    """Return the log's public key.

    Raises:
        TrailError: the folder has none.
    """
    try:
        return PublicKey.read((folder / PUBLIC).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrailError(f"{folder / PUBLIC}: there is no public key; run `trustwright trail init`.") from None
