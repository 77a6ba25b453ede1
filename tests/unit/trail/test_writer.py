"""The writer: many threads, one order, the disk while the database is away."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from tests.trail_log import event
from trustwright.trail.errors import TrailError
from trustwright.trail.spool import Spool
from trustwright.trail.writer import Kept, Writer


def recorded(url: str) -> list[tuple[str, int]]:
    """Return the number of each event that waits for the tree, with the number that its writer gave it."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT r.resource_id, split_part(split_part(convert_from(i.entry, 'UTF8'), E'\\n', 1), ' ', 2)::bigint "
            "FROM trail.intake AS i JOIN system_audit_log AS r USING (id) ORDER BY i.arrival"
        ).fetchall()
    return [(str(number), int(place)) for number, place in rows]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "test.spool"


def kept(writer: Writer, first: int, end: int) -> set[Kept]:
    return {future.result(20) for future in [writer.submit(event(number)) for number in range(first, end)]}


def test_what_is_acknowledged_is_in_the_database_in_order(database: str, spool: Path) -> None:
    writer = Writer(database, spool)
    assert kept(writer, 0, 2500) == {"database"}
    assert recorded(database) == [(str(number), number + 1) for number in range(2500)]
    assert writer.close()


def test_many_threads_record_each_event_once(database: str, spool: Path) -> None:
    writer = Writer(database, spool)
    work: list[Callable[[], Any]] = [lambda: kept(writer, 0, 100)] * 5
    threads = [Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close()
    found = recorded(database)
    assert sorted(int(number) for number, _ in found) == list(range(100))
    assert [place for _, place in found] == list(range(1, 101))


def test_what_came_while_the_database_was_away_is_recorded_when_it_is_back(database: str, spool: Path) -> None:
    away = Writer(f"postgresql:///x?host={spool.parent}", spool)
    assert kept(away, 0, 50) == {"spool"}
    away.close(0.1)
    away._thread.join(20)
    waiting = Spool(spool)
    assert waiting.waiting == [event(number).entry for number in range(50)]
    waiting.close()
    back = Writer(database, spool)
    assert kept(back, 50, 60) == {"database"}
    assert back.close()
    assert [number for number, _ in recorded(database)] == [str(number) for number in range(60)]
    assert spool.read_bytes() == b""


def test_a_closed_writer_takes_nothing(database: str, spool: Path) -> None:
    writer = Writer(database, spool)
    assert writer.close()
    with pytest.raises(TrailError, match="is closed"):
        writer.submit(event(1))
