"""Signed notes and checkpoints as C2SP specifies them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519.

A checkpoint is a note of three lines, the log's name, its size and its root, followed here by a line with the time in
seconds since 1970 UTC. A witness's signature is a timestamped one (c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trustwright.trail.errors import TrailError

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
"""The kinds of signature of c2sp.org/signed-note that are understood here."""

_NAME: Final = re.compile(r"[^\s+]{1,255}")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_TIME: Final = re.compile(r"time ([1-9][0-9]{0,11})")
MAX_BYTES: Final = 1_000_000
_MOST_SIGNATURES: Final = 100

_PRIME: Final = 2**255 - 19
_EIGHTH: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""The y of a point of order eight; with those of -y and of orders 1, 2 and 4, all that RFC 8032's curve has."""

SMALL_ORDER: Final = frozenset(
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, _PRIME - 1, _PRIME, _PRIME + 1, _EIGHTH, _PRIME - _EIGHTH)
    for sign in (0, 1)
)
"""Public keys that any text has a signature for: the points of order 1, 2, 4 and 8, in every spelling."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that a note may be signed with.

    Attributes:
        name: whose key it is, without blanks or ``+``; a log's key has the log's name.
        kind: ``ED25519`` for a log, ``COSIGNATURE`` for a witness.
        key: 32 bytes.
    """

    name: str
    kind: int
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[:4]

    def __str__(self) -> str:
        """Write the key as a verifier key: ``name+1a2b3c4d+base64``."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.key).decode()}"

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """Read a verifier key.

        Raises:
            TrailError: it is none.
        """
        name, _, rest = text.strip().partition("+")
        id_, _, encoded = rest.partition("+")
        data = decoded(encoded)
        if data is None or len(data) != 33 or data[0] not in {ED25519, COSIGNATURE} or not _NAME.fullmatch(name):
            raise TrailError(f"{text[:80]!r} is no verifier key; it looks like name+1a2b3c4d+base64.")
        found = cls(name, data[0], data[1:])
        if found.key in SMALL_ORDER:
            raise TrailError(
                f"the verifier key of {name} is of small order, so that anybody can sign; ask for another."
            )
        if found.id.hex() != id_:
            raise TrailError(f"the verifier key of {name} has the id {id_}, not {found.id.hex()}; copy it again.")
        return found

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature (without the key's id) is this key's over the text."""
        signed, raw = text.encode(), signature
        if self.kind == COSIGNATURE:
            seconds, raw = int.from_bytes(signature[:8]), signature[8:]
            signed = f"cosignature/v1\ntime {seconds}\n".encode() + signed
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(raw, signed)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """A key that signs notes."""

    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        """Take the key's name and its 32 secret bytes."""
        if not _NAME.fullmatch(name):
            raise TrailError(f"{name!r} cannot name a key; leave out blanks and +.")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(name, kind, self._key.public_key().public_bytes_raw())

    @classmethod
    def new(cls, name: str, kind: int = ED25519) -> "SigningKey":
        """Make a key."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw(), kind)

    @classmethod
    def read(cls, text: str) -> "SigningKey":
        """Read what :meth:`secret` wrote.

        Raises:
            TrailError: it is no signing key.
        """
        parts = text.strip().split("+", 4)
        data = decoded(parts[4]) if len(parts) == 5 else None
        if parts[:2] != ["PRIVATE", "KEY"] or data is None or len(data) != 33:
            raise TrailError("the file of the signing key holds none; restore it from its backup, or rotate the key.")
        found = cls(parts[2], data[1:], data[0])
        if found.public.id.hex() != parts[3]:
            raise TrailError("the signing key is damaged; restore it from its backup, or rotate the key.")
        return found

    def secret(self) -> str:
        """Write the key, to be kept where nobody else reads it."""
        data = bytes([self.public.kind]) + self._key.private_bytes_raw()
        return f"PRIVATE+KEY+{self.public.name}+{self.public.id.hex()}+{base64.b64encode(data).decode()}"

    def sign(self, text: str, seconds: int = 0) -> str:
        """Return the signature line over a note's text; ``seconds`` since 1970 UTC matter to a cosignature."""
        if self.public.kind == COSIGNATURE:
            signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
            raw = seconds.to_bytes(8) + self._key.sign(signed)
        else:
            raw = self._key.sign(text.encode())
        return f"— {self.public.name} {base64.b64encode(self.public.id + raw).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a line feed, and its signatures as (name, key's id, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, written: bytes) -> "Note":
        """Read a signed note.

        Raises:
            TrailError: it is none.
        """
        try:
            whole = written.decode() if len(written) <= MAX_BYTES else ""
        except UnicodeDecodeError:
            whole = ""
        text, blank, lines = whole.rpartition("\n\n")
        found = []
        for line in lines.removesuffix("\n").split("\n") if lines.endswith("\n") else ():
            match = _SIGNATURE.fullmatch(line)
            data = decoded(match[2]) if match else None
            if match is None or data is None or len(data) < 5:
                raise TrailError("a signature of the note is malformed; fetch the note again.")
            found.append((match[1], data[:4], data[4:]))
        if not blank or not found or len(found) > _MOST_SIGNATURES or any(c < " " and c != "\n" for c in whole):
            raise TrailError("this is no signed note: a text, an empty line, signatures; fetch it again.")
        return cls(text + "\n", tuple(found))

    def signed_by(self, keys: Iterable[PublicKey]) -> list[PublicKey]:
        """Return the keys that signed the note.

        Raises:
            TrailError: a signature that names one of the keys is not its own.
        """
        known = {(key.name, key.id): key for key in keys}
        found = []
        for name, id_, signature in self.signatures:
            key = known.get((name, id_))
            if key is None:
                continue
            if not key.verifies(self.text, signature):
                raise TrailError(
                    f"the signature of {name} on the note is wrong; the note or the signature was changed."
                )
            found.append(key)
        return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The signed state of a log.

    Attributes:
        origin: the log's name.
        size: the number of its entries.
        root: the root over them, 32 bytes.
        seconds: when it was signed, since 1970 UTC; 0 when it does not say.
    """

    origin: str
    size: int
    root: bytes
    seconds: int = 0

    def __str__(self) -> str:
        """Write the text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        return "\n".join([*lines, f"time {self.seconds}"] if self.seconds else lines) + "\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text; extension lines that are not understood are left alone.

        Raises:
            TrailError: it is none.
        """
        lines = text.split("\n")
        root = decoded(lines[2]) if len(lines) > 3 else None
        if root is None or len(root) != 32 or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]) or not lines[0]:
            raise TrailError("this is no checkpoint: the log's name, its size, its root; fetch it again.")
        times = [int(match[1]) for line in lines[3:] if (match := _TIME.fullmatch(line))]
        return cls(lines[0], int(lines[1]), root, times[0] if times else 0)


def signed(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> bytes:
    """Return a checkpoint as a note signed with the keys."""
    text = str(checkpoint)
    return (text + "\n" + "".join(key.sign(text, checkpoint.seconds) for key in keys)).encode()


def opened(written: bytes, key: PublicKey) -> Checkpoint:
    """Return the checkpoint of a note that the log's key signed.

    Raises:
        TrailError: it is no checkpoint, another log's, or not signed with the key.
    """
    note = Note.read(written)
    if not note.signed_by([key]):
        raise TrailError(
            f"the checkpoint is not signed with the key {key.name}+{key.id.hex()}; name the log's own key."
        )
    found = Checkpoint.read(note.text)
    if found.origin != key.name:
        raise TrailError(f"the checkpoint is of the log {found.origin}, not of {key.name}.")
    return found


def decoded(text: str) -> bytes | None:
    """Decode base64, of which each value has one spelling only."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
