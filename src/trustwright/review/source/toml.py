"""Reads TOML into trees: the standard library reads the values, the lines are found beside it."""

import re
import tomllib
from collections.abc import Generator, Iterator
from typing import Final

from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import MAX_DEPTH, MAX_NODES, Tree, Value

MAX_BYTES: Final = 2_000_000

# tomllib has checked the text before this is used, so the tokens need no checking of their own.
_TOKEN: Final = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<string>\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\]|\\.)*"|'[^']*')
    | (?P<newline>\n)
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s\#"'\[\]{}=,.]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_VALUE_ENDS: Final = frozenset({",", "]", "}"})
Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""
_Token = tuple[str, str, int]


def parse(path: str, data: bytes) -> Tree:
    """Return the content of a TOML file as a mapping; dates and times become their text.

    ``data`` is the file's bytes. Raises SourceError for what is not TOML, and for files above the limits.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(path, 0, f"larger than {MAX_BYTES} bytes", "capped")
    try:
        text = data.decode().replace("\r\n", "\n")
        content = tomllib.loads(text)
        lines = key_lines(text)
    except UnicodeDecodeError:
        raise SourceError(path, 0, "not UTF-8") from None
    except RecursionError:
        raise SourceError(path, 0, f"nested deeper than {MAX_DEPTH} levels", "capped") from None
    except ValueError as error:
        place = re.search(r"line (\d+)", str(error))
        raise SourceError(path, int(place[1]) if place else 0, "not TOML") from None
    if len(lines) > MAX_NODES:
        raise SourceError(path, 0, f"more than {MAX_NODES} values", "capped")
    return _tree(path, content, (), 1, lines)


def _tree(path: str, content: object, key: Path, line: int, lines: dict[Path, int]) -> Tree:
    """Return a value with its line: its own when it has one, else that of what holds it."""
    if len(key) > MAX_DEPTH:
        raise SourceError(path, line, f"nested deeper than {MAX_DEPTH} levels", "capped")
    line = lines.get(key, line)
    value: Value
    if isinstance(content, dict):
        value = {name: _tree(path, child, (*key, name), line, lines) for name, child in content.items()}
        return Tree(value, line, max((tree.end_line for tree in value.values()), default=line))
    if isinstance(content, list):
        value = tuple(_tree(path, child, (*key, at), line, lines) for at, child in enumerate(content))
        return Tree(value, line, max((tree.end_line for tree in value), default=line))
    if isinstance(content, str):
        return Tree(content, line, line + content.count("\n"))
    if isinstance(content, (bool, int, float)):
        return Tree(content, line, line, str(content).lower() if isinstance(content, bool) else str(content))
    return Tree(str(content), line, line)


def key_lines(text: str) -> dict[Path, int]:
    """Return the line of every key and every item of a list in a valid TOML text; of several the first counts."""
    return dict(reversed(list(_lines(text))))


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the line of every key and every item of a list, by path, in the order of the text."""
    tokens = _tokens(text)
    table: Path = ()
    repeated: dict[Path, int] = {}
    at = 0
    while at < len(tokens):
        kind, word, line = tokens[at]
        if kind == "newline":
            at += 1
        elif word == "[" and kind == "mark":
            double = tokens[at + 1] == ("mark", "[", line)
            keys, at = _key(tokens, at + 1 + double)
            at += 1 + double
            table = _real(keys, repeated)
            if double:
                repeated[table] = repeated.get(table, -1) + 1
                yield table, line
                table = (*table, repeated[table])
            yield from _prefixes((), table, line)
        else:
            keys, at = _key(tokens, at)
            yield from _prefixes(table, keys, line)
            at = yield from _value(tokens, at + 1, (*table, *keys))


def _tokens(text: str) -> list[_Token]:
    found = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            found.append((kind, match[0], line))
        line += match[0].count("\n")
    return found


def _key(tokens: list[_Token], at: int) -> tuple[Path, int]:
    """Return a dotted key and the position after it."""
    keys: list[str] = []
    while at < len(tokens) and (tokens[at][0] != "mark" or tokens[at][1] == "."):
        kind, word, _ = tokens[at]
        if kind == "bare":
            keys.append(word)
        elif kind == "string":
            keys.append(_unquoted(word))
        at += 1
    return tuple(keys), at


def _unquoted(word: str) -> str:
    """Return a quoted key's text; tomllib knows the escapes."""
    return next(iter(tomllib.loads(f"{word}=0")))


def _real(keys: Path, repeated: dict[Path, int]) -> Path:
    """Return a table's path with the positions in the repeated tables above it."""
    path: Path = ()
    for at, key in enumerate(keys):
        path = (*path, key)
        if path in repeated and at < len(keys) - 1:
            path = (*path, repeated[path])
    return path


def _prefixes(table: Path, keys: Path, line: int) -> Iterator[tuple[Path, int]]:
    for at in range(1, len(keys) + 1):
        yield (*table, *keys[:at]), line


def _value(tokens: list[_Token], at: int, path: Path) -> Generator[tuple[Path, int], None, int]:
    """Yield the lines inside a value; return the position after it."""
    opening = tokens[at][1] if tokens[at][0] == "mark" else ""
    if opening not in {"[", "{"}:
        while at < len(tokens) and tokens[at][0] != "newline" and tokens[at][1] not in _VALUE_ENDS:
            at += 1
        return at
    at, index = at + 1, 0
    while at < len(tokens) and tokens[at][1] not in {"]", "}"}:
        kind, word, line = tokens[at]
        if kind == "newline" or word == ",":
            at += 1
        elif opening == "[":
            yield (*path, index), line
            at = yield from _value(tokens, at, (*path, index))
            index += 1
        else:
            keys, at = _key(tokens, at)
            yield from _prefixes(path, keys, line)
            at = yield from _value(tokens, at + 1, (*path, *keys))
    return at + 1
