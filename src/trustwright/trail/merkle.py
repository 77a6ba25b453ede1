"""The Merkle tree of RFC 6962, section 2.1 (SHA-256): leaf and node hashes, roots, inclusion and consistency proofs.

Hashes are bytes of length 32. Proofs are made from any source of node hashes: a function that gives the hash of the
complete subtree at (level, index), where level 0 holds the leaf hashes. Verification needs no tree.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from trustwright.trail.errors import TrailError

EMPTY_ROOT = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Node = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at (level, index)."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(edge: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees, largest first, as :func:`edge_of` lists them."""
    if not edge:
        return EMPTY_ROOT
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node_hash(left, root)
    return root


def edge_of(size: int) -> list[tuple[int, int]]:
    """Return the complete subtrees, as (level, index), that a tree of ``size`` leaves is made of, largest first."""
    found, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def root(size: int, node: Node) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return root_of([node(level, index) for level, index in edge_of(size)])


def _range(start: int, end: int) -> list[tuple[int, int]]:
    """Return the complete subtrees that ``start`` to ``end`` is made of; ``start`` is where the tree splits."""
    return [(level, index + (start >> level)) for level, index in edge_of(end - start)]


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def prove_inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, section 2.1.1), nearest hash first.

    Raises:
        TrailError: there is no such leaf in a tree of this size.
    """
    if not 0 <= index < size:
        raise TrailError(f"leaf {index} is not in a tree of {size} leaves; name a leaf below that.")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash(middle, end, node))
            end = middle
        else:
            path.append(_hash(start, middle, node))
            start = middle
    return path[::-1]


def prove_consistency(old: int, new: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of ``old`` leaves is a prefix of that of ``new`` (RFC 6962, section 2.1.2).

    Raises:
        TrailError: the old size is larger than the new one, or not a size.
    """
    if not 0 <= old <= new:
        raise TrailError(f"a tree of {old} leaves cannot come before one of {new}; name the smaller size first.")
    if old in {0, new}:
        return []
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_hash(middle, end, node))
            end = middle
        else:
            proof.append(_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        proof.append(_hash(start, end, node))
    return proof[::-1]


def _hash(start: int, end: int, node: Node) -> bytes:
    return root_of([node(level, index) for level, index in _range(start, end)])


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that an audit path leads to (RFC 9162, section 2.1.3.2).

    Raises:
        TrailError: the path has not the length that the leaf's place asks for.
    """
    if not 0 <= index < size:
        raise TrailError(f"leaf {index} is not in a tree of {size} leaves; the proof is of something else.")
    place, last, found = index, size - 1, leaf
    for hash_ in path:
        if last == 0:
            raise TrailError(f"the proof of leaf {index} is too long; it is not of a tree of {size} leaves.")
        if place & 1 or place == last:
            found = node_hash(hash_, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        place, last = place >> 1, last >> 1
    if last:
        raise TrailError(f"the proof of leaf {index} is too short; it is not of a tree of {size} leaves.")
    return found


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the old tree is a prefix of the new one (RFC 9162, section 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old > new or not proof:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    of_old = of_new = path[0]
    for hash_ in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            of_old, of_new = node_hash(hash_, of_old), node_hash(hash_, of_new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            of_new = node_hash(of_new, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root


class Growing:
    """A tree at its right edge: what is needed to append leaves and to know the root."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        """Take the size and the hashes of the complete subtrees, largest first (:func:`edge_of`)."""
        self.size = size
        self._edge = list(edge)
        if len(self._edge) != size.bit_count():
            raise TrailError(f"a tree of {size} leaves has {size.bit_count()} edge hashes, not {len(self._edge)}.")

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append a leaf hash; return the complete subtrees that came into being, as (level, index, hash)."""
        level, index, made = 0, self.size, [(0, self.size, leaf)]
        while self.size >> level & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            level, index = level + 1, index >> 1
            made.append((level, index, leaf))
        self._edge.append(leaf)
        self.size += 1
        return made

    @property
    def root(self) -> bytes:
        """The root now."""
        return root_of(self._edge)
