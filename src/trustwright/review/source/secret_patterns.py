"""What the secrets of well-known providers look like, and how each proves that it is one.

Every entry is written from the provider's public description of its tokens. A text that fits counts only when its check
agrees: a checksum where the format has one, else enough disorder, so that a token made of one repeated letter in a
manual does not count.
"""

import base64
import binascii
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Check = Callable[[str], bool]

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_DIGITS: Final = 6
_ENTROPY_BODY: Final = 30

_PLACEHOLDER: Final = re.compile(
    r"example|sample|dummy|place_?-?holder|change_?-?(?:me|this|it|in)|your[-_ ]|[-_]your|\byour|xxxx|\bxxx\b|to_?do\b|"
    r"insert|replace|redacted|\bfake|\bmock|\btest\b|[-_]test[-_]|not[-_ ]?(?:an?[-_ ]?)?(?:real|secret|secure)|"
    r"removed|e2e|in_?secure|\bfoo\b|foobar|\bbaz\b|abcdef(?!\d)|0123456|12345678|a1b2c3|deadbeef|\*\*\*|\.\.\.|…|<[^>]*>|"
    r"generate|openssl|lorem|put_|enter_|[_-]here\b|goes_?-?here|dont_?use|do_not_use|unused|dev_?-?only|(.)\1{6,}",
    re.IGNORECASE,
)
"""Texts that people write where a secret will go."""


_WELL_KNOWN: Final = frozenset(
    {
        "admin", "administrator", "root", "toor", "password", "passwd", "passw0rd", "p@ssw0rd", "p@ssword",
        "changeme", "changeit", "change-me", "change_me", "change-this", "secret", "default", "guest", "user", "test",
        "demo", "welcome", "welcome1", "letmein", "qwerty", "abc123", "12345", "123456", "1234567", "12345678",
        "123456789", "1234567890", "1234", "password1", "password123", "admin123", "admin1234", "administrator1",
        "root123", "pass", "pass123", "postgres", "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq",
        "minio", "minioadmin", "minio123", "elastic", "kibana", "grafana", "oracle", "sa", "tomcat", "jenkins",
        "vagrant", "ubuntu", "docker", "keycloak", "nagios", "supersecret", "superadmin", "topsecret", "mysecret",
        "mypassword", "example", "rootpassword", "rootpass", "adminpassword", "dbpassword", "secret123", "test123",
        "test1234", "testing", "demo123", "user123", "guest123", "alpine", "calvin", "raspberry", "prom-operator",
        "admin@123", "pass@123", "password@123", "p@ssw0rd123", "changethis", "pa55w0rd",
    }
)  # fmt: skip
"""Passwords that products come with and that everybody tries first, in lower case."""


def is_placeholder(text: str) -> bool:
    """Tell whether a text only marks where a secret will go."""
    return _PLACEHOLDER.search(text) is not None


def is_well_known(password: str, user: str = "") -> bool:
    """Tell whether a password is one that everybody tries: a product's default, or the name of its own account."""
    plain = password.lower()
    return plain in _WELL_KNOWN or (bool(user) and plain == user.lower())


def entropy(text: str) -> float:
    """Return the disorder of a text in bits for each character (Shannon), from its own frequencies."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0


def disordered(text: str) -> bool:
    """Tell whether a token's characters look drawn by chance: a 20-character one of base 16 has about 3.2 bits."""
    return entropy(text) >= 2.9 and not is_placeholder(text)


def _body(text: str) -> bool:
    """Tell whether what follows the token's prefix is disordered."""
    return disordered(re.split(r"[-_.]", text, maxsplit=1)[-1])


