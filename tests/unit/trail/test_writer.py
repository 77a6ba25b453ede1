"""The writer: many events to a commit, none lost, each once, on the disk while the database is away."""

import logging
from pathlib import Path
from threading import Thread
from uuid import UUID

import psycopg
import pytest

from tests.trail_log import event
from trustwright.trail.errors import TrailError
from trustwright.trail.spool import Spool
from trustwright.trail.writer import Writer

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def recorded(database: str) -> list[UUID]:
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM trail.intake ORDER BY arrival")]


def test_events_come_in_the_order_they_were_handed_over(database: str, tmp_path: Path) -> None:
    writer = Writer(database, tmp_path / "a.spool")
    events = [event(number) for number in range(2_500)]
    futures = [writer.submit(one) for one in events]
    assert {future.result(30) for future in futures} == {"database"}
    assert writer.close()
    assert recorded(database) == [one.id for one in events]


def test_what_nobody_waits_for_is_kept_at_the_end(database: str, tmp_path: Path) -> None:
    writer = Writer(database, tmp_path / "a.spool")
    for number in range(10):
        writer.hand_over(event(number))
    assert writer.close()
    assert len(recorded(database)) == 10


def test_an_event_that_is_sent_again_is_there_once(database: str, tmp_path: Path) -> None:
    writer = Writer(database, tmp_path / "a.spool")
    for _ in range(3):
        assert writer.submit(event(1)).result(30) == "database"
    writer.submit(event(2)).result(30)
    writer.close()
    assert recorded(database) == [event(1).id, event(2).id]
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT number FROM trail.intake ORDER BY arrival").fetchall() == [(1,), (2,)]


def test_events_wait_on_the_disk_until_the_database_is_back(database: str, tmp_path: Path) -> None:
    away = Writer(NOWHERE, tmp_path / "a.spool")
    assert [away.submit(event(number)).result(30) for number in range(3)] == ["spool"] * 3
    assert away.close()
    back = Writer(database, tmp_path / "a.spool")
    assert back.submit(event(3)).result(30) == "database"
    assert back.close()
    assert recorded(database) == [event(number).id for number in range(4)]
    assert not (tmp_path / "a.spool").exists()


def test_what_an_ended_process_left_is_adopted_and_what_is_in_use_is_not(database: str, tmp_path: Path) -> None:
    dead, alive = Spool(tmp_path / "dead.spool"), Spool(tmp_path / "alive.spool")
    dead.add([event(1).entry])
    dead.close()
    alive.add([event(2).entry])
    writer = Writer(database, tmp_path / "new.spool")
    writer.submit(event(3)).result(30)
    assert writer.close()
    assert set(recorded(database)) == {event(1).id, event(3).id}
    assert sorted(path.name for path in tmp_path.glob("*.spool")) == ["alive.spool"]
    alive.close()


def test_an_event_that_the_database_never_takes_holds_up_no_other(
    database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE public.system_audit_log ADD CHECK (resource_id <> 'refused')")
    writer = Writer(database, tmp_path / "a.spool")
    bad = type(event(1))(actor_type="user", action="read", resource_type="x", outcome="success", resource_id="refused")
    futures = [writer.submit(one) for one in (event(1), bad, event(2))]
    for future in futures:
        future.result(30)
    writer.close()
    assert recorded(database) == [event(1).id, event(2).id]
    assert (tmp_path / "a.refused").read_bytes() == bad.entry + b"\n"
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]


def test_many_threads_record_each_event_once(database: str, tmp_path: Path) -> None:
    writer = Writer(database, tmp_path / "a.spool")
    events = [event(number) for number in range(100)]

    def record() -> None:
        for future in [writer.submit(one) for one in events]:
            future.result(30)

    threads = [Thread(target=record) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close()
    assert sorted(recorded(database)) == sorted(one.id for one in events)
    with psycopg.connect(database) as connection:
        numbers = connection.execute("SELECT number FROM trail.intake ORDER BY arrival").fetchall()
    assert [number for (number,) in numbers] == list(range(1, 101))


def test_a_closed_writer_takes_nothing(database: str, tmp_path: Path) -> None:
    writer = Writer(database, tmp_path / "a.spool")
    assert writer.close()
    with pytest.raises(TrailError, match="is closed"):
        writer.submit(event(1))
