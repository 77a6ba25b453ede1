"""Compose files become resources: one per service."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Location
from trustwright.review.source.tree import Tree, Value

_FILE: Final = re.compile(
    r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$|(?:^|/)[\w.-]+[.-]compose\.ya?ml$|(?:^|/)stack\.ya?ml$"
)
_VARIABLE: Final = re.compile(
    r"(?<!\$)\$(?:\{(?P<name>\w+)(?::?[-=](?P<default>[^{}]*))?(?::?[?+][^{}]*)?\}|(?P<bare>\w+))"
)


def is_file(path: str) -> bool:
    """Tell by its name whether a file is a compose file."""
    return bool(_FILE.search(path))


def resources(path: str, tree: Tree) -> Iterator[Resource]:
    """Yield the services of a parsed compose file; the scope is the file's folder.

    ``environment`` is always a mapping; ``${NAME:-default}`` is its default, ``${NAME}`` is unresolved.
    """
    services = tree.at("services")
    scope = path.rpartition("/")[0]
    for name, service in services.items() if services else ():
        if not service.is_mapping:
            continue
        properties = _resolved(service)
        environment = properties.at("environment")
        entries = dict(properties.items())
        if environment is not None:
            entries["environment"] = _mapping(environment)
        place = Location(path, service.line, service.end_line)
        named = service.at("depends_on")
        needed = [key for key, _ in named.items()] or list(named.texts()) if named else []
        targets = frozenset((scope, "compose_service", other) for other in needed)
        body = Tree(entries, service.line, service.end_line)
        yield Resource("compose_service", name, body, place, "compose", scope, targets)


def _resolved(tree: Tree) -> Tree:
    """Return a tree with its variables' defaults in their place."""
    value: Value
    if isinstance(tree.value, tuple):
        value = tuple(_resolved(child) for child in tree.value)
    elif isinstance(tree.value, dict):
        value = {key: _resolved(child) for key, child in tree.items()}
    elif isinstance(tree.value, str) and "$" in tree.value:
        filled = _VARIABLE.sub(lambda match: match[0] if match["default"] is None else match["default"], tree.value)
        if _VARIABLE.search(filled):
            return Tree(None, tree.line, tree.end_line, unresolved=tree.value)
        value = filled.replace("$$", "$")
    else:
        return tree
    return Tree(value, tree.line, tree.end_line)


def _mapping(tree: Tree) -> Tree:
    """Return an environment as a mapping, also when it is written as a list of ``NAME=value``."""
    if not isinstance(tree.value, tuple):
        return tree
    entries: dict[str, Tree] = {}
    for item in tree.value:
        name, _, value = item.text.partition("=")
        if item.unresolved:
            entries[name] = Tree(None, item.line, item.end_line, unresolved=value or item.unresolved)
        else:
            entries[name] = Tree(value, item.line, item.end_line)
    return Tree(entries, tree.line, tree.end_line)
