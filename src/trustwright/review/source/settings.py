"""Reads settings files of one entry per line: ``.env``, ini, ``.properties``."""

import re
from typing import Final

from trustwright.review.source.errors import SourceError, text_of
from trustwright.review.source.tree import Tree

MAX_BYTES: Final = 1_000_000
MAX_LINES: Final = 50_000

_SECTION: Final = re.compile(r"^\[(?P<name>[^\]]*)\]\s*(?:[#;].*)?$")
_ENTRY: Final = re.compile(r"^(?:export\s+)?(?P<key>[^\s=:#;\[][^=:]*?)\s*[=:]\s*(?P<value>.*)$")
_COMMENT_AFTER: Final = re.compile(r"\s[#;].*$")


def parse(path: str, data: bytes) -> Tree:
    """Return the entries of a settings file as a mapping of texts.

    ``data`` is the file's bytes. Sections of an ini file are mappings of their own; an indented line continues the
    value before it; of a key given twice in one section the last wins. A line that is no entry is passed over. Raises
    SourceError for files that are not UTF-8 or above the limits.
    """
    lines = text_of(path, data, MAX_BYTES).splitlines()
    if len(lines) > MAX_LINES:
        raise SourceError(path, 0, f"more than {MAX_LINES} lines", "capped")
    root: dict[str, Tree] = {}
    sections: dict[str, tuple[int, dict[str, Tree]]] = {}
    entries, last = root, ""
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;!":
            continue
        if header := _SECTION.match(stripped):
            entries, last = sections.setdefault(header["name"].strip(), (number, {}))[1], ""
        elif line[0].isspace() and last:
            before = entries[last]
            entries[last] = Tree(f"{before.text}\n{stripped}", before.line, number)
        elif entry := _ENTRY.match(stripped):
            last = entry["key"].strip("\"' ")
            entries[last] = Tree(_value(entry["value"]), number, number)
    for name, (number, found) in sections.items():
        end = max((tree.end_line for tree in found.values()), default=number)
        root[name] = Tree(found, number, end)
    return Tree(root, 1, max(len(lines), 1))


def _value(text: str) -> str:
    """Return a value without the quotes around it, or without the comment after it."""
    text = text.strip()
    if len(text) > 1 and text[0] in "\"'" and (end := text.find(text[0], 1)) > 0:
        return text[1:end]
    return _COMMENT_AFTER.sub("", text).strip()
