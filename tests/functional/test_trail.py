"""`trustwright trail`: from an empty database to a proof that somebody else checks."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run as process

import psycopg
import pytest

from trustwright.cli.main import run
from trustwright.trail.findings import Threat
from trustwright.trail.places import KEYS
from trustwright.trail.table import canonical_rows

pytestmark = pytest.mark.slow

Trail = Callable[..., str]
ORDER = ["--actor-type", "user", "--action", "delete", "--resource-type", "order"]


@pytest.fixture
def trail(places: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Trail:
    """Return a function that runs a command, with the exit code it must have, and returns what it said."""

    def command(*words: str, code: int = 0) -> str:
        assert run(["trail", *words]) == code
        captured = capfdbinary.readouterr()
        return (captured.err if code == 2 else captured.out).decode()

    return command


def test_from_an_empty_database_to_a_proof(trail: Trail, places: Path, database: str) -> None:
    said = trail("init", "--name", "audit.example/log")
    key = said.split("key:      ")[1].strip()
    assert key.startswith("audit.example/log+")
    event = trail("record", *ORDER, "--resource-id", "42", "--metadata", '{"reason":"ticket 7"}').split()[0]
    (places / "many.jsonl").write_text(
        "".join(
            json.dumps({"actor_type": "system", "action": "read", "resource_type": "order", "outcome": "success"})
            + "\n"
            for _ in range(300)
        )
    )
    assert trail("record", "--jsonl", str(places / "many.jsonl")).count(" database\n") == 300
    assert trail("sequence", "--once") == "301 entries, signed\n"
    assert "301 entries" in trail("status")
    assert trail("verify") == (
        "looked at 301 entries, 301 rows, 2 earlier checkpoints\nnothing was changed, removed or added behind the log\n"
    )
    trail("prove", event, "--output", str(places / "proof"))
    assert b"ticket 7" in (places / "proof.entry").read_bytes()
    (places / "verify_trail.py").write_text(trail("verifier"))
    with psycopg.connect(database) as table:
        (places / "rows").write_bytes(b"".join(row + b"\n" for row in canonical_rows(table)))
    for words in (
        ["--proof", "proof", "--entry", "proof.entry"],
        ["log", "--rows", "rows", "--since", "log/checkpoint"],
    ):
        alone = [sys.executable, "-I", "-S", "verify_trail.py", "--key", key, *words]
        done = process(alone, cwd=places, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "nothing was changed, removed or added" in done.stdout


def test_what_was_done_behind_the_log_is_named_with_exit_code_1(trail: Trail, places: Path, database: str) -> None:
    trail("init")
    event = trail("record", *ORDER).split()[0]
    trail("sequence", "--once")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE system_audit_log SET action = 'read'")
    said = trail("verify", code=1)
    assert said.startswith(f"{Threat.ROW_EDITED}: event {event} (entry 0): its row says ")
    assert trail("verify", "--against", "bundles").endswith("the files are whole\n")
    (places / "log" / "checkpoint").unlink()
    assert trail("verify", "--against", "bundles", code=1).startswith(f"{Threat.DAMAGED}: checkpoint: ")


def test_a_reader_may_verify(trail: Trail, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trail("init")
    trail("record", *ORDER)
    trail("sequence", "--once")
    trail("record", *ORDER)  # waits
    monkeypatch.setenv("PGOPTIONS", "-c role=trustwright_reader")
    assert "looked at 1 entries, 1 rows, 2 earlier checkpoints, 1 rows wait for a checkpoint" in trail("verify")


def test_a_copy_of_a_log_is_verified_with_its_owner_s_key(
    trail: Trail, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = trail("init").split("key:      ")[1].strip()
    trail("record", *ORDER)
    trail("sequence", "--once")
    monkeypatch.setenv(KEYS, str(places / "elsewhere"))
    words = ["verify", "--log", str(places / "log"), "--against", "bundles"]
    assert "looked at 1 entries" in trail(*words, "--key", key)
    assert "name the key of that log" in trail(*words, code=2)
    assert "no verifier key" in trail(*words, "--key", "x", code=2)


def test_before_init_each_command_says_what_to_do(trail: Trail) -> None:
    for words in (["verify"], ["status"], ["sequence", "--once"]):
        assert "run `trustwright trail init`" in trail(*words, code=2)


def test_the_sql_is_printed(trail: Trail) -> None:
    assert trail("sql").startswith("BEGIN;")
