"""A source file in a programming language, as rules, frameworks and the linker read it.

:class:`Code` puts names, scopes and lines on top of the flat facts, and parses single expressions on demand, so that
nobody outside ``source`` ever holds a syntax tree.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, KeysView
from functools import cached_property
from typing import Protocol, TypeVar

from trustwright.review.model import Location, Reference
from trustwright.review.source import javascript_expressions, python_expressions
from trustwright.review.source.bindings import Binding, names_in
from trustwright.review.source.expression import Expression, Parameter
from trustwright.review.source.facts import (
    Assignment,
    Branch,
    Call,
    Class,
    Decorator,
    Facts,
    Function,
    Import,
    Pair,
    Role,
)
from trustwright.review.source.nesting import Nesting


class _Placed(Protocol):
    @property
    def start(self) -> int: ...


P = TypeVar("P", bound=_Placed)


class Code:
    """One source file with its facts.

    ``is_python`` is False for JavaScript and TypeScript.

    Args:
        path: relative to the reviewed folder.
        language: ``javascript``, ``typescript``, ``tsx`` or ``python``.
        role: what the file is for; rules look at production code.
        facts: what the language module extracted.
        read: returns the file's bytes; called at most once.
    """

    def __init__(self, path: str, language: str, role: Role, facts: Facts, read: Callable[[], bytes]) -> None:
        """Hold the facts; nothing is computed before it is asked for."""
        self.path = path
        self.language = language
        self.is_python = language == "python"
        self.role = role
        self.facts = facts
        self._read = read
        self._targets: dict[str, str] = {}
        self._scoped: dict[str, list[tuple[int, int, Binding]]] = {}
        self._words: dict[int, frozenset[str]] = {}
        self._starts: dict[int, tuple[tuple[_Placed, ...], list[int]]] = {}
        self._expressions: dict[tuple[int, int], Expression] = {}
        self._parameters: dict[int, tuple[Parameter, ...]] = {}

    @cached_property
    def text(self) -> bytes:
        """The file's bytes."""
        return self._read()

    # --- places -------------------------------------------------------------------------------------------------

    @cached_property
    def _newlines(self) -> list[int]:
        return [match.start() for match in re.finditer(b"\n", self.text)]

    def line(self, offset: int) -> int:
        """Return the line (from 1) of a byte offset."""
        return bisect_left(self._newlines, offset) + 1

    def location(self, start: int, end: int = 0) -> Location:
        """Return the lines of a stretch; with only ``start``, its line."""
        return Location(self.path, self.line(start), self.line(max(start, end - 1)))

    def source(self, start: int, end: int) -> str:
        """Return a stretch of the text."""
        return self.text[start:end].decode("utf-8", "replace")

    def reference(self, start: int, end: int) -> Reference:
        """Return a reference to a stretch."""
        return Reference(self.path, start, end)

    def in_comment(self, offset: int) -> bool:
        """Tell whether an offset lies in a comment."""
        index = bisect_right(self.facts.comments, offset, key=_start) - 1
        return index >= 0 and offset < self.facts.comments[index].end

    # --- names --------------------------------------------------------------------------------------------------

    @cached_property
    def imports(self) -> dict[str, Import]:
        """Imports by local name."""
        return {item.local: item for item in self.facts.imports if item.local not in {"", "*"}}

    @cached_property
    def modules(self) -> frozenset[str]:
        """The names of all imported modules, ``node:`` taken off."""
        return frozenset(item.module.removeprefix("node:") for item in self.facts.imports)

    def qualified(self, name: str) -> str:
        """Return a dotted name with its first part replaced by what it was imported as.

        ``md5`` after ``from hashlib import md5`` becomes ``hashlib.md5``; ``crypto.createHash`` after
        ``import crypto from "node:crypto"`` stays ``crypto.createHash``. A name that was not imported stays as it is.
        """
        head, dot, rest = name.partition(".")
        call = head.endswith("()")
        item = self.imports.get(head.removesuffix("()"))
        if item is None:
            return name
        module = item.module.removeprefix("node:")
        if self.is_python and item.name == "*" and "." in item.module and head == item.module.partition(".")[0]:
            return name
        base = module if item.name in {"*", "default"} else f"{module}.{item.name}"
        return base + ("()" if call else "") + dot + rest

    def target(self, call: Call) -> str:
        """Return the qualified name of what a call calls."""
        found = self._targets.get(call.callee)
        if found is None:
            found = self._targets[call.callee] = self.qualified(call.callee)
        return found

    @cached_property
    def _calls_by_name(self) -> dict[str, list[Call]]:
        index: dict[str, list[Call]] = {}
        for call in self.facts.calls:
            index.setdefault(call.callee.rpartition(".")[2], []).append(call)
        return index

    @property
    def called(self) -> KeysView[str]:
        """The last parts of the names of all that is called."""
        return self._calls_by_name.keys()

    def calls_named(self, *names: str) -> list[Call]:
        """Return the calls whose callee's last part is one of ``names``, in order of place."""
        if len(names) == 1:
            return self._calls_by_name.get(names[0], [])
        return sorted((call for name in names for call in self._calls_by_name.get(name, ())), key=_outer_first)

    @cached_property
    def _pairs_by_key(self) -> dict[str, list[Pair]]:
        index: dict[str, list[Pair]] = {}
        for pair in self.facts.pairs:
            index.setdefault(pair.key, []).append(pair)
        return index

    def pairs_named(self, *keys: str) -> list[Pair]:
        """Return the ``key: value`` and ``key=value`` pairs with one of these keys, in order of place."""
        return sorted((pair for key in keys for pair in self._pairs_by_key.get(key, ())), key=_start)

    # --- scopes -------------------------------------------------------------------------------------------------

    @cached_property
    def _functions(self) -> Nesting[Function]:
        return Nesting(self.facts.functions)

    @cached_property
    def _classes(self) -> Nesting[Class]:
        return Nesting(self.facts.classes)

    def enclosing_functions(self, offset: int) -> Iterator[Function]:
        """Yield the functions around an offset, innermost first."""
        return self._functions.around(offset)

    def enclosing_function(self, offset: int) -> Function | None:
        """Return the innermost function around an offset."""
        return self._functions.innermost(offset)

    def enclosing_class(self, offset: int) -> Class | None:
        """Return the innermost class around an offset."""
        return self._classes.innermost(offset)

    def function_at(self, start: int) -> Function | None:
        """Return the function that begins exactly at ``start``."""
        return self._functions.at(start)

    @cached_property
    def _members(self) -> dict[int, tuple[list[Function], list[Assignment]]]:
        """A class's start to the methods and assignments that stand directly in its body."""
        members: dict[int, tuple[list[Function], list[Assignment]]] = {k.start: ([], []) for k in self.facts.classes}
        for function in self.facts.functions:
            klass = self._owner(function.start)
            if klass is not None:
                members[klass.start][0].append(function)
        for item in self.facts.assignments:
            klass = self._owner(item.start)
            if klass is not None:
                members[klass.start][1].append(item)
        return members

    def _owner(self, start: int) -> Class | None:
        """Return the class in whose body, and in no function of it, something begins."""
        klass = self.enclosing_class(start)
        if klass is None or start < klass.body_start:
            return None
        outer = next((item for item in self.enclosing_functions(start) if item.start < start), None)
        return klass if outer is None or outer.start < klass.start else None

    def functions_in(self, klass: Class) -> list[Function]:
        """Return a class's own methods."""
        return self._members[klass.start][0]

    def method(self, klass: Class, name: str) -> Function | None:
        """Return a class's own method by name."""
        return next((item for item in self.functions_in(klass) if item.name == name), None)

    def attributes_of(self, klass: Class) -> list[Assignment]:
        """Return the assignments that stand directly in a class body."""
        return self._members[klass.start][1]

    def decorators_of(self, owner: Function | Class | Assignment) -> list[Decorator]:
        """Return what decorates a function, class or field, outermost first."""
        return self._decorators.get(owner.start, [])

    @cached_property
    def _decorators(self) -> dict[int, list[Decorator]]:
        index: dict[int, list[Decorator]] = {}
        for item in self.facts.decorators:
            index.setdefault(item.owner, []).append(item)
        return index

    def within(self, items: tuple[P, ...], start: int, end: int) -> tuple[P, ...]:
        """Return those of the file's facts of one kind that begin in a stretch."""
        known = self._starts.get(id(items))
        if known is None or known[0] is not items:
            known = self._starts[id(items)] = (items, [item.start for item in items])
        starts = known[1]
        first = bisect_left(starts, start)
        return items[first : bisect_left(starts, end, first)]

    def calls_in(self, start: int, end: int) -> tuple[Call, ...]:
        """Return the calls in a stretch."""
        return self.within(self.facts.calls, start, end)

    @cached_property
    def _bound(self) -> dict[str, list[Assignment | Function | Class | Import]]:
        """Name to what may bind it, anywhere in the file."""
        index: dict[str, list[Assignment | Function | Class | Import]] = {}
        for item in self.facts.assignments:
            for name in names_in(item.target):
                index.setdefault(name, []).append(item)
        definitions: tuple[Function | Class, ...] = (*self.facts.functions, *self.facts.classes)
        for named in definitions:
            if named.name:
                index.setdefault(named.name, []).append(named)
        for imported in self.facts.imports:
            if imported.local:
                index.setdefault(imported.local, []).append(imported)
        return index

    def _bindings(self, name: str) -> list[tuple[int, int, Binding]]:
        """Return a name's bindings as (scope start, scope end, binding); a scope is a function, a class or the file."""
        found = self._scoped.get(name)
        if found is None:
            found = self._scoped[name] = [
                (*self._scope(item.start, skip=binding.function), binding)
                for item in self._bound.get(name, ())
                if (binding := self._binding(item)) is not None
            ]
            found.sort(key=lambda item: self._at(item[2]))
        return found

    def _binding(self, item: Assignment | Function | Class | Import) -> Binding | None:
        if isinstance(item, Assignment):
            return Binding("assignment", assignment=item)
        if isinstance(item, Function):
            return None if self._is_expression(item) else Binding("function", function=item)
        return Binding("class", klass=item) if isinstance(item, Class) else Binding("import", imported=item)

    def _is_expression(self, function: Function) -> bool:
        """Tell a function that an assignment already binds (``const f = () => 1``) from one that binds its name."""
        head = self.text[function.start : function.start + 14]
        return not self.is_python and not head.lstrip().startswith((b"function", b"async function"))

    def _scope(self, offset: int, skip: Function | None = None) -> tuple[int, int]:
        function = next((f for f in self.enclosing_functions(offset) if f is not skip and f.start != offset), None)
        klass = self.enclosing_class(offset)
        if klass is not None and klass.start != offset and (function is None or function.start < klass.start):
            return klass.body_start, klass.body_end
        return (function.start, function.end) if function is not None else (0, 1 << 62)

    def binding(self, name: str, at: int) -> Binding | None:
        """Return what a plain name means at an offset: the innermost scope wins, then the last before ``at``.

        What a class body binds is not seen from inside its methods; Python's types and defaults are read outside.
        """
        found: tuple[int, int, Binding] | None = None
        inner = self.enclosing_function(at)
        for start, end, binding in self._bindings(name):
            if inner is not None and start in self._class_bodies and inner.start >= start:
                continue
            if start <= at < end and (
                found is None or start > found[0] or (start == found[0] and self._at(binding) <= at)
            ):
                found = (start, end, binding)
        for function in self.enclosing_functions(at):
            local = found is not None and found[0] >= function.start
            if local and found is not None and self._at(found[2]) <= at:
                break
            listed = self.is_python and function.parameters_start <= at < function.parameters_end
            if not listed and self._is_parameter(name, function):
                return Binding("parameter", function=function)
            if local:
                break
        return found[2] if found is not None else None

    def _is_parameter(self, name: str, function: Function) -> bool:
        """Tell whether a function has a parameter of this name; Python's types and defaults are no parameters."""
        if name not in self._parameter_words(function):
            return False
        return not self.is_python or any(item.name == name for item in self.parameters(function))

    def _parameter_words(self, function: Function) -> frozenset[str]:
        found = self._words.get(function.start)
        if found is None:
            parts, at = [], function.parameters_start
            for comment in self.within(self.facts.comments, at, function.parameters_end):
                parts.append(self.source(at, comment.start))
                at = comment.end
            listed = " ".join([*parts, self.source(at, function.parameters_end)])
            found = self._words[function.start] = frozenset(_FREE_NAME.findall(listed))
        return found

    @cached_property
    def _class_bodies(self) -> frozenset[int]:
        return frozenset(item.body_start for item in self.facts.classes)

    @staticmethod
    def _at(binding: Binding) -> int:
        """Return where a binding begins to hold: an assignment not yet in its own value, a class not in its bases."""
        if binding.assignment is not None:
            return binding.assignment.end
        if binding.klass is not None:
            return binding.klass.body_start
        item = binding.function or binding.imported
        return item.start if item is not None else 0

    # --- expressions --------------------------------------------------------------------------------------------

    def expression(self, start: int, end: int) -> Expression:
        """Parse a stretch as an expression; kept, so asking twice costs nothing."""
        found = self._expressions.get((start, end))
        if found is None:
            module = python_expressions if self.is_python else javascript_expressions
            found = module.expression(self.text[start:end], start, self.language)
            self._expressions[start, end] = found
        return found

    def call(self, call: Call) -> Expression:
        """Parse a call with its arguments."""
        return self.expression(call.start, call.end)

    def value(self, item: Pair | Assignment) -> Expression:
        """Parse the value of a pair or an assignment."""
        return self.expression(item.value_start, item.value_end)

    def parameters(self, function: Function) -> tuple[Parameter, ...]:
        """Parse a function's parameters; kept, so asking twice costs nothing."""
        start, end = function.parameters_start, function.parameters_end
        found = self._parameters.get(start)
        if found is None:
            module = python_expressions if self.is_python else javascript_expressions
            found = module.parameters(self.text[start:end], start, self.language) if end > start else ()
            self._parameters[start] = found
        return found

    def branches_around(self, offset: int) -> list[Branch]:
        """Return the ``if``s whose consequence holds the offset, outermost first."""
        return [item for item in self.facts.branches if item.then_start <= offset < item.then_end]


def _start(item: _Placed) -> int:
    return item.start


def _outer_first(item: Call) -> tuple[int, int]:
    return item.start, -item.end


_FREE_NAME = re.compile(r"(?<![\w$.])[A-Za-z_$][\w$]*")
