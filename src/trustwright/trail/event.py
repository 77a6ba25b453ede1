"""An event, its checks, and the exact bytes that the tree commits to.

The bytes are canonical JSON: keys in the order of their UTF-16 code units (RFC 8785, section 3.2.3), no blanks, text as
UTF-8, integers only. They are made once, when the event is, and never again.
"""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from trustwright.trail.errors import TrailError
from trustwright.trail.identifier import moment_of, new_id
from trustwright.trail.vocabulary import (
    ACTIONS,
    ACTOR_TYPES,
    OUTCOMES,
    RESOURCE_TYPE,
    VERSION,
    Action,
    ActorType,
    Outcome,
)

MAX_BYTES: Final = 32_768
"""Bytes of an event's canonical JSON; larger things belong in a store of their own, with their hash in ``metadata``."""

MAX_DEPTH: Final = 8
_LONGEST: Final = {"resource_id": 512, "user_agent": 1024, "session_id": 256}
_SAFE: Final = 2**53 - 1
"""The largest integer that every reader of JSON keeps exact (RFC 8259, section 6)."""

_WORDS: Final = {"actor_type": ACTOR_TYPES, "action": ACTIONS, "outcome": OUTCOMES}
_ENCODER: Final = msgspec.json.Encoder(order="sorted")

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


class EventError(TrailError):
    """An event that cannot be recorded; ``field`` names what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"event refused: {field} {reason}.")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that somebody did; the fields are the columns of ``system_audit_log``.

    Attributes:
        actor_type: what kind of actor did it.
        action: what was done.
        resource_type: what it was done to: a lower-case word such as ``order``.
        outcome: how it ended.
        actor_id: who did it; ``None`` when nobody was known.
        resource_id: which one it was done to, at most 512 characters.
        ip_address: where the request came from, IPv4 or IPv6.
        user_agent: what sent it, at most 1,024 characters.
        metadata: anything else, as JSON without floating-point numbers, at most eight levels deep.
        session_id: the session it belonged to, at most 256 characters.
        id: a UUIDv7; the same id is recorded once, however often it is sent.

    Raises:
        EventError: a field is wrong.
    """

    actor_type: ActorType
    action: Action
    resource_type: str
    outcome: Outcome
    actor_id: UUID | None = None
    resource_id: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    metadata: dict[str, Json] | None = None
    session_id: str | None = None
    id: UUID = field(default_factory=new_id)
    created_at: datetime = field(init=False, repr=False, compare=False)
    """When it happened, in UTC, to the millisecond: what the id says."""
    entry: bytes = field(init=False, repr=False, compare=False)
    """The canonical JSON of the event."""

    def __post_init__(self) -> None:
        """Check every field, then fix the bytes."""
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise EventError(name, f"is none of {', '.join(words)}")
        kind: object = self.resource_type
        if not isinstance(kind, str) or not RESOURCE_TYPE.fullmatch(kind):
            raise EventError("resource_type", "is not a lower-case word of at most 63 letters, digits, _ . or -")
        if not isinstance(self.id, UUID):
            raise EventError("id", "is not a UUID")
        if self.actor_id is not None and not isinstance(self.actor_id, UUID):
            raise EventError("actor_id", "is not a UUID")
        self._check_optional()
        try:
            object.__setattr__(self, "created_at", moment_of(self.id))
        except TrailError as error:
            raise EventError("id", f"is not a moment's UUIDv7 ({error})") from None
        object.__setattr__(self, "entry", self._canonical(self.created_at))
        if len(self.entry) > MAX_BYTES:
            raise EventError("metadata", f"makes the event {len(self.entry)} bytes long; {MAX_BYTES} are the most")

    def _check_optional(self) -> None:
        for name, longest in _LONGEST.items():
            if getattr(self, name) is not None:
                _text(name, getattr(self, name), longest)
        if self.ip_address is not None:
            object.__setattr__(self, "ip_address", _address(self.ip_address))
        if self.metadata is not None:
            if not isinstance(self.metadata, dict):
                raise EventError("metadata", "is not an object")
            _json("metadata", self.metadata, MAX_DEPTH)

    def _canonical(self, created: datetime) -> bytes:
        said: dict[str, object] = {
            "v": VERSION,
            "id": str(self.id),
            "created_at": written(created),
            "actor_id": str(self.actor_id) if self.actor_id is not None else None,
            "actor_type": self.actor_type,
            "action": self.action,
            "resource_type": self.resource_type,
            "resource_id": self.resource_id,
            "outcome": self.outcome,
            "ip_address": self.ip_address,
            "user_agent": self.user_agent,
            "metadata": self.metadata,
            "session_id": self.session_id,
        }
        return canonical({key: value for key, value in said.items() if value is not None})


