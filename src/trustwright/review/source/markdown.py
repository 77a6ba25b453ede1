"""Reads Markdown documents into headings, lists, tables and paragraphs."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from trustwright.review.source import yaml
from trustwright.review.source.errors import SourceError, text_of
from trustwright.review.source.tree import Tree

MAX_BYTES: Final = 2_000_000
MAX_LINES: Final = 50_000

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE: Final = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_ITEM: Final = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,9}[.)])[ \t]+(?P<text>.*)$")
_TASK: Final = re.compile(r"^\[(?P<mark>[ xX])\][ \t]+")
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ROW: Final = re.compile(r"(?<!\\)\|")
_DIVIDER: Final = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


class Heading(Struct, frozen=True):
    """A heading: its level from 1, its text, its line, and the last line of what stands below it."""

    level: int
    text: str
    line: int
    end_line: int


class Item(Struct, frozen=True):
    """A list item: ``depth`` from 0, ``number`` of an ordered one or 0, ``checked`` of a task or None."""

    text: str
    line: int
    depth: int = 0
    number: int = 0
    checked: bool | None = None


class Table(Struct, frozen=True):
    """A table: its header, and its rows with their lines."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    line: int

    def column(self, *names: str) -> tuple[str, ...]:
        """Return the cells under the first header that holds one of ``names``, in lower case compared."""
        for at, title in enumerate(self.header):
            if any(name in title.lower() for name in names):
                return tuple(cells[at] if at < len(cells) else "" for _, cells in self.rows)
        return ()


class Paragraph(Struct, frozen=True):
    """Running text, its lines joined by blanks."""

    text: str
    line: int
    end_line: int


class Code(Struct, frozen=True):
    """A fenced block; ``language`` is the word after the fence."""

    text: str
    language: str
    line: int
    end_line: int


class Document(Struct, frozen=True):
    """A Markdown document; every part in the order of the file."""

    headings: tuple[Heading, ...]
    items: tuple[Item, ...]
    tables: tuple[Table, ...]
    paragraphs: tuple[Paragraph, ...]
    code: tuple[Code, ...]
    front_matter: Tree | None
    text: str

    @property
    def title(self) -> str:
        """The front matter's title, else the first heading, else empty."""
        written = self.front_matter.text_at("title") if self.front_matter else ""
        return written or (self.headings[0].text if self.headings else "")

    def section(self, *words: str) -> "Heading | None":
        """Return the first heading that holds one of ``words``, compared in lower case."""
        return next((one for one in self.headings if any(word in one.text.lower() for word in words)), None)

    def items_in(self, heading: Heading) -> tuple[Item, ...]:
        """Return the list items below a heading, those of its sub-headings included."""
        return tuple(item for item in self.items if heading.line < item.line <= heading.end_line)

    def tables_in(self, heading: Heading) -> tuple[Table, ...]:
        """Return the tables below a heading."""
        return tuple(table for table in self.tables if heading.line < table.line <= heading.end_line)

    def text_in(self, heading: Heading) -> str:
        """Return all text below a heading, as written."""
        return "\n".join(self.text.split("\n")[heading.line : heading.end_line])


def parse(path: str, data: bytes) -> Document:
    """Return a Markdown document's parts.

    ``data`` is the file's bytes. Raises SourceError for files that are not UTF-8 or above the limits.
    """
    text = text_of(path, data, MAX_BYTES).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise SourceError(path, 0, f"more than {MAX_LINES} lines", "capped")
    front_matter, start = _front_matter(path, lines)
    reader = _Reader(lines, start)
    reader.read()
    return Document(
        tuple(_with_ends(reader.headings, len(lines))),
        tuple(reader.items),
        tuple(reader.tables),
        tuple(reader.paragraphs),
        tuple(reader.code),
        front_matter,
        text,
    )


