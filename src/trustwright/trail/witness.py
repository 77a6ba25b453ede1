"""A small C2SP witness (c2sp.org/tlog-witness) that an auditor or a customer can run.

It keeps the last checkpoint that it signed of each log, and signs another only when a proof shows that it continues
that one. Its signature says so, and when.
"""

import base64
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import EMPTY_ROOT, verify_consistency
from trustwright.trail.note import COSIGNATURE, Checkpoint, Note, PublicKey, SigningKey, opened
from trustwright.trail.tiles import Folder

KEY: Final = "witness.key"
LOGS: Final = "logs"
FOLDER: Final = "TRUSTWRIGHT_WITNESS"
"""The environment variable that tells the server's process where the witness's folder is."""

_MOST_BYTES: Final = 100_000
_MOST_HASHES: Final = 63


class Witness:
    """Signs checkpoints of the logs it knows.

    Args:
        folder: where its key, the keys of the logs and what it signed lie.
        clock: gives the time in seconds since 1970 UTC.

    Raises:
        TrailError: there is no key, or a log's key is none.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        try:
            self._key = SigningKey.read((folder / KEY).read_text(encoding="utf-8"))
            known = (folder / LOGS).read_text(encoding="utf-8").split("\n")
        except FileNotFoundError as error:
            raise TrailError(f"{error.filename}: there is no such file; set the witness up first.") from error
        logs = [PublicKey.read(line) for line in known if line.strip()]
        self._logs = {log.name: log for log in logs}
        self._folder = Folder(folder)
        self._clock = clock
        self._lock = Lock()

    @classmethod
    def create(cls, folder: Path, name: str, logs: Sequence[PublicKey]) -> "Witness":
        """Make a witness of this name, or give one that is there these logs."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / KEY).exists():
            descriptor = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(SigningKey.new(name, COSIGNATURE).secret() + "\n")
        Folder(folder).write({LOGS: "".join(f"{log}\n" for log in logs).encode()})
        return cls(folder)

    @property
    def public(self) -> PublicKey:
        """The key that verifies its signatures."""
        return self._key.public

    def add(self, body: bytes) -> tuple[int, str]:
        """Take a request's body; return the answer's status and text, as the specification has them."""
        try:
            old, proof, note = _taken_apart(body)
            named = Checkpoint.read(Note.read(note).text)
        except TrailError as error:
            return 400, str(error)
        log = self._logs.get(named.origin)
        if log is None:
            return 404, f"the log {named.origin} is not known here"
        try:
            checkpoint = opened(note, log)
        except TrailError as error:
            return 403, str(error)
        with self._lock:
            return self._sign(log, old, proof, checkpoint)

    def _sign(self, log: PublicKey, old: int, proof: Sequence[bytes], checkpoint: Checkpoint) -> tuple[int, str]:
        if old > checkpoint.size:
            return 400, "the old size is larger than the checkpoint's"
        name = f"signed/{hashlib.sha256(log.name.encode()).hexdigest()}"
        try:
            last = Checkpoint.read(self._folder.read(name).decode())
        except FileNotFoundError:
            last = Checkpoint(log.name, 0, EMPTY_ROOT)
        if old != last.size:
            return 409, f"{last.size}\n"
        if not verify_consistency(last.size, checkpoint.size, last.root, checkpoint.root, proof):
            if last.size == checkpoint.size and last.root != checkpoint.root:
                return 409, f"{last.size}\n"
            return 422, "the checkpoint does not continue the one that was signed here"
        self._folder.write({name: str(checkpoint).encode()})
        return 200, self._key.sign(str(checkpoint), int(self._clock()))


def _taken_apart(body: bytes) -> tuple[int, list[bytes], bytes]:
    head, _, note = body.partition(b"\n\n")
    first, *lines = head.decode("ascii", "replace").split("\n")
    number = first.removeprefix("old ")
    if not first.startswith("old ") or not number.isdecimal() or len(number) > 18 or len(lines) > _MOST_HASHES:
        raise TrailError("the request does not begin with the old size and a proof.")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except ValueError:
        proof = [b""]
    if any(len(item) != 32 for item in proof):
        raise TrailError("a hash of the proof is malformed.")
    return int(number), proof, note


def application(witness: Witness) -> Starlette:
    """Return the witness as an ASGI application."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                return PlainTextResponse("the request is too long", 413)
        status, text = witness.add(body)
        kind = "text/x.tlog.size" if status == 409 else "text/plain"
        return PlainTextResponse(text, status, media_type=kind)

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def configured() -> Starlette:
    """Return the witness of the folder that the environment names."""
    return application(Witness(Path(os.environ[FOLDER])))
