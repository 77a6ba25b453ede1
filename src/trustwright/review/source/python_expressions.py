"""Python expressions and parameters, from a stretch of source text."""

from collections.abc import Callable

from tree_sitter import Node

from trustwright.review.source.expression import Expression, Parameter
from trustwright.review.source.python import dotted, parser, string

_WRAPPERS = frozenset({"parenthesized_expression", "await", "type", "expression_statement", "module"})
_MAX_DEPTH = 60


def expression(text: bytes, start: int, language: str = "python") -> Expression:
    """Parse ``text``, which begins at byte ``start`` of its file, as one expression."""
    root = parser().parse(b"(" + text + b"\n)").root_node
    return _Reader(start - 1).read(root, 0)


def parameters(text: bytes, start: int, language: str = "python") -> tuple[Parameter, ...]:
    """Parse a parameter list (with or without its parentheses)."""
    listed = text if text.startswith(b"(") else b"(" + text + b")"
    prefix = b"def f"
    root = parser().parse(prefix + listed + b": pass").root_node
    definition = root.named_children[0] if root.named_children else None
    formal = definition.child_by_field_name("parameters") if definition is not None else None
    reader = _Reader(start - len(prefix) - (0 if listed is text else 1))
    return (
        tuple(reader.parameter(child) for child in formal.named_children if child.type != "comment") if formal else ()
    )


class _Reader:
    """Turns nodes into expressions; ``shift`` is added to every offset."""

    def __init__(self, shift: int) -> None:
        self._shift = shift

    def read(self, node: Node, depth: int) -> Expression:
        while node.type in _WRAPPERS:
            inner = next((child for child in node.named_children if child.type != "comment"), None)
            if inner is None:
                break
            node = inner
        result = Expression("other", node.start_byte + self._shift, node.end_byte + self._shift)
        if depth > _MAX_DEPTH:
            return result
        handler = _HANDLERS.get(node.type)
        return handler(self, node, result, depth + 1) if handler else result

    def _children(self, node: Node, depth: int) -> tuple[Expression, ...]:
        return tuple(self.read(child, depth) for child in node.named_children if child.type != "comment")

    def name(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.name = "name", dotted(node)
        inner = node.child_by_field_name("object") or node.child_by_field_name("value")
        if inner is not None and inner.type != "identifier":
            result.callee = self.read(inner, depth)
        return result

    def called(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "call"
        callee, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if callee is not None:
            result.name, result.callee = dotted(callee), self.read(callee, depth)
        if arguments is None:
            return result
        if arguments.type != "argument_list":
            result.arguments = (self.read(arguments, depth),)
            return result
        positional, keywords = [], []
        for child in arguments.named_children:
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if child.type == "keyword_argument" and name is not None and value is not None:
                keywords.append((_text(name), self.read(value, depth)))
            elif child.type == "dictionary_splat":
                keywords.append(("...", self.read(child.named_children[0], depth)))
            elif child.type != "comment":
                positional.append(self.read(child, depth))
        result.arguments, result.entries = tuple(positional), tuple(keywords)
        return result

    def dictionary(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "object"
        entries = []
        for child in node.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "pair" and key is not None and value is not None:
                entries.append((string(key) or _text(key), self.read(value, depth)))
            elif child.type == "dictionary_splat" and child.named_children:
                entries.append(("...", self.read(child.named_children[0], depth)))
        result.entries = tuple(entries)
        return result

    def array(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.arguments = "array", self._children(node, depth)
        return result

    def spread(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.arguments = "spread", self._children(node, depth)
        return result

    def text(self, node: Node, result: Expression, depth: int) -> Expression:
        constant = string(node)
        if constant is not None:
            result.kind, result.value = "string", constant
            return result
        pieces = node.named_children if node.type == "concatenated_string" else [node]
        text, holes = "", []
        for piece in pieces:
            for child in piece.named_children:
                if child.type == "interpolation":
                    text += "{}"
                    inner = child.child_by_field_name("expression")
                    if inner is not None:
                        holes.append(self.read(inner, depth))
                elif child.type == "string_content":
                    text += _text(child)
        result.kind, result.value, result.arguments = "template", text, tuple(holes)
        return result

    def number(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "number"
        raw = _text(node).replace("_", "")
        try:
            result.value = float(int(raw, 0)) if node.type == "integer" else float(raw)
        except (ValueError, OverflowError):
            result.value = None
        return result

    def boolean(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind, result.value = "boolean", node.type == "true"
        return result

    def null(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "null"
        return result

    def function(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "function"
        return result

    def operation(self, node: Node, result: Expression, depth: int) -> Expression:
        result.kind = "operation"
        operator = node.child_by_field_name("operator") or node.child_by_field_name("operators")
        result.name = _text(operator) if operator is not None else node.type.partition("_")[0]
        result.arguments = self._children(node, depth)
        return result

    def conditional(self, node: Node, result: Expression, depth: int) -> Expression:
        children = self._children(node, depth)
        result.kind = "conditional"
        result.arguments = (children[1], children[0], *children[2:]) if len(children) > 1 else children
        return result

    def generic(self, node: Node, result: Expression, depth: int) -> Expression:
        """Read ``Annotated[int, Depends(f)]``: the parameters of a generic type are its arguments."""
        result.kind, result.name = "name", _text(node.named_children[0]) if node.named_children else ""
        result.arguments = tuple(item for child in node.named_children[1:] for item in self._children(child, depth))
        return result

    def subscript(self, node: Node, result: Expression, depth: int) -> Expression:
        self.name(node, result, depth)
        result.arguments = tuple(self.read(child, depth) for child in node.children_by_field_name("subscript"))
        return result

    def parameter(self, node: Node) -> Parameter:
        """Read one parameter."""
        name = node.child_by_field_name("name") or next(iter(node.named_children), node)
        annotation, default = node.child_by_field_name("type"), node.child_by_field_name("value")
        return Parameter(
            name=_text(node if node.type == "identifier" else name).lstrip("*"),
            annotation=self.read(annotation, 0) if annotation is not None else None,
            annotation_text=_text(annotation) if annotation is not None else "",
            default=self.read(default, 0) if default is not None else None,
        )


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


_HANDLERS: dict[str, Callable[[_Reader, Node, Expression, int], Expression]] = {
    "identifier": _Reader.name,
    "attribute": _Reader.name,
    "subscript": _Reader.subscript,
    "generic_type": _Reader.generic,
    "call": _Reader.called,
    "dictionary": _Reader.dictionary,
    "list": _Reader.array,
    "tuple": _Reader.array,
    "set": _Reader.array,
    "list_splat": _Reader.spread,
    "dictionary_splat": _Reader.spread,
    "string": _Reader.text,
    "concatenated_string": _Reader.text,
    "integer": _Reader.number,
    "float": _Reader.number,
    "true": _Reader.boolean,
    "false": _Reader.boolean,
    "none": _Reader.null,
    "lambda": _Reader.function,
    "binary_operator": _Reader.operation,
    "boolean_operator": _Reader.operation,
    "comparison_operator": _Reader.operation,
    "not_operator": _Reader.operation,
    "unary_operator": _Reader.operation,
    "list_comprehension": _Reader.operation,
    "generator_expression": _Reader.operation,
    "conditional_expression": _Reader.conditional,
    "named_expression": _Reader.operation,
    "keyword_argument": _Reader.operation,
}
