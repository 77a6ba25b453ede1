"""The signer: remembers what it signed, and signs nothing else."""

import stat
from pathlib import Path

import pytest

from tests.trail_log import START, Memory, entries
from trustwright.trail.errors import TrailError
from trustwright.trail.note import Note, opened
from trustwright.trail.signer import KEY, LAST, PUBLIC, Signer, trusted_key
from trustwright.trail.tiles import Tiles

NAME = "log.example/test"


def tree(count: int, *, other: bool = False) -> Tiles:
    tiles = Tiles(Memory())
    tiles.append(entries(0, count, START + 1 if other else START))
    return tiles


def sign(signer: Signer, tiles: Tiles) -> bytes:
    return signer.sign(tiles.size, tiles.root, tiles.node)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    Signer.create(tmp_path / "keys", NAME)
    return tmp_path / "keys"


def test_a_checkpoint_is_signed_and_remembered(keys: Path) -> None:
    written = sign(Signer(keys, lambda: START), tree(5))
    assert [name for name, _, _ in Note.read(written).signatures] == [NAME]
    state = opened(written, trusted_key(keys))
    assert (state.size, state.root, state.seconds) == (5, tree(5).root, START)
    assert (keys / LAST).read_bytes() == written
    assert Signer(keys).last == state


def test_the_key_is_made_once_and_read_by_its_owner_alone(keys: Path) -> None:
    assert stat.S_IMODE((keys / KEY).stat().st_mode) == 0o600
    before = (keys / KEY).read_text()
    assert Signer.create(keys, "log.example/another").public.name == NAME
    assert (keys / KEY).read_text() == before


def test_the_same_state_may_be_signed_again_and_time_never_runs_back(keys: Path) -> None:
    sign(Signer(keys, lambda: START + 10), tree(5))
    signer = Signer(keys, lambda: START)
    sign(signer, tree(5))
    assert signer.last.seconds == START + 10


@pytest.mark.parametrize("first", range(1, 6))
def test_what_does_not_continue_the_last_state_is_not_signed(keys: Path, first: int) -> None:
    sign(Signer(keys), tree(first))
    before = (keys / LAST).read_bytes()
    for wrong in (tree(first, other=True), tree(9, other=True)):
        with pytest.raises(TrailError, match="are not those that were signed"):
            sign(Signer(keys), wrong)
    with pytest.raises(TrailError, match=f"{first} were signed before"):
        sign(Signer(keys), tree(first - 1))
    assert (keys / LAST).read_bytes() == before
    sign(Signer(keys), tree(9))


def test_missing_and_damaged_files_are_named(keys: Path, tmp_path: Path) -> None:
    with pytest.raises(TrailError, match="there is no signing key"):
        Signer(tmp_path)
    with pytest.raises(TrailError, match="there is no public key"):
        trusted_key(tmp_path)
    sign(Signer(keys), tree(3))
    (keys / LAST).write_bytes((keys / LAST).read_bytes().replace(b"\n3\n", b"\n2\n"))
    with pytest.raises(TrailError, match="signature"):
        Signer(keys)
    (keys / PUBLIC).write_text("nonsense")
    with pytest.raises(TrailError, match="no verifier key"):
        trusted_key(keys)
