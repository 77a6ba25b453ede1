"""Kinds of data by a field's name, in any style; what only tells about the value is no such field."""

import pytest

from trustwright.review.link.data_kinds import DataKind, kind_of, says_protected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ssn", DataKind.SOCIAL_SECURITY),
        ("ssnEncrypted", DataKind.SOCIAL_SECURITY),
        ("social_security_number", DataKind.SOCIAL_SECURITY),
        ("cardNumber", DataKind.CARD),
        ("card_last4", None),
        ("cvv", DataKind.CARD_CODE),
        ("supplierIban", DataKind.BANK),
        ("accountNumber", None),
        ("nationalId", DataKind.NATIONAL_ID),
        ("passport_number", DataKind.NATIONAL_ID),
        ("tax_id", DataKind.TAX_ID),
        ("diagnosis", DataKind.HEALTH),
        ("openaiApiKey", DataKind.SECRET),
        ("apiKeyId", None),
        ("refresh_token", DataKind.SECRET),
        ("refreshTokenExpiresAt", None),
        ("hasApiKey", None),
        ("publicKey", None),
        ("maskedSecret", None),
        ("maxTokens", None),
        ("name", None),
    ],
)
def test_names(name: str, kind: DataKind | None) -> None:
    """One name, one kind."""
    assert kind_of(name) is kind


def test_context() -> None:
    """Some names mean something only beside others, or in some entities."""
    assert kind_of("account_number", "Payout") is DataKind.BANK
    assert kind_of("account_number", "CloudAccount") is None
    assert kind_of("diagnosis", "Incident") is None
    assert kind_of("client_secret", "Checkout") is None


def test_claims() -> None:
    """A name may claim protection."""
    assert says_protected("ssnHash")
    assert says_protected("encrypted_token")
    assert not says_protected("ssn")
    assert not says_protected("token")
