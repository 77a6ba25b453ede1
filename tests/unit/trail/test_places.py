"""Places: the environment names them; else they lie in the platform's folder."""

from pathlib import Path

import psycopg
import pytest

from trustwright.trail.errors import TrailError
from trustwright.trail.places import DATA, KEYS, LOG, URL, address, data_folder, keys_folder, log_folder


def test_log_and_keys_lie_in_the_data_folder_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LOG, raising=False)
    monkeypatch.delenv(KEYS, raising=False)
    monkeypatch.setenv(DATA, str(tmp_path))
    assert (data_folder(), log_folder(), keys_folder()) == (tmp_path, tmp_path / "log", tmp_path / "keys")
    monkeypatch.setenv(LOG, "log")
    monkeypatch.setenv(KEYS, "keys")
    assert (log_folder(), keys_folder()) == (Path("log"), Path("keys"))
    monkeypatch.delenv(DATA)
    assert data_folder().name == "trustwright"


def test_a_database_of_the_team_s_own_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "postgresql://db.example/audit")
    assert address() == ("postgresql://db.example/audit", False)


def test_the_embedded_database_answers(postgresql: str) -> None:
    with psycopg.connect(postgresql) as connection:
        assert connection.execute("SELECT count(*) FROM system_audit_log").fetchone() == (0,)


def test_an_embedded_database_that_cannot_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.setenv(DATA, str(tmp_path / "file"))
    with pytest.raises(TrailError, match=f"does not start .*; set {URL}"):
        address()
