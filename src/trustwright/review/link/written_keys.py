"""Keys that are written out where code signs, encrypts or opens sessions; whatever they look like, they are secrets."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.secrets import Secret

TRIGGERS: Final = (
    *("jsonwebtoken", "jwt", "jose", "createHmac", "createCipheriv", "hmac", "express-session", "cookie-session"),
    *("cookie-parser", "SessionMiddleware", "itsdangerous", "Fernet", "secret_key", "SECRET_KEY", "secretOrKey"),
)
"""Texts without which a source file uses no key that is looked at here."""

_ARGUMENTS: Final[dict[str, tuple[int, str]]] = {
    "jsonwebtoken.sign": (1, ""),
    "jsonwebtoken.verify": (1, ""),
    "jwt-simple.encode": (1, ""),
    "jwt-simple.decode": (1, ""),
    "jwt.encode": (1, "key"),
    "jwt.decode": (1, "key"),
    "jose.jwt.encode": (1, "key"),
    "jose.jwt.decode": (1, "key"),
    "crypto.createHmac": (1, ""),
    "crypto.createCipheriv": (1, ""),
    "crypto.createDecipheriv": (1, ""),
    "hmac.new": (0, "key"),
    "cryptography.fernet.Fernet": (0, "key"),
    "cookie-parser": (0, ""),
    "itsdangerous.URLSafeTimedSerializer": (0, "secret_key"),
    "itsdangerous.URLSafeSerializer": (0, "secret_key"),
    "itsdangerous.TimestampSigner": (0, "secret_key"),
    "starlette.middleware.sessions.SessionMiddleware": (1, "secret_key"),
}
"""What is called, and which argument is the key: its position and its keyword."""
_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "express-session": ("secret",),
    "cookie-session": ("secret", "keys"),
    "express-jwt": ("secret",),
    "express-jwt.expressjwt": ("secret",),
    "@nestjs/jwt.JwtModule.register": ("secret", "privateKey"),
    "passport-jwt.Strategy": ("secretOrKey",),
    "@fastify/jwt": ("secret",),
    "@fastify/session": ("secret",),
    "@fastify/cookie": ("secret",),
}
"""What is called with an object, and which of its entries are the key."""
_SETTING: Final = re.compile(
    r"(?:^|\.)(?:SECRET_KEY|secret_key|JWT_SECRET(?:_KEY)?)$|\bconfig\[[\"'](?:SECRET_KEY|JWT_SECRET_KEY)[\"']\]$"
)
_CALLED: Final = {name.rpartition(".")[2] for name in (*_ARGUMENTS, *_OPTIONS)} | {"add_middleware"}
_MAX_STEPS: Final = 3


def written_keys(symbols: Symbols, code: Code) -> Iterator[tuple[Code, Secret]]:
    """Yield each key that a file uses and that is written out, with the file in which it stands.

    ``kind`` is ``named``; ``fallback`` when it only serves while nothing is set from outside.
    """
    local = {name for name, item in code.imports.items() if item.module in _OPTIONS or item.module in _ARGUMENTS}
    for call in code.calls_named(*sorted(_CALLED | local)):
        target = code.target(call)
        what = f"the key given to {call.callee.rpartition('.')[2]}"
        for key in _keys(code.call(call), target):
            yield from _written(symbols, code, key, what)
    if code.is_python:
        for item in code.facts.assignments:
            if item.value_end and _SETTING.search(item.target) and not _for_tests(code, item.start):
                yield from _written(symbols, code, code.value(item), item.target)


def _for_tests(code: Code, offset: int) -> bool:
    """Tell whether an offset lies in a class of settings for tests."""
    klass = code.enclosing_class(offset)
    return klass is not None and "test" in klass.name.lower()


def _keys(call: Expression, target: str) -> list[Expression]:
    """Return the arguments of a call that are keys."""
    if target in _ARGUMENTS:
        found = [call.argument(*_ARGUMENTS[target])]
    elif target in _OPTIONS:
        made = call.argument(0)
        found = [made.get(name) for name in _OPTIONS[target]] if made is not None else []
    else:
        found = [call.get("secret_key")] if target.endswith(".add_middleware") else []
    return [key for key in found if key is not None]


def _written(
    symbols: Symbols, code: Code, key: Expression, what: str, *, outside: bool = False, steps: int = 0
) -> Iterator[tuple[Code, Secret]]:
    """Follow a key to the text it stands for, if there is one; ``outside`` when another value comes first."""
    if steps > _MAX_STEPS:
        return
    if key.kind == "string" or (key.kind == "template" and not key.arguments):
        named = what.rpartition(".")[2].replace("_", "").lower()
        if key.value and str(key.value).replace("_", "").lower() != named:  # SECRET_KEY = "SECRET_KEY" names a setting
            # The quotes stay: they show that there was a text.
            yield (
                code,
                Secret("fallback" if outside else "named", key.start + 1, key.end - 1, code.line(key.start), what),
            )
    elif key.kind == "name":
        symbol = symbols.expression(code, key)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            yield from _written(symbols, symbol.code, symbol.expression, what, outside=outside, steps=steps + 1)
    elif key.kind in {"array", "operation"}:
        last = key.arguments[-1:] if key.kind == "operation" and key.name in {"||", "??", "or"} else ()
        for item in last or (key.arguments if key.kind == "array" else ()):
            yield from _written(symbols, code, item, what, outside=outside or bool(last), steps=steps + 1)
    elif key.kind == "call" and not code.is_python and key.last_name in {"from", "encode"} and key.arguments:
        yield from _written(symbols, code, key.arguments[0], what, outside=outside, steps=steps + 1)
    elif key.kind == "call" and code.is_python and key.last_name == "encode":
        text = code.source(key.start, key.end)
        literal = re.match(r"([\"'])(?P<text>[^\"'\\\n]+)\1\.encode\(", text)
        if literal is not None:
            start = key.start + 1
            yield code, Secret("named", start, start + len(literal["text"].encode()), code.line(start), what)
