"""Passwords hashed with a fast function, compared in plain text, or stretched too little."""

import re
from collections.abc import Iterator

from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Call

RULE = Rule(
    __name__,
    title="Weak password hash",
    finding="A password is hashed with a fast function, with too few rounds, or compared without hashing.",
    risk=(
        "Whoever gets a copy of the user table recovers most passwords within hours, and with them the accounts people "
        "use elsewhere."
    ),
    remediation=(
        "Hash passwords with argon2id; bcrypt (cost 10 or more) or scrypt are acceptable.",
        "Rehash on the next successful login, and drop the old hashes after a date.",
        "Compare with the library's own verify function, never with ==.",
    ),
    criteria=("CC6.1",),
    controls=("ACC-04",),
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    population="places where passwords are hashed or compared",
    triggers=("assw", "bcrypt", "argon2", "scrypt", "pbkdf2", "PASSWORD_HASHERS", "make_password", "check_password"),
)

_PASSWORD = re.compile(r"passw|\bpwd\b|passphrase", re.IGNORECASE)
_NOT_A_PASSWORD = re.compile(
    r"reset|token|hint|expir|changed|policy|field|label|error|message|length|strength", re.IGNORECASE
)
_FROM_OUTSIDE = re.compile(r"process\.env|environ|getenv|settings\.|config[.\[(]")
"""A key that the set-up gives is no password of a person."""
_ALREADY = re.compile(r"\w*passw(?:or)?d_?(?:hash|digest|encrypted)\w*", re.IGNORECASE)
_FAST = {"md5", "sha1", "sha", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "ripemd160", "md4"}
_GOOD = {
    "bcrypt.hash", "bcrypt.hashSync", "bcryptjs.hash", "bcryptjs.hashSync", "argon2.hash", "bcrypt.hashpw",
    "crypto.scrypt", "crypto.scryptSync", "hashlib.scrypt", "argon2.PasswordHasher().hash", "@node-rs/argon2.hash",
    "@node-rs/bcrypt.hash", "werkzeug.security.generate_password_hash", "django.contrib.auth.hashers.make_password",
    "bcrypt.compare", "bcrypt.compareSync", "bcryptjs.compare", "bcryptjs.compareSync", "argon2.verify",
    "bcrypt.checkpw", "werkzeug.security.check_password_hash", "django.contrib.auth.hashers.check_password",
    "passlib.hash.bcrypt.hash", "passlib.hash.argon2.hash", "passlib.hash.pbkdf2_sha256.hash",
}  # fmt: skip
_ROUNDS = {"bcrypt.hash", "bcrypt.hashSync", "bcryptjs.hash", "bcryptjs.hashSync", "@node-rs/bcrypt.hash"}
_LEAST_COST = 10
_LEAST_ITERATIONS = 100_000
_WEAK_DJANGO = ("MD5PasswordHasher", "SHA1PasswordHasher", "UnsaltedMD5", "UnsaltedSHA1", "CryptPasswordHasher")

