"""The webhook: JSON, signed when there is a secret; failures without a secret in them."""

import hashlib
import hmac
import json

import pytest

from tests.receiving import http_server
from tests.unit.trail.channels.channel_alert import ALERT
from trustwright.trail.channels import DeliveryError, Settings
from trustwright.trail.channels.webhook import Channel


def test_an_alert_is_posted_and_signed() -> None:
    with http_server() as received:
        Channel(Settings({"url": received.url, "secret": "s3cret"}, "here")).send(ALERT)
    (body,) = received.bodies
    assert json.loads(body)["leaves"] == [3, 5, 9]
    assert json.loads(body)["id"] == str(ALERT["id"])
    signature = "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert received.headers[0]["X-Trustwright-Signature"] == signature


def test_without_a_secret_nothing_is_signed() -> None:
    with http_server() as received:
        Channel(Settings({"url": received.url}, "here")).send(ALERT)
    assert "X-Trustwright-Signature" not in received.headers[0]


@pytest.mark.parametrize("answer", [302, 307, 400, 403, 500])
def test_a_refusal_is_an_error_that_says_no_secret(answer: int) -> None:
    with http_server() as received:
        received.answers = [answer]
        with pytest.raises(DeliveryError, match=str(answer)) as error:
            Channel(Settings({"url": received.url, "secret": "s3cret"}, "here")).send(ALERT)
    assert len(received.bodies) == 1
    assert "secret" not in str(error.value)
    assert str(received.port) not in str(error.value)


def test_a_service_that_is_not_there_is_an_error() -> None:
    with http_server() as received:
        url = received.url
    with pytest.raises(DeliveryError, match="could not be reached"):
        Channel(Settings({"url": url}, "here")).send(ALERT)
