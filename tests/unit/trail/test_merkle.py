"""The tree of RFC 6962: published vectors, a slow reference beside it, and every proof that must fail."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import (
    EMPTY_ROOT,
    Growing,
    edge_of,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
    root,
    root_from_inclusion,
    verify_consistency,
)

# The tree of eight leaves that implementations of Certificate Transparency test themselves with, and its roots.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
_FIRST_HALF = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
_SEVENTH_AND_EIGHTH = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_THIRD_AND_FOURTH = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_SECOND_HALF = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_SECOND = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_FIFTH = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
INCLUSION = {
    (0, 1): [],
    (0, 8): [_SECOND, _THIRD_AND_FOURTH, _SECOND_HALF],
    (5, 8): [_FIFTH, _SEVENTH_AND_EIGHTH, _FIRST_HALF],
    (2, 3): [ROOTS[2]],
    (1, 5): [ROOTS[1], _THIRD_AND_FOURTH, _FIFTH],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [_SECOND, _THIRD_AND_FOURTH, _SECOND_HALF],
    (6, 8): ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", _SEVENTH_AND_EIGHTH, _FIRST_HALF],
    (2, 5): [_THIRD_AND_FOURTH, _FIFTH],
}
MOST = 70


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:split]) + slow_root(leaves[split:])).digest()


def slow_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*slow_path(index, leaves[:split]), slow_root(leaves[split:])]
    return [*slow_path(index - split, leaves[split:]), slow_root(leaves[:split])]


def slow_proof(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [slow_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*slow_proof(old, leaves[:split], whole=whole), slow_root(leaves[split:])]
    return [*slow_proof(old - split, leaves[split:], whole=False), slow_root(leaves[:split])]


def leaves_of(size: int) -> list[bytes]:
    return [number.to_bytes(2, "big") for number in range(size)]


class Tree:
    """Keeps every node that a growing tree makes."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.growing = Growing()
        self.nodes: dict[tuple[int, int], bytes] = {}
        for leaf in leaves:
            for level, index, hash_ in self.growing.append(leaf_hash(leaf)):
                self.nodes[level, index] = hash_

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


BIG = Tree(leaves_of(MOST))
PUBLISHED = Tree(LEAVES)
sizes = st.integers(1, MOST)


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    assert root(size, PUBLISHED.node).hex() == ROOTS[size]
    assert Tree(LEAVES[:size]).growing.root.hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "path"), INCLUSION.items())
def test_the_published_inclusion_proofs(place: tuple[int, int], path: list[str]) -> None:
    index, size = place
    assert [item.hex() for item in prove_inclusion(index, size, PUBLISHED.node)] == path
    hashes = [bytes.fromhex(item) for item in path]
    assert root_from_inclusion(index, size, leaf_hash(LEAVES[index]), hashes).hex() == ROOTS[size]


@pytest.mark.parametrize(("pair", "proof"), CONSISTENCY.items())
def test_the_published_consistency_proofs(pair: tuple[int, int], proof: list[str]) -> None:
    old, new = pair
    assert [item.hex() for item in prove_consistency(old, new, PUBLISHED.node)] == proof
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    assert verify_consistency(old, new, *roots, [bytes.fromhex(item) for item in proof])


def test_a_leaf_is_no_node() -> None:
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert node_hash(bytes(32), bytes(32)) != leaf_hash(bytes(64))


@given(sizes)
def test_the_root_is_that_of_the_reference(size: int) -> None:
    assert root(size, BIG.node) == slow_root(leaves_of(size))


@given(sizes, st.data())
def test_an_inclusion_proof_is_that_of_the_reference_and_leads_to_the_root(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = prove_inclusion(index, size, BIG.node)
    assert path == slow_path(index, leaves_of(size))
    assert root_from_inclusion(index, size, leaf_hash(leaves_of(size)[index]), path) == slow_root(leaves_of(size))


@given(sizes, st.data())
def test_a_consistency_proof_is_that_of_the_reference_and_holds(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    proof = prove_consistency(old, new, BIG.node)
    assert proof == slow_proof(old, leaves_of(new))
    roots = slow_root(leaves_of(old)), slow_root(leaves_of(new))
    assert verify_consistency(old, new, *roots, proof)
    if old != new:
        assert not verify_consistency(old, new, roots[1], roots[0], proof)


@given(sizes, st.data())
def test_every_changed_bit_or_length_of_a_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    roots = slow_root(leaves_of(old)), slow_root(leaves_of(new))
    proof = prove_consistency(old, new, BIG.node)
    assert not verify_consistency(old, new, *roots, [*proof, roots[0]])
    if proof:
        assert not verify_consistency(old, new, *roots, proof[:-1])
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        changed = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
        assert not verify_consistency(old, new, *roots, [*proof[:at], changed, *proof[at + 1 :]])
    for size in {old - 1, old + 1, new + 1} - {0}:
        if not (size == new and roots[0] == roots[1]):
            assert not verify_consistency(size, new, *roots, proof) or size == old


@given(sizes, st.data())
def test_an_inclusion_proof_leads_nowhere_from_another_place(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size + 1))
    path = prove_inclusion(index, size, BIG.node)
    try:
        found = root_from_inclusion(other, size, leaf_hash(leaves_of(size)[index]), path)
    except TrailError:
        assert other != index
    else:
        assert (found == slow_root(leaves_of(size))) == (other == index)


@pytest.mark.parametrize("path", [[], [bytes(32)] * 2, [bytes(32)] * 4])
def test_a_path_of_the_wrong_length_is_refused(path: list[bytes]) -> None:
    with pytest.raises(TrailError, match=r"too short|too long"):
        root_from_inclusion(3, 8, bytes(32), path)


def test_a_leaf_or_a_size_that_is_not_there_is_refused() -> None:
    for index in (-1, 3):
        with pytest.raises(TrailError, match="not in a tree of 3 leaves"):
            prove_inclusion(index, 3, BIG.node)
        with pytest.raises(TrailError, match="not in a tree of 3 leaves"):
            root_from_inclusion(index, 3, bytes(32), [])
    with pytest.raises(TrailError, match="cannot come before"):
        prove_consistency(4, 3, BIG.node)
    assert not verify_consistency(4, 3, bytes(32), bytes(32), [bytes(32)])


def test_nothing_comes_before_everything() -> None:
    assert prove_consistency(0, 5, BIG.node) == []
    assert verify_consistency(0, 5, EMPTY_ROOT, slow_root(leaves_of(5)), [])
    assert not verify_consistency(0, 5, bytes(32), slow_root(leaves_of(5)), [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, slow_root(leaves_of(5)), [bytes(32)])


@given(st.integers(0, MOST - 1))
def test_a_tree_goes_on_from_its_edge(size: int) -> None:
    growing = Growing(size, [BIG.node(level, index) for level, index in edge_of(size)])
    for leaf in leaves_of(MOST)[size:]:
        growing.append(leaf_hash(leaf))
    assert growing.root == BIG.growing.root


def test_an_edge_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(TrailError, match="has 2 edge hashes, not 1"):
        Growing(3, [bytes(32)])
