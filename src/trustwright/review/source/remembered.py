"""Bytes remembered between runs: in the user's cache folder, whole or not at all, checked when read."""

import hashlib
import os
import tempfile
from pathlib import Path

_DIGEST = 16


def folder() -> Path:
    """Return the folder in which this program remembers things; one that cannot be when the user has no home."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "trustwright"


def load(path: Path) -> bytes | None:
    """Return what was saved at ``path``; ``None`` when there is nothing, or when it is damaged."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    body = whole[_DIGEST:]
    return body if hashlib.blake2b(body, digest_size=_DIGEST).digest() == whole[:_DIGEST] else None


def save(path: Path, body: bytes) -> None:
    """Save bytes in one step, readable by their owner only; a folder that cannot be written just means no memory."""
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.blake2b(body, digest_size=_DIGEST).digest() + body)
        os.replace(name, path)
        name = ""
    except OSError:
        return
    finally:
        if name:
            Path(name).unlink(missing_ok=True)
