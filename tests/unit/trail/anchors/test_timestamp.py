"""A timestamp authority: openssl plays it, and verifies what was kept."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.receiving import answering
from tests.trail_log import Memory, entries, log
from trustwright.trail.anchors import timestamp
from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Tiles

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed"),
]

CONFIGURATION = """
[req]
distinguished_name = name
x509_extensions = usage
prompt = no
[name]
CN = authority
[usage]
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = authority
[authority]
serial = serial
crypto_device = builtin
signer_cert = authority.crt
signer_key = authority.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
"""


def openssl(folder: Path, *words: str) -> bytes:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True).stdout


@contextmanager
def authority(folder: Path, *, wrong: bool = False) -> Iterator[str]:
    (folder / "openssl.cnf").write_text(CONFIGURATION)
    (folder / "serial").write_text("01\n")
    made = ["-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "authority.key", "-out", "authority.crt", "-days", "9"]
    openssl(folder, "req", "-config", "openssl.cnf", *made)

    def answer(query: bytes) -> tuple[int, bytes]:
        (folder / "query").write_bytes(query)
        if wrong:
            (folder / "other").write_text("another thing")
            openssl(folder, "ts", "-query", "-data", "other", "-sha512", "-out", "query")
        openssl(folder, "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query", "-out", "reply")
        return 200, (folder / "reply").read_bytes()

    with answering(answer) as address:
        yield address


def test_what_is_kept_is_a_timestamp_of_the_checkpoint(tmp_path: Path) -> None:
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 3)])
    with authority(tmp_path) as address:
        receipt = timestamp.put(address, checkpoint, Tiles(storage, 3))
    (tmp_path / "receipt").write_bytes(receipt)
    (tmp_path / "checkpoint").write_bytes(checkpoint)
    said = openssl(tmp_path, "ts", "-verify", "-in", "receipt", "-data", "checkpoint", "-CAfile", "authority.crt")
    assert b"Verification: OK" in said


def test_a_timestamp_of_something_else_is_refused(tmp_path: Path) -> None:
    storage = Memory()
    (checkpoint,) = log(storage, [entries(0, 3)])
    with (
        authority(tmp_path, wrong=True) as address,
        pytest.raises(TrailError, match="not a timestamp of this checkpoint"),
    ):
        timestamp.put(address, checkpoint, Tiles(storage, 3))
