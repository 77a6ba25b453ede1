"""The settings of a Django site: which modules hold them, and how each is written."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

_MARKS = frozenset({"ROOT_URLCONF", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "INSTALLED_APPS", "REST_FRAMEWORK"})
_NOT_PRODUCTION = re.compile(
    r"(^|_)(dev|devel|develop|development|local|test|tests|testing|ci|debug|docker_compose)(_|$)"
)


@dataclass(frozen=True, slots=True)
class Written:
    """An expression and the file it stands in."""

    code: Code
    expression: Expression


class Site:
    """The settings modules that make one Django site, those that others build on first."""

    def __init__(self, symbols: Symbols, modules: Iterable[Code]) -> None:
        """Take the modules."""
        self._symbols = symbols
        self.modules = tuple(modules)

    def values(self, name: str) -> list[Written]:
        """Return what a setting is given, in order: assigned, or added with ``+=``."""
        return [
            Written(code, code.value(item))
            for code in self.modules
            for item in sorted((*code.facts.assignments, *code.facts.additions), key=lambda item: item.start)
            if item.target == name and item.value_end and code.enclosing_function(item.start) is None
        ]

    def items(self, name: str) -> list[Written]:
        """Return the items of a list setting, whatever way it is put together; each once."""
        found: dict[str, Written] = {}
        for value in self.values(name):
            for item in self._spread(value, name, 0):
                found.setdefault(item.code.source(item.expression.start, item.expression.end), item)
        for code in self.modules:
            for call in code.calls_named("append", "insert", "extend"):
                if call.callee.partition(".")[0] == name:
                    for argument in code.call(call).arguments[-1:]:
                        for item in self._spread(Written(code, argument), name, 0):
                            found.setdefault(code.source(item.expression.start, item.expression.end), item)
        return list(found.values())

    def _spread(self, value: Written, name: str, depth: int) -> Iterator[Written]:
        expression = value.expression
        if depth > 6:
            return
        if expression.kind in {"array", "spread", "conditional"} or (
            expression.kind == "operation" and expression.name in {"+", "or", "and"}
        ):
            for item in expression.arguments:
                yield from self._spread(Written(value.code, item), name, depth + 1)
        elif expression.kind == "call" and expression.name in {"list", "tuple"} and expression.arguments:
            yield from self._spread(Written(value.code, expression.arguments[0]), name, depth + 1)
        elif expression.kind == "name" and expression.last_name != name:
            symbol = self._symbols.name(value.code, expression.name, expression.start)
            if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
                yield from self._spread(Written(symbol.code, symbol.expression), name, depth + 1)
        elif expression.kind == "string":
            yield value

    def entries(self, name: str, key: str) -> list[Written]:
        """Return what a setting that is a dict holds under a key, wherever that is set."""
        found = []
        for value in self.values(name):
            found += self._entry(value, key, 0)
        for code in self.modules:
            for item in code.facts.assignments:
                if item.target in {f'{name}["{key}"]', f"{name}['{key}']"} and item.value_end:
                    found.append(Written(code, code.value(item)))
            for call in code.calls_named("update"):
                if call.callee == f"{name}.update":
                    written = code.call(call)
                    for inner in (written, *written.arguments):
                        found += self._entry(Written(code, inner), key, 0)
        return found

    def _entry(self, value: Written, key: str, depth: int) -> list[Written]:
        expression = value.expression
        entry = expression.get(key)
        if entry is not None:
            return [Written(value.code, entry)]
        found = []
        if depth < 4:
            inner = [item for name, item in expression.entries if name == "..."]
            if expression.kind == "operation" and expression.name == "|":
                inner += expression.arguments
            for item in inner:
                symbol = self._symbols.expression(value.code, item)
                if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
                    found += self._entry(Written(symbol.code, symbol.expression), key, depth + 1)
        return found


def sites(symbols: Symbols, codes: Iterable[Code]) -> list[Site]:
    """Return the Django sites among some files, each with a root URL configuration; ordered by path."""
    marked = {code.path: code for code in codes if _is_settings(code)}
    if not marked:
        return []
    groups = _groups(symbols, marked)
    rooted = [group for group in groups if any(_sets(code, "ROOT_URLCONF") for code in group)]
    if len(rooted) == 1:
        return [Site(symbols, _in_order(symbols, [code for group in groups for code in group]))]
    return [Site(symbols, _in_order(symbols, group)) for group in rooted]


def _is_settings(code: Code) -> bool:
    return any(
        item.target in _MARKS and code.enclosing_function(item.start) is None
        for items in (code.facts.assignments, code.facts.additions)
        for item in items
    )


def _sets(code: Code, name: str) -> bool:
    return any(item.target == name for item in code.facts.assignments)


def _groups(symbols: Symbols, marked: dict[str, Code]) -> list[list[Code]]:
    """Put the settings modules together that make one site: in one folder, or taking each other's names."""
    owner = {path: path for path in marked}
    modules = dict(marked)

    def root(path: str) -> str:
        while owner[path] != path:
            path = owner[path]
        return path

    folders: dict[str, str] = {}
    for path in sorted(marked):
        first = folders.setdefault(posixpath.dirname(path), path)
        owner[root(path)] = root(first)
    pending = sorted(marked)
    while pending:
        path = pending.pop()
        for other in _taken(symbols, modules[path]):
            if other not in modules:
                code = symbols.corpus.code(other)
                if code is None or code.role != "production":
                    continue
                modules[other] = code
                owner[other] = other
                pending.append(other)
            owner[root(other)] = root(path)
    grouped: dict[str, list[Code]] = {}
    for path in sorted(modules):
        grouped.setdefault(root(path), []).append(modules[path])
    return sorted(grouped.values(), key=lambda group: group[0].path)


def _taken(symbols: Symbols, code: Code) -> list[str]:
    """Return the files whose names a settings module takes over with ``from x import *``, or whose class it extends."""
    found = [symbols.modules.resolve(code.path, item.module) for item in code.facts.imports if item.local == "*"]
    for klass in code.facts.classes:
        bases = symbols.bases(code, klass)
        found += [base.code.path for base in bases if base.code is not None and base.kind == "class"]
    return sorted({path for path in found if path is not None and path != code.path})


def _in_order(symbols: Symbols, group: list[Code]) -> list[Code]:
    """Leave out what only developers and tests run, and put modules that others build on first."""
    stems = {code.path: code.path.rpartition("/")[2].removesuffix(".py") for code in group}
    kept = [code for code in group if not _NOT_PRODUCTION.search(stems[code.path])] or group
    if not any(_sets(code, "ROOT_URLCONF") for code in kept):
        kept = group
    depth: dict[str, int] = {}
    by_path = {code.path: code for code in kept}

    def measure(path: str, seen: frozenset[str]) -> int:
        if path not in depth:
            below = [p for p in _taken(symbols, by_path[path]) if p in by_path and p not in seen]
            depth[path] = 1 + max((measure(p, seen | {path}) for p in below), default=0)
        return depth[path]

    return sorted(kept, key=lambda code: (measure(code.path, frozenset()), code.path))
