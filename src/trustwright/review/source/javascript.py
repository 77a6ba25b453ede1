"""JavaScript and TypeScript, with or without JSX: bytes to facts, nodes to expressions."""

import re
from collections.abc import Callable
from functools import cache

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query

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
from trustwright.review.source.gathering import Gathering, gathered, span

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("import", "(import_statement) @node"),
    ("export", "(export_statement) @node"),
    ("call", "(call_expression function: (_) @callee arguments: (_) @arguments) @node"),
    ("new", "(new_expression constructor: (_) @callee arguments: (_)? @arguments) @node"),
    (
        "function",
        (
            "[(function_declaration) (generator_function_declaration) (function_expression) (generator_function)"
            " (arrow_function) (method_definition)] @node"
        ),
    ),
    ("class", "[(class_declaration) (class) {abstract}] @node"),
    ("decorator", "(decorator) @node"),
    ("variable", "(variable_declarator name: (_) @name value: (_) @value) @node"),
    ("assignment", "(assignment_expression left: (_) @name right: (_) @value) @node"),
    ("field", "({field}) @node"),
    ("pair", "(pair key: (_) @key value: (_) @value)"),
    ("catch", "(catch_clause body: (_) @body) @node"),
    ("branch", "(if_statement condition: (_) @condition consequence: (_) @then) @node"),
    ("branch", "(ternary_expression condition: (_) @condition consequence: (_) @then) @node"),
    ("loop", "(for_in_statement left: (_) @target right: (_) @items) @node"),
    ("raise", "(throw_statement) @node"),
    ("return", "(return_statement) @node"),
    ("comment", "(comment) @node"),
    ("error", "(ERROR) @node"),
    ("error", "(MISSING) @node"),
)
_TYPED_PATTERNS = (("enum", "(enum_declaration name: (_) @name) @node"),)
_GRAMMARS: dict[str, tuple[Callable[[], object], str, str]] = {
    "javascript": (tree_sitter_javascript.language, "", "field_definition"),
    "typescript": (
        tree_sitter_typescript.language_typescript,
        "(abstract_class_declaration)",
        "public_field_definition",
    ),
    "tsx": (tree_sitter_typescript.language_tsx, "(abstract_class_declaration)", "public_field_definition"),
}
_DOTTED = re.compile(rb"[\w$]+(?:\.[\w$]+)*\Z")
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "class"})
WRAPPERS = frozenset(
    {"parenthesized_expression", "await_expression", "as_expression", "non_null_expression", "satisfies_expression"}
)
_MAX_CHAIN = 24


@cache
def _grammar(language: str) -> tuple[Parser, Query, tuple[str, ...]]:
    load, abstract, field = _GRAMMARS[language]
    grammar = Language(load())
    patterns = _PATTERNS if language == "javascript" else _PATTERNS + _TYPED_PATTERNS
    source = "\n".join(text.replace("{abstract}", abstract).replace("{field}", field) for _, text in patterns)
    return Parser(grammar), Query(grammar, source), tuple(kind for kind, _ in patterns)


def parser(language: str) -> Parser:
    """Return the parser of ``javascript``, ``typescript`` or ``tsx``."""
    return _grammar(language)[0]


def extract(text: bytes, language: str) -> Facts:
    """Read a file's facts. Never raises on malformed input: what cannot be parsed is in ``error_lines``."""
    reader, query, kinds = _grammar(language)
    return gathered(text, reader, query, [_HANDLERS[kind] for kind in kinds])


def dotted(node: Node) -> str:
    """Return the dotted name of a callee or member expression; see ``Expression.name``."""
    text = node.text or b""
    if len(text) < 200 and _DOTTED.match(text):
        return text.decode()
    parts: list[str] = []
    current: Node | None = node
    while current is not None and len(parts) < _MAX_CHAIN:
        kind = current.type
        if kind == "member_expression":
            prop = current.child_by_field_name("property")
            parts.append("." + (prop.text or b"").decode("utf-8", "replace") if prop else ".")
            current = current.child_by_field_name("object")
        elif kind == "call_expression":
            parts.append("()")
            current = current.child_by_field_name("function")
        elif kind == "subscript_expression":
            index = current.child_by_field_name("index")
            constant = string(index) if index is not None and index.type == "string" else None
            parts.append("[]" if constant is None else "." + constant)
            current = current.child_by_field_name("object")
        elif kind in WRAPPERS:
            current = next((child for child in current.named_children if child.type != "comment"), None)
        elif kind == "new_expression":
            parts.append("()")
            current = current.child_by_field_name("constructor")
        elif kind in {"identifier", "this", "super", "import", "type_identifier", "property_identifier"}:
            parts.append((current.text or b"").decode("utf-8", "replace"))
            break
        elif kind in {"private_property_identifier", "nested_identifier"}:
            parts.append((current.text or b"").decode("utf-8", "replace").replace("?", ""))
            break
        else:
            parts.append("{}")
            break
    return "".join(reversed(parts))


