"""A witness: it signs what continues what it signed, and nothing else (c2sp.org/tlog-witness)."""

import base64
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.trail_log import KEY, OTHER, START, Memory, entries, log
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import prove_consistency
from trustwright.trail.note import Note
from trustwright.trail.tiles import Tiles
from trustwright.trail.witness import Witness, application


def request(storage: Memory, old: int, size: int, checkpoint: bytes) -> bytes:
    proof = prove_consistency(old, size, Tiles(storage, size).node)
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in proof), "", ""]
    return "\n".join(lines).encode() + checkpoint


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness.create(tmp_path / "witness", "witness.example", [KEY.public])


def test_it_signs_a_log_that_grows_and_remembers_over_a_restart(witness: Witness, tmp_path: Path) -> None:
    storage = Memory()
    first, second, third = log(storage, [entries(0, 5), entries(5, 5), entries(5, 300)])
    assert witness.add(request(storage, 0, 5, first))[0] == 200
    assert witness.add(request(storage, 5, 5, second))[0] == 200
    again = Witness(tmp_path / "witness", lambda: START)
    status, line = again.add(request(storage, 5, 300, third))
    assert status == 200
    note = Note.read(third + line.encode())
    assert again.public in note.signed_by([again.public])
    assert note.signatures[-1][2][:8] == START.to_bytes(8)


def test_what_it_answers_to_each_mistake(witness: Witness) -> None:
    storage, other, foreign = Memory(), Memory(), Memory()
    first, second = log(storage, [entries(0, 5), entries(5, 9)])
    (rewritten,) = log(other, [entries(0, 9, START + 9)])
    (forged,) = log(foreign, [entries(0, 5)], OTHER)
    assert witness.add(request(storage, 0, 5, first))[0] == 200
    assert witness.add(request(storage, 0, 9, second)) == (409, "5\n")
    assert witness.add(request(other, 5, 9, rewritten))[0] == 422
    assert witness.add(request(foreign, 5, 5, forged))[0] == 403
    assert witness.add(b"old 6\n\n" + first)[0] == 400
    unknown = first.replace(b"log.example/test\n5", b"log.example/else\n5")
    assert witness.add(b"old 0\n\n" + unknown)[0] == 404


def test_two_roots_for_one_size_are_not_both_signed(witness: Witness) -> None:
    storage, other = Memory(), Memory()
    (first,) = log(storage, [entries(0, 5)])
    (split,) = log(other, [entries(0, 5, START + 1)])
    assert witness.add(request(storage, 0, 5, first))[0] == 200
    assert witness.add(b"old 5\n\n" + split)[0] == 409


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
def test_odd_requests_are_answered(witness: Witness, body: bytes) -> None:
    storage = Memory()
    (first,) = log(storage, [entries(0, 5)])
    assert witness.add(body)[0] == 400
    assert witness.add(b"old 0\n" + body + b"\n\n" + first)[0] in {200, 400, 409, 422}


def test_over_http(witness: Witness) -> None:
    storage = Memory()
    first, second = log(storage, [entries(0, 5), entries(5, 9)])
    with TestClient(application(witness)) as client:
        assert client.post("/add-checkpoint", content=request(storage, 0, 5, first)).text.startswith(
            "— witness.example "
        )
        conflict = client.post("/add-checkpoint", content=request(storage, 0, 9, second))
        assert (conflict.status_code, conflict.text) == (409, "5\n")
        assert conflict.headers["content-type"].startswith("text/x.tlog.size")
        assert client.post("/add-checkpoint", content=b"x" * 200_000).status_code == 413


def test_a_folder_that_was_not_set_up_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrailError, match="set the witness up first"):
        Witness(tmp_path)
