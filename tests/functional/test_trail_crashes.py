"""A small run of the crash kit; the full one is `python -m tests.crash_kit`."""

import tempfile
from pathlib import Path

import pytest

from tests import crash_kit


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUSTWRIGHT_DATABASE_URL", raising=False)
    monkeypatch.setenv("TRUSTWRIGHT_DATA", "")
    with tempfile.TemporaryDirectory(prefix="tw", ignore_cleanup_errors=True) as folder:
        found = crash_kit.run(Path(folder), events=1_500, seed=3, most_seconds=10)
        crash_kit.kill_database(Path(folder))
    assert sum(found.kills.values()) > 0
    assert found.acknowledged >= 3_000
    assert (found.lost, found.twice, found.forked, found.problems) == (0, 0, 0, ())
