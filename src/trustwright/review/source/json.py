"""Reads JSON into trees, with the comments and trailing commas that settings files allow themselves."""

import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder
from typing import Final

from trustwright.review.source.errors import SourceError, text_of
from trustwright.review.source.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES, Scalar, Tree

# One alternative per token; what matches none of them is the error.
_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<string>"[^"\\\x00-\x1f]*")
      | (?P<escaped>"(?:[^"\\\x00-\x1f]|\\.)*")
      | (?P<mark>[\[\]{}:,])
      | (?P<word>true|false|null|-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: Final[dict[str, Scalar]] = {"true": True, "false": False, "null": None}
_DECODER: Final = JSONDecoder()


def parse(path: str, data: bytes) -> Tree:
    """Return the value a JSON file holds.

    ``data`` is the file's bytes (UTF-8). Of a key given twice the last wins, as in every JSON parser. Raises
    SourceError for what is not JSON, and for files above the limits of ``source.tree``.
    """
    return _Reader(path, text_of(path, data, MAX_BYTES)).read()


class _Open:
    """A list or object that is being read."""

    __slots__ = ("entries", "items", "key", "key_line", "line", "need_value")

    def __init__(self, line: int, is_object: bool) -> None:
        self.line = line
        self.entries: dict[str, Tree] | None = {} if is_object else None
        self.items: list[Tree] = []
        self.key: str | None = None
        self.key_line = 0
        self.need_value = False


class _Reader:
    """Builds the tree token by token; iterative, so that depth is ours to limit."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._line_starts = [match.end() for match in re.finditer("\n", text)]
        self._stack: list[_Open] = []
        self._nodes = 0
        self._result: Tree | None = None
        # True where the grammar wants a comma (or a closing mark) before the next value.
        self._after_value = False

    def read(self) -> Tree:
        """Return the whole value."""
        position = 0
        match_token = _TOKEN.match
        while True:
            match = match_token(self._text, position)
            if match is None:
                raise self._error(position, "not JSON")
            position = match.end()
            kind = match.lastgroup
            if kind == "end":
                break
            if kind != "comment":
                self._take(kind or "", match[kind or 0], match.start(kind or 0))
        if self._result is None or self._stack:
            raise self._error(position, "ends too early")
        return self._result

    def _line(self, position: int) -> int:
        return bisect_right(self._line_starts, position) + 1

    def _error(self, position: int, what: str) -> SourceError:
        return SourceError(self._path, self._line(position), what)

    def _take(self, kind: str, text: str, position: int) -> None:
        if kind == "mark":
            self._mark(text, position)
        elif kind == "word":
            value = _WORDS[text] if text in _WORDS else _number(text)
            self._add(value, text, position)
        else:
            value = text[1:-1] if kind == "string" else self._unescaped(text, position)
            top = self._stack[-1] if self._stack else None
            if top is not None and top.entries is not None and not top.need_value:
                if top.key is not None or self._after_value:
                    raise self._error(position, "a comma is missing")
                top.key, top.key_line = value, self._line(position)
            else:
                self._add(value, "", position)

    def _unescaped(self, text: str, position: int) -> str:
        try:
            value = _DECODER.decode(text)
        except JSONDecodeError:
            raise self._error(position, "a string with an unknown escape") from None
        return str(value).encode("utf-8", "replace").decode()

    def _mark(self, mark: str, position: int) -> None:
        if mark in "{[":
            if len(self._stack) >= MAX_DEPTH:
                raise SourceError(self._path, self._line(position), f"nested deeper than {MAX_DEPTH} levels", "capped")
            self._expect_value(position)
            line = self._line(position)
            self._stack.append(_Open(line, mark == "{"))
            self._after_value = False
            return
        if not self._stack:
            raise self._error(position, f"{mark} outside of a value")
        top = self._stack[-1]
        if mark == ",":
            if not self._after_value:
                raise self._error(position, "a comma without a value before it")
            self._after_value = False
        elif mark == ":":
            if top.key is None or top.need_value:
                raise self._error(position, "a colon without a key before it")
            top.need_value = True
        else:
            self._close(mark, top, position)

    def _close(self, mark: str, top: _Open, position: int) -> None:
        if (mark == "}") != (top.entries is not None) or top.key is not None:
            raise self._error(position, f"{mark} closes nothing")
        self._stack.pop()
        value = tuple(top.items) if top.entries is None else top.entries
        parent = self._stack[-1] if self._stack else None
        line = parent.key_line if parent is not None and parent.entries is not None else top.line
        self._place(Tree(value, line, self._line(position)))

    def _expect_value(self, position: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise SourceError(self._path, self._line(position), f"more than {MAX_NODES} values", "capped")
        top = self._stack[-1] if self._stack else None
        wrong = self._result is not None if top is None else top.entries is not None and not top.need_value
        if wrong or (self._after_value and (top is None or top.entries is None)):
            raise self._error(position, "a value where none belongs")

    def _add(self, value: Scalar, written: str, position: int) -> None:
        self._expect_value(position)
        line = self._line(position)
        top = self._stack[-1] if self._stack else None
        start = top.key_line if top is not None and top.entries is not None else line
        self._place(Tree(value, start, line, written))

    def _place(self, tree: Tree) -> None:
        self._after_value = True
        if not self._stack:
            self._result = tree
            return
        top = self._stack[-1]
        if top.entries is None:
            top.items.append(tree)
        elif top.key is not None:
            top.entries[top.key] = tree
            top.key, top.need_value = None, False


def _number(text: str) -> int | float:
    return float(text) if "." in text or "e" in text or "E" in text else int(text)
