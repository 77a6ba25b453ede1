"""The offline verifier: its Ed25519, its trees, every changed bit, and what it says to wrong input."""

import ast
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.offline import FILE, run_offline, threats_of
from tests.trail_log import KEY, OTHER, Memory, entries, entry, folder_of, log
from tests.unit.trail.test_merkle import LEAVES, ROOTS, leaves_of, slow_root
from trustwright.trail.merkle import leaf_hash
from trustwright.trail.note import ED25519, SMALL_ORDER, PublicKey
from trustwright.trail.offline import verify_trail as offline
from trustwright.trail.proof import prove
from trustwright.trail.tiles import CHECKPOINT, Tiles

pytestmark = pytest.mark.slow

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
            "b00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
            "c027beceea1ec40a"
        ),
    ),
]
HELD = entries(0, 3)
SMALL = Memory()
log(SMALL, [HELD[:1], HELD[1:]])
LARGE = Memory()
SIGNED = log(LARGE, [entries(0, 100), entries(100, 300), entries(300, 600), entries(600, 66_000)])


class Remembering(offline.Key):
    """A key that verifies each signature once: thousands of changed files have the same ones."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._known: dict[tuple[bytes, bytes], bool] = {}

    def verifies(self, message: bytes, signature: bytes) -> bool:
        if (message, signature) not in self._known:
            self._known[message, signature] = super().verifies(message, signature)
        return self._known[message, signature]


LOG_KEY = Remembering(str(KEY.public))


def key_of(public: bytes) -> offline.Key:
    return offline.Key(str(PublicKey("x", ED25519, public)))


class InMemory(offline.Files):
    """Files that need not be written for each changed bit."""

    def __init__(self, storage: Memory) -> None:
        self.storage = storage

    def names(self, folder: str) -> list[str]:
        return self.storage.names(folder)

    def read(self, name: str) -> bytes:
        try:
            return self.storage.read(name)
        except FileNotFoundError:
            raise offline.DamageError(name) from None


def found_in(storage: Memory, *, since: tuple[bytes, ...] = ()) -> set[str]:
    report, files, key = offline.Report(), InMemory(storage), LOG_KEY
    signed, _ = offline.checkpoints(files, key, [], True, report)
    signed += [offline.Checkpoint(note, key, "kept") for note in since]
    last = max(signed, key=lambda one: one.size)
    offline.Walk(files, signed, last, report).run(offline.Events(report, signed, None))
    return set(report.count)


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key = key_of(bytes.fromhex(public))
    assert key.verifies(bytes.fromhex(message), bytes.fromhex(signature))
    assert not key.verifies(bytes.fromhex(message) + b"x", bytes.fromhex(signature))


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_signatures_of_another_library_hold(seed: bytes, message: bytes) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = key_of(private.public_key().public_bytes_raw()), private.sign(message)
    assert key.verifies(message, signature)
    assert not key.verifies(message + b"x", signature)
    s = int.from_bytes(signature[32:], "little") + offline.ORDER
    assert not key.verifies(message, signature[:32] + s.to_bytes(32, "little"))


def test_every_changed_bit_of_a_signature_is_refused() -> None:
    public, message, signature = (bytes.fromhex(text) for text in VECTORS[1])
    key = key_of(public)
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not key.verifies(message, bytes(changed))
    for length in (0, 32, 63, 65):
        assert not key.verifies(message, (signature + b"\0")[:length])


@pytest.mark.parametrize("public", sorted(SMALL_ORDER))
def test_keys_of_small_order_are_refused(public: bytes) -> None:
    with pytest.raises(offline.InputError, match="small order"):
        key_of(public)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots(size: int) -> None:
    assert offline.folded([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


@given(st.integers(1, 70))
def test_the_root_is_that_of_the_reference(size: int) -> None:
    assert offline.folded([leaf_hash(leaf) for leaf in leaves_of(size)]) == slow_root(leaves_of(size))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tile/0/000.p/3", "tile/entries/000.p/3", "checkpoint"])
def test_every_changed_bit_of_every_file_is_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert found_in(SMALL) == set()
    content = SMALL.files[name]
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        assert found_in(Memory({**SMALL.files, name: bytes(changed)})), f"bit {bit} of {name}"
    capsys.readouterr()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(LARGE, tmp_path_factory.mktemp("large") / "log")


def test_an_untouched_log_is_left_in_peace(large: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(SIGNED[1])
    (tmp_path / "log.pub").write_text(f"{KEY.public}\n")
    done = run_offline("--key", tmp_path / "log.pub", large, "--since", tmp_path / "kept")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "looked at 66000 entries, 6 checkpoints, 66000 events\n"
        "nothing was changed, removed or added behind what was looked at\n"
    )
    short = run_offline("--key", str(KEY.public), large, "--hashes-only")
    assert "no events (--hashes-only); no checkpoint that was kept elsewhere" in short.stdout
    assert threats_of(short) == set()


@pytest.mark.parametrize("prefix", ["", "copy/of/log/"])
def test_a_zip_is_read_as_a_folder_is(tmp_path: Path, prefix: str) -> None:
    with zipfile.ZipFile(tmp_path / "log.zip", "w") as archive:
        for name, content in SMALL.files.items():
            archive.writestr(prefix + name, content)
    done = run_offline("--key", str(KEY.public), tmp_path / "log.zip")
    assert "looked at 3 entries, 3 checkpoints, 3 events" in done.stdout
    assert threats_of(done) == set()


@pytest.mark.parametrize("missing", ["tile/entries/001", "tile/0/001", "tile/1/000", "tile/2/000.p/1", CHECKPOINT])
def test_a_missing_file_is_named(missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = dict(LARGE.files)
    del files[missing]
    assert found_in(Memory(files)) == {offline.DAMAGED}
    capsys.readouterr()


def test_a_log_that_was_signed_anew_is_named_by_a_kept_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    held = entries(0, 700)
    storage = Memory()
    log(storage, [[*held[:5], held[5].replace(b"update", b"delete"), *held[6:]]])
    assert found_in(storage) == set()
    assert found_in(storage, since=(SIGNED[2],)) == {offline.REWRITTEN}
    again = Memory()
    log(again, [[*held[:300], *(entry(number, 1_790_000_290) for number in range(300, 700))]])
    assert found_in(again, since=(SIGNED[2],)) == {offline.FORK, offline.BACKDATED}
    capsys.readouterr()


def test_a_proof_is_verified_with_its_entry(tmp_path: Path) -> None:
    (tmp_path / "proof").write_text(str(prove(Tiles(SMALL, 3), 1)))
    (tmp_path / "entry").write_bytes(HELD[1])
    words: list[str | Path] = ["--key", str(KEY.public), "--proof", tmp_path / "proof", "--entry", tmp_path / "entry"]
    done = run_offline(*words)
    assert done.returncode == 0
    assert "the proof of entry 1 under the checkpoint of 3 entries signed at 2026-09-21T14:15:20+00:00" in done.stdout
    (tmp_path / "entry").write_bytes(HELD[0])
    assert threats_of(run_offline(*words)) == {offline.REWRITTEN}
    (tmp_path / "proof").write_text(str(prove(Tiles(SMALL, 3), 1)).replace("\n3\n", "\n4\n"))
    assert threats_of(run_offline(*words)) == {offline.DAMAGED}


@pytest.mark.parametrize("count", range(1, 10))
def test_the_path_of_each_leaf_leads_to_the_root(count: int) -> None:
    storage = Memory()
    log(storage, [entries(0, count)])
    tiles = Tiles(storage, count)
    for index in range(count):
        path = prove(tiles, index).path
        leaf = leaf_hash(entry(index))
        assert offline.root_of(index, count, leaf, path) == tiles.root
        for other, size in ((index + count, count), (index, count + 8), (index + 1, count), (index, 0)):
            assert offline.root_of(other, size, leaf, path) != tiles.root
        assert offline.root_of(index, count, leaf, [*path, bytes(32)]) == b""
        assert not path or offline.root_of(index, count, leaf, path[:-1]) == b""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--key", "nonsense", "LOG"], "--key: this is no log's key"),
        (["--key", "KEY", "nowhere"], "nowhere: this is neither a folder nor a zip"),
        (["--key", "OTHER", "LOG"], "no checkpoint in it is signed with this key"),
        (["--key", "KEY", "EMPTY"], "no checkpoint in it is signed with this key"),
        (["--key", "KEY"], "name a log, or --proof and --entry"),
        (["--key", "KEY", "--proof", "x"], "name a log, or --proof and --entry"),
        (["--key", "KEY", "LOG", "--proof", "x", "--entry", "x"], "name a log, or --proof and --entry"),
        (["--key", "KEY", "--proof", "nowhere", "--entry", "nowhere"], "nowhere: No such file"),
        (["--key", "KEY", "--proof", "FILE", "--entry", "FILE"], "this is no proof"),
        (["--key", "KEY", "LOG", "--since", "nowhere"], "nowhere: No such file"),
        (["--key", "KEY", "LOG", "--rows", "nowhere"], "nowhere: No such file"),
        (["--key", "KEY", "LOG", "--rows", "FILE"], "1: this is no row"),
        (["--key", "KEY", "LOG", "--rows", "FILE", "--hashes-only"], "choose one"),
        (["LOG"], "the following arguments are required: --key"),
    ],
)
def test_wrong_input_is_one_sentence(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "EMPTY").mkdir()
    (tmp_path / "FILE").write_text("nonsense\n")
    places: dict[str, Any] = {
        "KEY": KEY.public,
        "OTHER": OTHER.public,
        "LOG": folder_of(SMALL, tmp_path / "LOG"),
        "EMPTY": tmp_path / "EMPTY",
        "FILE": tmp_path / "FILE",
    }
    done = run_offline(*(str(places.get(word, word)) for word in words))
    assert done.returncode == 2
    assert said in done.stderr


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
