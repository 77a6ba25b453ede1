"""Mail: a plain message; a password never without TLS."""

from email import message_from_bytes
from typing import Any

import pytest

from tests.receiving import smtp_server
from tests.unit.trail.channels.channel_alert import ALERT
from trustwright.trail.channels import DeliveryError, Settings
from trustwright.trail.channels.email import Channel
from trustwright.trail.errors import TrailError


def channel(port: int, **more: Any) -> Channel:
    said = {"host": "127.0.0.1", "port": port, "sender": "trail@example.com", "to": "security@example.com", **more}
    return Channel(Settings(said, "here"))


def test_an_alert_is_a_mail() -> None:
    with smtp_server() as received:
        channel(received.port, tls="none").send(ALERT)
    mail = message_from_bytes(received.bodies[0])
    assert mail["To"] == "security@example.com"
    assert mail["Subject"] == "Trustwright [high] One actor exports again and again"
    assert "rule mass-export, alert " in str(mail.get_payload())


def test_a_refusal_is_an_error() -> None:
    with smtp_server() as received:
        received.answers = [451]
        with pytest.raises(DeliveryError):
            channel(received.port, tls="none").send(ALERT)


def test_a_server_without_tls_gets_nothing() -> None:
    with smtp_server() as received, pytest.raises(DeliveryError):
        channel(received.port).send(ALERT)
    assert received.bodies == []


def test_a_password_needs_tls() -> None:
    with pytest.raises(TrailError, match="not sent without TLS"):
        channel(25, tls="none", user="a", password="b")
