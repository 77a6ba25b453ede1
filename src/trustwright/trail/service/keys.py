"""The keys with which other programs send events."""

import hashlib
import secrets
import time
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import Connection

from trustwright.trail.errors import TrailError
from trustwright.trail.identifier import new_id

PREFIX: Final = "twt_"
"""What every key begins with, so that scanners for secrets know one."""

FRESH: Final = 30.0
"""Seconds for which the list of keys is believed: a revoked key works no longer than that."""


def create(connection: Connection[Any], name: str) -> str:
    """Make a key for a program called ``name`` and return it; only its hash is kept."""
    key = PREFIX + secrets.token_urlsafe(32)
    connection.execute("INSERT INTO trail.api_key (id, name, hash) VALUES (%s, %s, %s)", [new_id(), name, _hash(key)])
    return key


def revoke(connection: Connection[Any], name: str) -> int:
    """Revoke every key of a program; return how many there were.

    Raises:
        TrailError: it has none that works.
    """
    done = connection.execute(
        "UPDATE trail.api_key SET revoked_at = now() WHERE name = %s AND revoked_at IS NULL", [name]
    ).rowcount
    if not done:
        raise TrailError(f"{name}: no key of this name works; `trustwright trail key list` names those that do.")
    return done


def listed(connection: Connection[Any]) -> list[tuple[UUID, str, Any, Any]]:
    """Return id, name, and the times of creation and revocation of each key, oldest first."""
    query = "SELECT id, name, created_at, revoked_at FROM trail.api_key ORDER BY created_at"
    return connection.execute(query).fetchall()


def _hash(key: str) -> bytes:
    # A key has 256 random bits: nothing is gained by a slow hash, which is for what people think up.
    return hashlib.sha256(key.encode()).digest()


class Keys:
    """Knows which keys work; asks the database now and then."""

    def __init__(self, url: str) -> None:
        """Take where the database is."""
        self._url = url
        self._names: dict[bytes, str] = {}
        self._asked = -FRESH

    def name_of(self, key: str) -> str | None:
        """Return whose key it is; ``None`` when it does not work. While the database is away the last answer holds."""
        hashed = _hash(key)
        age = time.monotonic() - self._asked
        if age >= FRESH or (hashed not in self._names and age >= 1):  # a key may have been made just now
            self._refresh()
        return self._names.get(hashed)

    def _refresh(self) -> None:
        self._asked = time.monotonic()
        try:
            with psycopg.connect(self._url, connect_timeout=2) as connection:
                rows = connection.execute("SELECT hash, name FROM trail.api_key WHERE revoked_at IS NULL").fetchall()
        except psycopg.OperationalError:
            return
        self._names = {bytes(hashed): name for hashed, name in rows}
