"""The files of a review, as the linker reads them: facts on demand, bytes on demand."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from trustwright.review.model import Gap, Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.discovery import SourceFile
from trustwright.review.source.errors import SourceError
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Role
from trustwright.review.source.json import parse as parse_json
from trustwright.review.source.reading import MAX_FILE_BYTES, TOO_LARGE, FileFacts, extract, read_bytes
from trustwright.review.source.secrets import Secret, covered, proven, secrets
from trustwright.review.source.tree import Tree

NO_FACTS = extract(b"", "python")

MAX_TEXT_BYTES = 300_000
"""Larger files that are no code are data: no secrets are looked for in them."""


class Corpus:
    """All files below the reviewed folder.

    Files that the prefilter skipped are parsed when something leads to them: an import, a mount, a call. So the
    prefilter never changes a result, only the time.
    """

    def __init__(self, root: Path, files: Iterable[SourceFile], read: Iterable[FileFacts]) -> None:
        """Take the files found and the facts read so far."""
        self._root = root
        self.files: Mapping[str, SourceFile] = {file.path: file for file in files}
        self._read: dict[str, FileFacts] = {item.path: item for item in read}
        self._codes: dict[str, Code] = {}
        self._texts: dict[str, bytes] = {}
        self._unread: dict[str, tuple[str, str]] = {}

    def read(self, path: str) -> bytes:
        """Return a file's bytes; empty, and a gap, when it cannot be read or is above the size cap."""
        known = self._texts.get(path)
        if known is None:
            known = self._texts[path] = self._bytes(path)
        return known

    def _bytes(self, path: str) -> bytes:
        if path not in self.files:
            return b""
        try:
            text = read_bytes(self._root / path)
        except OSError as error:
            self._unread[path] = ("unreadable", error.strerror or "cannot be read")
            return b""
        if len(text) > MAX_FILE_BYTES:
            if not path.endswith(".json"):  # that is data: templates, manifests and settings in JSON are far smaller
                self._unread[path] = TOO_LARGE
            return b""
        return text

    @property
    def gaps(self) -> list[Gap]:
        """What something asked for so far and could not have; files read into facts tell of themselves."""
        unread = sorted(self._unread.items())
        return [Gap(kind, path, detail) for path, (kind, detail) in unread if path not in self._read]

    def role(self, path: str) -> Role:
        """Return what a file is for; for one that was read, its text has a say besides its path."""
        read = self._read.get(path)
        return read.role if read is not None else self.files[path].role

    def secrets(self, path: str, *, only_proven: bool = False) -> tuple[Secret, ...]:
        """Return what a text file holds of secrets; files that were read already are not read again."""
        read = self._read.get(path)
        if read is not None:
            return read.secrets
        text = self._bytes(path) if self.files[path].size <= MAX_TEXT_BYTES else b""
        if b"\0" in text[:8000]:
            return ()
        return tuple(proven(text)) if only_proven else secrets(path, text)

    def covered_lines(self, path: str, also: Iterable[tuple[int, int]] = ()) -> list[str]:
        """Return a text file's lines with every secret, and every value that a secret's name is given, taken out.

        ``also`` are other stretches to cover, in bytes.
        """
        text, pieces, position = self.read(path), list[bytes](), 0
        for start, end in sorted({*covered(path, text), *also}):
            if start >= position:
                # Lines keep their numbers: a key that spans several is covered line by line.
                pieces += [text[position:start], b"\n".join([b"***"] * (text.count(b"\n", start, end) + 1))]
                position = end
        return b"".join([*pieces, text[position:]]).decode("utf-8", "replace").split("\n")

    def code(self, path: str) -> Code | None:
        """Return a source file in a programming language, parsed now if it was not yet; ``None`` for other files."""
        known = self._codes.get(path)
        if known is not None:
            return known
        file = self.files.get(path)
        if file is None or not file.language:
            return None
        read = self._read.get(path)
        role = read.role if read is not None else file.role
        facts = read.facts if read is not None else None
        if facts is None:
            text = self.read(path)
            facts = extract(text, file.language) if text and b"\0" not in text[:8000] else NO_FACTS
        code = Code(path, file.language, role, facts, lambda: self.read(path))
        self._codes[path] = code
        return code

    @cached_property
    def _production(self) -> tuple[Code, ...]:
        return tuple(
            code
            for path, file in sorted(self.files.items())
            if file.language
            and (read := self._read.get(path)) is not None
            and read.facts is not None
            and read.role == "production"
            and (code := self.code(path)) is not None
        )

    def production(self) -> Iterator[Code]:
        """Yield the production source files that the prefilter admitted, by path."""
        yield from self._production

    def paths(self, *suffixes: str, names: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield the paths with one of these endings or file names, vendored and generated files left out."""
        for path, file in self.files.items():
            if file.role in {"vendored", "generated", "minified"}:
                continue
            if path.endswith(suffixes or ("\0",)) or path.rpartition("/")[2] in names:
                yield path

    def json(self, path: str) -> Tree | None:
        """Return a JSON file's content; ``None`` when it is malformed or missing."""
        try:
            return parse_json(path, self.read(path)) if path in self.files else None
        except SourceError:
            return None

    def expression(self, reference: Reference) -> tuple[Code, Expression] | None:
        """Return the expression a reference points at, with its file."""
        code = self.code(reference.path)
        return (code, code.expression(reference.start, reference.end)) if code is not None else None

    def location(self, reference: Reference) -> Location:
        """Return the lines a reference points at."""
        code = self.code(reference.path)
        return code.location(reference.start, reference.end) if code is not None else Location(reference.path, 1)