def _checksum(text: str) -> bool:
    """Check the CRC-32 in base 62 that ends GitHub's and npm's tokens (30 characters of chance before it)."""
    body = text.rpartition("_")[2]
    number, digits = zlib.crc32(body[:_ENTROPY_BODY].encode()), ""
    while number:
        number, digit = divmod(number, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits.rjust(_CHECKSUM_DIGITS, "0") == body[_ENTROPY_BODY:]


def _decoded(text: str) -> bytes:
    """Return a base64url text's bytes; empty when it is none."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _json_token(text: str) -> bool:
    """Check that a JSON Web Token's header and payload are JSON, and that it is not one made to be public."""
    header, payload, _ = text.split(".", 2)
    try:
        stated = json.loads(_decoded(header))
        claims = json.loads(_decoded(payload))
    except ValueError:
        return False
    if not (isinstance(stated, dict) and isinstance(claims, dict) and "alg" in stated):
        return False
    # Supabase's anonymous key is meant for browsers; John Doe is the example of the format's own site.
    return claims.get("role") != "anon" and claims.get("name") != "John Doe" and "exp" not in claims


def _macaroon(text: str) -> bool:
    """Check that a PyPI token holds a macaroon for PyPI: behind the version stands the length and name of its host."""
    return re.match(rb"\x02\x01.pypi\.", _decoded(text.removeprefix("pypi-")), re.DOTALL) is not None and disordered(
        text
    )


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of secret.

    Attributes:
        what: what it is, with its article, for a sentence.
        trigger: a text that every such secret holds; files without it need no search for it.
        pattern: what it looks like; the group ``value`` is the secret itself.
        check: decides whether what fits the pattern is one.
        grave: True when it opens production by itself; False for keys of test modes and the like.
        proven: True when the check leaves no doubt wherever the text stands.
    """

    what: str
    trigger: bytes
    pattern: re.Pattern[bytes]
    check: Check = _body
    grave: bool = True
    proven: bool = False


def _provider(
    what: str, trigger: bytes, pattern: bytes, check: Check = _body, *, grave: bool = True, proven: bool = False
) -> Provider:
    edges = rb"(?<![A-Za-z0-9_])(?P<value>" + pattern + rb")(?![A-Za-z0-9_])"
    return Provider(what, trigger, re.compile(edges), check, grave, proven)


PROVIDERS: Final = (
    _provider("the id of a long-lived AWS access key", b"AKIA", rb"AKIA[A-Z2-7]{16}", grave=False),
    _provider("a GitHub token", b"ghp_", rb"ghp_[A-Za-z0-9]{36}", _checksum, proven=True),
    _provider("a GitHub OAuth token", b"gho_", rb"gho_[A-Za-z0-9]{36}", _checksum, proven=True),
    _provider("a GitHub app token", b"ghs_", rb"gh[su]_[A-Za-z0-9]{36}", _checksum, proven=True),
    _provider("a fine-grained GitHub token", b"github_pat_", rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    _provider("a GitLab token", b"glpat-", rb"glpat-[\w-]{20,64}"),
    _provider("a GitLab runner token", b"glrt-", rb"glrt-[\w-]{20,64}"),
    _provider("a Slack token", b"xox", rb"xox[abeprs]-(?:\d+-)*[A-Za-z0-9-]{20,}"),
    _provider("a Slack app token", b"xapp-", rb"xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{40,}"),
    _provider(
        "a Slack webhook address", b"hooks.slack", rb"hooks\.slack\.com/services/T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/\w{20,}"
    ),
    _provider("a Discord webhook address", b"/api/webhooks/", rb"discord(?:app)?\.com/api/webhooks/\d{17,}/[\w-]{60,}"),
    _provider("a live Stripe key", b"k_live_", rb"[sr]k_live_[A-Za-z0-9]{16,}"),
    _provider("a Stripe key for test mode", b"k_test_", rb"[sr]k_test_[A-Za-z0-9]{24,}", grave=False),
    _provider("a webhook signing secret", b"whsec_", rb"whsec_[A-Za-z0-9+/=]{24,}"),
    _provider("a Twilio API key id", b"wilio", rb"SK[0-9a-f]{32}", grave=False),
    _provider("a SendGrid key", b"SG.", rb"SG\.[\w-]{22}\.[\w-]{43}"),
    _provider("a Mailgun key", b"ailgun", rb"key-[0-9a-f]{32}"),
    _provider("an npm token", b"npm_", rb"npm_[A-Za-z0-9]{36}", _checksum, proven=True),
    _provider("a PyPI token", b"pypi-", rb"pypi-AgE[\w-]{50,}", _macaroon, proven=True),
    _provider("an OpenAI key", b"T3BlbkFJ", rb"sk-[\w-]{16,}T3BlbkFJ[\w-]{16,}"),
    _provider("an Anthropic key", b"sk-ant-", rb"sk-ant-[a-z]+\d\d-[\w-]{80,}"),
    _provider("a Google OAuth client secret", b"GOCSPX-", rb"GOCSPX-[\w-]{28}"),
    _provider("a Google API key", b"AIza", rb"AIza[\w-]{35}", grave=False),
    _provider("an Azure storage account key", b"AccountKey=", rb"(?<=AccountKey=)[A-Za-z0-9+/]{86}=="),
    _provider("an Azure application secret", b"Q~", rb"[\w.~-]{3}\dQ~[\w.~-]{31,34}"),
    _provider("a DigitalOcean token", b"dop_v1_", rb"dop_v1_[a-f0-9]{64}"),
    _provider("a Hugging Face token", b"hf_", rb"hf_[A-Za-z]{34}"),
    _provider("a Shopify token", b"shp", rb"shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}"),
    _provider("a HashiCorp Vault token", b"hvs.", rb"hvs\.[\w-]{24,}"),
    _provider("a Telegram bot token", b"elegram", rb"\d{8,10}:AA[\w-]{33}"),
    _provider("an age secret key", b"AGE-SECRET-KEY-1", rb"AGE-SECRET-KEY-1[0-9A-Z]{58}", disordered),
    _provider("a signed token that never expires", b"eyJ", rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}", _json_token),
)
"""The kinds that are looked for, in files that speak of secrets at all."""
