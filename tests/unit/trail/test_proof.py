"""Proofs as files: made, read, checked; every changed bit is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trail_log import KEY, OTHER, Memory, entries, log
from trustwright.trail.errors import TrailError
from trustwright.trail.proof import Proof, prove
from trustwright.trail.tiles import Tiles

HELD = entries(0, 7)
STORAGE = Memory()
log(STORAGE, [HELD[:3], HELD[3:]])
TILES = Tiles(STORAGE, len(HELD))


@pytest.mark.parametrize("index", range(len(HELD)))
def test_the_proof_of_each_entry_holds_for_that_entry_alone(index: int) -> None:
    proof = Proof.read(str(prove(TILES, index)))
    for other, entry in enumerate(HELD):
        if other == index:
            assert proof.check(entry, KEY.public).size == len(HELD)
        else:
            with pytest.raises(TrailError, match="does not hold this entry"):
                proof.check(entry, KEY.public)


def test_the_only_entry_needs_no_path() -> None:
    storage = Memory()
    log(storage, [HELD[:1]])
    proof = prove(Tiles(storage, 1), 0)
    assert proof.path == ()
    assert str(proof).startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/test\n1\n")
    assert Proof.read(str(proof)).check(HELD[0], KEY.public).size == 1
    with pytest.raises(TrailError, match="too long"):
        Proof(0, (bytes(32),), proof.checkpoint).check(HELD[0], KEY.public)


def test_an_entry_beyond_the_checkpoint_has_no_proof() -> None:
    with pytest.raises(TrailError, match="leaf 7 is not in a tree of 7 leaves"):
        prove(TILES, 7)


def test_every_changed_bit_of_a_proof_is_refused() -> None:
    written = str(prove(TILES, 4)).encode()
    for bit in range(len(written) * 8):
        changed = bytearray(written)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((TrailError, UnicodeDecodeError)):
            Proof.read(changed.decode()).check(HELD[4], KEY.public)


def test_every_changed_bit_of_an_entry_is_refused() -> None:
    proof = prove(TILES, 4)
    for bit in range(len(HELD[4]) * 8):
        changed = bytearray(HELD[4])
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TrailError, match="does not hold this entry"):
            proof.check(bytes(changed), KEY.public)


def test_a_proof_under_another_key_is_refused() -> None:
    storage = Memory()
    log(storage, [HELD], OTHER)
    with pytest.raises(TrailError, match="not signed with the key"):
        prove(Tiles(storage, 7), 1).check(HELD[1], KEY.public)


def test_extra_data_that_nobody_signed_are_passed_over() -> None:
    written = str(prove(TILES, 2))
    with_extra = written.replace("\nindex", "\nextra YWJj\nindex", 1)
    assert Proof.read(with_extra) == Proof.read(written)
    for wrong in ("extra YWJj\nextra YWJj\nindex", "extra YWJ\nindex", "extra\nindex", "Extra YWJj\nindex"):
        with pytest.raises(TrailError, match="no proof"):
            Proof.read(written.replace("index", wrong, 1))


@pytest.mark.parametrize("index", ["", "-1", "01", "+1", " 1", "1 ", "٣", "²", "9" * 5000, "0x1", "1_0"])
def test_an_index_has_one_spelling(index: str) -> None:
    with pytest.raises(TrailError, match="no proof"):
        Proof.read(str(prove(TILES, 1)).replace("index 1", f"index {index}"))


@pytest.mark.parametrize("line", ["", "AAAA", "é", "A" * 43, "A" * 42 + "B=", "A" * 44])
def test_a_hash_is_32_bytes_in_one_spelling(line: str) -> None:
    head, first, rest = str(prove(TILES, 1)).split("\n", 2)
    with pytest.raises(TrailError):
        Proof.read(f"{head}\n{first}\n{line}\n{rest}").check(HELD[1], KEY.public)


@given(st.text())
def test_reading_a_proof_fails_in_one_way_only(text: str) -> None:
    for one in (text, f"c2sp.org/tlog-proof@v1\n{text}", f"c2sp.org/tlog-proof@v1\nindex {text}\n\n{text}"):
        with suppress(TrailError):
            Proof.read(one).check(b"", KEY.public)
