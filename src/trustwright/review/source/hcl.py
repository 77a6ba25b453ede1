"""Reads HCL (Terraform) into blocks whose bodies are trees; what only a run can know stays unresolved."""

import re
from collections.abc import Iterator
from typing import Final

import tree_sitter_hcl
from msgspec import Struct
from tree_sitter import Language, Node, Parser

from trustwright.review.source import json
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import MAX_BYTES, MAX_DEPTH, Tree, Value

_LANGUAGE: Final = Language(tree_sitter_hcl.language())
_ESCAPE: Final = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
# Functions that change a value's type or spelling and nothing a review asks about.
_TRANSPARENT: Final = frozenset(
    {"jsonencode", "tobool", "tolist", "tomap", "tonumber", "toset", "tostring", "sensitive"}
)
_INTERPOLATION: Final = re.compile(r"\$\{|%\{")
_ALONE: Final = re.compile(r"\$\{([^{}]+)\}")
# How many levels of names each block of the JSON form has above its body.
_JSON_LABELS: Final = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "locals": 0, "terraform": 0}


class Block(Struct, frozen=True):
    """A top-level block: ``resource "aws_s3_bucket" "data" { ... }``.

    ``body`` is a mapping: attributes under their names, nested blocks under their kind as lists; a nested block's
    labels become mappings around its body. ``dynamic "x"`` makes ``x`` unresolved.
    """

    kind: str
    labels: tuple[str, ...]
    body: Tree
    line: int
    end_line: int


class Document(Struct, frozen=True):
    """A file: its top-level attributes (``.tfvars`` has nothing else) and blocks."""

    attributes: Tree
    blocks: tuple[Block, ...]


def parse(path: str, data: bytes) -> Document:
    """Return the attributes and blocks of an HCL file.

    ``data`` is the file's bytes. Raises SourceError for what is not HCL, and for files above the limits of
    ``source.tree``.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(path, 0, f"larger than {MAX_BYTES} bytes", "capped")
    root = Parser(_LANGUAGE).parse(data).root_node
    if root.has_error:
        raise SourceError(path, _error_line(root), "not HCL")
    reader = _Reader(path)
    blocks: list[Block] = []
    attributes: dict[str, Tree] = {}
    body = next((child for child in root.named_children if child.type == "body"), None)
    for child in body.named_children if body else ():
        if child.type == "attribute":
            name, tree = reader.attribute(child, 0)
            attributes[name] = tree
        elif child.type == "block":
            kind, labels, inner = _head(child)
            blocks.append(Block(kind, labels, reader.body(inner, child, 0), _line(child), _end(child)))
    return Document(Tree(attributes, 1, _end(root)), tuple(blocks))


def from_json(tree: Tree) -> Document:
    """Return the blocks of a configuration in Terraform's JSON form, parsed by ``source.json``.

    ``{"resource": {"aws_s3_bucket": {"data": {...}}}}`` is a block with two labels; a text with ``${...}``
    is unresolved.
    """
    blocks: list[Block] = []
    for kind, labels in _JSON_LABELS.items():
        found = tree.at(kind)
        for names, body in _labelled(found, labels) if found else ():
            blocks.append(Block(kind, names, _computed(body), body.line, body.end_line))
    return Document(Tree({}, tree.line, tree.end_line), tuple(blocks))


def _labelled(tree: Tree, depth: int) -> Iterator[tuple[tuple[str, ...], Tree]]:
    """Yield the bodies below ``depth`` levels of names; lists repeat a block."""
    for part in tree.each():
        if not depth:
            yield (), part
            continue
        for name, inner in part.items():
            for names, body in _labelled(inner, depth - 1):
                yield (name, *names), body


def _error_line(root: Node) -> int:
    """Return the line of the first place the grammar did not understand."""
    node = root
    for _ in range(MAX_DEPTH * 10):
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None or inner.type == "ERROR":
            return _line(inner or node)
        node = inner
    return _line(node)


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _end(node: Node) -> int:
    return node.end_point[0] + 1


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _head(block: Node) -> tuple[str, tuple[str, ...], Node | None]:
    """Return a block's kind, labels and body."""
    words = [_text(child).strip('"') for child in block.named_children if child.type in {"identifier", "string_lit"}]
    return words[0], tuple(words[1:]), next((child for child in block.named_children if child.type == "body"), None)


