"""Anchors: what goes where and when, what failed, and the claim that all of it justifies."""

from pathlib import Path

import pytest

from tests.trail_log import START, Memory, entries, log
from trustwright.trail import anchors
from trustwright.trail.anchors import NONE, Anchor, Anchoring, claim, configure, configured, state
from trustwright.trail.errors import TrailError


def test_every_kind_says_what_it_justifies() -> None:
    assert anchors.kinds() == ["folder", "git", "timestamp", "webhook", "witness"]
    assert len({Anchor(kind, "").module.CLAIM for kind in anchors.kinds()}) == 5


def test_checkpoints_go_out_once_in_a_while(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    configure(tmp_path, [Anchor("folder", str(tmp_path / "outside"))])
    storage = Memory()
    anchoring = Anchoring(tmp_path, storage, every=60)
    times = [START, START + 30, START + 61]
    for checkpoint, size, now in zip(
        log(storage, [entries(n, n + 1) for n in range(3)]), (1, 2, 3), times, strict=True
    ):
        thread = anchoring.offer(checkpoint, size, lambda at=now: at)  # type: ignore[misc]
        if thread is not None:
            thread.join()
    assert [path.name[-1] for path in sorted((tmp_path / "outside").iterdir())] == ["1", "3"]
    assert claim(tmp_path, START + 100) == Anchor("folder", "").module.CLAIM
    assert claim(tmp_path, START + 200_000) == NONE, "an anchor that got nothing for a day justifies nothing"


def test_a_place_that_fails_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "outside").mkdir()
    away = Anchor("folder", str(tmp_path / "away"))
    configure(tmp_path, [away, Anchor("folder", str(tmp_path / "outside"))])
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 1)])
    thread = Anchoring(tmp_path, storage).offer(checkpoint, 1, lambda: START)
    assert thread is not None
    thread.join()
    assert len(list((tmp_path / "outside").iterdir())) == 1
    assert "no such folder" in str(state(tmp_path)[f"folder {tmp_path / 'away'}"]["error"])
    assert "did not take the checkpoint" in caplog.text


def test_nothing_is_configured_at_first(tmp_path: Path) -> None:
    assert configured(tmp_path) == []
    assert claim(tmp_path, START) == NONE
    assert Anchoring(tmp_path, Memory()).offer(b"", 0) is None


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / anchors.FILE).write_text('[{"kind": "git"}]')
    with pytest.raises(TrailError, match="it is damaged"):
        configured(tmp_path)