_HASHERS = tuple(
    sorted({"createHash", "pbkdf2", "pbkdf2Sync", "pbkdf2_hmac", "new", *_FAST, *(n.rpartition(".")[2] for n in _GOOD)})
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each place where a password is hashed or compared."""
    for code in project.production():
        yield from _hashes(code)
        yield from _django(code)
        yield from _compared(code)


def _hashes(code: Code) -> Iterator[Observation]:
    for call in code.calls_named(*_HASHERS):
        target, place = code.target(call), code.location(call.start)
        if target in _GOOD:
            cost = code.call(call).argument(1, "rounds") if target in _ROUNDS else None
            if cost is not None and isinstance(cost.value, float) and cost.value < _LEAST_COST:
                yield unmet(
                    place,
                    f"bcrypt runs with cost {cost.value:.0f}; {_LEAST_COST} is the least in use today.",
                    severity=Severity.MEDIUM,
                )
            else:
                yield met(place)
        elif target.rpartition(".")[2] in {"pbkdf2", "pbkdf2Sync", "pbkdf2_hmac"}:
            yield from _stretched(code, call, target)
        elif (algorithm := _fast(code, call, target)) and _PASSWORD.search(_context(code, call)):
            yield unmet(place, f"A password is hashed with {algorithm}, which is made to be fast.")


def _fast(code: Code, call: Call, target: str) -> str:
    """Return the fast hash function a call uses, or an empty string."""
    if target in {"crypto.createHash", "hashlib.new"}:
        first = code.call(call).argument(0, "name")
        name = (first.text or "").lower() if first is not None else ""
        return name if name.replace("-", "") in _FAST else ""
    head, _, last = target.rpartition(".")
    if head in {"hashlib", "crypto-js", "Crypto.Hash", "md5", "sha1", "ts-md5.Md5"} and last.lower() in _FAST:
        return last.lower()
    return target if target in {"md5", "sha1", "sha256"} else ""


def _context(code: Code, call: Call) -> str:
    """Return what is hashed: the call's arguments and, for ``createHash(x).update(y)``, those of the update."""
    text = code.source(call.arguments_start, call.arguments_end)
    after = code.source(call.end, min(call.end + 120, len(code.text)))
    chained = re.match(r"\s*\.update\(([^)]*)", after)
    text += chained[1] if chained else ""
    return "" if _NOT_A_PASSWORD.search(text) or _FROM_OUTSIDE.search(text) else _ALREADY.sub("", text)


def _stretched(code: Code, call: Call, target: str) -> Iterator[Observation]:
    if not _PASSWORD.search(code.source(call.start, call.end)):
        return
    position = 3 if target.endswith("pbkdf2_hmac") else 2
    rounds = code.call(call).argument(position, "iterations")
    if rounds is not None and isinstance(rounds.value, float) and rounds.value < _LEAST_ITERATIONS:
        detail = f"PBKDF2 runs {rounds.value:,.0f} iterations; {_LEAST_ITERATIONS:,} is the least in use today."
        makes_key = bool(code.calls_named("createCipheriv", "createDecipheriv", "Fernet", "AESGCM"))
        yield unmet(code.location(call.start), detail, severity=Severity.MEDIUM if makes_key else Severity.HIGH)
    else:
        yield met(code.location(call.start))


def _django(code: Code) -> Iterator[Observation]:
    for item in code.facts.assignments:
        if item.target == "PASSWORD_HASHERS" and item.value_end:
            value = code.value(item)
            first = value.arguments[0].text if value.arguments else None
            if first is not None and first.rpartition(".")[2].startswith(_WEAK_DJANGO):
                yield unmet(code.location(item.start), f"New passwords are hashed with {first.rpartition('.')[2]}.")
            elif first is not None:
                yield met(code.location(item.start))


_PLAIN = re.compile(
    r"(?<![\w.])(?:[\w$]+\.)*(?:password|passwd|pwd)\s*(?:===?|!==?)\s*(?:[\w$]+\.)+(?:password|passwd|pwd)\b"
    r"|(?:[\w$]+\.)+(?:password|passwd|pwd)\s*(?:===?|!==?)\s*(?:[\w$]+\.)*(?:password|passwd|pwd)\b(?!\s*\()",
    re.IGNORECASE,
)
_CONFIRMATION = re.compile(
    r"confirm|repeat|again|verify|retype|new_?pass|values\.|form|errors|state\.|props\.", re.IGNORECASE
)
_STORED = re.compile(
    r"(user|account|doc|row|record|member|admin|found|db\w*|result)\w*\.(password|passwd|pwd)\b", re.IGNORECASE
)


def _compared(code: Code) -> Iterator[Observation]:
    """Object where a stored password is compared with ``==``: it must be stored as it was typed."""
    lower = code.text.lower()
    for branch in code.facts.branches if b"passw" in lower or b"pwd" in lower else ():
        text = code.source(branch.condition_start, min(branch.condition_end, branch.condition_start + 300))
        match = _PLAIN.search(text)
        if match and _STORED.search(match[0]) and not _CONFIRMATION.search(match[0]):
            place = code.location(branch.condition_start)
            yield unmet(place, "A stored password is compared as plain text.", confidence=Confidence.MEDIUM)
