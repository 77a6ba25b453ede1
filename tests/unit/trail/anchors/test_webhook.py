"""An address that takes checkpoints."""

import pytest

from tests.receiving import http_server
from tests.trail_log import Memory, entries, log
from trustwright.trail.anchors import webhook
from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Tiles


def test_the_checkpoint_is_posted() -> None:
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 3)])
    with http_server() as received:
        webhook.put(received.url, checkpoint, Tiles(storage, 3))
    assert received.bodies == [checkpoint]


def test_a_refusal_says_what_it_was() -> None:
    with http_server() as received:
        received.answers.append(403)
        with pytest.raises(webhook.Refused, match="HTTP 403") as caught:
            webhook.posted(received.url, b"x", "text/plain")
    assert caught.value.status == 403


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://127.0.0.1:1/"])
def test_what_is_no_address_or_does_not_answer(address: str) -> None:
    with pytest.raises(TrailError, match=r"no http or https address|no answer"):
        webhook.posted(address, b"x", "text/plain")
