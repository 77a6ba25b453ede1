"""The tree built anew from the entries, and compared on the way with the tiles and with every signed checkpoint."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from trustwright.trail.errors import TrailError
from trustwright.trail.event import written
from trustwright.trail.findings import Findings, Threat
from trustwright.trail.merkle import Growing
from trustwright.trail.note import Checkpoint
from trustwright.trail.tiles import CHECKPOINT, HEIGHT, WIDTH, Storage, hashes_of, tile_name


class Rebuilt:
    """A tree that is fed with leaf hashes in order.

    Args:
        storage: the log's files.
        expected: what was signed, by size, each with a name for where.
        findings: takes what does not agree.
    """

    def __init__(
        self, storage: Storage, expected: Mapping[int, Sequence[tuple[str, Checkpoint]]], findings: Findings
    ) -> None:
        self._storage = storage
        self._expected = expected
        self._findings = findings
        self._growing: Growing | None = Growing()
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self._newest = ""
        self._compare(self._growing)

    def add(self, leaf: bytes, said: str = "") -> None:
        """Take the next leaf's hash and the time that its event says."""
        if self._growing is None:
            return
        for level, place, hash_ in self._growing.append(leaf):
            if level % HEIGHT == 0:
                tile = level // HEIGHT, place // WIDTH
                held = self._tiles.setdefault(tile, [])
                held.append(hash_)
                if len(held) == WIDTH:
                    self._compare_tile(*tile, self._tiles.pop(tile))
        self._newest = max(self._newest, said)
        self._compare(self._growing)

    def give_up(self) -> None:
        """Leave the tree: hashes are missing, and nothing after them can be compared with what was signed."""
        self._growing = None
        self._tiles = {}

    def finish(self) -> None:
        """Compare the tiles at the end of the tree."""
        for tile, held in sorted(self._tiles.items()):
            self._compare_tile(*tile, held)

    def _compare(self, growing: Growing) -> None:
        for where, checkpoint in self._expected.get(growing.size, ()):
            if growing.root == checkpoint.root:
                self._findings.agreed = growing.size
                continue
            self._findings.refuted.add((checkpoint.size, checkpoint.seconds))
            if where != CHECKPOINT and self._newest > written(datetime.fromtimestamp(checkpoint.seconds + 1, UTC)):
                # Events that came after the signature stand where it had others: the log went back and grew anew.
                detail = f"after {self._findings.agreed} entries the log went on differently than what was signed here"
                self._findings.add(Threat.FORK, where, detail)
            else:
                detail = f"the first {growing.size} entries are not those that were signed here"
                self._findings.add(Threat.REWRITTEN, where, detail)

    def _compare_tile(self, level: int, number: int, held: Sequence[bytes]) -> None:
        name = tile_name(level, number, len(held))
        try:
            kept = hashes_of(self._storage, level, number, len(held))
        except TrailError as error:
            self._findings.add(Threat.DAMAGED, name, str(error))
            return
        if kept != held:
            at = next(i for i, (a, b) in enumerate(zip(kept, held, strict=True)) if a != b)
            self._findings.add(Threat.REWRITTEN, name, f"hash {at} of the tile is not that of the entries")
