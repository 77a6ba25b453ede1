"""The log's side of a witness: what it asks, and what it believes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.trail_log import KEY, START, Memory, entries, log
from trustwright.trail.anchors import witness as anchor
from trustwright.trail.errors import TrailError
from trustwright.trail.note import COSIGNATURE, Note, SigningKey
from trustwright.trail.tiles import Tiles
from trustwright.trail.witness import Witness


@contextmanager
def served(witness: Witness) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, text = witness.add(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


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
        anchor.put(target, second, Tiles(storage, 9))


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
