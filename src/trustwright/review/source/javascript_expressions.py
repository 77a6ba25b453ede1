"""JavaScript and TypeScript expressions and parameters, from a stretch of source text."""

from collections.abc import Callable

from tree_sitter import Node

from trustwright.review.source.expression import Expression, Parameter
from trustwright.review.source.javascript import WRAPPERS, dotted, parser, string

_NAMES = frozenset({"identifier", "this", "super", "undefined", "type_identifier", "property_identifier"})
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "class", "method_definition"})
_MAX_DEPTH = 60


def expression(text: bytes, start: int, language: str) -> Expression:
    """Parse ``text``, which begins at byte ``start`` of its file, as one expression; an enum reads like an object."""
    bare = text.startswith(b"enum ")
    root = parser(language).parse(text if bare else b"(" + text + b"\n)").root_node
    node: Node | None = root
    while node is not None and node.type in {"program", "expression_statement", "parenthesized_expression"}:
        node = next((child for child in node.named_children if child.type != "comment"), None)
    if node is None:
        return Expression("other", start, start + len(text))
    return _Reader(start if bare else start - 1).read(node, 0)


def parameters(text: bytes, start: int, language: str) -> tuple[Parameter, ...]:
    """Parse a parameter list (with or without its parentheses)."""
    listed = text if text.startswith(b"(") else b"(" + text + b")"
    prefix = b"class X { constructor"
    root = parser(language).parse(prefix + listed + b"{} }").root_node
    shift = start - len(prefix) - (0 if listed is text else 1)
    formal = _first(root, "formal_parameters")
    reader = _Reader(shift)
    return (
        tuple(reader.parameter(child) for child in formal.named_children if child.type != "comment") if formal else ()
    )


def _first(node: Node, kind: str) -> Node | None:
    pending = [node]
    while pending:
        current = pending.pop(0)
        if current.type == kind:
            return current
        pending.extend(current.named_children)
    return None


