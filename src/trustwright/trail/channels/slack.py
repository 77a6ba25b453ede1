"""Posts alerts as text to ``url``, an incoming webhook as Slack has them, and many others too."""

from collections.abc import Mapping
from typing import Any

from trustwright.trail.channels import Settings
from trustwright.trail.channels._message import lines, post


class Channel:
    """A room that people read."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.url("url")

    def send(self, alert: Mapping[str, Any]) -> None:
        """Post an alert; what an application wrote cannot call anybody or make a link."""
        text = lines(alert).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        post(self._url, {"text": text})
