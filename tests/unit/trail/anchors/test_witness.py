"""The log's side of a witness: what it asks, and what it believes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.receiving import answering
from tests.trail_log import KEY, START, Memory, entries, log
from trustwright.trail.anchors import witness as anchor
from trustwright.trail.errors import TrailError
from trustwright.trail.note import COSIGNATURE, Note, SigningKey
from trustwright.trail.tiles import Tiles
from trustwright.trail.witness import Witness


@contextmanager
def served(witness: Witness) -> Iterator[str]:
    def answer(body: bytes) -> tuple[int, bytes]:
        status, text = witness.add(body)
        return status, text.encode()

    with answering(answer) as address:
        yield address


def test_checkpoints_come_back_with_the_witness_s_signature(tmp_path: Path) -> None:
    witness = Witness.create(tmp_path, "witness.example", [KEY.public])
    storage = Memory()
    with served(witness) as address:
        target = f"{address} {witness.public}"
        for checkpoint, size in zip(log(storage, [entries(0, 3), entries(3, 700)]), (3, 700), strict=True):
            cosigned = Note.read(anchor.put(target, checkpoint, Tiles(storage, size)))
            assert cosigned.signed_by([witness.public, KEY.public]) == [KEY.public, witness.public]


def test_a_log_that_forgot_what_the_witness_saw_asks_again(tmp_path: Path) -> None:
    witness = Witness.create(tmp_path, "witness.example", [KEY.public])
    storage = Memory()
    first, second = log(storage, [entries(0, 3), entries(3, 9)])
    with served(witness) as address:
        target = f"{address} {witness.public}"
        anchor.put(target, first, Tiles(storage, 3))
        anchor._seen.clear()
        cosigned = anchor.put(target, second, Tiles(storage, 9))
    assert cosigned.startswith(second)


def test_another_history_is_not_signed(tmp_path: Path) -> None:
    witness = Witness.create(tmp_path, "witness.example", [KEY.public])
    storage, other = Memory(), Memory()
    (first,) = log(storage, [entries(0, 3)])
    (rewritten,) = log(other, [entries(0, 9, START + 7)])
    with served(witness) as address:
        target = f"{address} {witness.public}"
        anchor.put(target, first, Tiles(storage, 3))
        with pytest.raises(TrailError, match="HTTP 422 the checkpoint does not continue"):
            anchor.put(target, rewritten, Tiles(other, 9))


def test_a_signature_of_somebody_else_is_not_believed(tmp_path: Path) -> None:
    witness = Witness.create(tmp_path, "witness.example", [KEY.public])
    stranger = SigningKey("witness.example", bytes(32), COSIGNATURE)
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 3)])
    with served(witness) as address, pytest.raises(TrailError, match="not signed with the witness's key"):
        anchor.put(f"{address} {stranger.public}", checkpoint, Tiles(storage, 3))
