"""What a channel says of an alert, and how it is posted."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any, Final

from trustwright.trail.channels import DeliveryError
from trustwright.trail.showing import visible

PATIENCE: Final = 10.0
"""Seconds that a service may take to answer."""


def headline(alert: Mapping[str, Any]) -> str:
    """Return an alert in a line."""
    return visible(f"[{alert['level']}] {alert['title']}")


def body(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alert as plain JSON."""
    names = ("rule", "title", "level", "subject", "leaf", "leaves", "events", "detail", "state")
    return {
        "schema": "trustwright.alert/1",
        "id": str(alert["id"]),
        "happened_at": alert["happened_at"].isoformat(),
        "actor_id": str(alert["actor_id"]) if alert["actor_id"] is not None else None,
        **{name: alert[name] for name in names},
    }


def lines(alert: Mapping[str, Any]) -> str:
    """Return an alert in a few lines."""
    leaves = alert["leaves"]
    entries = f"entry {leaves[0]}" if len(leaves) == 1 else f"{alert['events']} entries, {leaves[0]} to {leaves[-1]}"
    return "\n".join(
        [
            headline(alert),
            visible(f"{alert['detail']} ({', '.join(alert['subject'])})"),
            f"{alert['happened_at']:%Y-%m-%d %H:%M:%S} UTC, {entries}",
            f"rule {alert['rule']}, alert {alert['id']}",
        ]
    )


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what is sent is for the configured service alone."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Refuse it."""


_OPENER: Final = urllib.request.build_opener(_Straight)


def post(url: str, content: object, headers: Mapping[str, str] | None = None) -> None:
    """Post JSON.

    Raises:
        DeliveryError: the service did not take it.
    """
    encoded = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    said = {"Content-Type": "application/json", "User-Agent": "trustwright", **(headers or {})}
    request = urllib.request.Request(url, encoded, said, method="POST")  # noqa: S310 - the settings allow http(s) alone
    try:
        with _OPENER.open(request, timeout=PATIENCE):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise DeliveryError(f"the service answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise DeliveryError(f"the service could not be reached ({type(error).__name__})") from None
