"""CloudFormation and SAM templates become resources in Terraform's words."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.cloudformation_types import TYPES, Names
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Location
from trustwright.review.source.tree import Tree, Value

_WORD_END: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUBSTITUTION: Final = re.compile(r"\$\{([\w:.]+)\}")
# Keys below these are the company's own names, not properties.
_FREE: Final = frozenset({"Tags", "Metadata", "Environment", "Variables", "Parameters", "Labels", "DockerLabels"})
_DOCUMENTS: Final = frozenset(
    {"PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "ResourcePolicy", "DefinitionBody", "DefinitionString"}
)
_PUBLIC_ACCESS: Final = "PublicAccessBlockConfiguration"
# A load balancer's attributes that are arguments in Terraform.
_BALANCER_ATTRIBUTES: Final = {
    "deletion_protection.enabled": ("enable_deletion_protection",),
    "access_logs.s3.enabled": ("access_logs", "enabled"),
    "access_logs.s3.bucket": ("access_logs", "bucket"),
    "routing.http.drop_invalid_header_fields.enabled": ("drop_invalid_header_fields",),
}


def looks_like(data: bytes) -> bool:
    """Tell whether a YAML or JSON file may be a template."""
    return b"AWSTemplateFormatVersion" in data or (b"Resources" in data and (b"AWS::" in data))


def is_template(tree: Tree) -> bool:
    """Tell whether a parsed document is a template: its resources have types of AWS."""
    found = tree.at("Resources")
    return found is not None and any("::" in resource.text_at("Type") for _, resource in found.items())


def resources(path: str, tree: Tree) -> Iterator[Resource]:
    """Yield the resources of a parsed template; its scope is the file."""
    reader = _Reader(path, tree)
    found = tree.at("Resources")
    for name, resource in found.items() if found else ():
        yield from reader.resource(name, resource)


def snake_case(name: str) -> str:
    """Return CloudFormation's spelling of a name in Terraform's."""
    return _WORD_END.sub("_", name).lower()


class _Reader:
    """Reads one template."""

    def __init__(self, path: str, tree: Tree) -> None:
        self._path = path
        declared = tree.at("Resources")
        self._types = {name: one.text_at("Type") for name, one in declared.items()} if declared else {}
        parameters = tree.at("Parameters")
        self._defaults = {name: one.at("Default") for name, one in parameters.items()} if parameters else {}
        self._targets: set[tuple[str, str, str]] = set()

    def resource(self, name: str, tree: Tree) -> Iterator[Resource]:
        """Yield a resource, and the parts that are resources of their own in Terraform."""
        type_ = tree.text_at("Type")
        kind, names = self._kind(type_), TYPES.get(type_, ("", {}))[1]
        self._targets = set()
        given = tree.at("Properties")
        properties = dict(self._mapping(given, names)) if given and given.is_mapping else {}
        for key in ("DeletionPolicy", "UpdateReplacePolicy"):
            if (policy := tree.at(key)) is not None:
                properties[snake_case(key)] = policy
        if kind == "aws_lb":
            properties.update(_balancer_attributes(given))
        if type_.startswith("AWS::EC2::SecurityGroup") and type_.endswith(("Ingress", "Egress")):
            way = type_.removeprefix("AWS::EC2::SecurityGroup").lower()
            properties["type"] = Tree(way, tree.line, tree.line)
        location = Location(self._path, tree.line, tree.end_line)
        body = Tree(properties, tree.line, tree.end_line)
        yield Resource(kind, name, body, location, "cloudformation", self._path, frozenset(self._targets))
        block = given.at(_PUBLIC_ACCESS) if given else None
        if kind == "aws_s3_bucket" and block is not None:
            inside = Tree(dict(self._mapping(block, {})), block.line, block.end_line)
            place = Location(self._path, block.line, block.end_line)
            target = frozenset({(self._path, kind, name)})
            yield Resource(
                "aws_s3_bucket_public_access_block", name, inside, place, "cloudformation", self._path, target
            )

    def _kind(self, type_: str) -> str:
        if type_ in TYPES:
            return TYPES[type_][0]
        return "_".join(snake_case(part) for part in type_.split("::"))

    def _mapping(self, tree: Tree, names: Names) -> Iterator[tuple[str, Tree]]:
        """Yield a mapping's properties under Terraform's names."""
        for key, child in tree.items():
            wanted = names.get(key, "")
            name, below = wanted if isinstance(wanted, tuple) else (wanted or snake_case(key), {})
            if name.endswith("-") or (not wanted and (key in _DOCUMENTS or key in _FREE)):
                yield name.removesuffix("-"), self._value(child, None)
                continue
            value = self._value(child, below)
            if not name:
                yield from value.items()
            elif name.endswith("[]"):
                yield name[:-2], Tree((value,), value.line, value.end_line)
            else:
                yield name, value

    def _value(self, tree: Tree, names: Names | None) -> Tree:
        """Return a value with its functions resolved; without ``names`` its keys stay as written."""
        if isinstance(tree.value, tuple):
            return Tree(tuple(self._value(child, names) for child in tree.value), tree.line, tree.end_line)
        if not isinstance(tree.value, dict):
            return tree
        if len(tree.value) == 1:
            key, argument = next(iter(tree.value.items()))
            if key == "Ref" or key.startswith("Fn::"):
                return self._function(key, argument, tree)
        value: Value
        if names is None:
            value = {key: self._value(child, None) for key, child in tree.items()}
        else:
            value = dict(self._mapping(tree, names))
        return Tree(value, tree.line, tree.end_line)

    def _function(self, key: str, argument: Tree, tree: Tree) -> Tree:
        """Return what a function gives: a parameter's default, a text without gaps; else it is unresolved."""
        for part in argument.walk():
            for name in (part.text, *part.text.split("."), *_SUBSTITUTION.findall(part.text)):
                base = name.partition(".")[0]
                if base in self._types:
                    self._targets.add((self._path, self._kind(self._types[base]), base))
        expression = f"{key} {argument.text or argument.plain()}"
        if key == "Ref" and (default := self._defaults.get(argument.text)) is not None:
            return Tree(default.value, tree.line, tree.end_line, default.written)
        if key == "Fn::Sub" and argument.is_scalar:
            filled = _SUBSTITUTION.sub(self._substitute, argument.text)
            if "${" not in filled:
                return Tree(filled, tree.line, tree.end_line)
        return Tree(None, tree.line, tree.end_line, unresolved=expression)

    def _substitute(self, match: re.Match[str]) -> str:
        default = self._defaults.get(match[1])
        return match[0] if default is None else default.text


def _balancer_attributes(given: Tree | None) -> Iterator[tuple[str, Tree]]:
    """Yield the arguments that a load balancer's attributes are in Terraform."""
    nested: dict[str, dict[str, Tree]] = {}
    for attribute in given.each("LoadBalancerAttributes") if given else ():
        name = _BALANCER_ATTRIBUTES.get(attribute.text_at("Key"), ())
        value = attribute.at("Value")
        if value is None or not name:
            continue
        if len(name) == 1:
            yield name[0], value
        else:
            nested.setdefault(name[0], {})[name[1]] = value
    for key, values in nested.items():
        first = next(iter(values.values()))
        yield key, Tree(values, first.line, first.end_line)
