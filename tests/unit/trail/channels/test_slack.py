"""The Slack-compatible channel: text in which nothing calls anybody."""

import json

from tests.receiving import http_server
from tests.unit.trail.channels.channel_alert import ALERT
from trustwright.trail.channels import Settings
from trustwright.trail.channels.slack import Channel


def test_an_alert_is_text_that_calls_nobody() -> None:
    with http_server() as received:
        Channel(Settings({"url": received.url}, "here")).send(ALERT)
    said = json.loads(received.bodies[0])
    assert list(said) == ["text"]
    assert said["text"].startswith("[high] One actor exports again and again\n")
    assert "&lt;!channel&gt;" in said["text"]
    assert "3 events &amp; more" in said["text"]
    assert "<" not in said["text"]
    assert "\x1b" not in said["text"]
    assert "3 entries, 3 to 9" in said["text"]
