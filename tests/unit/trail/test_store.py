"""Events into PostgreSQL: each id once, each writer's numbers without holes, what was refused leaves nothing."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg

from tests.trail_log import WRITER, event
from trustwright.trail import store
from trustwright.trail.event import Event
from trustwright.trail.table import canonical_rows


def waiting(connection: psycopg.Connection[Any]) -> list[bytes]:
    rows = connection.execute(
        "SELECT convert_to(writer || ' ' || number || E'\\n', 'UTF8') || event FROM trail.intake ORDER BY arrival"
    ).fetchall()
    return [bytes(entry) for (entry,) in rows]


def test_the_exact_bytes_wait_for_the_tree_and_the_row_says_the_same(database: str) -> None:
    events = [
        event(1),
        replace(event(2), actor_id=None, resource_id=None, metadata=None, ip_address=None),
        replace(event(3), metadata={"€": "\U0001f600", "ﬃ": [1, {"b": None, "a": True}], '"\\': "\n\x7f"}),
        replace(event(4), ip_address="2001:db8::1", user_agent="x" * 1024, session_id="", resource_id="ü"),
    ]
    with psycopg.connect(database) as connection:
        assert store.append(connection, WRITER, events) == 4
        assert waiting(connection) == [
            f"{WRITER} {number}\n".encode() + one.entry for number, one in enumerate(events, 1)
        ]
        assert list(canonical_rows(connection)) == [one.entry for one in events]


def test_the_same_id_is_recorded_once_and_takes_one_number(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        assert store.append(connection, WRITER, [event(1), event(2)]) == 2
        assert store.append(connection, uuid4(), [event(2), event(3)]) == 1
        assert store.append(connection, WRITER, [event(1), event(4), event(4)]) == 1
        numbers = [entry.split(b"\n")[0].split(b" ")[1] for entry in waiting(connection)]
    assert numbers == [b"1", b"2", b"1", b"3"]


def test_what_is_rolled_back_leaves_no_hole(database: str) -> None:
    with psycopg.connect(database) as connection:
        store.append(connection, WRITER, [event(1)])
        connection.commit()
        store.append(connection, WRITER, [event(2)])
        connection.rollback()
        store.append(connection, WRITER, [event(3)])
        connection.commit()
        assert [entry.split(b"\n")[0] for entry in waiting(connection)] == [
            f"{WRITER} 1".encode(),
            f"{WRITER} 2".encode(),
        ]


def test_nothing_is_recorded_of_no_events(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert store.append(connection, WRITER, []) == 0


def test_an_id_twice_in_one_call_is_recorded_once(database: str) -> None:
    """Other clients call the function too; an id in the tree twice would look like an attack."""
    with psycopg.connect(database) as connection:
        columns = store._columns(WRITER, [event(1), event(2)])
        columns[1] = [event(1).id, event(1).id]
        columns[2] = [event(1).created_at, event(1).created_at]
        assert connection.execute(store._APPEND, columns).fetchone() == (1,)
        kept = connection.execute("SELECT number, event FROM trail.intake").fetchall()
    assert kept == [(1, event(1).entry)]


def test_an_asynchronous_connection_does_as_well(database: str) -> None:
    async def record(events: list[Event]) -> int:
        async with await psycopg.AsyncConnection.connect(database) as connection:
            return await store.append_async(connection, WRITER, events)

    assert asyncio.run(record([event(1), event(2)])) == 2
    with psycopg.connect(database) as connection:
        assert len(waiting(connection)) == 2
