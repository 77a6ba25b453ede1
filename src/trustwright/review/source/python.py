"""Python: bytes to facts."""

import re
from collections.abc import Callable
from functools import cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Query

from trustwright.review.source.facts import (
    Assignment,
    Branch,
    Call,
    Catch,
    Class,
    Decorator,
    Facts,
    Function,
    Import,
    Loop,
    Pair,
    Span,
)
from trustwright.review.source.gathering import Gathering, gathered, span

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("import", "(import_statement) @node"),
    ("from", "(import_from_statement) @node"),
    ("call", "(call function: (_) @callee arguments: (_) @arguments) @node"),
    ("function", "(function_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @node"),
    ("lambda", "(lambda body: (_) @body) @node"),
    ("class", "(class_definition name: (_) @name body: (_) @body) @node"),
    ("decorator", "(decorator) @node"),
    ("assignment", "(assignment left: (_) @name) @node"),
    ("addition", '(augmented_assignment left: (_) @name operator: "+=" right: (_) @value) @node'),
    ("alias", "(type_alias_statement left: (_) @name right: (_) @value) @node"),
    ("pair", "(pair key: (_) @key value: (_) @value)"),
    ("pair", "(keyword_argument name: (_) @key value: (_) @value)"),
    ("catch", "(except_clause) @node"),
    ("branch", "(if_statement condition: (_) @condition consequence: (_) @then) @node"),
    ("branch", "(elif_clause condition: (_) @condition consequence: (_) @then) @node"),
    ("conditional", "(conditional_expression) @node"),
    ("loop", "(for_statement left: (_) @target right: (_) @items) @node"),
    ("raise", "(raise_statement) @node"),
    ("return", "(return_statement) @node"),
    ("comment", "(comment) @node"),
    ("error", "(ERROR) @node"),
    ("error", "(MISSING) @node"),
)
_DOTTED = re.compile(rb"\w+(?:\.\w+)*\Z")
_MAX_CHAIN = 24


@cache
def _grammar() -> tuple[Parser, Query, tuple[str, ...]]:
    grammar = Language(tree_sitter_python.language())
    return Parser(grammar), Query(grammar, "\n".join(text for _, text in _PATTERNS)), tuple(k for k, _ in _PATTERNS)


def parser() -> Parser:
    """Return the Python parser."""
    return _grammar()[0]


def extract(text: bytes, language: str = "python") -> Facts:
    """Read a file's facts. Never raises on malformed input: what cannot be parsed is in ``error_lines``."""
    reader, query, kinds = _grammar()
    return gathered(text, reader, query, [_HANDLERS[kind] for kind in kinds])


def dotted(node: Node) -> str:
    """Return the dotted name of a callee or attribute; see ``Expression.name``."""
    text = node.text or b""
    if len(text) < 200 and _DOTTED.match(text):
        return text.decode()
    parts: list[str] = []
    current: Node | None = node
    while current is not None and len(parts) < _MAX_CHAIN:
        kind = current.type
        if kind == "attribute":
            attribute = current.child_by_field_name("attribute")
            parts.append("." + (attribute.text or b"").decode("utf-8", "replace") if attribute else ".")
            current = current.child_by_field_name("object")
        elif kind == "call":
            parts.append("()")
            current = current.child_by_field_name("function")
        elif kind == "subscript":
            index = current.child_by_field_name("subscript")
            constant = string(index) if index is not None and index.type == "string" else None
            parts.append("[]" if constant is None else "." + constant)
            current = current.child_by_field_name("value")
        elif kind in {"parenthesized_expression", "await"}:
            current = current.named_children[0] if current.named_children else None
        elif kind == "identifier":
            parts.append((current.text or b"").decode("utf-8", "replace"))
            break
        else:
            parts.append("{}")
            break
    return "".join(reversed(parts))


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}


def string(node: Node) -> str | None:
    """Return the text of a string literal without interpolation, or ``None``."""
    if node.type == "concatenated_string":
        parts = [string(child) for child in node.named_children if child.type == "string"]
        return None if None in parts else "".join(part or "" for part in parts)
    if node.type != "string" or any(child.type == "interpolation" for child in node.named_children):
        return None
    raw = node.start_byte
    children = node.children
    if len(children) < 2:
        return None
    inner = (node.text or b"")[children[0].end_byte - raw : children[-1].start_byte - raw].decode("utf-8", "replace")
    if "\\" not in inner or "r" in (children[0].text or b"").decode().lower():
        return inner
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), inner, flags=re.DOTALL)


Nodes = dict[str, list[Node]]


def _import(found: Gathering, nodes: Nodes) -> None:
    for child in nodes["node"][0].named_children:
        name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
        if child.type == "aliased_import" and name is not None and alias is not None:
            found.imports.append(Import(child.start_byte, found.text(alias), found.text(name), "*"))
        elif child.type == "dotted_name":
            module = found.text(child)
            found.imports.append(Import(child.start_byte, module.partition(".")[0], module, "*"))


