"""`trustwright trail detect`, `alerts`, `acknowledge` and `close` on a log of a real PostgreSQL."""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.receiving import http_server
from tests.trail_events import audit_log, event, signed, somebody, stored
from trustwright.cli.main import run
from trustwright.trail.channels import Route, Settings
from trustwright.trail.channels.webhook import Channel
from trustwright.trail.detection.engine import Engine
from trustwright.trail.detection.rules import load
from trustwright.trail.event import Event
from trustwright.trail.places import address
from trustwright.trail.reading import open_log
from trustwright.trail.watching import Watch

pytestmark = pytest.mark.slow

Trail = Callable[..., str]
START = datetime.now(UTC) - timedelta(hours=2)


def attack() -> list[Event]:
    """Make six failed sign-ins and one that succeeds, among ordinary events."""
    made = [event(START + timedelta(minutes=number), "bob", resource_id=str(number)) for number in range(10)]
    made += [
        event(START + timedelta(minutes=20, seconds=10 * number), "anna", "login", outcome="failure")
        for number in range(6)
    ]
    made.append(event(START + timedelta(minutes=22), "anna", "login"))
    return made


@pytest.fixture
def trail(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Trail]:
    """Set up a log with the attack and return a function that runs a command of the trail."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    with audit_log():
        stored(attack())
        capfdbinary.readouterr()

        def command(*words: str, code: int = 0) -> str:
            assert run(["trail", *words]) == code
            printed = capfdbinary.readouterr()
            return (printed.err if code else printed.out).decode()

        yield command


def test_an_alert_goes_from_open_to_closed_and_is_in_the_log(trail: Trail) -> None:
    replayed = [json.loads(line) for line in trail("detect", "--replay", "--format", "json").splitlines()]
    assert [(one["rule"], one["leaf"]) for one in replayed] == [("failed-login-burst", 14), ("success-after-burst", 16)]
    assert replayed[0]["leaves"] == [10, 11, 12, 13, 14]
    assert "entries 10, 11, 12, 13, 14" in trail("detect", "--replay", "--rule", "failed-login-burst")

    assert trail("detect", "--once") == "2 new alerts in 17 entries\n"
    signed()
    assert trail("detect", "--once") == "0 new alerts in 19 entries\n"
    listed = json.loads(trail("alerts", "--format", "json"))["alerts"]
    assert sorted(one["id"] for one in listed) == sorted(one["id"] for one in replayed)
    assert {one["actor_id"] for one in listed} == {str(somebody("anna"))}
    assert {one["state"] for one in listed} == {"open"}

    alert = replayed[0]["id"]
    assert "not acknowledged" in trail("close", alert, "--by", "Bob", "--finding", "Bob forgot", code=2)
    assert "the person is empty" in trail("acknowledge", alert, "--by", " ", code=2)
    trail("acknowledge", alert, "--by", "Bob")
    assert "is acknowledged already" in trail("acknowledge", alert, "--by", "Carl", code=2)
    assert "Missing option '--finding'" in trail("close", alert, "--by", "Bob", code=2)
    assert "the finding is empty" in trail("close", alert, "--by", "Bob", "--finding", "  ", code=2)
    trail("close", alert, "--by", str(somebody("bob")), "--finding", "Anna forgot her password.")
    assert "is closed already" in trail("close", alert, "--by", "Bob", "--finding", "again", code=2)
    assert "there is no such alert" in trail("acknowledge", str(somebody("x")), "--by", "Bob", code=2)

    (closed,) = json.loads(trail("alerts", "--state", "closed", "--format", "json"))["alerts"]
    assert closed["finding"] == "Anna forgot her password."
    assert closed["acknowledged_by"] == "Bob"
    assert "acknowledged" not in trail("alerts", "--state", "open")
    signed()
    events = json.loads(trail("search", "--resource-type", "alert", "--format", "json"))["events"]
    assert [(one["action"], one["actor_type"]) for one in events] == [
        ("update", "user"), ("update", "user"), ("create", "system"), ("create", "system"),
    ]  # fmt: skip
    assert events[0]["actor_id"] == str(somebody("bob"))
    assert events[0]["metadata"]["finding"] == "Anna forgot her password."
    trail("verify")


def test_the_running_log_is_watched_and_alerts_arrive(trail: Trail, tmp_path: Path) -> None:
    settings = tmp_path / "alerts.toml"
    with http_server() as received:
        received.answers = [503]
        settings.write_text(
            f'[[channel]]\nkind = "webhook"\nlevel = "high"\nurl = "{received.url}"\n', encoding="utf-8"
        )
        words = ["trail", "detect", "--every", "0.1", "--settings", str(settings)]
        code = "from trustwright.cli.main import main; main()"
        with subprocess.Popen(
            [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                deadline = datetime.now(UTC) + timedelta(seconds=30)
                while len(received.bodies) < 2 and datetime.now(UTC) < deadline:
                    try:
                        process.wait(0.1)
                    except subprocess.TimeoutExpired:
                        continue
                process.send_signal(signal.SIGTERM)
                out, error = process.communicate(timeout=20)
            finally:
                process.kill()
    assert out == b"2 new alerts in 17 entries\n", error
    assert [json.loads(body)["rule"] for body in received.bodies] == ["success-after-burst"] * 2
    assert b"secret-path" not in error


def test_what_did_not_arrive_is_sent_later(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    now = 0.0
    with http_server() as received, psycopg.connect(address()[0]) as connection:
        received.answers = [500, 500, 500]
        route = Route("team", "low", Channel(Settings({"url": received.url}, "here")))
        watch = Watch(connection, Engine(load()), [route], pauses=[0.0])
        assert watch.step(open_log()) == 2
        assert watch.deliver(lambda: now) == 1
        assert watch.deliver(lambda: now + 59) == 0
        assert len(received.bodies) == 3
        assert watch.deliver(lambda: now + 61) == 0
        assert len(received.bodies) == 5
        assert watch.deliver(lambda: now + 200) == 0
        assert len(received.bodies) == 5
    assert "secret-path" not in caplog.text
    assert "the service answered 500" in caplog.text


def test_one_watches_at_a_time(trail: Trail) -> None:
    with psycopg.connect(address()[0]) as connection:
        Watch(connection, Engine(load()))
        assert "detections run on this log already" in trail("detect", "--once", code=2)


def test_the_database_refuses_to_change_an_alert(trail: Trail) -> None:
    trail("detect", "--once")
    with psycopg.connect(address()[0], autocommit=True) as connection:
        connection.execute("SET ROLE trustwright_detector")
        for statement in ("UPDATE trail.alert SET level = 'low'", "DELETE FROM trail.alert", "TRUNCATE trail.closing"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(
                "INSERT INTO trail.closing (alert, person, finding) SELECT id, 'x', 'y' FROM trail.alert"
            )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["detect", "--replay", "--rule", "none"], "--rule none: there is no such rule"),
        (["detect", "--rule", "mass-export"], "--rule: goes with --replay"),
        (["acknowledge", "nonsense", "--by", "Bob"], "'nonsense' is not a valid UUID"),
        (["alerts", "--state", "lost"], "'lost' is not one of"),
    ],
)
def test_wrong_words_get_a_sentence(words: list[str], sentence: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["trail", *words]) == 2
    assert sentence in capfdbinary.readouterr().err.decode()