def string(node: Node) -> str | None:
    """Return the text of a string literal without quotes and escapes, or ``None`` when it is none."""
    raw = (node.text or b"").decode("utf-8", "replace")
    if len(raw) < 2:
        return None
    inner = raw[1:-1]
    if "\\" not in inner:
        return inner
    return re.sub(r"\\(u\{?[0-9a-fA-F]{1,6}\}?|x[0-9a-fA-F]{2}|.)", _unescape, inner, flags=re.DOTALL)


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        number = int(code.strip("ux{}") or "0", 16)
        return chr(number) if number < 0x110000 else ""
    return {"n": "\n", "t": "\t", "r": "\r", "\n": ""}.get(code, code)


Nodes = dict[str, list[Node]]


def _import(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    source = node.child_by_field_name("source")
    clause = next((c for c in node.named_children if c.type in {"import_clause", "import_require_clause"}), None)
    if source is None and clause is not None:
        source = clause.child_by_field_name("source")
    if source is None:
        return
    module = string(source) or ""
    if clause is None:
        found.imports.append(Import(node.start_byte, "", module, "*"))
        return
    for child in clause.named_children:
        if child.type == "identifier":
            name = "default" if clause.type == "import_clause" else "*"
            found.imports.append(Import(child.start_byte, found.text(child), module, name))
        elif child.type == "namespace_import":
            found.imports.append(Import(child.start_byte, found.text(child.named_children[0]), module, "*"))
        elif child.type == "named_imports":
            for item in child.named_children:
                _specifier(found, item, module)


def _specifier(found: Gathering, item: Node, module: str) -> None:
    name = item.child_by_field_name("name")
    alias = item.child_by_field_name("alias") or name
    if item.type == "import_specifier" and name is not None and alias is not None:
        found.imports.append(Import(item.start_byte, found.text(alias), module, found.text(name).strip("'\"")))


def _export(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    source = node.child_by_field_name("source")
    module = (string(source) or "") if source is not None else ""
    declaration = node.child_by_field_name("declaration") or node.child_by_field_name("value")
    if declaration is not None:
        default = any(child.type == "default" for child in node.children[: node.child_count])
        for name in _declared(found, declaration):
            exported = "default" if default else name
            found.exports.append(Export(*span(declaration), exported, name, ""))
        if default and not _declared(found, declaration):
            local = dotted(declaration) if declaration.type == "identifier" else ""
            found.exports.append(Export(*span(declaration), "default", local, ""))
        return
    for child in node.named_children:
        if child.type == "export_clause":
            for item in child.named_children:
                name_node = item.child_by_field_name("name")
                alias = item.child_by_field_name("alias") or name_node
                if name_node is not None and alias is not None:
                    found.exports.append(Export(*span(item), found.text(alias), found.text(name_node), module))
        elif child.type == "namespace_export":
            found.exports.append(Export(*span(child), found.text(child.named_children[0]), "*", module))
    if module and not any(child.type in {"export_clause", "namespace_export"} for child in node.named_children):
        found.exports.append(Export(*span(node), "*", "*", module))


def _declared(found: Gathering, declaration: Node) -> list[str]:
    if declaration.type in {"lexical_declaration", "variable_declaration"}:
        names = []
        for child in declaration.named_children:
            name = child.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                names.append(found.text(name))
            elif name is not None:
                names.extend(re.findall(r"[\w$]+(?=\s*[,}\]=])", found.text(name)))
        return names
    name = declaration.child_by_field_name("name")
    return [found.text(name)] if name is not None else []


def _call(found: Gathering, nodes: Nodes) -> None:
    node, callee = nodes["node"][0], nodes["callee"][0]
    arguments = nodes.get("arguments")
    start, end = span(arguments[0]) if arguments else (node.end_byte, node.end_byte)
    found.calls.append(Call(*span(node), *span(callee), start, end, dotted(callee), node.type == "new_expression"))


def _function(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    name = node.child_by_field_name("name")
    body = node.child_by_field_name("body") or node
    parameters = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    bounds = span(parameters) if parameters is not None else (node.start_byte, node.start_byte)
    if name is not None:
        found.names[node.start_byte] = found.text(name)
        found.anchors.append((name.start_byte, node.start_byte))
    found.functions.append(Function(*span(node), "", *bounds, *span(body)))


def _class(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    body = node.child_by_field_name("body") or node
    name = node.child_by_field_name("name")
    bases: list[str] = []
    for child in node.named_children:
        if child.type == "class_heritage":
            for clause in child.named_children:
                inner = clause.named_children if clause.type == "extends_clause" else [clause]
                if clause.type != "implements_clause":
                    bases.extend(dotted(item) for item in inner if item.type != "type_arguments")
    if name is not None:
        found.names[node.start_byte] = found.text(name)
        found.anchors.append((name.start_byte, node.start_byte))
    found.classes.append(Class(*span(node), "", tuple(bases), *span(body)))


def _decorator(found: Gathering, nodes: Nodes) -> None:
    inner = nodes["node"][0].named_children
    if inner:
        callee = inner[0].child_by_field_name("function") or inner[0]
        found.decorators.append(Decorator(*span(inner[0]), dotted(callee), 0))


def _variable(found: Gathering, nodes: Nodes) -> None:
    node, name, value = nodes["node"][0], nodes["name"][0], nodes["value"][0]
    target = found.text(name)
    if value.type in _FUNCTIONS:
        found.names.setdefault(value.start_byte, target.rpartition(".")[2])
    _required(found, name, value)
    annotation = node.child_by_field_name("type")
    types = span(annotation) if annotation is not None else (0, 0)
    found.assignments.append(Assignment(*span(node), target, *types, *span(value)))


def _required(found: Gathering, name: Node, value: Node) -> None:
    """Record ``const x = require("m")``, ``const {a: b} = require("m")`` and ``require("m").a`` as imports."""
    member = ""
    if value.type == "await_expression" and value.named_children:
        value = value.named_children[0]
    if value.type == "member_expression":
        prop, inner = value.child_by_field_name("property"), value.child_by_field_name("object")
        if prop is None or inner is None:
            return
        member, value = found.text(prop), inner
    function = value.child_by_field_name("function") if value.type == "call_expression" else None
    if function is None or found.text(function) not in {"require", "import"}:
        return
    arguments = value.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    module = string(first) if first is not None and first.type == "string" else None
    if module is None:
        return
    if name.type == "identifier":
        found.imports.append(Import(name.start_byte, found.text(name), module, member or "*"))
    elif name.type == "object_pattern":
        for item in name.named_children:
            if item.type == "shorthand_property_identifier_pattern":
                found.imports.append(Import(item.start_byte, found.text(item), module, found.text(item)))
            elif item.type == "pair_pattern":
                key, local = item.child_by_field_name("key"), item.child_by_field_name("value")
                if key is not None and local is not None:
                    found.imports.append(Import(item.start_byte, found.text(local), module, found.text(key)))


def _field(found: Gathering, nodes: Nodes) -> None:
    node = nodes["node"][0]
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    value, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
    if name is None:
        return
    found.anchors.append((name.start_byte, node.start_byte))
    if value is not None and value.type in _FUNCTIONS:
        found.names.setdefault(value.start_byte, found.text(name))
    types = span(annotation) if annotation is not None else (0, 0)
    values = span(value) if value is not None else (0, 0)
    found.assignments.append(Assignment(*span(node), found.text(name), *types, *values))


def _enum(found: Gathering, nodes: Nodes) -> None:
    """Record an enum as a constant whose value reads like an object."""
    node, name = nodes["node"][0], nodes["name"][0]
    keyword = next(child for child in node.children if child.type == "enum")
    found.assignments.append(Assignment(*span(node), found.text(name), 0, 0, keyword.start_byte, node.end_byte))


def _pair(found: Gathering, nodes: Nodes) -> None:
    key, value = nodes["key"][0], nodes["value"][0]
    name = found.text(key)
    if name[:1] in "'\"":
        name = name[1:-1]
    if value.type in _FUNCTIONS:
        found.names.setdefault(value.start_byte, name)
    found.pairs.append(Pair(key.start_byte, name, *span(value)))


def _catch(found: Gathering, nodes: Nodes) -> None:
    node, body = nodes["node"][0], nodes["body"][0]
    parameter = node.child_by_field_name("parameter")
    begun = node.parent.start_byte if node.parent is not None else node.start_byte
    found.catches.append(Catch(*span(node), begun, *span(body), found.text(parameter) if parameter is not None else ""))


def _branch(found: Gathering, nodes: Nodes) -> None:
    found.branches.append(Branch(*span(nodes["node"][0]), *span(nodes["condition"][0]), *span(nodes["then"][0])))


def _loop(found: Gathering, nodes: Nodes) -> None:
    target, items = nodes["target"][0], nodes["items"][0]
    found.loops.append(Loop(*span(nodes["node"][0]), found.text(target), *span(items)))


_HANDLERS: dict[str, Callable[[Gathering, Nodes], None]] = {
    "import": _import,
    "export": _export,
    "call": _call,
    "new": _call,
    "function": _function,
    "class": _class,
    "decorator": _decorator,
    "variable": _variable,
    "assignment": _variable,
    "field": _field,
    "enum": _enum,
    "pair": _pair,
    "catch": _catch,
    "branch": _branch,
    "loop": _loop,
    "raise": lambda found, nodes: found.raises.append(Span(*span(nodes["node"][0]))),
    "return": lambda found, nodes: found.returns.append(Span(*span(nodes["node"][0]))),
    "comment": lambda found, nodes: found.comments.append(Span(*span(nodes["node"][0]))),
    "error": lambda found, nodes: found.error(nodes["node"][0]),
}