def _from(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    source = node.child_by_field_name("module_name")
    if source is None:
        return
    module = found.text(source)
    for child in node.children_by_field_name("name"):
        name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
        if child.type == "aliased_import" and name is not None and alias is not None:
            found.imports.append(Import(child.start_byte, found.text(alias), module, found.text(name)))
        else:
            found.imports.append(Import(child.start_byte, found.text(child), module, found.text(child)))
    if any(child.type == "wildcard_import" for child in node.named_children):
        found.imports.append(Import(node.start_byte, "*", module, "*"))


def _call(found: Gathering, nodes: Nodes) -> None:
    callee = nodes["callee"][0]
    found.calls.append(
        Call(*span(nodes["node"][0]), *span(callee), *span(nodes["arguments"][0]), dotted(callee), new=False)
    )


def _function(found: Gathering, nodes: Nodes) -> None:
    node, name = nodes["node"][0], nodes["name"][0]
    found.names[node.start_byte] = found.text(name)
    found.anchors.append((name.start_byte, node.start_byte))
    found.functions.append(Function(*span(node), "", *span(nodes["parameters"][0]), *span(nodes["body"][0])))


def _lambda(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    parameters = node.child_by_field_name("parameters")
    bounds = span(parameters) if parameters is not None else (node.start_byte, node.start_byte)
    found.functions.append(Function(*span(node), "", *bounds, *span(nodes["body"][0])))


def _class(found: Gathering, nodes: Nodes) -> None:
    node, name = nodes["node"][0], nodes["name"][0]
    bases = node.child_by_field_name("superclasses")
    named = [] if bases is None else [child for child in bases.named_children if child.type != "keyword_argument"]
    found.names[node.start_byte] = found.text(name)
    found.anchors.append((name.start_byte, node.start_byte))
    found.classes.append(
        Class(*span(node), "", tuple(dotted(b) for b in named if b.type != "comment"), *span(nodes["body"][0]))
    )


def _decorator(found: Gathering, nodes: Nodes) -> None:
    inner = nodes["node"][0].named_children
    if inner:
        callee = inner[0].child_by_field_name("function") or inner[0]
        found.decorators.append(Decorator(*span(inner[0]), dotted(callee), 0))


def _assignment(found: Gathering, nodes: Nodes) -> None:
    node, name = nodes["node"][0], nodes["name"][0]
    value, annotation = node.child_by_field_name("right"), node.child_by_field_name("type")
    target = found.text(name)
    if value is not None and value.type == "lambda":
        found.names.setdefault(value.start_byte, target)
    types = span(annotation) if annotation is not None else (0, 0)
    values = span(value) if value is not None else (0, 0)
    found.assignments.append(Assignment(*span(node), target, *types, *values))


def _alias(found: Gathering, nodes: Nodes) -> None:
    node, name, value = nodes["node"][0], nodes["name"][0], nodes["value"][0]
    found.assignments.append(Assignment(*span(node), found.text(name), 0, 0, *span(value)))


def _addition(found: Gathering, nodes: Nodes) -> None:
    bounds = span(nodes["value"][0])
    found.additions.append(Assignment(*span(nodes["node"][0]), found.text(nodes["name"][0]), 0, 0, *bounds))


def _pair(found: Gathering, nodes: Nodes) -> None:
    key, value = nodes["key"][0], nodes["value"][0]
    name = string(key) if key.type == "string" else None
    found.pairs.append(Pair(key.start_byte, found.text(key) if name is None else name, *span(value)))


def _catch(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    body = next((child for child in node.named_children if child.type == "block"), node)
    values = node.children_by_field_name("value")
    caught = found.text(values[0]) if values else ""
    begun = node.parent.start_byte if node.parent is not None else node.start_byte
    found.catches.append(Catch(*span(node), begun, *span(body), caught))


def _branch(found: Gathering, nodes: Nodes) -> None:
    found.branches.append(Branch(*span(nodes["node"][0]), *span(nodes["condition"][0]), *span(nodes["then"][0])))


def _conditional(found: Gathering, nodes: Nodes) -> None:
    parts = nodes["node"][0].named_children
    if len(parts) >= 2:
        found.branches.append(Branch(*span(nodes["node"][0]), *span(parts[1]), *span(parts[0])))


def _loop(found: Gathering, nodes: Nodes) -> None:
    target, items = nodes["target"][0], nodes["items"][0]
    found.loops.append(Loop(*span(nodes["node"][0]), found.text(target), *span(items)))


_HANDLERS: dict[str, Callable[[Gathering, Nodes], None]] = {
    "import": _import,
    "from": _from,
    "call": _call,
    "function": _function,
    "lambda": _lambda,
    "class": _class,
    "decorator": _decorator,
    "assignment": _assignment,
    "addition": _addition,
    "alias": _alias,
    "pair": _pair,
    "catch": _catch,
    "branch": _branch,
    "conditional": _conditional,
    "loop": _loop,
    "raise": lambda found, nodes: found.raises.append(Span(*span(nodes["node"][0]))),
    "return": lambda found, nodes: found.returns.append(Span(*span(nodes["node"][0]))),
    "comment": lambda found, nodes: found.comments.append(Span(*span(nodes["node"][0]))),
    "error": lambda found, nodes: found.error(nodes["node"][0]),
}
