"""A git repository that is pushed to somewhere else, where its history is kept."""

import subprocess
from pathlib import Path
from typing import Final

from trustwright.trail.errors import TrailError
from trustwright.trail.note import Checkpoint, Note
from trustwright.trail.tiles import Folder, Tiles

CLAIM: Final = "a rewritten history contradicts the checkpoints in a git repository, if its host keeps what was pushed"
PATIENCE: Final = 60.0


def put(target: str, checkpoint: bytes, tiles: Tiles) -> bytes:
    """Commit the checkpoint in the clone at ``target``, and push when the clone has a remote."""
    if not (Path(target) / ".git").exists():
        raise TrailError(f"{target}: this is no git clone; clone a repository there.")
    state = Checkpoint.read(Note.read(checkpoint).text)
    Folder(Path(target)).write({"checkpoint": checkpoint})
    _git(target, "add", "checkpoint")
    author = ("-c", "user.name=audit-trail", "-c", "user.email=audit-trail@localhost")
    _git(target, *author, "commit", "--quiet", "--allow-empty", "-m", f"{state.origin}: {state.size} entries")
    if _git(target, "remote").strip():
        _git(target, "push", "--quiet")
    return b""


def _git(folder: str, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            ["git", "-C", folder, *words],  # noqa: S607 - the git of the user's PATH
            capture_output=True, text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise TrailError(f"{folder}: git {words[-1]} failed ({error.stderr.strip()[:200]}).") from error
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise TrailError(f"{folder}: git did not run ({error}).") from error
    return done.stdout