class _Reader:
    """Turns nodes into expressions; ``shift`` is added to every offset."""

    def __init__(self, shift: int) -> None:
        self._shift = shift

    def read(self, node: Node, depth: int) -> Expression:
        while node.type in WRAPPERS:
            inner = next((child for child in node.named_children if child.type != "comment"), None)
            if inner is None:
                break
            node = inner
        start, end = node.start_byte + self._shift, node.end_byte + self._shift
        if depth > _MAX_DEPTH:
            return Expression("other", start, end)
        kind = node.type
        if kind in _NAMES:
            return (
                Expression("name", start, end, name=_text(node))
                if kind != "undefined"
                else Expression("null", start, end)
            )
        if kind in _FUNCTIONS:
            return Expression("function", start, end)
        handler = _HANDLERS.get(kind)
        return (
            handler(self, node, Expression("other", start, end), depth + 1)
            if handler
            else self._other(node, start, end, depth + 1)
        )

    def _other(self, node: Node, start: int, end: int, depth: int) -> Expression:
        """Keep the operands of anything that has some, so that walking still finds the calls inside."""
        if not node.type.endswith("_expression"):
            return Expression("other", start, end)
        return Expression("operation", start, end, arguments=self._children(node, depth))

    def _children(self, node: Node, depth: int) -> tuple[Expression, ...]:
        return tuple(self.read(child, depth) for child in node.named_children if child.type != "comment")

    def member(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.name = "name", dotted(node)
        inner = node.child_by_field_name("object")
        if inner is not None and inner.type not in _NAMES:
            result.callee = self.read(inner, depth)
        return result

    def called(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.new = "call", node.type == "new_expression"
        callee = node.child_by_field_name("constructor" if result.new else "function")
        if callee is not None:
            result.name, result.callee = dotted(callee), self.read(callee, depth)
        arguments = node.child_by_field_name("arguments")
        if arguments is not None:
            items = (
                self._children(arguments, depth) if arguments.type == "arguments" else (self.read(arguments, depth),)
            )
            result.arguments = items
        return result

    def object(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "object"
        entries: list[tuple[str, Expression]] = []
        for child in node.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            name = child.child_by_field_name("name")
            if child.type == "pair" and key is not None and value is not None:
                entries.append((string(key) or "" if key.type == "string" else _text(key), self.read(value, depth)))
            elif child.type == "shorthand_property_identifier":
                at = child.start_byte + self._shift
                entries.append((_text(child), Expression("name", at, at + len(child.text or b""), name=_text(child))))
            elif child.type == "spread_element":
                entries.append(("...", self.read(child.named_children[0], depth)))
            elif child.type == "method_definition" and name is not None:
                entries.append((_text(name), self.read(child, depth)))
        result.entries = tuple(entries)
        return result

    def enum(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "object"
        body = node.child_by_field_name("body")
        members = [child for child in body.named_children if child.type == "enum_assignment"] if body else []
        pairs = [(child.child_by_field_name("name"), child.child_by_field_name("value")) for child in members]
        result.entries = tuple(
            (_text(name).strip("'\""), self.read(value, depth)) for name, value in pairs if name and value
        )
        return result

    def array(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.arguments = "array", self._children(node, depth)
        return result

    def spread(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.arguments = "spread", self._children(node, depth)
        return result

    def string(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.value = "string", string(node) or ""
        return result

    def template(self, node: Node, result: Expression, depth: int) -> Expression:
        holes = [child for child in node.named_children if child.type == "template_substitution"]
        text, at, parts = node.text or b"", node.start_byte + 1, []
        for hole in holes:
            parts.append(text[at - node.start_byte : hole.start_byte - node.start_byte])
            at = hole.end_byte
        parts.append(text[at - node.start_byte : -1])
        result.value = "{}".join(part.decode("utf-8", "replace") for part in parts)
        result.kind = "template" if holes else "string"
        result.arguments = tuple(self.read(hole.named_children[0], depth) for hole in holes if hole.named_children)
        return result

    def number(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "number"
        raw = _text(node).replace("_", "").rstrip("n")
        try:
            result.value = float(raw) if not raw.lower().startswith(("0x", "0o", "0b")) else float(int(raw, 0))
        except ValueError:
            result.value = None
        return result

    def boolean(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.value = "boolean", node.type == "true"
        return result

    def null(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "null"
        return result

    def operation(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "operation"
        operator = node.child_by_field_name("operator")
        result.name = _text(operator) if operator is not None else ""
        result.arguments = self._children(node, depth)
        return result

    def conditional(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.arguments = "conditional", self._children(node, depth)
        return result

    def parameter(self, node: Node) -> Parameter:
        """Read one parameter."""
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("left") or node
        annotation = node.child_by_field_name("type")
        default = node.child_by_field_name("value") or node.child_by_field_name("right")
        inner = annotation.named_children[0] if annotation is not None and annotation.named_children else None
        return Parameter(
            name=_text(pattern).removeprefix("..."),
            annotation=self.read(inner, 0) if inner is not None else None,
            annotation_text=_text(inner) if inner is not None else "",
            default=self.read(default, 0) if default is not None else None,
            decorators=tuple(
                self.read(child.named_children[0], 0)
                for child in node.named_children
                if child.type == "decorator" and child.named_children
            ),
        )


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


_HANDLERS: dict[str, Callable[[_Reader, Node, Expression, int], Expression]] = {
    "member_expression": _Reader.member,
    "subscript_expression": _Reader.member,
    "call_expression": _Reader.called,
    "new_expression": _Reader.called,
    "object": _Reader.object,
    "enum_declaration": _Reader.enum,
    "array": _Reader.array,
    "spread_element": _Reader.spread,
    "string": _Reader.string,
    "template_string": _Reader.template,
    "number": _Reader.number,
    "true": _Reader.boolean,
    "false": _Reader.boolean,
    "null": _Reader.null,
    "binary_expression": _Reader.operation,
    "unary_expression": _Reader.operation,
    "assignment_expression": _Reader.operation,
    "ternary_expression": _Reader.conditional,
}
