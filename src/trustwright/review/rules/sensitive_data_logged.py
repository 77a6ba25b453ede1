"""Passwords, tokens, card numbers and the like written to logs."""

import re
from collections.abc import Iterator

from trustwright.review.link.browser import in_browser
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call

RULE = Rule(
    __name__,
    title="Sensitive data logged",
    finding="A log call writes a password, token, key, card or identity number, or a whole request that holds one.",
    risk=(
        "Logs are read by more people, kept longer and sent to more vendors than the data they copy; one leak of a log "
        "store is then a breach of everything in it."
    ),
    remediation=(
        "Log ids and outcomes, not the values: the user's id, the last four digits, a masked address.",
        "Add redaction of known fields to the logger, as a second line.",
        "Delete what was already logged, and rotate secrets that were.",
    ),
    criteria=("CC7.2", "C1.1", "CC6.1"),
    controls=("OPS-05", "COM-03"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="log calls that name personal or secret data",
    triggers=("log", "print", "console"),
)

_LOG_METHODS = frozenset(
    {"log", "info", "debug", "warn", "warning", "error", "fatal", "critical", "exception", "trace", "verbose"}
)
_RECEIVERS = re.compile(
    r"(^|\.|_)(log|logger|logging|console|winston|pino|bunyan|structlog|LOG|LOGGER)(\(\))?$|[a-z]Logger$"
)
_SECRET = re.compile(
    r"(^|[._])(password|passwd|pwd|passphrase|secret|client_?secret|api_?key|access_?token|refresh_?token|auth_?token|"
    r"bearer_?token|id_?token|session_?token|reset_?token|private_?key|ssn|social_?security(_?number)?|card_?number|credit_?card|"
    r"cvv|cvc|iban|bank_?account(_?(number|no))?|national_?id|passport_?(number|no)|tax_?id|otp|totp_?secret|pin_?code|mnemonic|seed_?phrase|jwt|authorization)$",
    re.IGNORECASE,
)
_PLAIN_TOKEN = re.compile(r"(^|\.)token$")
_WHOLE = re.compile(r"^(req|request|ctx\.request)\.(body|headers|cookies|form)$|^request\.(form|headers|json|POST)$")
_MASKED = re.compile(
    r"mask|redact|hash|encrypt|truncat|sanitiz|obfuscat|last4|length|bool|len|slice|substring|typeof|type|exists",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(count|usage|limit|max|expir|type|name|(?<!national_)(?<!tax_)id|ids|length|size|valid|invalid|missing|present|error|url|path|policy|ttl)$",
    re.IGNORECASE,
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each log call that names sensitive data, masked or not."""
    for code in project.production():
        browser = in_browser(code)
        for call in _log_calls(code):
            found = [item for item in _values(code.call(call)) if _is_sensitive(item)]
            if not found:
                continue
            place = code.location(call.start)
            exposed = [item for item in found if item.kind == "name"]
            if not exposed:
                yield met(place)
                continue
            what = exposed[0].name
            if browser:
                yield unmet(place, f"{what} is written to the browser's console.", severity=Severity.LOW)
            elif _WHOLE.match(what):
                yield unmet(
                    place,
                    f"{what} is logged whole, with whatever secrets a caller sends in it.",
                    severity=Severity.MEDIUM,
                )
            else:
                yield unmet(place, f"{what} is written to the log.")


def _log_calls(code: Code) -> Iterator[Call]:
    for call in code.calls_named("print", *_LOG_METHODS):
        receiver, _, last = call.callee.rpartition(".")
        if (last == "print" and not receiver and code.is_python) or (
            last in _LOG_METHODS and _RECEIVERS.search(receiver)
        ):
            yield call


def _values(call: Expression) -> Iterator[Expression]:
    """Yield what a log call writes: names as they are, and calls around them as masked values."""
    pending = [*call.arguments, *(value for _, value in call.entries)]
    while pending:
        item = pending.pop(0)
        if item.kind == "call":
            if item.last_name in {"stringify", "dumps", "inspect", "format", "str", "repr", "String"}:
                pending += item.arguments
            else:
                yield item
        elif item.kind in {"template", "array", "spread", "object"} or (
            item.kind == "operation" and item.name in {"+", "%", "??", "||"}
        ):
            pending += [*item.arguments, *(value for _, value in item.entries)]
        elif item.kind == "name":
            yield item


def _is_sensitive(item: Expression) -> bool:
    """Tell whether a name, or the argument of a call that masks it, holds sensitive data."""
    if item.kind == "call":
        inside = [inner for argument in item.arguments for inner in argument.walk() if inner.kind == "name"]
        return bool(_MASKED.search(item.name)) and any(_SECRET.search(inner.name) for inner in inside)
    if "()" in item.name or _COUNTED.search(item.name):
        return False
    return bool(
        _SECRET.search(item.name) or _WHOLE.match(item.name) or (_PLAIN_TOKEN.search(item.name) and "." in item.name)
    )
