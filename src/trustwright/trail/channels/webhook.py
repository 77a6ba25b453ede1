"""Posts alerts as JSON to ``url``; with ``secret`` each has ``X-Trustwright-Signature: sha256=<HMAC of the body>``."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from trustwright.trail.channels import Settings
from trustwright.trail.channels._message import body, post


class Channel:
    """A service that takes JSON."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.url("url")
        self._secret = settings.text("secret", "").encode()

    def send(self, alert: Mapping[str, Any]) -> None:
        """Post an alert."""
        content = json.dumps(body(alert), ensure_ascii=False, sort_keys=True).encode()
        signature = {"X-Trustwright-Signature": "sha256=" + hmac.new(self._secret, content, hashlib.sha256).hexdigest()}
        post(self._url, content, signature if self._secret else None)
