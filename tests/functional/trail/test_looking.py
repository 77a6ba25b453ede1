"""`trustwright trail search`, `tail`, `export` and `stats` on a log of a real PostgreSQL."""

import base64
import csv
import hashlib
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from tests.trail_events import audit_log, event, somebody, stored
from trustwright.cli.main import run
from trustwright.trail.event import Event
from trustwright.trail.places import address

pytestmark = pytest.mark.slow

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
BASE = TODAY - timedelta(days=3)
ODD = "=SUM(A1)\x1b[2J"

Trail = Callable[..., str]


def events() -> list[Event]:
    """Make 120 events: every tenth a failure, every sixth of bob, one odd one, one that came three hours late."""
    made = [
        event(
            BASE + timedelta(minutes=10 * number),
            "bob" if number % 6 == 0 else "anna",
            "export" if number % 5 == 0 else "read",
            resource_id=str(number),
            outcome="failure" if number % 10 == 0 else "success",
            metadata={"note": f"order number{number}", "amount": number},
        )
        for number in range(118)
    ]
    made.append(event(BASE + timedelta(minutes=1180), "anna", "login", metadata={"note": ODD}))
    made.append(event(BASE + timedelta(minutes=1001), "anna", "logout"))
    return made


@pytest.fixture(scope="module")
def log() -> Iterator[list[Event]]:
    """Set up a log with the events, in their order."""
    made = events()
    with audit_log():
        stored(made)
        yield made


