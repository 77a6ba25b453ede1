"""Modules and applications of Nest: which controllers run where, under which prefix, behind which global guards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from trustwright.review.frameworks.nestjs.decorators import Decorators
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Function

_MODULE = "@nestjs/common.Module"
_LISTS = ("imports", "controllers", "providers")
_TESTED = re.compile(r"NODE_ENV\W+[\"']test")
_MAX_DEPTH = 10
Place = tuple[str, int]
"""A class: its file and where it begins."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list in a module: an expression in a file, and whether it is there only under a condition."""

    code: Code
    value: Expression
    conditional: bool = False


@dataclass(slots=True)
class Module:
    """A class with ``@Module``: what it lists, in its decorator and in the dynamic modules that its methods return."""

    code: Code
    klass: Class
    lists: dict[str, list[Item]] = field(default_factory=lambda: {key: [] for key in _LISTS})

    @property
    def place(self) -> Place:
        """Where the class is."""
        return self.code.path, self.klass.start


@dataclass(frozen=True, slots=True)
class Mount:
    """A class that a list names, or why one could not be found."""

    symbol: Symbol | None
    item: Item


class Modules:
    """Every module of the project, and how they import each other."""

    def __init__(self, symbols: Symbols, decorators: Decorators, files: list[Code]) -> None:
        """Take the production files that import from Nest."""
        self._symbols = symbols
        self._decorators = decorators
        self._files = files

    @cached_property
    def all(self) -> dict[Place, Module]:
        """Modules by place, in order of path."""
        found: dict[Place, Module] = {}
        for code in self._files:
            if b"Module" not in code.text:
                continue
            for klass in code.facts.classes:
                applied = [item for item in self._decorators.of(code, klass) if item.name == _MODULE]
                if applied:
                    module = Module(code, klass)
                    found[module.place] = module
                    for item in applied:
                        for where, value in item.arguments():
                            self._declared(module, where, value)
                    self._dynamic(module)
        return found

    def _declared(self, module: Module, code: Code, value: Expression) -> None:
        """Read ``@Module({...})`` and ``@Module(metadata)``."""
        symbol = self._symbols.expression(code, value)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            code, value = symbol.code, symbol.expression
        for key in _LISTS:
            entry = value.get(key) if value.kind == "object" else None
            if entry is not None:
                module.lists[key] += self._items(code, entry)

    def _dynamic(self, module: Module) -> None:
        """Read what the module's own methods return (``forRoot``) as if it were always used."""
        for key in _LISTS:
            for pair in module.code.pairs_named(key):
                if module.klass.body_start <= pair.start < module.klass.body_end:
                    module.lists[key] += self._items(module.code, module.code.value(pair))

    def _items(self, code: Code, value: Expression, conditional: bool = False, depth: int = 0) -> list[Item]:
        """Return the entries of a list expression: spreads, constants, conditionals and concatenations followed."""
        if depth > _MAX_DEPTH:
            return []
        if value.kind in {"array", "spread"}:
            return [one for item in value.arguments for one in self._items(code, item, conditional, depth + 1)]
        if value.kind == "conditional":
            return [one for item in value.arguments[1:] for one in self._items(code, item, True, depth + 1)]
        if value.kind == "operation":
            return [one for item in value.arguments for one in self._items(code, item, True, depth + 1)]
        if value.kind == "call" and value.callee is not None and value.name.endswith((".concat", ".filter")):
            owner = value.name.rpartition(".")[0]
            named = Expression("name", value.start, value.start + len(owner.encode()), name=owner)
            parts = [value.callee.callee or named, *(item for item in value.arguments if item.kind != "function")]
            return [one for item in parts for one in self._items(code, item, conditional, depth + 1)]
        if value.kind == "name":
            symbol = self._symbols.name(code, value.name, value.start)
            found = symbol.expression
            if symbol.code is not None and found is not None and found.kind != "object":
                items = self._items(symbol.code, found, conditional, depth + 1)
                return items + self._pushed(symbol.code, value.name.rpartition(".")[2], depth + 1)
            if symbol.kind == "value" and symbol.code is not None and found is not None:
                return [Item(symbol.code, found, conditional)]
        if value.kind in {"other", "null"}:
            return []
        return [Item(code, value, conditional)]

    def _pushed(self, code: Code, name: str, depth: int) -> list[Item]:
        """Return what statements add to a list (``modules.push(X)``), but for those meant for tests."""
        found: list[Item] = []
        for call in code.calls_named("push", "unshift"):
            branches = code.branches_around(call.start)
            texts = [code.source(item.condition_start, item.condition_end) for item in branches]
            if call.callee.rpartition(".")[0] == name and not any(_TESTED.search(text) for text in texts):
                for item in code.call(call).arguments:
                    found += self._items(code, item, bool(branches), depth)
        return found

    # --- what entries mean --------------------------------------------------------------------------------------

    def mounts(self, items: list[Item], depth: int = 0) -> Iterator[Mount]:
        """Yield the classes that entries name; one without a symbol stands for an entry that could not be followed."""
        for item in items:
            yield from self._mounts(item, depth)

    def _mounts(self, item: Item, depth: int) -> Iterator[Mount]:
        if depth > _MAX_DEPTH:
            return
        code, value = item.code, item.value
        if value.kind == "name":
            symbol = self._symbols.name(code, value.name, value.start)
            if symbol.kind == "class":
                yield Mount(symbol, item)
            elif symbol.kind not in {"external", "value"}:
                yield Mount(None, item)
        elif value.kind == "object":
            entry = value.get("module")
            if entry is not None:
                yield from self._mounts(Item(code, entry, item.conditional), depth + 1)
        elif value.kind == "call":
            yield from self._called(item, depth)
        elif value.kind == "function":
            function = code.function_at(value.start)
            if function is not None:
                yield from self.mounts(self.returned(code, function, item.conditional), depth + 1)

    def _called(self, item: Item, depth: int) -> Iterator[Mount]:
        """Follow ``Module.forRoot()``, ``forwardRef(() => Module)`` and a function that returns modules."""
        code, value = item.code, item.value
        head, _, _ = value.name.rpartition(".")
        owner = self._symbols.name(code, head, value.start) if head else None
        if owner is not None and owner.kind == "class":
            yield Mount(owner, item)
            return
        functions = [one for one in value.arguments if one.kind == "function"]
        symbol = self._symbols.name(code, value.name, value.start)
        if symbol.kind == "external":
            for one in functions:
                yield from self._mounts(Item(code, one, item.conditional), depth + 1)
        elif symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            yield from self.mounts(self.returned(symbol.code, symbol.function, item.conditional), depth + 1)
            yield Mount(None, item)
        else:
            yield Mount(None, item)

    def returned(self, code: Code, function: Function, conditional: bool) -> list[Item]:
        """Return what a function may return, as entries."""
        if code.text[function.body_start : function.body_start + 1] != b"{":
            return self._items(code, code.expression(function.body_start, function.body_end), conditional)
        found: list[Item] = []
        for item in code.within(code.facts.returns, function.body_start, function.body_end):
            start = item.start + len("return")
            text = code.text[start : item.end].rstrip(b" ;\n")
            if text.strip():
                found += self._items(code, code.expression(start, start + len(text)), conditional)
        return found

    # --- reach --------------------------------------------------------------------------------------------------

    def reached(self, root: Symbol) -> tuple[list[Module], bool]:
        """Return the modules that an application's root imports, and whether all of its imports could be followed."""
        pending = [(root.code.path, root.klass.start)] if root.code is not None and root.klass is not None else []
        seen: dict[Place, Module] = {}
        whole = bool(pending)
        while pending:
            place = pending.pop(0)
            module = self.all.get(place)
            if module is None or place in seen:
                continue
            seen[place] = module
            for mount in self.mounts(module.lists["imports"]):
                symbol = mount.symbol
                if symbol is None or symbol.code is None or symbol.klass is None:
                    whole = False
                else:
                    pending.append((symbol.code.path, symbol.klass.start))
        return list(seen.values()), whole
