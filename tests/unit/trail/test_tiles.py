"""Tiles and bundles: their names, their bytes, a tree that grows by any batches, files in a folder."""

import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trail_log import Memory
from tests.unit.trail.test_merkle import slow_root
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import leaf_hash
from trustwright.trail.tiles import Folder, Tiles, bundled, tile_name, unbundled


def leaves(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


@pytest.mark.parametrize(
    ("level", "number", "width", "name"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),  # the example of c2sp.org/tlog-tiles
        (1, 1_234_067, 17, "tile/1/x001/x234/067.p/17"),
        (3, 999, 256, "tile/3/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        ("entries", 273, 112, "tile/entries/273.p/112"),
        (5, 1_000_000, 1, "tile/5/x001/x000/000.p/1"),
    ],
)
def test_a_tile_s_name(level: int | str, number: int, width: int, name: str) -> None:
    assert tile_name(level, number, width) == name


def test_a_log_of_70000_entries_has_the_files_that_the_layout_names() -> None:
    storage = Memory()
    Tiles(storage).append([b"x"] * 70_000)
    # c2sp.org/tlog-tiles, "Merkle tree": 273 whole tiles at level 0, then 112; 1 and 17 at level 1; 1 at level 2.
    assert len(storage.names("tile/0")) == len(storage.names("tile/entries")) == 274
    assert "tile/0/272" in storage.files
    assert len(storage.files["tile/0/273.p/112"]) == 112 * 32
    assert storage.names("tile/1") == ["tile/1/000", "tile/1/001.p/17"]
    assert storage.names("tile/2") == ["tile/2/000.p/1"]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_is_read_as_it_is_written(entries: list[bytes]) -> None:
    assert unbundled(bundled(entries)) == entries


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.data())
def test_a_bundle_that_breaks_off_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    whole = bundled(entries)
    ends = {len(bundled(entries[:count])) for count in range(len(entries))}
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at not in ends))
    with pytest.raises(TrailError, match="breaks off"):
        unbundled(whole[:cut])


@given(st.binary())
def test_reading_a_bundle_fails_in_one_way_only(content: bytes) -> None:
    with suppress(TrailError):
        assert bundled(unbundled(content)) == content


@settings(max_examples=30)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_a_log_is_the_same_by_whatever_batches_and_restarts_it_grew(batches: list[int]) -> None:
    storage, held, size = Memory(), leaves(sum(batches)), 0
    for batch in batches:
        tiles = Tiles(storage, size)  # each batch is another process's
        assert tiles.append(held[size : size + batch]) == [leaf_hash(one) for one in held[size : size + batch]]
        tiles.tidy(size)
        size += batch
    once = Memory()
    Tiles(once).append(held)
    assert Tiles(storage, size).root == slow_root(held)
    assert once.files.items() <= storage.files.items()
    assert list(Tiles(storage, size).entries(0, size)) == list(enumerate(held))
    middle = size // 2
    assert list(Tiles(storage, size).entries(middle, size)) == list(enumerate(held))[middle:]


def test_what_lies_beyond_the_size_is_written_over() -> None:
    storage, held = Memory(), leaves(300)
    Tiles(storage).append(held[:200])
    Tiles(storage, 200).append([b"a crash came before these were committed"] * 100)
    Tiles(storage, 200).append(held[200:])
    assert [entry for _, entry in Tiles(storage, 300).entries(0, 300)] == held
    assert Tiles(storage, 300).root == slow_root(held)


def test_a_partial_file_that_was_removed_is_read_from_the_whole_one() -> None:
    """A reader that has the checkpoint of a moment ago finds files that grew since."""
    storage, held = Memory(), leaves(300)
    tiles = Tiles(storage)
    tiles.append(held[:200])
    tiles.append(held[200:])
    tiles.tidy(200)
    before = Tiles(storage, 200)
    assert before.root == slow_root(held[:200])
    assert list(before.entries(0, 200)) == list(enumerate(held[:200]))


def test_what_was_read_before_the_tree_grew_is_read_again() -> None:
    tiles = Tiles(Memory())
    for start in range(0, 600, 40):
        tiles.append(leaves(600)[start : start + 40])
        for index in range(0, tiles.size, 7):
            assert tiles.node(0, index) == leaf_hash(leaves(600)[index])


def test_superseded_files_are_removed() -> None:
    storage = Memory()
    tiles = Tiles(storage)
    for start in range(0, 600, 100):
        before = tiles.size
        tiles.append(leaves(600)[start : start + 100])
        tiles.tidy(before)
    kept = storage.names("tile/0")
    assert kept == ["tile/0/000", "tile/0/001", "tile/0/002.p/88"]


def test_an_entry_that_fits_no_bundle_is_refused() -> None:
    tiles = Tiles(Memory())
    tiles.append([b"x" * 65_535])
    with pytest.raises(TrailError, match="65536 bytes does not fit"):
        tiles.append([b"x" * 65_536])
    assert tiles.size == 1


def test_missing_and_short_files_are_named() -> None:
    storage = Memory()
    Tiles(storage).append(leaves(5))
    with pytest.raises(TrailError, match=r"tile/entries/000.p/4 is missing"):
        list(Tiles(storage, 4).entries(0, 4))
    storage.files["tile/0/000.p/5"] = bytes(100)
    with pytest.raises(TrailError, match=r"tile/0/000.p/5 holds 100 bytes"):
        Tiles(storage, 5).node(0, 4)
    bundle = storage.files["tile/entries/000.p/5"]
    for wrong in (bundled(leaves(4)), bundle + bundled([b"one more"])):
        storage.files["tile/entries/000.p/5"] = wrong
        with pytest.raises(TrailError, match=r"holds \d entries, not 5"):
            list(Tiles(storage, 5).entries(0, 5))


def test_a_folder_holds_whole_files_or_none(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "log")
    folder.write({"checkpoint": b"1", "tile/0/x001/000": b"2", "tile/0/000": b"3"})
    folder.write({"checkpoint": b"4"})
    (tmp_path / "log" / "tile" / "0" / "001.new").write_bytes(b"a crash left this")
    assert folder.read("checkpoint") == b"4"
    assert folder.names("tile") == ["tile/0/000", "tile/0/x001/000"]
    assert folder.names("nothing") == []
    folder.discard("tile/0/x001")
    folder.discard("nothing")
    assert folder.names("tile") == ["tile/0/000"]
    with pytest.raises(FileNotFoundError):
        folder.read("tile/0/x001/000")
    assert stat.S_ISREG((tmp_path / "log" / "checkpoint").stat().st_mode)