def canonical(value: object) -> bytes:
    """Return the canonical JSON of plain data without floating-point numbers."""
    written = _ENCODER.encode(value)
    # Encoded in order of code points. UTF-16 orders otherwise only what lies beyond the basic plane.
    return written if written.isascii() or max(written) < 0xF0 else msgspec.json.encode(_ordered(value))


def written(moment: datetime) -> str:
    """Return a moment in UTC as RFC 3339 with milliseconds: ``2026-11-22T03:33:45.123Z``."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def read(said: object) -> Event:
    """Make an event of decoded JSON with the names of the fields; ``created_at`` and ``v`` must agree when given.

    Raises:
        EventError: a field is missing, unknown or wrong.
    """
    if not isinstance(said, dict):
        raise EventError("event", "is not an object")
    fields = dict(said)
    version, created = fields.pop("v", VERSION), fields.pop("created_at", None)
    if version != VERSION:
        raise EventError("v", f"is not {VERSION}, the version this program writes")
    for name in sorted(fields.keys() - _FIELDS):
        raise EventError(str(name)[:64], f"is no field of an event; the fields are {', '.join(sorted(_FIELDS))}")
    for name in sorted(_NEEDED - fields.keys()):
        raise EventError(name, "is missing")
    for name in ("actor_id", "id"):
        if isinstance(fields.get(name), str):
            fields[name] = _uuid(name, fields[name])
    event = Event(**fields)
    if created is not None and created != written(event.created_at):
        raise EventError("created_at", f"is not {written(event.created_at)}, the moment that the id stands for")
    return event


_FIELDS: Final = frozenset(
    {
        "actor_type", "action", "resource_type", "outcome", "actor_id", "resource_id", "ip_address", "user_agent",
        "metadata", "session_id", "id",
    }
)  # fmt: skip
_NEEDED: Final = frozenset({"actor_type", "action", "resource_type", "outcome"})


def _uuid(name: str, text: str) -> UUID:
    try:
        found = UUID(text)
    except ValueError:
        raise EventError(name, "is not a UUID") from None
    if str(found) != text.lower():
        raise EventError(name, "is not a UUID as 8-4-4-4-12 hexadecimal digits")
    return found


def _text(name: str, value: object, longest: int) -> None:
    if not isinstance(value, str):
        raise EventError(name, "is not a text")
    if len(value) > longest:
        raise EventError(name, f"is longer than {longest} characters")
    _plain(name, value)


def _plain(name: str, text: str) -> None:
    """Refuse what PostgreSQL or UTF-8 cannot hold."""
    if "\0" in text:
        raise EventError(name, "contains the character U+0000")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise EventError(name, "contains half of a surrogate pair")


def _address(value: object) -> str:
    if not isinstance(value, str):
        raise EventError("ip_address", "is no IPv4 or IPv6 address")
    return _plain_address(value)


@lru_cache(maxsize=10_000)
def _plain_address(value: str) -> str:
    try:
        found = ipaddress.ip_address(value) if "%" not in value else None
    except ValueError:
        found = None
    if found is None:
        raise EventError("ip_address", "is no IPv4 or IPv6 address")
    return str(getattr(found, "ipv4_mapped", None) or found)


def _json(path: str, value: object, depth: int) -> None:
    if isinstance(value, str):
        if not value.isascii() or "\0" in value:
            _plain(path, value)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > _SAFE:
            raise EventError(path, "is an integer beyond 2**53; send it as a text")
    elif isinstance(value, dict | list | tuple):
        if depth == 0:
            raise EventError(path[:64], f"is nested more than {MAX_DEPTH} levels deep")
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(key, str | int) or (isinstance(value, dict) and isinstance(key, int)):
                raise EventError(path, "has a key that is not a text")
            if isinstance(key, str):
                _plain(path, key)
            _json(f"{path}.{key}", item, depth - 1)
    elif isinstance(value, float):
        raise EventError(path, "is a floating-point number; send an integer of a smaller unit, or a text")
    else:
        raise EventError(path, f"is a {type(value).__name__}, which JSON has not")


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        keys = sorted(value, key=_units)
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    return value


def _units(key: str) -> bytes:
    """Order by UTF-16 code units, which for ASCII is the order of the letters."""
    return key.encode("utf-16-be")
