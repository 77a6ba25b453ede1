"""The PagerDuty-compatible channel: one incident for one alert."""

import json

import pytest

from tests.receiving import http_server
from tests.unit.trail.channels.channel_alert import ALERT
from trustwright.trail.alerts import LEVELS
from trustwright.trail.channels import Settings
from trustwright.trail.channels.pagerduty import Channel


@pytest.mark.parametrize("level", LEVELS)
def test_an_alert_triggers_an_event(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "r0uting")
    with http_server() as received:
        Channel(Settings({"url": received.url, "routing_key_env": "KEY"}, "here")).send(ALERT | {"level": level})
    said = json.loads(received.bodies[0])
    assert said["event_action"] == "trigger"
    assert said["routing_key"] == "r0uting"
    assert said["dedup_key"] == str(ALERT["id"])
    assert said["payload"]["severity"] in {"info", "warning", "error", "critical"}
    assert said["payload"]["custom_details"]["leaves"] == [3, 5, 9]
