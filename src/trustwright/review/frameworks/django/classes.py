"""View classes: the order in which Python looks for their attributes, and what it finds."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Assignment, Class, Function

_MAX_DEPTH = 14
_NONE: Mapping[str, Function] = MappingProxyType({})

Lineage = tuple[Symbol, ...]
"""A class and all it descends from, in the order Python looks: of kind ``class``, ``external`` or ``unknown``."""


class Classes:
    """Reads classes; each lineage is worked out once."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver."""
        self._symbols = symbols
        self._lineages: dict[tuple[str, int], Lineage] = {}
        self._methods: dict[tuple[str, int], dict[str, Function]] = {}
        self._found: dict[tuple[str, int, str], tuple[Code, Function] | None] = {}
        self._attributes: dict[tuple[str, int], dict[str, Assignment]] = {}

    def lineage(self, code: Code, klass: Class, depth: int = 0) -> Lineage:
        """Return the method resolution order; where bases disagree, depth first."""
        key = (code.path, klass.start)
        if key not in self._lineages:
            own = Symbol("class", klass.name, code, klass=klass)
            self._lineages[key] = (own,)
            bases = self._symbols.bases(code, klass)
            below = [self._of(base, depth + 1) for base in bases]
            self._lineages[key] = (own, *_merged([list(item) for item in below], bases))
        return self._lineages[key]

    def _of(self, base: Symbol, depth: int) -> Lineage:
        if base.kind == "class" and base.code is not None and base.klass is not None and depth < _MAX_DEPTH:
            return self.lineage(base.code, base.klass, depth)
        return (base,)

    def own_method(self, symbol: Symbol, name: str) -> Function | None:
        """Return the method that a class of the lineage itself defines."""
        return self.own_methods(symbol).get(name)

    def own_methods(self, symbol: Symbol) -> Mapping[str, Function]:
        """Return the methods that a class of the lineage itself defines, by name."""
        if symbol.kind != "class" or symbol.code is None or symbol.klass is None:
            return _NONE
        key = (symbol.code.path, symbol.klass.start)
        if key not in self._methods:
            self._methods[key] = {item.name: item for item in symbol.code.functions_in(symbol.klass)}
        return self._methods[key]

    def method(self, lineage: Lineage, name: str) -> tuple[Code, Function] | None:
        """Return the method that is run; ``post = get`` counts."""
        own = lineage[0] if lineage else None
        if own is None or own.code is None or own.klass is None:
            return self._method(lineage, name)
        key = (own.code.path, own.klass.start, name)
        if key not in self._found:
            self._found[key] = None
            self._found[key] = self._method(lineage, name)
        return self._found[key]

    def _method(self, lineage: Lineage, name: str) -> tuple[Code, Function] | None:
        for symbol in lineage:
            function = self.own_method(symbol, name)
            if function is not None and symbol.code is not None:
                return symbol.code, function
            written = self.own_attribute(symbol, name)
            if written is not None and written.expression.kind == "name":
                return self.method(lineage, written.expression.name)
        return None

    def definers(self, lineage: Lineage, name: str) -> Iterator[tuple[Symbol, Code, Function]]:
        """Yield each class of the lineage that defines a method, with it."""
        for symbol in lineage:
            function = self.own_method(symbol, name)
            if function is not None and symbol.code is not None:
                yield symbol, symbol.code, function

    def own_attribute(self, symbol: Symbol, name: str) -> Written | None:
        """Return the value that a class of the lineage itself gives an attribute."""
        if symbol.kind != "class" or symbol.code is None or symbol.klass is None:
            return None
        code, klass = symbol.code, symbol.klass
        key = (code.path, klass.start)
        if key not in self._attributes:
            self._attributes[key] = {item.target: item for item in code.attributes_of(klass) if item.value_end}
        item = self._attributes[key].get(name)
        return Written(code, code.value(item)) if item is not None else None

    def attribute(self, lineage: Lineage, name: str) -> tuple[Written, Symbol] | None:
        """Return an attribute's value and the class that gives it."""
        for symbol in lineage:
            found = self.own_attribute(symbol, name)
            if found is not None:
                return found, symbol
        return None

    def reference(self, lineage: Lineage, symbol: Symbol, named: Reference) -> Reference:
        """Return where a class of the lineage is named: in the header of the class that extends it.

        Args:
            lineage: the view's lineage.
            symbol: a member of it.
            named: where the view itself is named.
        """
        for heir in lineage:
            if heir.klass is None or heir.code is None:
                continue
            for written, base in zip(heir.klass.bases, self._symbols.bases(heir.code, heir.klass), strict=False):
                if _same(base, symbol):
                    found = _in_header(heir.code, heir.klass, written)
                    if found is not None:
                        return found
        return named

    def bases(self, symbol: Symbol) -> list[Symbol]:
        """Return what a class of the repository extends."""
        if symbol.code is None or symbol.klass is None:
            return []
        return self._symbols.bases(symbol.code, symbol.klass)


def externals(lineage: Lineage) -> list[str]:
    """Return the qualified names of the outside classes in a lineage, nearest first."""
    return [symbol.name for symbol in lineage if symbol.kind == "external"]


def _same(one: Symbol, other: Symbol) -> bool:
    if one.kind != other.kind:
        return False
    return one.name == other.name if one.klass is None else (one.code, one.klass) == (other.code, other.klass)


def _in_header(code: Code, klass: Class, written: str) -> Reference | None:
    header = code.source(klass.start, klass.body_start)
    pattern = r"(?<![\w.])" + re.escape(written.removesuffix("[]").removesuffix("()")) + r"(?![\w.])"
    matches = list(re.finditer(pattern, header.partition("(")[2]))
    if not matches:
        return None
    start = klass.start + len(header[: header.index("(") + 1 + matches[0].start()].encode())
    return code.reference(start, start + len(matches[0][0].encode()))


def _merged(lists: list[list[Symbol]], bases: list[Symbol]) -> list[Symbol]:
    """Merge lineages as Python does (C3)."""
    pending = [item for item in [*lists, list(bases)] if item]
    found: list[Symbol] = []
    while pending:
        head = next((i[0] for i in pending if not any(_in(i[0], other[1:]) for other in pending)), pending[0][0])
        found.append(head)
        pending = [rest for item in pending if (rest := [one for one in item if not _same(one, head)])]
    return found


def _in(symbol: Symbol, others: list[Symbol]) -> bool:
    return any(_same(symbol, other) for other in others)