class _Reader:
    """Turns bodies and expressions of one file into trees."""

    def __init__(self, path: str) -> None:
        self._path = path

    def body(self, body: Node | None, block: Node, depth: int) -> Tree:
        """Return a block's body as a mapping."""
        self._check(block, depth)
        entries: dict[str, Tree] = {}
        nested: dict[str, list[Tree]] = {}
        for child in body.named_children if body else ():
            if child.type == "attribute":
                name, tree = self.attribute(child, depth + 1)
                entries[name] = tree
            elif child.type == "block":
                kind, labels, inner = _head(child)
                if kind == "dynamic" and labels:
                    entries[labels[0]] = Tree(None, _line(child), _end(child), unresolved=f"dynamic {labels[0]}")
                    continue
                tree = self.body(inner, child, depth + 1)
                for label in reversed(labels):
                    tree = Tree({label: tree}, tree.line, tree.end_line)
                nested.setdefault(kind, []).append(tree)
        for kind, trees in nested.items():
            entries.setdefault(kind, Tree(tuple(trees), trees[0].line, trees[-1].end_line))
        return Tree(entries, _line(block), _end(block))

    def attribute(self, node: Node, depth: int) -> tuple[str, Tree]:
        """Return an attribute's name and value; the value carries the line of the name."""
        name, expression = node.named_children[0], node.named_children[-1]
        tree = self._expression(expression, depth)
        return _text(name), Tree(tree.value, _line(node), tree.end_line, tree.written, tree.unresolved)

    def _check(self, node: Node, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise SourceError(self._path, _line(node), f"nested deeper than {MAX_DEPTH} levels", "capped")

    def _expression(self, node: Node, depth: int) -> Tree:
        self._check(node, depth)
        parts = [child for child in node.named_children if child.type != "comment"]
        if len(parts) != 1:
            return _unresolved(node)
        part = parts[0]
        if part.type == "expression":
            return self._expression(part, depth + 1)
        if part.type == "literal_value":
            return self._literal(part)
        if part.type == "template_expr":
            return self._template(part)
        if part.type == "collection_value":
            return self._collection(part.named_children[0], depth)
        if part.type == "operation" and _text(part).startswith("-"):
            number = _number(_text(part))
            return _unresolved(node) if number is None else Tree(number, _line(node), _end(node), _text(part))
        if part.type == "function_call":
            return self._call(part, node, depth)
        return _unresolved(node)

    def _literal(self, node: Node) -> Tree:
        literal = node.named_children[0]
        text = _text(literal)
        if literal.type == "string_lit":
            return Tree(_unescape(text[1:-1]), _line(node), _end(node))
        value: Value = text
        if literal.type == "bool_lit":
            value = text == "true"
        elif literal.type == "null_lit":
            value = None
        elif literal.type == "numeric_lit":
            number = _number(text)
            value = text if number is None else number
        return Tree(value, _line(node), _end(node), text)

    def _template(self, node: Node) -> Tree:
        template = node.named_children[0]
        open_ended = any(
            child.type in {"template_interpolation", "template_directive"} for child in template.named_children
        )
        if template.type != "heredoc_template":
            text = _text(template)
            return _unresolved(node) if open_ended else Tree(_unescape(text[1:-1]), _line(node), _end(node))
        lines = _text(template).split("\n")[1:-1]
        document = self._document("\n".join(lines), _line(template))
        if document is not None:
            return document
        if open_ended:
            return _unresolved(node)
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        flush = _text(template).startswith("<<-")
        return Tree("\n".join(line[margin:] if flush else line for line in lines), _line(node), _end(node))

    def _document(self, text: str, line: int) -> Tree | None:
        """Return the JSON document a heredoc holds (a policy), or None; ``line`` is the one before its first."""
        if not text.lstrip().startswith(("{", "[")):
            return None
        try:
            return _lowered(json.parse(self._path, text.encode()), line)
        except SourceError:
            return None

    def _collection(self, node: Node, depth: int) -> Tree:
        if node.type == "tuple":
            items = tuple(
                self._expression(child, depth + 1) for child in node.named_children if child.type == "expression"
            )
            return Tree(items, _line(node), _end(node)) if _is_plain(node, "expression") else _unresolved(node)
        entries: dict[str, Tree] = {}
        for element in node.named_children:
            if element.type != "object_elem":
                continue
            key, value = element.named_children[0], element.named_children[-1]
            tree = self._expression(value, depth + 1)
            entries[_text(key).strip('"()')] = Tree(
                tree.value, _line(element), tree.end_line, tree.written, tree.unresolved
            )
        return Tree(entries, _line(node), _end(node)) if _is_plain(node, "object_elem") else _unresolved(node)

    def _call(self, call: Node, node: Node, depth: int) -> Tree:
        name = _text(call.named_children[0])
        arguments = next((child for child in call.named_children if child.type == "function_arguments"), None)
        values = [child for child in arguments.named_children if child.type == "expression"] if arguments else []
        if name in _TRANSPARENT and len(values) == 1:
            return self._expression(values[0], depth + 1)
        return _unresolved(node)


def _is_plain(node: Node, kind: str) -> bool:
    """Tell whether a collection lists its elements, rather than computing them."""
    marks = {f"{node.type}_start", f"{node.type}_end", "comment", kind}
    return all(child.type in marks for child in node.named_children)


def _unresolved(node: Node) -> Tree:
    return Tree(None, _line(node), _end(node), unresolved=_text(node) or "?")


def _number(text: str) -> int | float | None:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None


def _unescape(text: str) -> str:
    """Return a quoted string's text with its escapes read."""
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        if match[1]:
            return _ESCAPED[match[1]]
        code = int(match[2] or match[3], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]

    return _ESCAPE.sub(character, text)


def _lowered(tree: Tree, by: int) -> Tree:
    """Return a tree moved down by some lines, its interpolated strings unresolved."""
    computed = _computed(tree)
    value = computed.value
    if isinstance(value, tuple):
        value = tuple(_lowered(child, by) for child in value)
    elif isinstance(value, dict):
        value = {key: _lowered(child, by) for key, child in value.items()}
    return Tree(value, tree.line + by, tree.end_line + by, computed.written, computed.unresolved)


def _computed(tree: Tree) -> Tree:
    """Return a tree of JSON with its interpolated strings unresolved: ``${x}`` alone is ``x``, else a template."""
    value = tree.value
    unresolved = tree.unresolved
    if isinstance(value, tuple):
        value = tuple(_computed(child) for child in value)
    elif isinstance(value, dict):
        value = {key: _computed(child) for key, child in value.items()}
    elif isinstance(value, str) and _INTERPOLATION.search(value):
        alone = _ALONE.fullmatch(value)
        unresolved, value = alone[1] if alone else f'"{value}"', None
    return Tree(value, tree.line, tree.end_line, tree.written, unresolved)
