"""Reads source files into facts: in parallel, once per content, and only those that a rule could care about."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread

import msgspec
from msgspec import Struct

from trustwright.review.model import Gap
from trustwright.review.source import javascript, python, remembered
from trustwright.review.source.discovery import SourceFile, role_of_text
from trustwright.review.source.facts import FACTS_VERSION, Facts, Role
from trustwright.review.source.secrets import SECRETS_VERSION, Secret, secrets

MAX_FILE_BYTES = 2_000_000
"""Larger source files are listed and not read; hand-written ones are far smaller."""

TOO_LARGE = ("capped", f"larger than {MAX_FILE_BYTES:,} bytes")
"""The gap of such a file: its kind and what to say."""

_CHUNK_BYTES = 400_000
_PARALLEL_FROM_BYTES = 1_500_000
"""Below this, starting processes costs more than it saves."""

Progress = Callable[[str, int, int], None]


class FileFacts(Struct, frozen=True, array_like=True):
    """What reading one file gave. ``facts`` is ``None`` when the prefilter says that no rule can care.

    ``secrets`` are those in its text, whether it was parsed or not.
    """

    path: str
    role: Role
    lines: int
    facts: Facts | None
    gaps: tuple[tuple[str, str], ...] = ()
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class Prefilter:
    """Texts of which a file must contain one to be parsed; ``None`` parses every file."""

    triggers: tuple[bytes, ...] | None
    _order: list[bytes] = field(init=False, repr=False, compare=False, default_factory=list)

    def admits(self, text: bytes) -> bool:
        """Tell whether a rule could care about a file with this text."""
        if self.triggers is None:
            return True
        order = self._order
        if not order:
            order += self.triggers
        for place, trigger in enumerate(order):
            if trigger in text:
                # What was found is looked for earlier in the next file: a few texts admit most files.
                order.insert(place // 2, order.pop(place))
                return True
        return False

    @property
    def key(self) -> bytes:
        """A digest that changes with the triggers; part of the cache's key."""
        digest = hashlib.blake2b(digest_size=16)
        for trigger in self.triggers if self.triggers is not None else (b"\0all",):
            digest.update(trigger + b"\0")
        return digest.digest()


def extract(text: bytes, language: str) -> Facts:
    """Parse one file's text."""
    return python.extract(text) if language == "python" else javascript.extract(text, language)


