"""Broken ciphers and hashes, short keys, and chance that can be guessed, where secrecy depends on them."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.browser import in_browser
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Call

RULE = Rule(
    __name__,
    title="Weak cryptography",
    finding="Data, signatures or tokens rely on a broken cipher or hash, a short key, or a guessable random number.",
    risk="What looks encrypted, signed or secret can be read, forged or guessed with ordinary means.",
    remediation=(
        "Encrypt with AES-256-GCM or ChaCha20-Poly1305 and a fresh nonce for each message.",
        "Sign with HMAC-SHA-256 or Ed25519, and hash with SHA-256 or better.",
        "Take tokens, codes and keys from the system's random source (crypto.randomBytes, secrets).",
        "Use RSA keys of 2048 bits or more, or elliptic curves.",
    ),
    criteria=("CC6.1", "C1.1"),
    controls=("ACC-12", "ACC-13"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    population="uses of cryptography",
    triggers=(
        "createHash", "createHmac", "createCipher", "createDecipher", "generateKeyPair", "Math.random", "hashlib",
        "md5", "Cipher",
        "random.", "DES", "ARC4", "RC4", "Fernet", "AESGCM", "rsa.generate", "RSA.generate", "randomBytes", "token_",
        "randomUUID",
    ),
)  # fmt: skip

_BROKEN_HASH: Final = frozenset({"md5", "sha1", "sha-1", "md4", "ripemd160"})
_BROKEN_CIPHER: Final = re.compile(
    r"\b(des|des3|3des|des-ede3?|rc4|rc2|arc4|bf|blowfish|idea|cast5)\b|-ecb\b|\becb\b", re.IGNORECASE
)
_SECRECY: Final = re.compile(
    r"secret|token|signature|\bsign|verify|hmac|auth|session|password|api_?key|private|otp|nonce|salt|credential|reset|invite",
    re.IGNORECASE,
)
_HARMLESS: Final = re.compile(
    r"etag|cache|checksum|gravatar|avatar|fingerprint|dedup|color|colour|shard|bucket|content_?md5|integrity|file_?hash|digest_?key|"
    r"usedforsecurity\s*=\s*False|colou?r|slug|jitter|delay|backoff|retry|sample|shuffle|animation|mock|placeholder",
    re.IGNORECASE,
)
_KEYED: Final = re.compile(r"secret|signing|private_?key", re.IGNORECASE)
"""What is hashed together with one of these is signed, whatever the result is called."""
_TOKEN: Final = re.compile(
    r"token|password|passwd|secret|otp|\bcode\b|verification|session_?id|api_?key|salt|nonce|csrf|invite|reset|pin\b|private_?key",
    re.IGNORECASE,
)
_GOOD: Final = frozenset(
    {
        "crypto.createHmac", "crypto.createCipheriv", "crypto.randomBytes", "crypto.randomUUID", "secrets.token_hex",
        "secrets.token_urlsafe", "secrets.token_bytes", "cryptography.fernet.Fernet", "hmac.new",
        "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
    }
)  # fmt: skip
_GUESSABLE: Final = frozenset(
    {
        "Math.random",
        "random.random",
        "random.randint",
        "random.choice",
        "random.choices",
        "random.getrandbits",
        "random.sample",
    }
)
_LEAST_RSA: Final = 2048


_ABOUT: Final = ("crypto", "Crypto", "hashlib.", "hmac.", "md5", "sha1", "secrets.", "Math.", "random.")
"""How the names of all that is judged here begin."""


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each use of cryptography that can be judged."""
    for code in project.production():
        for call in code.facts.calls:
            target = code.target(call)
            if not target.startswith(_ABOUT) and "cryptography" not in target:
                continue
            found = _cipher(code, call, target) or _hash(code, call, target) or _key(code, call, target)
            if found is None and target in _GUESSABLE and not in_browser(code):
                found = _random(code, call, target)
            if found is not None:
                yield found
            elif target in _GOOD:
                yield met(code.location(call.start))


