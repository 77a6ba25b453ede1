"""A timestamp authority (RFC 3161): somebody who signs that the checkpoint existed at a time."""

from typing import Final

from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response

from trustwright.trail.anchors.webhook import posted
from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Tiles

CLAIM: Final = "no entry before the last timestamp was made up later, by the word of a timestamp authority"


def put(target: str, checkpoint: bytes, tiles: Tiles) -> bytes:
    """Ask the authority at ``target`` to timestamp the checkpoint; return its answer, in DER.

    The answer is kept as it is. It is checked here only for being a timestamp of this checkpoint; `openssl ts -verify`
    checks the authority's signature against its certificate.
    """
    request = TimestampRequestBuilder().data(checkpoint).nonce(nonce=True).build()
    answer = posted(target, request.as_bytes(), "application/timestamp-query")
    try:
        found = decode_timestamp_response(answer)
    except ValueError as error:
        raise TrailError(f"{target}: the answer is no timestamp ({error}).") from error
    if found.status not in {0, 1} or found.tst_info.message_imprint.message != request.message_imprint.message:
        raise TrailError(f"{target}: the answer is not a timestamp of this checkpoint.")
    return answer
