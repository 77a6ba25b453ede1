"""What a field holds, judged by its name: data that the law, a contract or common sense wants protected.

A name says what a field is for; whether it is protected is never judged by a name alone.
"""

import re
from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from typing import Final


class DataKind(StrEnum):
    """Kinds of data that are not stored in plain text."""

    SOCIAL_SECURITY = "social security number"
    NATIONAL_ID = "national identity number"
    TAX_ID = "tax number"
    CARD = "payment card number"
    CARD_CODE = "card verification code"
    BANK = "bank account"
    HEALTH = "health data"
    SECRET = "secret"  # noqa: S105 - a word, not a secret


_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SAYS_PROTECTED: Final = frozenset(
    {
        "encrypted", "enc", "encryption", "hashed", "hash", "digest", "cipher", "ciphertext", "sealed", "tokenized",
        "sha256",
    }
)  # fmt: skip
_PARTIAL: Final = frozenset(
    {
        "masked", "last4", "last", "four", "first", "partial", "hint", "prefix", "suffix", "preview", "redacted",
        "obfuscated", "public", "publishable", "display", "start", "fake", "example", "placeholder",
    }
)  # fmt: skip
_NOT_THE_VALUE: Final = frozenset(
    {
        "id", "ids", "name", "names", "type", "types", "count", "url", "uri", "expires", "expiry", "expiration",
        "at", "on", "enabled", "disabled", "required", "status", "label", "version", "ref", "arn", "path",
        "length", "size", "limit", "date", "time", "used", "valid", "verified", "exists", "set", "header",
        "param", "params", "field", "provider", "ttl", "lifetime", "duration", "created", "updated", "rotated",
        "description", "reset", "method", "format", "country", "error", "index", "salt", "iv", "nonce",
        "algorithm", "scope", "scopes", "brand", "holder", "pattern", "response", "request", "readonly",
    }
)  # fmt: skip
_YES_OR_NO: Final = frozenset(
    {
        "is", "has", "use", "uses", "show", "allow", "require", "requires", "needs", "supports", "can", "should",
        "disable",
    }
)  # fmt: skip
_KINDS: Final = tuple(
    (kind, re.compile(rf"(?:^|_)(?:{pattern})$"))
    for kind, pattern in (
        (DataKind.SOCIAL_SECURITY, r"ssn|social_security(?:_(?:no|num|number))?|social_insurance_number"),
        (DataKind.CARD_CODE, r"cvv2?|cvc2?|card_verification(?:_(?:code|value))?"),
        (DataKind.CARD, r"(?:card|cc|pan)_(?:number|num|no)|credit_?card|debit_?card|cardnumber|ccnum(?:ber)?"),
        (DataKind.BANK, r"iban|bank_account(?:_(?:no|num|number))?|bank_?acc(?:ount)?|bank_routing|aba_number"),
        (
            DataKind.NATIONAL_ID,
            (
                r"(?:national|identity|citizen|personal_identification)_(?:id|number|no|identification_number|code)|"
                r"national_insurance(?:_number)?|nino|passport(?:_(?:no|num|number))?|"
                r"driv(?:er|ers|ing)_licen[cs]e(?:_(?:no|num|number))?|aadhaar(?:_number)?|cpf|curp|bsn|personnummer|"
                r"codice_fiscale|fiscal_code"
            ),
        ),
        (DataKind.TAX_ID, r"tax_?(?:id|number|identification_number|payer_id)|taxpayer_(?:id|number)|tin|itin"),
        (
            DataKind.HEALTH,
            (
                r"diagnos[ie]s|medical_(?:history|record|records|condition|conditions|notes|number)|medications?|"
                r"prescriptions?|allerg(?:y|ies)|blood_(?:type|group)|health_(?:condition|conditions|record|records|data|"
                r"notes|history|insurance|insurance_number)|disabilit(?:y|ies)|hiv_status|chronic_conditions|icd10?_code"
            ),
        ),
        (
            DataKind.SECRET,
            (
                r"api_?keys?|secret_?keys?|private_?key|signing_?key|encryption_?key|secret_?access_?key|client_?secret|"
                r"webhook_?secret|signing_?secret|shared_?secret|app_?secret|consumer_?secret|access_?token_?secret|"
                r"(?:totp|otp|mfa|2fa|two_factor|two_fa)_?secret(?:_key)?|access_?token|refresh_?token|auth_?token|bot_?token|"
                r"oauth_?token|bearer_?token|api_?token|secret|"
                r"(?:smtp|imap|mail|email|ftp|sftp|proxy|db|database|ldap|ssh|bind|router|vpn)_password"
            ),
        ),
    )
)  # fmt: skip
_NEEDS_BANK: Final = re.compile(r"(?:^|_)(?:account_(?:no|num|number)|routing_(?:no|num|number)|sort_code)$")
_BANK: Final = re.compile(r"bank|iban|swift|bic|payout|beneficiary|routing|ach\b|sepa", re.IGNORECASE)
_BROWSER: Final = re.compile(r"checkout|payment|intent|session", re.IGNORECASE)
_MACHINES: Final = re.compile(
    r"incident|alert|error|run|agent|check|build|job|trace|issue|ticket|log|test", re.IGNORECASE
)


@lru_cache(maxsize=50_000)
def words(name: str) -> tuple[str, ...]:
    """Split a name written in any style into words in lower case: ``ssnEncrypted`` gives ``ssn`` and ``encrypted``."""
    return tuple(word.lower() for word in _WORD.findall(name))


def says_protected(name: str) -> bool:
    """Tell whether a name claims that the value is encrypted or hashed (``ssnHash``)."""
    return bool(_SAYS_PROTECTED & set(words(name)))


def kind_of(name: str, entity: str = "", siblings: Collection[str] = ()) -> DataKind | None:
    """Return what a field of an entity holds; None when it is nothing sensitive or only tells about it.

    Args:
        name: the field.
        entity: what it belongs to.
        siblings: the other fields, for names that mean a bank account only beside a bank.
    """
    kind, joined = _by_name(name)
    if kind is DataKind.HEALTH and _MACHINES.search(entity):
        return None
    if kind is not None and joined.endswith("client_secret") and _BROWSER.search(entity):
        return None  # handed to the buyer's browser, as payment providers do
    if kind is None and joined and (_BANK.search(entity) or any(_BANK.search(other) for other in siblings)):
        return DataKind.BANK
    return kind


@lru_cache(maxsize=50_000)
def _by_name(name: str) -> tuple[DataKind | None, str]:
    """Return what a name alone tells, and the name in words if it tells something or may, beside a bank."""
    parts = words(name)
    if set(parts) & _PARTIAL or (parts and parts[0] in _YES_OR_NO):
        return None, ""
    bare = tuple(part for part in parts if part not in _SAYS_PROTECTED)
    joined = "_".join(bare)
    for kind, pattern in _KINDS:
        if pattern.search(joined):
            return kind, joined
    may_be_bank = bare and bare[-1] not in _NOT_THE_VALUE and _NEEDS_BANK.search(joined)
    return None, joined if may_be_bank else ""
