"""Session and sign-in cookies that scripts can read, or that travel in clear text."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.browser import in_browser
from trustwright.review.link.switches import switch
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

RULE = Rule(
    __name__,
    title="Insecure session cookie",
    finding="A cookie that carries a session or token is set without HttpOnly or Secure.",
    risk="Injected scripts or people on the network steal sessions and act as the user, past any second factor.",
    remediation=(
        "Set HttpOnly, Secure and SameSite on every cookie that proves who somebody is.",
        "Limit its lifetime, and renew its value when somebody signs in.",
        "Set the flags once, in the session settings, rather than at each place.",
    ),
    criteria=("CC6.1", "CC6.7"),
    controls=("ACC-23",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="session cookies",
    triggers=("ookie", "SESSION_", "session("),
)

_SECRET: Final = re.compile(r"sess|token|auth|jwt|\bsid\b|login|credential|remember|refresh|identity", re.IGNORECASE)
_HARMLESS: Final = re.compile(
    r"csrf|xsrf|theme|locale|lang|consent|banner|sidebar|tab\b|redirect|return|auth_?(state|cb|callback|method|provider)",
    re.IGNORECASE,
)
_SESSIONS: Final = frozenset({"express-session", "cookie-session"})
_SETTINGS: Final = frozenset(
    {"SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "REMEMBER_COOKIE_SECURE", "REMEMBER_COOKIE_HTTPONLY"}
)
_OWNERS: Final = re.compile(
    r"(^|\.)(res|response|reply|resp|cookies|cookieStore|ctx\.cookies|r)(\(\))?$", re.IGNORECASE
)
_DEVELOPMENT: Final = re.compile(r"(^|[/._-])(dev|development|local|test|testing|ci)([/._-]|$)", re.IGNORECASE)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each place that sets a session cookie or its flags."""
    for code in project.production():
        if in_browser(code):
            continue
        for call in code.calls_named("cookie", "setCookie", "set_cookie", "set"):
            value = code.call(call)
            receiver = call.callee.rpartition(".")[0]
            if value.arguments and _OWNERS.search(receiver) and _is_session(value.arguments[0]):
                yield _judge(project, code, value, _flags(code, value, call.callee))
        for call in code.calls_named(*_local_names(code)):
            if code.target(call) in _SESSIONS:
                value = code.call(call)
                options = value.argument(0)
                flags = options.get("cookie") if code.target(call) == "express-session" and options else options
                yield _judge(project, code, value, flags, library=True)
        if code.is_python and not _DEVELOPMENT.search(code.path):
            yield from _settings(project, code)


def _local_names(code: Code) -> list[str]:
    return sorted(name for name, item in code.imports.items() if item.module in _SESSIONS)


def _is_session(name: Expression) -> bool:
    text = name.text if name.text is not None else name.name
    return bool(_SECRET.search(text)) and not _HARMLESS.search(text)


def _flags(code: Code, value: Expression, callee: str) -> Expression | None:
    """Return what holds the flags: keyword arguments in Python, the last object elsewhere."""
    if code.is_python:
        return value
    objects = [item for item in value.arguments[1:] if item.kind in {"object", "name", "call"}]
    return objects[-1] if len(value.arguments) > 2 and objects else None


def _judge(
    project: Project, code: Code, value: Expression, flags: Expression | None, *, library: bool = False
) -> Observation:
    """Judge the flags; a session library sets HttpOnly itself, nothing sets Secure."""
    place = code.location(value.start, value.end)
    if flags is not None and flags.kind not in {"object", "call"}:
        symbol = project.symbols.expression(code, flags)
        if symbol.kind != "value" or symbol.expression is None or symbol.code is None or not symbol.expression.entries:
            return unknown(place, f"The flags of this cookie are made elsewhere ({flags.name or 'an expression'}).")
        code, flags = symbol.code, symbol.expression
    if flags is not None and any(key == "..." for key, _ in flags.entries):
        return unknown(place, "Some flags of this cookie are taken from elsewhere.")
    missing = []
    for name, keys, default in (("HttpOnly", ("httpOnly", "httponly"), library), ("Secure", ("secure",), False)):
        given = next((flags.get(key) for key in keys if flags is not None and flags.get(key) is not None), None)
        on = default if given is None else switch(project.symbols, code, given).on
        if on is None and given is not None and given.text == "auto":
            on = True
        if on is None:
            return unknown(place, f"Whether the cookie is {name} is not settled by the files.")
        if not on:
            missing.append(name)
    if not missing:
        return met(place)
    severity = Severity.HIGH if "HttpOnly" in missing else Severity.MEDIUM
    return unmet(place, f"A cookie that carries a session is set without {' and '.join(missing)}.", severity=severity)


def _settings(project: Project, code: Code) -> Iterator[Observation]:
    for item in code.facts.assignments:
        name = item.target.rpartition(".")[2]
        if name in _SETTINGS and item.value_end:
            place, answer = code.location(item.start), switch(project.symbols, code, code.value(item))
            if answer.on is None:
                yield unknown(place, f"What {name} is in production is not settled by the files.")
            else:
                yield met(place) if answer.on else unmet(place, f"{name} is off.", severity=Severity.MEDIUM)
