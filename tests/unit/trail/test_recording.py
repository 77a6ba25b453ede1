"""``record``: in the caller's transaction or in its own, with what is known of the request, before and after."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from trustwright import trail

ANNA = UUID(int=7)


@pytest.fixture
def rows(places: Path, database: str) -> Iterator[Any]:
    """A function that returns the columns of all events, in their order."""
    trail.configure()

    def read(columns: str) -> list[tuple[Any, ...]]:
        trail.close()
        with psycopg.connect(database) as connection:
            found = f"SELECT {columns} FROM system_audit_log JOIN trail.intake USING (id) ORDER BY arrival"  # noqa: S608
            return connection.execute(found.encode()).fetchall()

    yield read
    trail.close()


def test_an_event_in_the_caller_s_transaction_shares_its_end(rows: Any, database: str) -> None:
    with psycopg.connect(database) as connection:
        trail.record("update", "order", connection=connection, resource_id="1")
        connection.rollback()
        trail.record("update", "order", connection=connection, resource_id="2")
    assert rows("resource_id") == [("2",)]


def test_an_event_of_its_own_survives_the_caller_s_rollback(rows: Any, database: str) -> None:
    with psycopg.connect(database) as connection:
        trail.record("delete", "order", resource_id="1", outcome="failure")
        connection.rollback()
    assert rows("resource_id, outcome") == [("1", "failure")]


def test_what_is_known_of_the_request_goes_in(rows: Any) -> None:
    with trail.acting(actor_type="user", actor_id=ANNA, ip_address="192.0.2.7", request_id="r1"):
        trail.record("read", "order", metadata={"a": 1})
    trail.record("read", "order")
    assert rows("actor_type, actor_id, host(ip_address), metadata") == [
        ("user", ANNA, "192.0.2.7", {"a": 1, "request_id": "r1"}),
        ("system", None, None, None),
    ]


def test_a_wrong_event_is_refused_and_nothing_is_recorded(rows: Any) -> None:
    with pytest.raises(trail.EventError, match="metadata"):
        trail.record("read", "order", metadata={"a": 0.5})
    assert rows("id") == []


def test_an_act_is_recorded_before_and_after(rows: Any) -> None:
    with trail.audited("export", "report", metadata={"format": "csv"}, resource_id="9") as act:
        act.metadata["rows"] = 12
    with pytest.raises(ValueError, match="no"), trail.audited("delete", "user"):
        raise ValueError("no")

    async def later() -> None:
        async with trail.aaudited("export", "report"):
            await trail.arecord("read", "report")

    asyncio.run(later())
    found = rows("action, outcome, metadata->>'phase', metadata->>'rows', metadata->>'error'")
    assert found == [
        ("export", "success", "initiated", None, None),
        ("export", "success", "completed", "12", None),
        ("delete", "success", "initiated", None, None),
        ("delete", "failure", "failed", None, "ValueError"),
        ("export", "success", "initiated", None, None),
        ("read", "success", None, None, None),
        ("export", "success", "completed", None, None),
    ]
    shared = [one for (one,) in rows("metadata->>'correlation_id'")]
    assert shared[0] == shared[1] != shared[2] == shared[3]


def test_what_is_no_connection_is_refused(rows: Any) -> None:
    with pytest.raises(trail.TrailError, match="no psycopg connection within object"):
        trail.record("read", "order", connection=object())
    assert rows("id") == []
