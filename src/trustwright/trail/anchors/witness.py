"""A C2SP witness (c2sp.org/tlog-witness): somebody who signs only what continues what they signed before.

The target is the witness's address and its verifier key, with a blank between.
"""

import base64
from typing import Final

from trustwright.trail.anchors.webhook import Refused, posted
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import prove_consistency
from trustwright.trail.note import Note, PublicKey
from trustwright.trail.tiles import Tiles

CLAIM: Final = "nobody was shown another history, and none was rewritten, by the word of a witness"
_seen: dict[str, int] = {}


def put(target: str, checkpoint: bytes, tiles: Tiles) -> bytes:
    """Have the witness sign the checkpoint; return it with the witness's signature added."""
    address, _, key = target.partition(" ")
    witness = PublicKey.read(key)
    url = f"{address.rstrip('/')}/add-checkpoint"
    try:
        line = posted(url, _asked(_seen.get(target, 0), checkpoint, tiles), "text/plain; charset=utf-8")
    except Refused as refused:
        if refused.status != 409 or not refused.said.isdecimal():
            raise
        line = posted(url, _asked(int(refused.said), checkpoint, tiles), "text/plain; charset=utf-8")
    cosigned = checkpoint + line
    if witness not in Note.read(cosigned).signed_by([witness]):
        raise TrailError(f"{address}: the answer is not signed with the witness's key {key}.")
    _seen[target] = tiles.size
    return cosigned


def _asked(old: int, checkpoint: bytes, tiles: Tiles) -> bytes:
    """Return the body of a request: what the witness knows, the proof from there, the checkpoint."""
    proof = prove_consistency(old, tiles.size, tiles.node)
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in proof), ""]
    return "\n".join([*lines, ""]).encode() + checkpoint
