"""Tokens that are trusted without their signature, with any algorithm, or for ever."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.browser import in_browser
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call

RULE = Rule(
    __name__,
    title="JWT misuse",
    finding="A token is read without verifying it, verified with the algorithm none, or issued without an expiry.",
    risk="Callers write their own tokens and become anyone; a token that leaks works for ever.",
    remediation=(
        "Verify every token with the key and a fixed list of algorithms before using what it says.",
        "Give each token an expiry of minutes or hours, and renew it with a refresh token that can be revoked.",
        "Check issuer and audience where more than one service issues tokens.",
    ),
    criteria=("CC6.1",),
    controls=("ACC-23", "ACC-22"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="places that issue or read tokens",
    triggers=("jsonwebtoken", "jwt", "jose", "JWT"),
)

_DECODES: Final = frozenset(
    {"jsonwebtoken.decode", "jwt-decode", "jwt-decode.jwtDecode", "jose.decodeJwt", "jose.jwt.get_unverified_claims"}
)
_VERIFIES: Final = frozenset(
    {"jsonwebtoken.verify", "jose.jwtVerify", "jwt.decode", "jose.jwt.decode", "authlib.jose.jwt.decode"}
)
_SIGNS: Final = frozenset({"jsonwebtoken.sign", "jwt.encode", "jose.jwt.encode"})
_BUILDS: Final = frozenset({"jose.SignJWT"})
_NONE: Final = re.compile(r"[\"']none[\"']", re.IGNORECASE)
_EXPIRES: Final = re.compile(r"\bexp(iresIn|ires_in|iration)?\b|[\"']exp[\"']|setExpirationTime", re.IGNORECASE)
_ALSO_VERIFIED: Final = re.compile(r"\.verify\(|jwtVerify\(|jwt_verify|verify_jwt|verifyToken")


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each call that issues, verifies or merely reads a token."""
    for code in project.production():
        if in_browser(code) or not any(
            "jwt" in module or "jose" in module or "jsonwebtoken" in module for module in code.modules
        ):
            continue
        for call in code.facts.calls:
            target = code.target(call).removesuffix(".default")
            if target in _DECODES:
                yield _decoded(code, call)
            elif target in _VERIFIES:
                yield _verified(code, call, target)
            elif target in _SIGNS:
                yield _signed(project, code, call)
            elif target in _BUILDS:
                chain = code.source(call.start, min(len(code.text), call.end + 600)).partition(";")[0]
                expires = "setExpirationTime" in chain or _EXPIRES.search(code.source(call.start, call.end))
                place = code.location(call.start)
                yield (
                    met(place)
                    if expires
                    else unmet(place, "A token is issued without an expiry.", severity=Severity.MEDIUM)
                )


def _decoded(code: Code, call: Call) -> Observation:
    """Judge a plain decode: harmless where the same function also verifies."""
    place, function = code.location(call.start), code.enclosing_function(call.start)
    start, end = (function.start, function.end) if function is not None else (0, len(code.text))
    if _ALSO_VERIFIED.search(code.source(start, end)):
        return met(place)
    return unmet(place, "A token's claims are read without verifying its signature.", confidence=Confidence.MEDIUM)


def _verified(code: Code, call: Call, target: str) -> Observation:
    place, value = code.location(call.start), code.call(call)
    text = code.source(call.start, call.end)
    if re.search(r"verify_signature[\"']?\s*:\s*False|verify\s*=\s*False", text):
        return unmet(place, "A token is decoded with its signature check switched off.")
    if _NONE.search(text):
        return unmet(
            place, 'A token with the algorithm "none", which anyone can write, is accepted.', severity=Severity.CRITICAL
        )
    key = value.argument(1, "key")
    if target in {"jsonwebtoken.verify", "jwt.decode"} and key is not None and (key.kind == "null" or key.text == ""):
        return unmet(place, "A token is verified with an empty key.", severity=Severity.CRITICAL)
    if "ignoreExpiration: true" in text or re.search(r"verify_exp[\"']?\s*:\s*False", text):
        return unmet(place, "A token is accepted after its expiry.", severity=Severity.MEDIUM)
    return met(place)


def _signed(project: Project, code: Code, call: Call) -> Observation:
    """Judge an issued token: an expiry in its claims or its options."""
    place, value = code.location(call.start), code.call(call)
    if _NONE.search(code.source(call.start, call.end)):
        return unmet(place, 'A token is issued with the algorithm "none".', severity=Severity.CRITICAL)
    if _EXPIRES.search(code.source(call.arguments_start, call.arguments_end)):
        return met(place)
    unresolved = False
    for item in [argument for argument in value.arguments if argument.kind in {"name", "call"}]:
        found = _names_expiry(project, code, item)
        if found:
            return met(place)
        unresolved = unresolved or found is None
    keys = [argument for argument in value.arguments[:1] if argument.kind == "name"]
    if unresolved and keys:
        return unknown(place, "Whether the token expires depends on claims that are made elsewhere.")
    return unmet(place, "A token is issued without an expiry.", severity=Severity.MEDIUM)


def _names_expiry(project: Project, code: Code, item: Expression) -> bool | None:
    """Tell whether a value names an expiry; ``None`` when it could not be followed."""
    if item.kind == "name":
        function = code.enclosing_function(item.start)
        start, end = (function.start, function.end) if function is not None else (0, len(code.text))
        touched = re.search(rf"\b{re.escape(item.name)}\b[^\n]*(exp\b|expires|update)", code.source(start, end))
        if touched:
            return True
    symbol = project.symbols.expression(code, item)
    if symbol.code is not None and symbol.expression is not None:
        return bool(_EXPIRES.search(symbol.code.source(symbol.expression.start, symbol.expression.end)))
    return None if symbol.kind in {"parameter", "unknown"} else False
