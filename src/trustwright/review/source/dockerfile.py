"""Reads Dockerfiles into stages and instructions."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from trustwright.review.source.errors import SourceError, text_of

MAX_BYTES: Final = 500_000
MAX_INSTRUCTIONS: Final = 5_000

_INSTRUCTION: Final = re.compile(r"^\s*(?P<name>[A-Za-z]+)(?:\s+(?P<rest>.*))?$", re.DOTALL)
_FLAG: Final = re.compile(r"--(?P<name>[a-z][\w-]*)(?:=(?P<value>\S*))?\s*")
_HEREDOC: Final = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_FROM: Final = re.compile(r"(?P<image>\S+)(?:\s+[Aa][Ss]\s+(?P<name>\S+))?")
_ESCAPE: Final = re.compile(r"^#\s*escape\s*=\s*(\S)\s*$", re.IGNORECASE)
_KNOWN: Final = frozenset(
    {
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
    }
    | {"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)


class Instruction(Struct, frozen=True):
    """One instruction.

    ``name`` is in upper case; ``arguments`` has continued lines joined by newlines and flags taken off into ``flags``
    (``--from`` → ``from``); a heredoc's lines belong to the arguments.
    """

    name: str
    arguments: str
    line: int
    end_line: int
    flags: dict[str, str] = {}

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments split at blanks, or the items of the JSON form."""
        if self.arguments.startswith("["):
            return tuple(re.findall(r'"((?:[^"\\]|\\.)*)"', self.arguments))
        return tuple(self.arguments.split())


class Stage(Struct, frozen=True):
    """What follows a FROM up to the next; ``name`` is the alias or empty, ``image`` as written."""

    image: str
    name: str
    line: int
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> tuple[Instruction, ...]:
        """Return the stage's instructions called ``name``."""
        return tuple(one for one in self.instructions if one.name == name)


class Dockerfile(Struct, frozen=True):
    """A Dockerfile; the last stage is the one that runs. ``arguments`` are the ARGs before the first FROM."""

    stages: tuple[Stage, ...]
    arguments: tuple[Instruction, ...] = ()

    @property
    def final(self) -> Stage | None:
        """The stage that runs, unless the build names another."""
        return self.stages[-1] if self.stages else None


def parse(path: str, data: bytes) -> Dockerfile:
    """Return a Dockerfile's stages.

    ``data`` is the file's bytes. Raises SourceError for files that are not UTF-8, hold no FROM, or are above the
    limits.
    """
    lines = text_of(path, data, MAX_BYTES).splitlines()
    stages: list[tuple[Instruction, list[Instruction]]] = []
    before: list[Instruction] = []
    for count, instruction in enumerate(_instructions(lines)):
        if count >= MAX_INSTRUCTIONS:
            raise SourceError(path, instruction.line, f"more than {MAX_INSTRUCTIONS} instructions", "capped")
        if instruction.name == "FROM":
            stages.append((instruction, []))
        else:
            (stages[-1][1] if stages else before).append(instruction)
    if not stages:
        raise SourceError(path, 1, "not a Dockerfile: it has no FROM")
    return Dockerfile(tuple(_stage(start, inside) for start, inside in stages), tuple(before))


def _stage(start: Instruction, inside: list[Instruction]) -> Stage:
    match = _FROM.match(start.arguments)
    image, name = (match["image"], match["name"] or "") if match else ("", "")
    return Stage(image, name, start.line, tuple(inside))


def _instructions(lines: list[str]) -> Iterator[Instruction]:
    escape = "\\"
    at = 0
    while at < len(lines):
        if at == 0 and (directive := _ESCAPE.match(lines[0])):
            escape = directive[1]
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        first, text = at, list[str]()
        while at < len(lines):
            line = lines[at].rstrip()
            at += 1
            if text and line.lstrip().startswith("#"):
                continue
            continued = line.endswith(escape)
            text.append(line[:-1].rstrip() if continued else line)
            if not continued:
                break
        for _, marker in _HEREDOC.findall(text[-1]):
            while at < len(lines) and lines[at].strip() != marker:
                text.append(lines[at])
                at += 1
            at += 1
        match = _INSTRUCTION.match("\n".join(text))
        if match and match["name"].upper() in _KNOWN:
            arguments, flags = _flags((match["rest"] or "").strip())
            yield Instruction(match["name"].upper(), arguments, first + 1, min(at, len(lines)), flags)


def _flags(text: str) -> tuple[str, dict[str, str]]:
    """Return the arguments without their leading flags, and the flags."""
    flags: dict[str, str] = {}
    while match := _FLAG.match(text):
        flags[match["name"]] = match["value"] or ""
        text = text[match.end() :]
    return text, flags
