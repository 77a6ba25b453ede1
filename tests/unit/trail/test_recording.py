"""record: in the caller's transaction or in the writer's, with what is known of the request, before and after."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy
import sqlalchemy.orm

from tests.trail_spool import Spooled
from trustwright import trail
from trustwright.trail.errors import TrailError
from trustwright.trail.recording import driver_of

ANNA = UUID(int=7 << 76 | 2 << 62)


def rows(database: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT action, resource_id FROM public.system_audit_log ORDER BY id").fetchall()


def test_an_event_shares_the_fate_of_its_transaction(database: str) -> None:
    with psycopg.connect(database) as connection:
        trail.record("create", "order", resource_id="1", connection=connection)
        connection.rollback()
        trail.record("create", "order", resource_id="2", connection=connection)
        connection.commit()
        numbers = connection.execute("SELECT number FROM trail.intake").fetchall()
    assert rows(database) == [("create", "2")]
    assert numbers == [(1,)], "a rollback gives the number back: the log shows no hole"


def test_the_connections_of_sqlalchemy(database: str) -> None:
    engine = sqlalchemy.create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        trail.record("update", "order", resource_id="1", connection=connection)
    with sqlalchemy.orm.Session(engine) as session:
        trail.record("update", "order", resource_id="2", connection=session)
        session.rollback()
        trail.record("update", "order", resource_id="3", connection=session)
        session.commit()
    engine.dispose()
    assert rows(database) == [("update", "1"), ("update", "3")]


def test_an_asynchronous_connection(database: str) -> None:
    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(database) as connection:
            await trail.arecord("delete", "order", resource_id="1", connection=connection)

    asyncio.run(run())
    assert rows(database) == [("delete", "1")]


def test_what_is_no_connection_is_told() -> None:
    with pytest.raises(TrailError, match="no psycopg connection within object"):
        driver_of(object())


def test_an_act_has_an_event_before_and_one_after(spooled: Spooled) -> None:
    with (
        trail.acting(actor_type="user", actor_id=ANNA, request_id="r1"),
        trail.audited("delete", "user", resource_id="7", metadata={"reason": "asked"}) as act,
    ):
        act.metadata["rows"] = 1
    first, second = spooled()
    assert [event["metadata"]["phase"] for event in (first, second)] == ["initiated", "completed"]
    assert first["metadata"]["correlation_id"] == second["metadata"]["correlation_id"]
    assert second["metadata"] == {**first["metadata"], "phase": "completed", "rows": 1}
    assert {event["actor_id"] for event in (first, second)} == {str(ANNA)}


def test_an_act_that_fails_says_so(spooled: Spooled) -> None:
    @trail.audited("export", "report", actor_type="user")
    def export() -> None:
        raise PermissionError("who they are")

    with pytest.raises(PermissionError):
        export()
    events = spooled()
    assert [(event["outcome"], event["metadata"]["phase"]) for event in events] == [
        ("success", "initiated"),
        ("failure", "failed"),
    ]
    assert events[1]["metadata"]["error"] == "PermissionError"
    assert "who they are" not in str(events), "what an error says may be personal"


def test_the_same_without_holding_up_the_loop(spooled: Spooled) -> None:
    async def run() -> None:
        async with trail.aaudited("delete", "user"):
            await trail.arecord("read", "user")

    asyncio.run(run())
    assert [event["action"] for event in spooled()] == ["delete", "read", "delete"]


def test_a_bad_event_is_refused_and_nothing_is_recorded(spooled: Spooled) -> None:
    with pytest.raises(trail.EventError, match=r"metadata\.amount is a floating-point number"):
        trail.record("create", "payment", metadata={"amount": 1.5})
    assert spooled() == []


@pytest.fixture
def recorded(places: Path, database: str) -> Iterator[Any]:
    """A function that returns the columns of all events, in their order."""
    trail.configure()

    def read(columns: str) -> list[tuple[Any, ...]]:
        trail.close()
        with psycopg.connect(database) as connection:
            found = f"SELECT {columns} FROM system_audit_log JOIN trail.intake USING (id) ORDER BY arrival"  # noqa: S608
            return connection.execute(found.encode()).fetchall()

    yield read
    trail.close()


def test_an_event_of_its_own_survives_the_caller_s_rollback(recorded: Any, database: str) -> None:
    with psycopg.connect(database) as connection:
        trail.record("delete", "order", resource_id="1", outcome="failure")
        connection.rollback()
    assert recorded("resource_id, outcome") == [("1", "failure")]


def test_what_is_known_of_the_request_goes_in(recorded: Any) -> None:
    with trail.acting(actor_type="user", actor_id=ANNA, ip_address="192.0.2.7", request_id="r1"):
        trail.record("read", "order", metadata={"a": 1})
    trail.record("read", "order")
    assert recorded("actor_type, actor_id, host(ip_address), metadata") == [
        ("user", ANNA, "192.0.2.7", {"a": 1, "request_id": "r1"}),
        ("system", None, None, None),
    ]