def read_bytes(path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """Return a regular file's first ``most`` bytes and one more if there is one; neither waits nor follows a link.

    Raises OSError when it cannot be read, which it may not be though it was listed: files come and go.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(most + 1)


def read_file(root: Path, file: SourceFile, prefilter: Prefilter, cache: "Cache") -> FileFacts:
    """Read one file; never raises for what the file holds."""
    try:
        text = read_bytes(root / file.path)
    except OSError as error:
        return FileFacts(file.path, file.role, 0, None, (("unreadable", error.strerror or "cannot be read"),))
    if len(text) > MAX_FILE_BYTES:
        role = role_of_text(text)
        return FileFacts(file.path, role or file.role, 0, None, () if role else (TOO_LARGE,))
    digest = hashlib.blake2b(text, digest_size=16, person=file.language.encode()).digest()
    known = cache.get(digest)
    if known is not None:
        return FileFacts(file.path, known.role or file.role, known.lines, known.facts, known.gaps, known.secrets)
    role = role_of_text(text)
    gaps: tuple[tuple[str, str], ...] = ()
    facts = None
    held: tuple[Secret, ...] = ()
    if role is None and b"\0" in text[:8000]:
        gaps = (("unreadable", "holds binary data"),)
    elif role is None:
        held = secrets(file.path, text)
        facts = extract(text, file.language) if prefilter.admits(text) else None
    if facts is not None:
        if facts.capped:
            gaps = (("capped", "has too many syntax nodes"),)
        elif facts.error_lines:
            lines = ", ".join(map(str, facts.error_lines))
            gaps = (("parse-error", f"not all of it could be parsed (line {lines})"),)
    entry = CacheEntry(role, text.count(b"\n"), facts, gaps, held)
    cache.put(digest, entry)
    return FileFacts(file.path, role or file.role, entry.lines, facts, gaps, held)


class CacheEntry(Struct, frozen=True, array_like=True):
    """What is remembered of a file's content."""

    role: Role | None
    lines: int
    facts: Facts | None
    gaps: tuple[tuple[str, str], ...]
    secrets: tuple[Secret, ...]


class Cache:
    """Facts by content, in one file per reviewed folder; damaged or foreign files are ignored."""

    def __init__(self, path: Path | None) -> None:
        """Open the cache; ``None`` remembers nothing."""
        self._path = path
        self._old: dict[bytes, msgspec.Raw] = {}
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        body = remembered.load(path) if path is not None else None
        if body is not None:
            try:
                self._old = msgspec.msgpack.decode(body, type=dict[bytes, msgspec.Raw])
            except msgspec.DecodeError:
                self._old = {}

    def get(self, digest: bytes) -> CacheEntry | None:
        """Return what is remembered of this content."""
        raw = self._old.get(digest)
        if raw is None:
            return None
        self._used.add(digest)
        return _ENTRY.decode(raw)

    def put(self, digest: bytes, entry: CacheEntry) -> None:
        """Remember an entry."""
        if self._path is not None:
            self._new[digest] = _ENCODER.encode(entry)

    def changes(self) -> tuple[set[bytes], dict[bytes, bytes]]:
        """Return and forget what was used and added since the last call, to carry it between processes."""
        used, new = self._used, self._new
        self._used, self._new = set(), {}
        return used, new

    def save(self, used: set[bytes], new: dict[bytes, bytes]) -> None:
        """Write the entries in use, in one step; a folder that cannot be written just means no cache."""
        if self._path is None or (not new and len(used) == len(self._old)):
            return
        entries = {digest: self._old[digest] for digest in used if digest in self._old}
        entries.update({digest: msgspec.Raw(packed) for digest, packed in new.items()})
        remembered.save(self._path, _ENCODER.encode(entries))


_ENTRY = msgspec.msgpack.Decoder(CacheEntry)
_ENCODER = msgspec.msgpack.Encoder()


def cache_path(root: Path, prefilter: Prefilter) -> Path:
    """Return where facts of this folder are kept: the user's cache folder, keyed by folder, version and prefilter."""
    digest = hashlib.blake2b(os.fsencode(root.resolve()) + prefilter.key, digest_size=16)
    return remembered.folder() / f"facts-{FACTS_VERSION}-{SECRETS_VERSION}-{digest.hexdigest()}"


class _Answer(Struct, array_like=True):
    files: list[FileFacts]
    used: set[bytes]
    new: dict[bytes, bytes]


_worker: "tuple[Path, Prefilter, Cache, Event] | None" = None


def _start_worker(root: Path, prefilter: Prefilter, path: Path | None, cache: Cache | None, stop: Event) -> None:
    global _worker  # noqa: PLW0603 - a pool's worker has no other place for its state
    _worker = (root, prefilter, cache or Cache(path), stop)
    # Ctrl-C reaches every process of a terminal: the first one answers it, and tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Leave no process behind when the first one was killed and could tell nobody."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_chunk(files: list[SourceFile]) -> bytes:
    assert _worker is not None  # noqa: S101 - the pool's initializer ran
    root, prefilter, cache, stop = _worker
    read = [read_file(root, file, prefilter, cache) for file in files if not stop.is_set()]
    return _ENCODER.encode(_Answer(read, *cache.changes()))


def read_files(
    root: Path,
    files: Iterable[SourceFile],
    prefilter: Prefilter,
    *,
    jobs: int,
    path: Path | None,
    progress: Progress | None = None,
) -> list[FileFacts]:
    """Read many files into facts.

    Args:
        root: the reviewed folder.
        files: files in a programming language.
        prefilter: decides which are parsed.
        jobs: processes; 0 takes one per core.
        path: the cache file, or ``None`` for none.
        progress: called with a word, how many are done and how many there are.

    Returns:
        One entry per file, in the order of ``files``, whatever the number of processes.
    """
    wanted = list(files)
    cache = Cache(path)
    jobs = jobs or (os.cpu_count() or 1)
    chunks = _chunks(wanted)
    total, done = len(wanted), 0
    answers: list[FileFacts] = []
    used, new = set[bytes](), dict[bytes, bytes]()
    if jobs == 1 or sum(file.size for file in wanted) < _PARALLEL_FROM_BYTES:
        for chunk in chunks:
            answers += [read_file(root, file, prefilter, cache) for file in chunk]
            done += len(chunk)
            if progress is not None:
                progress("reading", done, total)
        used, new = cache.changes()
    else:
        forks = "fork" in get_all_start_methods()
        context = get_context("fork" if forks else "spawn")
        stop = context.Event()
        start = (root, prefilter, path, cache if forks else None, stop)
        with ProcessPoolExecutor(jobs, context, initializer=_start_worker, initargs=start) as pool:
            try:
                for chunk, packed in zip(chunks, pool.map(_read_chunk, chunks), strict=True):
                    answer = _ANSWER.decode(packed)
                    answers += answer.files
                    used |= answer.used
                    new.update(answer.new)
                    done += len(chunk)
                    if progress is not None:
                        progress("reading", done, total)
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    cache.save(used, new)
    return answers


_ANSWER = msgspec.msgpack.Decoder(_Answer)


def _chunks(files: list[SourceFile]) -> list[list[SourceFile]]:
    chunks: list[list[SourceFile]] = []
    size = _CHUNK_BYTES
    for file in files:
        if size >= _CHUNK_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(file)
        size += file.size
    return chunks


def gaps_of(files: Iterable[FileFacts]) -> list[Gap]:
    """Return what could not be read, as gaps."""
    return [Gap(kind, file.path, detail) for file in files for kind, detail in file.gaps]
