"""The spool: what it took is there after any crash; what a crash left unfinished is not."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustwright.trail.errors import TrailError
from trustwright.trail.spool import Spool

HELD = [b"first", b"second" * 50, b"third"]


def reopened(path: Path) -> list[bytes]:
    spool = Spool(path)
    spool.close()
    return spool.waiting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "app.spool"


def test_what_was_added_waits_until_it_is_cleared(path: Path) -> None:
    spool = Spool(path)
    spool.add(HELD[:1])
    spool.add(HELD[1:])
    assert spool.waiting == HELD
    spool.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    spool = Spool(path)
    assert spool.waiting == HELD
    spool.clear()
    spool.close()
    assert reopened(path) == []


def test_a_second_process_is_refused(path: Path) -> None:
    spool = Spool(path)
    with pytest.raises(TrailError, match="another process spools there"):
        Spool(path)
    spool.close()
    assert reopened(path) == []


def test_whatever_part_of_the_last_entry_a_crash_left_is_cut_off(path: Path) -> None:
    spool = Spool(path)
    spool.add(HELD[:2])
    whole = path.stat().st_size
    spool.add(HELD[2:])
    spool.close()
    content = path.read_bytes()
    for end in range(whole, len(content)):
        path.write_bytes(content[:end])
        assert reopened(path) == HELD[:2]
        assert path.stat().st_size == whole
    path.write_bytes(content[:whole] + bytes(len(content) - whole))  # blocks that were never written
    assert reopened(path) == HELD[:2]


def test_every_changed_bit_before_the_end_is_named_and_nothing_is_lost(path: Path) -> None:
    spool = Spool(path)
    spool.add([b"first", b"second"])
    spool.close()
    content = path.read_bytes()
    for bit in range((8 + len(b"first")) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bytes(changed))
        with pytest.raises(TrailError, match="byte 0 is damaged and entries follow it"):
            Spool(path)
        assert path.read_bytes() == bytes(changed)


def test_of_what_does_not_fit_nothing_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(path)
    spool.add(HELD[:1])
    real, calls = os.write, iter(range(10))

    def full(descriptor: int, content: memoryview) -> int:
        if next(calls):
            raise OSError(28, "No space left on device")
        return real(descriptor, content[:5])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        spool.add(HELD[1:])
    monkeypatch.undo()
    assert spool.waiting == HELD[:1]
    spool.add(HELD[2:])
    spool.close()
    assert reopened(path) == [HELD[0], HELD[2]]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.binary(min_size=1, max_size=40), max_size=4), max_size=4))
def test_what_was_added_is_read_in_its_order(path: Path, batches: list[list[bytes]]) -> None:
    spool = Spool(path)
    spool.clear()
    for batch in batches:
        spool.add(batch)
    spool.close()
    assert reopened(path) == [entry for batch in batches for entry in batch]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_any_file_is_read_or_named(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with suppress(TrailError):
        assert reopened(path) == []
        assert path.read_bytes() == b""
