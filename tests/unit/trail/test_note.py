"""Signed notes and checkpoints: known notes, what is refused, and every changed bit."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trail_log import KEY, OTHER, START
from trustwright.trail.errors import TrailError
from trustwright.trail.note import (
    COSIGNATURE,
    ED25519,
    SMALL_ORDER,
    Checkpoint,
    Note,
    PublicKey,
    SigningKey,
    opened,
    signed,
)

# The note and key of the Go library that the format comes from.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SUM_DATABASE = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
# The example of c2sp.org/signed-note.
QUASIMODO = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaq"
    "P3ZekRwNtIc=\n"
)
ORDER = 2**252 + 27742317777372353535851937790883648493
STATE = Checkpoint(KEY.public.name, 7, bytes(range(32)), START)
WRITTEN = signed(STATE, [KEY])
names = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1).filter(
    lambda text: not any(letter.isspace() for letter in text)
)


def test_the_note_of_the_go_library_is_signed_by_its_key() -> None:
    key = PublicKey.read(NEUMANN)
    assert (key.name, key.kind, key.id.hex()) == ("PeterNeumann", ED25519, "c74f20a3")
    assert Note.read(NOTE.encode()).signed_by([key]) == [key]
    assert str(key) == NEUMANN
    assert str(PublicKey.read(SUM_DATABASE)) == SUM_DATABASE


def test_the_text_of_a_note_may_hold_empty_lines() -> None:
    note = Note.read(QUASIMODO.encode())
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert [(name, id_.hex()) for name, id_, _ in note.signatures] == [("quasimodo.example/salvatore", "367ba04b")]


def test_a_signature_that_is_not_the_key_s_own_spoils_the_note() -> None:
    note = Note.read(NOTE.replace("your problem is", "my problem is").encode())
    with pytest.raises(TrailError, match="the signature of PeterNeumann on the note is wrong"):
        note.signed_by([PublicKey.read(NEUMANN)])


def test_signatures_of_unknown_keys_are_left_alone() -> None:
    # The same name with another id, and the same id with another name, are other keys.
    text = str(STATE)
    same_id = base64.b64encode(KEY.public.id + bytes(64)).decode()
    note = f"{text}\n{OTHER.sign(text)}— another {same_id}\n{KEY.sign(text)}".encode()
    assert Note.read(note).signed_by([KEY.public]) == [KEY.public]
    assert opened(note, KEY.public) == STATE


@pytest.mark.parametrize(
    "changed",
    [
        b"",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        NOTE.removesuffix("\n").encode(),
        NOTE.encode() + b"\n",
        NOTE.encode() + b"text\n",
        NOTE.replace("\n", "\r\n").encode(),
        NOTE.replace("you", "\t", 1).encode(),
        NOTE.replace("you", "\0", 1).encode(),
        NOTE.encode().replace(b"you", b"\xff", 1),
        NOTE.replace("—", "-").encode(),
        NOTE.replace("— ", "—  ").encode(),
        NOTE.replace("PeterNeumann", "Peter Neumann").encode(),
        NOTE.replace("PeterNeumann", "Peter+Neumann").encode(),
        NOTE.replace("nAM=", "nAN=").encode(),  # the same bytes in another spelling
        NOTE.replace("nAM=", "nAM").encode(),
        b"text\n\n" + "— name AAAA\n".encode() * 1,
        b"text\n\n" + "— name AAAAAAA=\n".encode() * 101,
        b"x" * 1_000_001 + b"\n\n" + "— name AAAAAAA=\n".encode(),
    ],
)
def test_what_is_no_note_is_refused(changed: bytes) -> None:
    with pytest.raises(TrailError, match="note"):
        Note.read(changed)


def test_sixteen_signatures_are_read() -> None:
    assert len(Note.read(b"text\n\n" + "— name AAAAAAA=\n".encode() * 16).signatures) == 16


def test_every_changed_bit_of_a_checkpoint_is_refused() -> None:
    assert opened(WRITTEN, KEY.public) == STATE
    for bit in range(len(WRITTEN) * 8):
        changed = bytearray(WRITTEN)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TrailError):
            opened(bytes(changed), KEY.public)


def test_a_signature_has_one_form_only() -> None:
    """S + L signs the same in arithmetic (RFC 8032, section 5.1.7 refuses it), and so may not pass for another note."""
    signature = Note.read(WRITTEN).signatures[0][2]
    assert KEY.public.verifies(str(STATE), signature)
    s = int.from_bytes(signature[32:], "little")
    assert not KEY.public.verifies(str(STATE), signature[:32] + (s + ORDER).to_bytes(32, "little"))
    assert not KEY.public.verifies(str(STATE), signature + b"\0")
    assert not KEY.public.verifies(str(STATE), signature[:63])


def test_a_key_of_small_order_is_refused() -> None:
    """Under such a key one signature fits many texts: R = identity, S = 0."""
    assert len(SMALL_ORDER) == 14
    for point in SMALL_ORDER:
        weak = PublicKey("log.example", ED25519, point)
        with pytest.raises(TrailError, match="small order"):
            PublicKey.read(str(weak))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        NEUMANN.replace("c74f20a3", "C74F20A3"),
        NEUMANN.replace("PeterNeumann", ""),
        NEUMANN.replace("PeterNeumann", "Peter Neumann"),
        NEUMANN.replace("ARpc", "Ahpc"),
        NEUMANN + "AA==",
        NEUMANN[:-1],
        "+" * 10,
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(TrailError, match="verifier key"):
        PublicKey.read(text)


@given(names, st.binary(min_size=32, max_size=32).filter(lambda key: key not in SMALL_ORDER))
def test_a_verifier_key_is_read_as_it_is_written(name: str, key: bytes) -> None:
    for kind in (ED25519, COSIGNATURE):
        public = PublicKey(name, kind, key)
        if len(name) <= 255:
            assert PublicKey.read(str(public)) == public


def test_a_signing_key_is_read_as_it_is_written() -> None:
    key = SigningKey.new("log.example/new")
    assert SigningKey.read(key.secret()).public == key.public
    with pytest.raises(TrailError, match="damaged"):
        SigningKey.read(key.secret().replace("log.example", "log.elpmaxe"))
    with pytest.raises(TrailError, match="holds none"):
        SigningKey.read("PRIVATE+KEY+x")
    with pytest.raises(TrailError, match="cannot name a key"):
        SigningKey("a b", bytes(32))


def test_a_cosignature_signs_its_time_too() -> None:
    witness = SigningKey("witness.example", bytes(32), COSIGNATURE)
    note = Note.read(f"{STATE}\n{KEY.sign(str(STATE))}{witness.sign(str(STATE), START)}".encode())
    assert note.signed_by([witness.public, KEY.public]) == [KEY.public, witness.public]
    raw = note.signatures[1][2]
    assert int.from_bytes(raw[:8], "big") == START
    later = (START + 1).to_bytes(8, "big") + raw[8:]
    assert not witness.public.verifies(str(STATE), later)
    assert not witness.public.verifies(str(STATE), raw[:5])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    foreign = Checkpoint("log.example/other", 7, bytes(32), START)
    with pytest.raises(TrailError, match=r"is of the log log\.example/other"):
        opened(signed(foreign, [KEY]), KEY.public)
    with pytest.raises(TrailError, match="is not signed with the key"):
        opened(signed(STATE, [OTHER]), KEY.public)


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32), st.integers(0, 10**12 - 1))
def test_a_checkpoint_is_read_as_it_is_written(size: int, root: bytes, seconds: int) -> None:
    state = Checkpoint("log.example/x", size, root, seconds)
    assert Checkpoint.read(str(state)) == state


def test_extension_lines_are_left_alone() -> None:
    assert Checkpoint.read(f"{STATE}something else\ntime 5\n") == STATE


@pytest.mark.parametrize("size", ["", "-1", "+1", "01", " 1", "1 ", "1_0", "٣", "9" * 19, "1.0"])
def test_a_size_has_one_spelling(size: str) -> None:
    with pytest.raises(TrailError, match="no checkpoint"):
        Checkpoint.read(f"log\n{size}\n{base64.b64encode(bytes(32)).decode()}\n")


@given(st.binary() | st.text().map(str.encode))
def test_reading_a_note_fails_in_one_way_only(written: bytes) -> None:
    for text in (written, b"text\n\n" + "— ".encode() + written, written + b"\n\n" + "— a AAAAAAA=\n".encode()):
        with suppress(TrailError):
            Note.read(text)
        with suppress(TrailError):
            opened(text, KEY.public)


@given(st.text())
def test_reading_a_key_or_a_checkpoint_fails_in_one_way_only(text: str) -> None:
    for one in (text, f"name+{text}", f"name+1a2b3c4d+{text}", f"PRIVATE+KEY+{text}", f"PRIVATE+KEY+a+b+{text}"):
        with suppress(TrailError):
            PublicKey.read(one)
        with suppress(TrailError):
            SigningKey.read(one)
    for one in (text, f"a\n{text}", f"a\n1\n{text}", f"a\n1\n{base64.b64encode(bytes(32)).decode()}\n{text}"):
        with suppress(TrailError):
            Checkpoint.read(one)
