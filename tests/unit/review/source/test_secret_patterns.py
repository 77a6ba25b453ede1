"""Tokens of providers: what fits and proves itself counts, what a manual prints does not.

The tokens are put together here, so that no scanner takes this file for a leak.
"""

import base64
import json
import zlib

import pytest

from trustwright.review.source.secret_patterns import PROVIDERS, entropy, is_placeholder, is_well_known

CHANCE = "q7Lm2tZr9KxWc4BvN8sYd3JfH6gPu1TaEo5RiXbQkMwZyVnCjDhSlGpFtUeAzLxK4m9Q2v7B"
HEX = "9f3c1a7be24d80569f3e1b7da24c8056e91f3b7c2a4d8065f1e39b7c4a2d8056"


def checked(prefix: str) -> str:
    """Return a token with the checksum that GitHub and npm put at the end."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number, text = zlib.crc32(CHANCE[:30].encode()), ""
    while number:
        number, digit = divmod(number, 62)
        text = digits[digit] + text
    return prefix + CHANCE[:30] + text.rjust(6, "0")


def signed(claims: dict[str, object]) -> str:
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    return f"{header}.{payload}.{CHANCE[:43]}"


def pypi() -> str:
    return "pypi-" + base64.urlsafe_b64encode(b"\x02\x01\x08pypi.org" + CHANCE.encode()).decode().rstrip("=")


REAL = [
    "AKIA" + "QYLPMN5HK3ZTWVXB",
    checked("ghp_"),
    checked("gho_"),
    checked("ghs_"),
    "github_pat_" + CHANCE[:22] + "_" + CHANCE[:59],
    "glpat-" + CHANCE[:20],
    "glrt-" + CHANCE[:20],
    "xoxb-" + "491837265018-730516294837-" + CHANCE[:24],
    "xapp-1-" + "A012BCDEF34-491837265018-" + HEX,
    "https://hooks.slack.com/services/" + "T012AB3CD/B045EF6GH/" + CHANCE[:24],
    "https://discord.com/api/webhooks/" + "491837265018730516/" + CHANCE[:68],
    "sk_live_" + CHANCE[:24],
    "sk_test_" + CHANCE[:24],
    "whsec_" + CHANCE[:32],
    "twilio SK" + HEX[:32],
    "SG." + CHANCE[:22] + "." + CHANCE[:43],
    "mailgun key-" + HEX[:32],
    checked("npm_"),
    pypi(),
    "sk-proj-" + CHANCE[:20] + "T3BlbkFJ" + CHANCE[:20],
    "sk-ant-api03-" + (CHANCE * 2)[:93] + "AA",
    "GOCSPX-" + CHANCE[:28],
    "AIza" + CHANCE[:35],
    "AccountKey=" + (CHANCE * 2)[:86] + "==",
    "aB3" + "8Q~" + CHANCE[:34],
    "dop_v1_" + HEX,
    "hf_" + "qLmtZrKxWcBvNsYdJfHgPuTaEoRiXbQkMw",
    "shpat_" + HEX[:32],
    "hvs." + CHANCE[:28],
    "telegram 491837265:AA" + CHANCE[:33],
    "AGE-SECRET-KEY-1" + CHANCE[:58].upper(),
    signed({"sub": "42", "role": "service_role"}),
]

NONE = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + CHANCE[:36],  # the checksum is wrong
    "npm_" + "x" * 36,
    "glpat-" + "x" * 20,
    "sk_live_" + "your" * 6,
    "whsec_" + "0" * 32,
    "pypi-AgE" + "I" * 60,
    "pypi-" + base64.urlsafe_b64encode(b"\x01\x01\x08example" + CHANCE.encode()).decode(),
    signed({"role": "anon", "iss": "supabase"}),
    signed({"sub": "1234567890", "name": "John Doe"}),
    signed({"sub": "42", "exp": 1700000000}),
    "eyJ" + CHANCE[:20] + ".eyJ" + CHANCE[:20] + "." + CHANCE[:30],  # no JSON inside
    "xAKIA" + "QYLPMN5HK3ZTWVXB",  # the middle of a longer word
]


def recognised(text: str) -> list[str]:
    data = text.encode()
    return [
        provider.what
        for provider in PROVIDERS
        if provider.trigger in data
        and any(provider.check(m["value"].decode()) for m in provider.pattern.finditer(data))
    ]


@pytest.mark.parametrize(("text", "what"), list(zip(REAL, [one.what for one in PROVIDERS], strict=True)))
def test_each_kind_is_recognised(text: str, what: str) -> None:
    assert what in recognised(f'token = "{text}"')


@pytest.mark.parametrize("text", NONE)
def test_what_does_not_prove_itself_is_not(text: str) -> None:
    assert recognised(f'token = "{text}"') == []


@pytest.mark.parametrize("text", ["your-api-key", "<token>", "CHANGE_ME", "xxxxxxxx", "sk-...", "not-a-real-secret"])
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


def test_a_random_text_is_no_placeholder() -> None:
    assert not is_placeholder(CHANCE)


def test_well_known_passwords() -> None:
    assert is_well_known("ChangeMe")
    assert is_well_known("shop", user="shop")
    assert not is_well_known(CHANCE[:12], user="shop")


def test_entropy() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
