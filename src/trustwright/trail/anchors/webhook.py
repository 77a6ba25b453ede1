"""An address that takes the checkpoint by HTTP POST."""

import urllib.error
import urllib.request
from typing import Final

from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Tiles

CLAIM: Final = "a rewritten history contradicts the checkpoints that were sent outside, if their receiver keeps them"
PATIENCE: Final = 20.0


def put(target: str, checkpoint: bytes, tiles: Tiles) -> bytes:
    """Send the checkpoint; an answer of 2xx is success."""
    return posted(target, checkpoint, "text/plain; charset=utf-8")


def posted(target: str, body: bytes, kind: str) -> bytes:
    """Send a body to an http(s) address and return the answer's.

    Raises:
        TrailError: the address is no such, does not answer, or refuses.
    """
    if not target.startswith(("http://", "https://")):
        raise TrailError(f"{target}: this is no http or https address.")
    request = urllib.request.Request(target, body, {"Content-Type": kind}, method="POST")  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return bytes(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        said = error.read(300).decode(errors="replace").strip()
        raise Refused(f"{target}: HTTP {error.code} {said}", error.code, said) from error
    except (urllib.error.URLError, TimeoutError) as error:
        raise TrailError(f"{target}: no answer ({error}).") from error


class Refused(TrailError):  # noqa: N818 - an answer, which may tell what to do next
    """An answer that is no success."""

    def __init__(self, sentence: str, status: int, said: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.said = said