def _cipher(code: Code, call: Call, target: str) -> Observation | None:
    place = code.location(call.start)
    if target in {"crypto.createCipher", "crypto.createDecipher"}:
        return unmet(place, "createCipher derives its key by MD5 and uses no nonce.", confidence=Confidence.HIGH)
    if target in {"crypto.createCipheriv", "crypto.createDecipheriv"}:
        first = code.call(call).argument(0)
        name = first.text or "" if first is not None else ""
        return (
            unmet(place, f"The cipher {name} is broken.", confidence=Confidence.HIGH)
            if _BROKEN_CIPHER.search(name)
            else None
        )
    head, _, last = target.rpartition(".")
    if head in {
        "Crypto.Cipher.DES",
        "Crypto.Cipher.DES3",
        "Crypto.Cipher.ARC4",
        "Crypto.Cipher.Blowfish",
        "Crypto.Cipher.ARC2",
    }:
        return unmet(place, f"The cipher {head.rpartition('.')[2]} is broken.", confidence=Confidence.HIGH)
    if last in {"TripleDES", "ARC4", "Blowfish", "IDEA", "CAST5"} and "cryptography" in target:
        return unmet(place, f"The cipher {last} is broken.", confidence=Confidence.HIGH)
    if target in {"Crypto.Cipher.AES.new", "cryptography.hazmat.primitives.ciphers.Cipher"}:
        ecb = re.search(r"MODE_ECB|modes\.ECB", code.source(call.start, call.end))
        return (
            unmet(place, "AES runs in ECB mode, which shows repeated blocks.", confidence=Confidence.HIGH)
            if ecb
            else met(place)
        )
    return None


def _hash(code: Code, call: Call, target: str) -> Observation | None:
    """Judge a broken hash: only where what it hashes or makes is secret or signs something."""
    name = ""
    if target in {"crypto.createHash", "hashlib.new", "crypto.createHmac"}:
        first = code.call(call).argument(0)
        name = (first.text or "").lower() if first is not None else ""
    elif target.startswith("hashlib.") or target in {"md5", "sha1", "crypto-js.MD5", "crypto-js/md5", "crypto-js.SHA1"}:
        name = target.rpartition(".")[2].rpartition("/")[2].lower()
    if name not in _BROKEN_HASH or target == "crypto.createHmac":
        return None
    around = _around(code, call)
    keyed = _KEYED.search(around.partition(" ")[2]) and "usedforsecurity" not in around
    if (_HARMLESS.search(around) and not keyed) or re.search(r"passw", around, re.IGNORECASE):
        return None  # a password's hash is judged by its own rule
    if not _SECRECY.search(around):
        return None
    return unmet(
        code.location(call.start), f"{name.upper()} protects a secret or signs something here; it can be forged."
    )


def _key(code: Code, call: Call, target: str) -> Observation | None:
    if target not in {
        "crypto.generateKeyPair", "crypto.generateKeyPairSync", "Crypto.PublicKey.RSA.generate",
        "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key",
    }:  # fmt: skip
        return None
    match = re.search(
        r"modulusLength\s*:\s*(\d+)|key_size\s*=\s*(\d+)|generate\(\s*(\d+)", code.source(call.start, call.end)
    )
    place = code.location(call.start)
    bits = int(next(group for group in match.groups() if group)) if match is not None else _LEAST_RSA
    if bits < _LEAST_RSA:
        return unmet(
            place, f"An RSA key of {bits} bits can be broken; {_LEAST_RSA} are the least.", confidence=Confidence.HIGH
        )
    return met(place)


def _random(code: Code, call: Call, target: str) -> Observation | None:
    """Judge a random number by the name of what it becomes."""
    owner = next(
        (item for item in reversed(code.facts.assignments) if item.value_start <= call.start < item.value_end), None
    )
    function = code.enclosing_function(call.start)
    names = f"{owner.target if owner is not None else ''} {function.name if function is not None else ''}"
    if not _TOKEN.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", names)) or _HARMLESS.search(names):
        return None
    return unmet(code.location(call.start), f"{target} can be predicted, and what it makes here must not be.")


def _around(code: Code, call: Call) -> str:
    """Return the statement a call stands in, with the name of its function."""
    function = code.enclosing_function(call.start)
    start = code.text.rfind(b"\n", 0, call.start) + 1
    end = code.text.find(b"\n", call.end)
    name = function.name if function is not None else ""
    return f"{name} {code.source(start, end if end >= 0 else len(code.text))}"
