"""What recording costs the database: the audit trail beside a plain insert and a hash chain, in one run.

    python benchmarks/trail_write.py [--events 50000]

Server CPU is that of the connection's own backend, from the system's accounting, in microseconds per event. The plain
table has the same columns, partitions, indexes and row-level security, and nothing else. The chain is the usual trigger
that hashes each row with the one before.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from trustwright.trail import schema, store
from trustwright.trail.event import Event
from trustwright.trail.places import DATA, address
from trustwright.trail.sequencer import open_sequencer
from trustwright.trail.signer import Signer
from trustwright.trail.tiles import Folder
from trustwright.trail.verify import verify

COLUMNS = (
    "id, created_at, actor_id, actor_type, action, resource_type, resource_id, outcome, ip_address, user_agent, "
    "metadata, session_id"
)
PLAIN = """
CREATE SCHEMA {name};
CREATE TABLE {name}.log (LIKE public.system_audit_log) PARTITION BY RANGE (created_at);
ALTER TABLE {name}.log ADD PRIMARY KEY (id, created_at);
CREATE INDEX ON {name}.log (actor_id, created_at);
CREATE INDEX ON {name}.log (action, created_at);
CREATE INDEX ON {name}.log (outcome) WHERE outcome = 'failure';
CREATE TABLE {name}.now PARTITION OF {name}.log DEFAULT;
ALTER TABLE {name}.log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY append ON {name}.log FOR INSERT WITH CHECK (true);
"""
CHAIN = """
CREATE TABLE chain.head (hash bytea); INSERT INTO chain.head VALUES ('');
ALTER TABLE chain.log ADD COLUMN hash bytea;
CREATE FUNCTION chain.link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before bytea;
BEGIN
    SELECT hash INTO before FROM chain.head FOR UPDATE;
    NEW.hash := sha256(before || convert_to(to_jsonb(NEW)::text, 'UTF8'));
    UPDATE chain.head SET hash = NEW.hash;
    RETURN NEW;
END $$;
CREATE TRIGGER link BEFORE INSERT ON chain.log FOR EACH ROW EXECUTE FUNCTION chain.link();
"""
ARRAYS = (
    "uuid[], %b::timestamptz[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], "
    "%b::text[]::inet[], %b::text[], %b::text[]::jsonb[], %b::text[]"
)
INSERT = f"INSERT INTO {{name}}.log ({COLUMNS}) SELECT * FROM unnest(%b::{ARRAYS})"  # noqa: S608 - our own names


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=50_000)
    count = parser.parse_args().events
    with tempfile.TemporaryDirectory(prefix="tw", ignore_cleanup_errors=True) as folder:
        os.environ[DATA] = folder
        url, _ = address()
        with psycopg.connect(url, autocommit=True) as connection:
            schema.apply(connection)
            for name in ("plain", "chain"):
                connection.execute(PLAIN.format(name=name).encode())
            connection.execute(CHAIN.encode())
        print("| server CPU, µs per event | 1 a transaction | 1,000 a transaction |")
        print("|---|---|---|")
        one, many = _costs(url, 1, count // 100), _costs(url, 1000, count // 1000)
        for name in WAYS:
            ratios = f"{one[name]:.1f} ({one[name] / one['plain insert']:.2f} x)"
            print(f"| {name} | {ratios} | {many[name]:.1f} ({many[name] / many['plain insert']:.2f} x) |")
        _end_to_end(url, Path(folder), count)


_WRITER = uuid4()
WAYS: dict[str, Callable[[psycopg.Connection[Any], list[Event]], object]] = {
    "plain insert": lambda c, events: c.execute(INSERT.format(name="plain").encode(), _columns(events)),
    "audit trail": lambda c, events: store.append(c, _WRITER, events),
    "hash chain": lambda c, events: c.execute(INSERT.format(name="chain").encode(), _columns(events)),
}


def _costs(url: str, at_once: int, rounds: int) -> dict[str, float]:
    """Return the median of the server's CPU time per event for each way, in microseconds; the ways take turns."""
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    with ExitStack() as stack:
        connections = {name: stack.enter_context(psycopg.connect(url, autocommit=True)) for name in WAYS}
        for _ in range(rounds + 10):  # the first ones make plans and warm caches
            for name, way in WAYS.items():
                connection, events = connections[name], _events(at_once)
                before = _seconds(connection.info.backend_pid)
                way(connection, events)
                taken[name].append((_seconds(connection.info.backend_pid) - before) / at_once)
    return {name: statistics.median(values[10:]) * 1e6 for name, values in taken.items()}


def _seconds(process: int) -> float:
    """Return the CPU time of a process, in seconds; the scheduler counts it in nanoseconds."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _end_to_end(url: str, folder: Path, count: int) -> None:
    """Record and sequence at once until everything is signed."""
    signer = Signer.create(folder / "keys", "benchmark.example/log")
    sequencer = open_sequencer(url, Folder(folder / "log"), folder / "keys")
    while sequencer.step():
        pass
    before, batches = sequencer.size, [_events(1000) for _ in range(count // 1000)]
    with psycopg.connect(url, autocommit=True) as connection, _timed() as wall:
        for number, batch in enumerate(batches):
            store.append(connection, _WRITER, batch)
            if number % 5 == 4:
                sequencer.step()
        while sequencer.step():
            pass
        sequencer.publish()
    moved = sequencer.size - before
    print(f"\nend to end, one thread: {moved / wall[0]:,.0f} events/s recorded, sequenced and signed")
    began = time.process_time()
    findings = verify(Folder(folder / "log"), signer.public)
    print(f"verify without the table: {findings.entries / (time.process_time() - began):,.0f} events per CPU-second")


@contextmanager
def _timed() -> Iterator[list[float]]:
    taken: list[float] = []
    began = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - began)


def _events(count: int) -> list[Event]:
    """Make events as large as a web application's usually are."""
    actor = UUID("018f3a5e-0000-7000-8000-000000000001")
    return [
        Event(
            actor_type="user", actor_id=actor, action="update", resource_type="order", resource_id=str(number),
            outcome="success", ip_address="203.0.113.7", session_id="s" * 24,
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            metadata={"request_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "fields": ["status", "address"]},
        )
        for number in range(count)
    ]  # fmt: skip


def _columns(events: list[Event]) -> list[object]:
    names = COLUMNS.split(", ")
    columns: list[object] = [[getattr(event, name) for event in events] for name in names if name != "metadata"]
    columns.insert(names.index("metadata"), [json.dumps(event.metadata) for event in events])
    return columns


if __name__ == "__main__":
    main()
