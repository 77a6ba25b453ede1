"""Terraform modules become resources: variables, locals and module calls followed as far as the files settle them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from posixpath import normpath
from typing import Final, TypeAlias

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
_NAMED: Final = re.compile(rf"(?<![\w.\"-])(?:data\.)?([a-z][a-z0-9]*_[a-z0-9_]+)\.({_NAME})")
_OUTPUT: Final = re.compile(rf"(?<![\w.])module\.({_NAME})(?:\[[^\]]*\])?\.({_NAME})")
_VARIABLE: Final = re.compile(rf"(?<![\w.])(var|local)\.({_NAME})")


_Target: TypeAlias = tuple[str, str, str]


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
    targets = _Targets(modules)
    found = [
        resource
        for module in modules.values()
        for path, block in module.blocks
        for resource in _resource(module, path, block, targets)
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
    """Tell each local module who calls it; yield a gap for each source of modules that is not here."""
    elsewhere: dict[str, list[str]] = {}
    for module in modules.values():
        for block, path in module.calls.values():
            source = block.body.text_at("source")
            called = modules.get(_local(module.folder, source)) if source.startswith(".") else None
            if called is not None:
                called.callers.append((module, block))
            else:
                elsewhere.setdefault(source, []).append(path)
    for source, paths in sorted(elsewhere.items()):
        files = sorted(set(paths))
        detail = f"the Terraform module {source or 'without a source'}, which is not in this repository"
        yield Gap("not-understood", files[0], detail, len(files))


def _local(folder: str, source: str) -> str:
    path = normpath(f"{folder}/{source}" if folder else source)
    return "" if path == "." else path


def _resource(module: _Module, path: str, block: Block, targets: "_Targets") -> Iterator[Resource]:
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
    named = targets.of(block.body, module)
    kind, name = block.labels
    yield Resource(kind, name, properties, location, "terraform", module.folder, named, existing=block.kind == "data")


def _resolved(tree: Tree, module: _Module, depth: int) -> Tree:
    """Return a tree with every variable and local that the files settle in its place."""
    value: Value
    if isinstance(tree.value, tuple):
        value = tuple(_resolved(child, module, depth) for child in tree.value)
    elif isinstance(tree.value, dict):
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


class _Targets:
    """Finds the resources that expressions name, through variables, locals and outputs; each of those is read once."""

    def __init__(self, modules: Mapping[str, _Module]) -> None:
        self._modules = modules
        self._known: dict[tuple[str, str], frozenset[_Target]] = {}

    def of(self, tree: Tree, module: _Module) -> frozenset[_Target]:
        """Return scope, kind and name of all resources that a tree of ``module`` names."""
        return frozenset(
            target for part in tree.walk() if part.unresolved for target in self._named(part.unresolved, module)
        )

    def _named(self, expression: str, module: _Module) -> Iterator[_Target]:
        for match in _NAMED.finditer(expression):
            yield module.folder, match[1], match[2]
        for root, name in _VARIABLE.findall(expression):
            yield from self._through(f"{root}.{name}", module)
        for call, name in _OUTPUT.findall(expression):
            yield from self._through(f"module.{call}.{name}", module)

    def _through(self, reference: str, module: _Module) -> frozenset[_Target]:
        """Return what a variable, local or output names; nothing while it is being read itself."""
        key = (module.folder, reference)
        if key not in self._known:
            self._known[key] = frozenset()
            trees = self._meaning(reference, module)
            self._known[key] = frozenset(target for tree, inside in trees for target in self.of(tree, inside))
        return self._known[key]

    def _meaning(self, reference: str, module: _Module) -> Iterator[tuple[Tree, _Module]]:
        """Yield the trees that a reference stands for, each with the module it is written in."""
        root, _, name = reference.partition(".")
        if root == "local" and name in module.locals:
            yield module.locals[name], module
        elif root == "var":
            for caller, block in module.callers:
                if (argument := block.body.at(name)) is not None:
                    yield argument, caller
        elif root == "module":
            call, _, output = name.partition(".")
            source = module.calls[call][0].body.text_at("source") if call in module.calls else ""
            called = self._modules.get(_local(module.folder, source)) if source else None
            if called is not None and output in called.outputs:
                yield called.outputs[output], called


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
