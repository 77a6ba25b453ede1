"""Terraform modules become resources: variables, locals and module calls followed as far as the files settle them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from posixpath import normpath
from typing import Final

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Gap, Location
from trustwright.review.source.hcl import Block, Document
from trustwright.review.source.tree import Tree, Value

# var → local → module output → var: longer chains stay unresolved.
MAX_CHAIN: Final = 8

_NAME: Final = r"[A-Za-z_][\w-]*"
_REFERENCE: Final = re.compile(rf'(?P<root>var|local)\.(?P<name>{_NAME})(?P<rest>(?:\.{_NAME}|\["[^"\]]+"\]|\[\d+\])*)')
_STEP: Final = re.compile(rf'\.({_NAME})|\["([^"\]]+)"\]|\[(\d+)\]')
_INTERPOLATION: Final = re.compile(r"(?<!\$)\$\{([^{}]*)\}")
_TARGET: Final = re.compile(rf"(?<![\w.\"-])(?:data\.)?([a-z][a-z0-9]*_[a-z0-9_]+)\.({_NAME})")
_OUTPUT: Final = re.compile(rf"(?<![\w.])module\.({_NAME})(?:\[[^\]]*\])?\.({_NAME})")
_VARIABLE: Final = re.compile(rf"(?<![\w.])(var|local)\.({_NAME})")


@dataclass(slots=True)
class _Module:
    """The files of one folder, which Terraform reads as one."""

    folder: str
    variables: dict[str, Tree | None] = field(default_factory=dict)
    settings: dict[str, list[Tree]] = field(default_factory=dict)
    locals: dict[str, Tree] = field(default_factory=dict)
    outputs: dict[str, Tree] = field(default_factory=dict)
    calls: dict[str, tuple[Block, str]] = field(default_factory=dict)
    blocks: list[tuple[str, Block]] = field(default_factory=list)
    callers: list[tuple["_Module", Block]] = field(default_factory=list)


def resources(documents: Mapping[str, Document]) -> tuple[list[Resource], list[Gap]]:
    """Return the resources of parsed Terraform files, and the modules that could not be read.

    ``documents`` holds the parsed files by path: configurations and ``.tfvars``.
    """
    modules: dict[str, _Module] = {}
    for path, document in sorted(documents.items()):
        module = modules.setdefault(path.rpartition("/")[0], _Module(path.rpartition("/")[0]))
        _collect(module, path, document)
    gaps = list(_connect(modules))
    found = [
        resource
        for module in modules.values()
        for path, block in module.blocks
        for resource in _resource(module, path, block, modules)
    ]
    return _by_bucket_name(found), gaps


def _collect(module: _Module, path: str, document: Document) -> None:
    """Add one file to its module."""
    if path.endswith(".tfvars"):
        for name, tree in document.attributes.items():
            module.settings.setdefault(name, []).append(tree)
        return
    for block in document.blocks:
        label = block.labels[0] if block.labels else ""
        if block.kind == "variable":
            module.variables[label] = block.body.at("default")
        elif block.kind == "locals":
            module.locals.update(block.body.items())
        elif block.kind == "output" and (value := block.body.at("value")):
            module.outputs[label] = value
        elif block.kind == "module":
            module.calls[label] = (block, path)
        elif block.kind in {"resource", "data", "terraform"}:
            module.blocks.append((path, block))


def _connect(modules: Mapping[str, _Module]) -> Iterator[Gap]:
    """Tell each local module who calls it; yield the calls of modules that are not here."""
    for module in modules.values():
        for name, (block, path) in module.calls.items():
            source = block.body.text_at("source")
            called = modules.get(_local(module.folder, source)) if source.startswith(".") else None
            if called is not None:
                called.callers.append((module, block))
            else:
                yield Gap(
                    "not-understood",
                    path,
                    f"line {block.line}: module {name} comes from {source or 'nowhere'}, which was not read",
                )


def _local(folder: str, source: str) -> str:
    path = normpath(f"{folder}/{source}" if folder else source)
    return "" if path == "." else path


def _resource(module: _Module, path: str, block: Block, modules: Mapping[str, _Module]) -> Iterator[Resource]:
    """Yield the resource a block declares; none when it is declared zero times."""
    location = Location(path, block.line, block.end_line)
    if block.kind == "terraform":
        for backend in block.body.each("backend"):
            for kind, body in backend.items():
                place = Location(path, body.line, body.end_line)
                yield Resource(f"terraform_backend_{kind}", kind, body, place, "terraform", module.folder)
        return
    if len(block.labels) != 2:
        return
    properties = _resolved(block.body, module, 0)
    count = properties.at("count")
    if count is not None and count.scalar == 0 and not isinstance(count.scalar, bool):
        return
    targets = frozenset(
        target
        for tree in block.body.walk()
        if tree.unresolved
        for target in _targets(tree.unresolved, module, modules, 0)
    )
    yield Resource(block.labels[0], block.labels[1], properties, location, "terraform", module.folder, targets)


def _resolved(tree: Tree, module: _Module, depth: int) -> Tree:
    """Return a tree with every variable and local that the files settle in its place."""
    value: Value
    if isinstance(tree.value, tuple):
        value = tuple(_resolved(child, module, depth) for child in tree.value)
    elif isinstance(tree.value, Mapping):
        value = {key: _resolved(child, module, depth) for key, child in tree.items()}
    elif not tree.unresolved:
        return tree
    elif (match := _REFERENCE.fullmatch(tree.unresolved.strip())) is not None:
        found = _lookup(match, module, depth)
        return tree if found is None else Tree(found.value, tree.line, tree.end_line, found.written, found.unresolved)
    elif tree.unresolved.startswith('"'):
        text = _interpolated(tree.unresolved[1:-1], module, depth)
        return tree if text is None else Tree(text, tree.line, tree.end_line)
    else:
        return tree
    return Tree(value, tree.line, tree.end_line)


def _lookup(match: re.Match[str], module: _Module, depth: int) -> Tree | None:
    """Return what a variable or local stands for, None when the files do not settle it."""
    if depth >= MAX_CHAIN:
        return None
    name = match["name"]
    if match["root"] == "local":
        tree = module.locals.get(name)
        found = None if tree is None else _resolved(tree, module, depth + 1)
    else:
        found = _variable(module, name, depth + 1)
    for step in _STEP.finditer(match["rest"]):
        found = None if found is None else found.at(int(step[3]) if step[3] else step[1] or step[2])
    return None if found is None or found.unresolved else found


def _variable(module: _Module, name: str, depth: int) -> Tree | None:
    """Return a variable's value: what all callers pass, else what the folder's settings say, else its default."""
    default = module.variables.get(name)
    given: Sequence[Tree | None]
    if module.callers:
        given = [
            default if argument is None else _resolved(argument, caller, depth)
            for caller, block in module.callers
            for argument in [block.body.at(name)]
        ]
    else:
        given = module.settings.get(name) or [default]
    first = given[0]
    if first is None or any(other is None or other.plain() != first.plain() for other in given):
        return None
    return first


def _interpolated(text: str, module: _Module, depth: int) -> str | None:
    """Return a template with its variables filled in, None when one is not settled."""
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        reference = _REFERENCE.fullmatch(match[1].strip())
        found = _lookup(reference, module, depth) if reference else None
        if found is None or not found.is_scalar:
            missing = True
            return ""
        return found.text

    filled = _INTERPOLATION.sub(fill, text)
    return None if missing or "${" in filled or "%{" in filled else filled


def _targets(
    expression: str, module: _Module, modules: Mapping[str, _Module], depth: int
) -> Iterator[tuple[str, str, str]]:
    """Yield the resources that an expression names, through variables, locals and outputs."""
    for match in _TARGET.finditer(expression):
        yield module.folder, match[1], match[2]
    if depth >= MAX_CHAIN:
        return
    for root, name in _VARIABLE.findall(expression):
        if root == "local" and name in module.locals:
            yield from _tree_targets(module.locals[name], module, modules, depth + 1)
        elif root == "var":
            for caller, block in module.callers:
                argument = block.body.at(name)
                if argument is not None:
                    yield from _tree_targets(argument, caller, modules, depth + 1)
    for call, name in _OUTPUT.findall(expression):
        if call in module.calls:
            source = module.calls[call][0].body.text_at("source")
            called = modules.get(_local(module.folder, source))
            if called is not None and name in called.outputs:
                yield from _tree_targets(called.outputs[name], called, modules, depth + 1)


def _tree_targets(
    tree: Tree, module: _Module, modules: Mapping[str, _Module], depth: int
) -> Iterator[tuple[str, str, str]]:
    for part in tree.walk():
        if part.unresolved:
            yield from _targets(part.unresolved, module, modules, depth)


def _by_bucket_name(found: list[Resource]) -> list[Resource]:
    """Connect the parts of a bucket (encryption, versioning, ...) that name it by its name instead of a reference."""
    buckets = {
        (resource.scope, name): resource.name
        for resource in found
        if resource.kind == "aws_s3_bucket" and (name := resource.text_at("bucket"))
    }

    def connected(resource: Resource) -> Resource:
        name = buckets.get((resource.scope, resource.text_at("bucket")))
        if name is None or not resource.kind.startswith("aws_s3_bucket_"):
            return resource
        return replace(resource, targets=resource.targets | {(resource.scope, "aws_s3_bucket", name)})

    return [connected(resource) for resource in found]