@pytest.fixture
def trail(log: list[Event], capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Trail:
    """Return a function that runs a command of the trail and returns what it printed."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def command(*words: str, code: int = 0) -> str:
        assert run(["trail", *words]) == code
        printed = capfdbinary.readouterr()
        return (printed.err if code else printed.out).decode()

    return command


def found(trail: Trail, *words: str) -> list[str]:
    """Search and return the ids, newest first, read through pages of seven."""
    ids: list[str] = []
    after: list[str] = []
    while True:
        said = json.loads(trail("search", "--format", "json", "--limit", "7", *words, *after))
        ids += [one["id"] for one in said["events"]]
        if said["after"] is None:
            return ids
        assert len(said["events"]) == 7
        after = ["--after", said["after"]]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], lambda one: True),
        (["--actor", str(somebody("bob"))], lambda one: one.actor_id == somebody("bob")),
        (["--action", "export"], lambda one: one.action == "export"),
        (["--outcome", "failure"], lambda one: one.outcome == "failure"),
        (["--action", "read", "--outcome", "failure"], lambda one: False),
        (["--resource-type", "order", "--resource-id", "17"], lambda one: one.resource_id == "17"),
        (["--text", "ORDER number17"], lambda one: one.resource_id == "17"),
        (["--text", "note"], lambda one: one.metadata is not None),
        (["--since", BASE.isoformat(), "--until", (BASE + timedelta(minutes=30)).isoformat()],
         lambda one: BASE <= one.created_at < BASE + timedelta(minutes=30)),
    ],
)  # fmt: skip
def test_a_search_finds_what_a_filter_of_all_events_finds(
    words: list[str], wanted: Callable[[Event], bool], trail: Trail, log: list[Event]
) -> None:
    assert found(trail, *words) == sorted((str(one.id) for one in log if wanted(one)), reverse=True)


def test_a_hit_has_its_columns_and_its_entry(trail: Trail, log: list[Event]) -> None:
    said = json.loads(trail("search", "--resource-id", "17", "--format", "json"))
    (hit,) = said["events"]
    assert said["schema"] == "trustwright.events/1"
    assert hit["leaf"] == 17
    assert hit["actor_id"] == str(log[17].actor_id)
    assert hit["metadata"] == {"note": "order number17", "amount": 17}
    assert hit["created_at"].endswith("Z")


def test_csv_holds_no_formula_and_no_terminal_command(trail: Trail) -> None:
    rows = list(csv.DictReader(io.StringIO(trail("search", "--action", "login", "--format", "csv"))))
    assert len(rows) == 1
    assert "\x1b" not in str(rows)
    page = trail("search", "--action", "login")
    assert page.startswith("TIME")
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["search", "--after", "nonsense"], "'nonsense' is no cursor"),
        (["search", "--after", "é" * 22], "is no cursor"),
        (["search", "--actor", "anna"], "'anna' is not a valid UUID"),
        (["search", "--since", "yesterday"], "'yesterday' is no moment"),
        (["search", "--since", "1d", "--until", "2d"], "--until is not after --since"),
        (["search", "--resource-id", "a\0b"], "--resource-id: has characters"),
        (["search", "--limit", "1001"], "1001 is not in the range"),
        (["export", "no/such/folder/file"], "no/such/folder/file: "),
    ],
)
def test_wrong_words_get_a_sentence(words: list[str], sentence: str, trail: Trail) -> None:
    assert sentence in trail(*words, code=2)


def test_the_text_of_a_finished_month_is_found_by_its_index(log: list[Event]) -> None:
    month = (TODAY.replace(day=1) - timedelta(days=1)).replace(day=1, hour=6)
    with psycopg.connect(address()[0], autocommit=True) as connection:
        made = []
        while (row := connection.execute("SELECT trail.index_month()").fetchone()) and row[0]:
            made.append(row[0])
        assert made == [f"system_audit_log_{month:%Y_%m}"]
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            """EXPLAIN SELECT id FROM public.system_audit_log AS r WHERE created_at < %s AND
            jsonb_to_tsvector('simple', r.metadata, '["all"]') @@ plainto_tsquery('simple', 'x')""",
            [month + timedelta(days=1)],
        ).fetchall()
    assert f"{made[0]}_words" in str(plan)


def test_tail_prints_the_end_of_the_log_in_its_order(trail: Trail, log: list[Event]) -> None:
    lines = [json.loads(line) for line in trail("tail", "-n", "3", "--format", "json").splitlines()]
    assert [(line["leaf"], line["id"]) for line in lines] == [(at, str(log[at].id)) for at in (117, 118, 119)]
    plain = trail("tail", "-n", "2")
    assert plain.startswith("118 ")
    assert "\x1b" not in plain


def test_tail_follows_what_comes(log: list[Event]) -> None:
    code = "from trustwright.cli.main import main; main()"
    words = ["trail", "tail", "-n", "1", "-f", "--every", "0.1"]
    with subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("119 ")
            stored([event(TODAY, "carl", "delete")])
            assert process.stdout.readline().startswith("120 ")
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_json_lines_hold_what_a_leaf_is_made_of(trail: Trail, log: list[Event], tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    trail("export", str(file), "--action", "export", "--since", BASE.isoformat(), "--until", TODAY.isoformat())
    head, *lines = file.read_bytes().splitlines()
    assert json.loads(head)["checkpoint"].startswith("test.example/log\n")
    assert [json.loads(line)["leaf"] for line in lines] == [at for at, one in enumerate(log) if one.action == "export"]
    for line in lines:
        said = json.loads(line)
        event_text = line[line.index(b'"event":') + 8 : -1]
        assert event_text == log[said["leaf"]].entry
        assert len(hashlib.sha256(b"\0" + f"{said['writer']} {said['number']}\n".encode() + event_text).digest()) == 32


def test_parquet_has_a_row_per_event_and_the_checkpoint(trail: Trail, log: list[Event], tmp_path: Path) -> None:
    file = tmp_path / "events.parquet"
    trail("export", str(file), "--format", "parquet", "--until", TODAY.isoformat())
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT leaf, id::VARCHAR, event FROM read_parquet(?) ORDER BY leaf", [str(file)]
        ).fetchall()
        about = database.execute("SELECT value FROM parquet_kv_metadata(?)", [str(file)]).fetchall()
    assert rows == [(at, str(one.id), one.entry.decode()) for at, one in enumerate(log)]
    assert about[0][0].startswith(b"test.example/log\n")


def test_ocsf_has_the_classes_and_what_proves_the_event(trail: Trail, log: list[Event], tmp_path: Path) -> None:
    file = tmp_path / "events.ocsf"
    trail("export", str(file), "--format", "ocsf", "--until", TODAY.isoformat())
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["metadata"]["uid"] for row in rows] == [str(one.id) for one in log]
    assert {row["class_uid"] for row in rows if row["activity_name"] in {"Logon", "Logoff"}} == {3002}
    assert len(base64.b64decode(rows[0]["unmapped"]["checkpoint_root"])) == 32


def test_the_statistics_count_every_event_once(trail: Trail) -> None:
    said = json.loads(trail("stats", "--format", "json"))
    assert sum(said["days"].values()) == said["events"] >= 120
    assert said["late"] == {"events": 1, "seconds": 179 * 60}
    assert said["missing"] == {}
    assert said["actions"]["export"] == 24
    chart = trail("stats")
    assert [line for line in chart.splitlines() if len(line) > 80] == []
    assert "late       1 of " in chart
