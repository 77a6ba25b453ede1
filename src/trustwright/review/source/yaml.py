"""Reads YAML into trees: every document of a file, lines kept, keys as written."""

import re
from typing import Final

import yaml
from yaml import CSafeLoader
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES, Scalar, Tree

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9_]{0,30})")
_OCTAL: Final = re.compile(r"0o?[0-7]{1,20}")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]{1,20}")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_STANDARD_TAG: Final = "tag:yaml.org,2002:"
# CloudFormation's short forms; every other function is spelled `Fn::<tag>`.
_FULL_NAME: Final = {"Ref": "Ref", "Condition": "Condition"}
_FUNCTIONS: Final = frozenset(
    {"And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not"}
    | {"Or", "Select", "Split", "Sub", "ToJsonString", "Transform"}
)


def parse(path: str, data: bytes) -> tuple[Tree, ...]:
    """Return the documents of a YAML file; empty documents are left out.

    ``data`` is the file's bytes. A custom tag becomes a mapping of one entry: ``!Sub x`` is ``{"Fn::Sub": x}``,
    ``!vault x`` is ``{"!vault": x}``. Raises SourceError for what is not YAML (templates are not), and for files above
    the limits of ``source.tree``, alias expansion included.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(path, 0, f"larger than {MAX_BYTES} bytes", "capped")
    builder = _Builder(path)
    try:
        loader = CSafeLoader(data)
        while (event := loader.get_event()) is not None:
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        if b"{{" in data:
            raise SourceError(
                path, line, "a template, which is YAML only once it is rendered", "not-understood"
            ) from None
        raise SourceError(path, line, error.problem or error.context or "not YAML") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise SourceError(path, 0, f"not YAML: {str(error).splitlines()[0]}") from None
    return tuple(builder.documents)


def first(path: str, data: bytes) -> Tree | None:
    """Return the first document of a YAML file, or None when it has none; raises as ``parse`` does."""
    documents = parse(path, data)
    return documents[0] if documents else None


class _Frame:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "entries", "items", "key", "key_line", "last", "line", "merged", "nodes", "tag")

    def __init__(self, event: MappingStartEvent | SequenceStartEvent, nodes: int) -> None:
        self.line = _start(event)
        self.last = self.line
        self.anchor: str | None = event.anchor
        self.tag: str | None = event.tag
        self.nodes = nodes
        self.items: list[Tree] = []
        self.entries: dict[str, Tree] = {}
        self.merged: list[Tree] = []
        self.key: str | None = None
        self.key_line = 0


class _Builder:
    """Makes trees of the parser's events; iterative, so that depth is ours to limit."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.documents: list[Tree] = []
        self._stack: list[_Frame] = []
        self._in_mapping: list[bool] = []
        self._anchors: dict[str, tuple[Tree, int]] = {}
        self._nodes = 0

    def take(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._open(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._close(event)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._anchors = {}

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise SourceError(self.path, line, f"more than {MAX_NODES} values, aliases expanded", "capped")

    def _open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        line = _start(event)
        if len(self._stack) >= MAX_DEPTH:
            raise SourceError(self.path, line, f"nested deeper than {MAX_DEPTH} levels", "capped")
        if self._stack and self._in_mapping[-1] and self._stack[-1].key is None:
            raise SourceError(self.path, line, "a key that is not a word (a template?)", "not-understood")
        self._count(1, line)
        self._stack.append(_Frame(event, self._nodes))
        self._in_mapping.append(isinstance(event, MappingStartEvent))

    def _close(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        frame = self._stack.pop()
        mapping = self._in_mapping.pop()
        for source in frame.merged:
            for one in source.value if isinstance(source.value, tuple) else (source,):
                for key, tree in one.items():
                    frame.entries.setdefault(key, tree)
        value = frame.entries if mapping else tuple(frame.items)
        line = self._line(frame.line)
        self._add(
            _tagged(Tree(value, line, max(frame.last, _end(event), line)), frame.tag),
            frame.anchor,
            self._nodes - frame.nodes + 1,
        )

    def _scalar(self, event: ScalarEvent) -> None:
        text: str = event.value
        line = _start(event)
        if self._stack and self._in_mapping[-1] and self._stack[-1].key is None:
            frame = self._stack[-1]
            frame.key, frame.key_line = text, line
            if event.anchor:
                self._anchors[event.anchor] = (Tree(text, line, line), 1)
            return
        self._count(1, line)
        start = self._line(line)
        value: Scalar = text
        if event.implicit[0] and (text in _WORDS or text[0] in "-+.0123456789"):
            value = _WORDS[text] if text in _WORDS else _number(text)
        tree = Tree(value, start, max(_end(event), start), "" if value is text else text)
        self._add(_tagged(tree, event.tag), event.anchor, 1)

    def _alias(self, event: AliasEvent) -> None:
        line = _start(event)
        if event.anchor not in self._anchors:
            raise SourceError(self.path, line, f"*{event.anchor} stands for nothing that ends before it")
        if self._stack and self._in_mapping[-1] and self._stack[-1].key is None:
            frame = self._stack[-1]
            frame.key, frame.key_line = self._anchors[event.anchor][0].text, line
            return
        tree, nodes = self._anchors[event.anchor]
        self._count(nodes, line)
        here = self._line(line)
        self._add(Tree(tree.value, here, line, tree.written), None, nodes)

    def _line(self, own: int) -> int:
        """Return the line of the key the value belongs to, or its own."""
        return self._stack[-1].key_line if self._stack and self._in_mapping[-1] else own

    def _add(self, tree: Tree, anchor: str | None, nodes: int) -> None:
        if anchor:
            self._anchors[anchor] = (tree, nodes)
        if not self._stack:
            if tree.value is not None:
                self.documents.append(tree)
            return
        frame = self._stack[-1]
        frame.last = max(frame.last, tree.end_line)
        if not self._in_mapping[-1]:
            frame.items.append(tree)
            return
        if frame.key == "<<":
            frame.merged.append(tree)
        elif frame.key is not None:
            frame.entries[frame.key] = tree
        frame.key = None


def _start(event: Event) -> int:
    """Return the line an event begins on, from 1."""
    return event.start_mark.line + 1 if event.start_mark else 0


def _end(event: Event) -> int:
    """Return the last line of a scalar, or of a collection in brackets.

    A block collection, and a block scalar, end where the next token begins: 0 for the former, whose last child knows.
    """
    start, end = event.start_mark, event.end_mark
    if end is None or start is None:
        return 0
    closes_nothing = (start.line, start.column) == (end.line, end.column)
    if closes_nothing and isinstance(event, (MappingEndEvent, SequenceEndEvent)):
        return 0
    return end.line if end.column == 0 else end.line + 1


def _number(text: str) -> Scalar:
    """Return a plain scalar as the number it is, or as the text."""
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _OCTAL.fullmatch(text):
        return int(text.replace("o", ""), 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    return float(text) if len(text) < 40 and _FLOAT.fullmatch(text) else text


def _tagged(tree: Tree, tag: str | None) -> Tree:
    """Return the tree with its custom tag as a mapping around it."""
    if tag is None or tag == "!":
        return tree
    if tag.startswith(_STANDARD_TAG):
        if tag == f"{_STANDARD_TAG}str" and tree.is_scalar:
            return Tree(tree.text, tree.line, tree.end_line)
        return tree
    name = tag.removeprefix("!")
    key = _FULL_NAME.get(name) or (f"Fn::{name}" if name in _FUNCTIONS else f"!{name}")
    return Tree({key: tree}, tree.line, tree.end_line)
