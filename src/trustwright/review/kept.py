"""Keeps the last review of a folder, to answer at once when nothing has changed since.

A review is kept under everything it depends on: this program's own files, the settings, and for each file of the folder
its path, size and times. Files changed in the last moments before a review are not trusted to have changed their times,
so such a review is not kept.
"""

import hashlib
import os
import time
from pathlib import Path

import msgspec

import trustwright
from trustwright.review.model import Review
from trustwright.review.settings import Settings
from trustwright.review.source import remembered
from trustwright.review.source.discovery import Discovery

_SETTLED_NS = 2_000_000_000
"""A file changed less than this before a review may change again without its times telling."""


class Kept:
    """The memory of one folder under given settings."""

    def __init__(self, root: Path, settings: Settings, found: Discovery) -> None:
        """Work out what a review of this folder, as it is now, depends on."""
        place = hashlib.blake2b(os.fsencode(root.resolve()), digest_size=16).hexdigest()
        self._path = remembered.folder() / f"review-{place}"
        digest = hashlib.blake2b(_program() + repr(settings).encode() + found.state, digest_size=16)
        self._key = digest.digest()
        self._settled = found.newest < time.time_ns() - _SETTLED_NS

    def recall(self) -> Review | None:
        """Return the kept review if it is of exactly this state."""
        body = remembered.load(self._path) if self._settled else None
        if body is None or body[: len(self._key)] != self._key:
            return None
        try:
            return msgspec.msgpack.decode(body[len(self._key) :], type=Review)
        except msgspec.DecodeError:
            return None

    def keep(self, review: Review) -> None:
        """Remember a review, unless the folder changed while it was made."""
        if self._settled:
            remembered.save(self._path, self._key + msgspec.msgpack.encode(review))


def _program() -> bytes:
    """Return a digest of this program's own files, by size and time: a change to a rule is a change to its result."""
    digest = hashlib.blake2b(digest_size=16)
    for folder, folders, names in os.walk(Path(trustwright.__file__).parent):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".py", ".yaml")):
                info = os.stat(os.path.join(folder, name))
                digest.update(f"{name} {info.st_size} {info.st_mtime_ns}\0".encode())
    return digest.digest()
