"""The facts of a file while its language module is filling them."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

from msgspec.structs import replace
from tree_sitter import Node, Parser, Query, QueryCursor

from trustwright.review.source.facts import (
    Assignment,
    Branch,
    Call,
    Catch,
    Class,
    Decorator,
    Export,
    Facts,
    Function,
    Import,
    Loop,
    Pair,
    Span,
)

MAX_NODES = 1_500_000
"""Files with more syntax nodes than this are not read: real code has far fewer, and one such file costs seconds."""

MAX_ERROR_LINES = 5


Handler = Callable[["Gathering", dict[str, list[Node]]], None]
"""Takes what one pattern of a language's query matched."""


def gathered(text: bytes, parser: Parser, query: Query, handlers: Sequence[Handler]) -> Facts:
    """Read a file's facts with one query; ``handlers`` has one for each of its patterns, in order.

    Never raises on malformed input: what cannot be parsed is in ``error_lines``.
    """
    root = parser.parse(text).root_node
    found = Gathering(text, root)
    if not found.capped:
        for index, nodes in QueryCursor(query).matches(root):
            handlers[index](found, nodes)
    return found.facts()


def span(node: Node) -> tuple[int, int]:
    """Return a node's first and past-the-end byte."""
    return node.start_byte, node.end_byte


class Gathering:
    """Lists that grow while a file is read, and become :class:`Facts` at the end.

    ``names`` maps the start of a function or class to its name; ``anchors`` maps the place of a definition's name to
    the definition's start, so that decorators find what they decorate.
    """

    def __init__(self, text: bytes, root: Node) -> None:
        """Start with nothing; ``capped`` tells at once whether the tree is too large to read."""
        self._text = text
        self.capped = root.descendant_count > MAX_NODES
        self.imports: list[Import] = []
        self.exports: list[Export] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.decorators: list[Decorator] = []
        self.calls: list[Call] = []
        self.assignments: list[Assignment] = []
        self.additions: list[Assignment] = []
        self.pairs: list[Pair] = []
        self.catches: list[Catch] = []
        self.branches: list[Branch] = []
        self.loops: list[Loop] = []
        self.raises: list[Span] = []
        self.returns: list[Span] = []
        self.comments: list[Span] = []
        self.error_lines: list[int] = []
        self.names: dict[int, str] = {}
        self.anchors: list[tuple[int, int]] = []

    def text(self, node: Node) -> str:
        """Return a node's text."""
        return self._text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def error(self, node: Node) -> None:
        """Record a place that the parser could not read."""
        if len(self.error_lines) < MAX_ERROR_LINES:
            self.error_lines.append(node.start_point[0] + 1)

    def facts(self) -> Facts:
        """Return what was gathered, in order of place."""
        return Facts(
            imports=tuple(self.imports),
            exports=tuple(self.exports),
            functions=tuple(
                replace(item, name=self.names.get(item.start, "")) for item in sorted(self.functions, key=_outer_first)
            ),
            classes=tuple(
                replace(item, name=self.names.get(item.start, "")) for item in sorted(self.classes, key=_outer_first)
            ),
            decorators=tuple(self._owned_decorators()),
            calls=tuple(sorted(self.calls, key=_outer_first)),
            assignments=tuple(sorted(self.assignments, key=_outer_first)),
            pairs=tuple(sorted(self.pairs, key=lambda item: item.start)),
            catches=tuple(sorted(self.catches, key=_outer_first)),
            branches=tuple(sorted(self.branches, key=_outer_first)),
            loops=tuple(sorted(self.loops, key=_outer_first)),
            raises=tuple(sorted(self.raises, key=_outer_first)),
            returns=tuple(sorted(self.returns, key=_outer_first)),
            comments=tuple(self.comments),
            error_lines=tuple(sorted(self.error_lines)),
            capped=self.capped,
            additions=tuple(sorted(self.additions, key=_outer_first)),
        )

    def _owned_decorators(self) -> list[Decorator]:
        """Give each decorator the definition that follows it; those of parameters belong to no definition."""
        anchors = sorted(self.anchors)
        places = [place for place, _ in anchors]
        parameters = sorted((f.parameters_start, f.parameters_end) for f in self.functions)
        starts = [start for start, _ in parameters]
        owned = []
        for item in sorted(self.decorators, key=lambda d: d.start):
            before = bisect_left(starts, item.start) - 1
            if before >= 0 and item.end <= parameters[before][1]:
                continue
            index = bisect_left(places, item.end)
            if index < len(anchors):
                owned.append(replace(item, owner=anchors[index][1]))
        return owned


def _outer_first(item: Function | Class | Call | Assignment | Catch | Branch | Loop | Span) -> tuple[int, int]:
    return item.start, -item.end