def _front_matter(path: str, lines: list[str]) -> tuple[Tree | None, int]:
    """Return the YAML between the first two ``---`` lines, and the index of the line after it."""
    if lines[0].rstrip() != "---":
        return None, 0
    end = next((at for at in range(1, min(len(lines), 200)) if lines[at].rstrip() in {"---", "..."}), 0)
    if not end:
        return None, 0
    try:
        # The first line keeps its place so that lines count from the top of the file.
        return yaml.first(path, "\n".join(["", *lines[1:end]]).encode()), end + 1
    except SourceError:
        return None, end + 1


def _with_ends(headings: list[Heading], last: int) -> Iterator[Heading]:
    """Yield the headings with the line before the next one of the same or a higher level."""
    for at, heading in enumerate(headings):
        following = (other.line - 1 for other in headings[at + 1 :] if other.level <= heading.level)
        yield Heading(heading.level, heading.text, heading.line, next(following, last))


class _Reader:
    """Reads a document line by line."""

    def __init__(self, lines: list[str], start: int) -> None:
        self._lines = lines
        self._at = start
        self.headings: list[Heading] = []
        self.items: list[Item] = []
        self.tables: list[Table] = []
        self.paragraphs: list[Paragraph] = []
        self.code: list[Code] = []
        self._open: list[str] = []

    def read(self) -> None:
        """Read to the end."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if fence := _FENCE.match(line):
                self._close()
                self._fenced(fence[1], line)
            elif heading := _HEADING.match(line):
                self._close()
                self.headings.append(Heading(len(heading[1]), (heading[2] or "").strip(), self._at, 0))
            elif self._open and (under := _UNDERLINE.match(line)):
                text = " ".join(self._open)
                self.headings.append(Heading(1 if under[1][0] == "=" else 2, text, self._at - len(self._open), 0))
                self._open = []
            elif item := _ITEM.match(line):
                self._close()
                self._item(item)
            elif "|" in line and self._at < len(self._lines) and _DIVIDER.match(self._lines[self._at]):
                self._close()
                self._table(line)
            elif line.strip():
                self._text(line)
            else:
                self._close()
        self._close()

    def _text(self, line: str) -> None:
        """Take a line of running text: of the list item before it when it is indented, else of a paragraph."""
        last = self.items[-1] if self.items else None
        if last and not self._open and line[0].isspace() and self._at - last.line - last.text.count("\n") == 1:
            self.items[-1] = Item(f"{last.text}\n{line.strip()}", last.line, last.depth, last.number, last.checked)
        else:
            self._open.append(line.strip())

    def _close(self) -> None:
        """End the paragraph that is open."""
        if self._open:
            end = self._at - 1
            self.paragraphs.append(Paragraph(" ".join(self._open), end - len(self._open) + 1, end))
            self._open = []

    def _fenced(self, fence: str, line: str) -> None:
        start = self._at
        while self._at < len(self._lines) and not self._lines[self._at].strip().startswith(fence):
            self._at += 1
        text = "\n".join(self._lines[start : self._at])
        language = line.strip().lstrip("`~").split(" ")[0]
        self._at += 1
        self.code.append(Code(text, language, start, min(self._at, len(self._lines))))

    def _item(self, match: re.Match[str]) -> None:
        text, checked = match["text"].strip(), None
        if task := _TASK.match(text):
            text, checked = text[task.end() :], task["mark"] != " "
        number = int(match["mark"][:-1]) if match["mark"][0].isdigit() else 0
        depth = len(match["indent"].expandtabs(4)) // 2
        self.items.append(Item(text, self._at, depth, number, checked))

    def _table(self, line: str) -> None:
        start = self._at
        self._at += 1
        rows: list[tuple[int, tuple[str, ...]]] = []
        while self._at < len(self._lines) and "|" in self._lines[self._at]:
            self._at += 1
            rows.append((self._at, _cells(self._lines[self._at - 1])))
        self.tables.append(Table(_cells(line), tuple(rows), start))


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a row of a table."""
    cells = [cell.strip().replace("\\|", "|") for cell in _ROW.split(line.strip())]
    if cells and not cells[0]:
        cells = cells[1:]
    return tuple(cells[:-1] if cells and not cells[-1] else cells)
