"""Triggers events (Events API v2, and services that speak it) with ``routing_key``; the same alert is one incident."""

from collections.abc import Mapping
from typing import Any, Final

from trustwright.trail.channels import Settings
from trustwright.trail.channels._message import body, headline, post

URL: Final = "https://events.pagerduty.com/v2/enqueue"
_SEVERITY: Final = {
    "informational": "info",
    "low": "info",
    "medium": "warning",
    "high": "error",
    "critical": "critical",
}


class Channel:
    """A service that wakes people."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.url("url", URL)
        self._key = settings.text("routing_key")

    def send(self, alert: Mapping[str, Any]) -> None:
        """Trigger an event."""
        payload = {
            "summary": headline(alert)[:1024],
            "source": "trustwright",
            "severity": _SEVERITY[alert["level"]],
            "timestamp": alert["happened_at"].isoformat(),
            "class": alert["rule"],
            "custom_details": body(alert),
        }
        said = {"event_action": "trigger", "dedup_key": str(alert["id"]), "routing_key": self._key, "payload": payload}
        post(self._url, said)
