"""What a name means across files: functions, classes, instances, values and things from outside the repository."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.modules import Modules
from trustwright.review.source.bindings import Binding
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Export, Function, Import

MAX_DEPTH = 14
"""How many names, imports and members are followed for one question; real chains are shorter than ten."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name or expression means.

    ``kind``:
        ``function``: ``function`` in ``code``; ``class``: ``klass`` in ``code``;
        ``instance``: an object of ``klass`` in ``code``; ``module``: the whole file ``code``;
        ``value``: an ``expression`` in ``code`` that is none of these (an object, a call, a string);
        ``external``: something from outside; ``name`` is qualified (``express.Router``, ``fs.promises.readFile``);
            ``instance`` of an outside class is external with ``()`` (``express()``);
        ``parameter``: a parameter of ``function`` in ``code`` whose type says nothing;
        ``unknown``: not found.
    ``made`` is the call that made an instance, with its file, when that is known.
    """

    kind: Literal["function", "class", "instance", "module", "value", "external", "parameter", "unknown"]
    name: str = ""
    code: Code | None = None
    function: Function | None = None
    klass: Class | None = None
    expression: Expression | None = None
    made: tuple[Code, Expression] | None = None


UNKNOWN = Symbol("unknown")


class Symbols:
    """Resolves names within a corpus. Answers are kept, so the same question costs once."""

    def __init__(self, corpus: Corpus, modules: Modules) -> None:
        """Take the files and the module resolver."""
        self.corpus = corpus
        self.modules = modules
        self._names: dict[tuple[str, str, int], Symbol] = {}
        self._exports: dict[tuple[str, str], Symbol] = {}

    def name(self, code: Code, dotted: str, at: int, depth: int = 0) -> Symbol:
        """Return what a dotted name means at an offset of a file."""
        if depth > MAX_DEPTH or not dotted:
            return UNKNOWN
        key = (code.path, dotted, at)
        known = self._names.get(key)
        if known is None:
            self._names[key] = UNKNOWN
            known = self._names[key] = self._name(code, dotted, at, depth)
        return known

    def _name(self, code: Code, dotted: str, at: int, depth: int) -> Symbol:
        head, _, rest = dotted.partition(".")
        called = head.endswith("()")
        head = head.removesuffix("()")
        if head in {"this", "self", "cls"} and (klass := code.enclosing_class(at)) is not None:
            return self.members(Symbol("instance", klass.name, code, klass=klass), rest, depth + 1)
        if head == "super()" or (head == "super" and code.enclosing_class(at) is not None):
            return UNKNOWN
        binding = code.binding(head, at)
        symbol = self._bound(code, binding, head, at, depth + 1) if binding else self._starred(code, head, depth + 1)
        if symbol.kind == "unknown" and binding is None:
            symbol = Symbol("external", head)
        if called:
            symbol = self.result(symbol)
        return self.members(symbol, rest, depth + 1)

    def _bound(self, code: Code, binding: Binding, name: str, at: int, depth: int) -> Symbol:
        if binding.function is not None and binding.kind == "function":
            return Symbol("function", name, code, function=binding.function)
        if binding.klass is not None:
            return Symbol("class", name, code, klass=binding.klass)
        if binding.imported is not None:
            return self.imported(code, binding.imported, depth)
        if binding.kind == "parameter" and binding.function is not None:
            return self._parameter(code, binding.function, name, depth)
        if binding.assignment is not None and binding.assignment.value_end:
            if binding.assignment.target != name:
                return self._destructured(code, binding.assignment.target, name, binding, depth)
            value = code.value(binding.assignment)
            return self.expression(code, value, depth)
        return UNKNOWN

    def _destructured(self, code: Code, pattern: str, name: str, binding: Binding, depth: int) -> Symbol:
        """Resolve ``const { a, b: c } = value``: the member of the value that bears the name."""
        if not pattern.startswith("{") or binding.assignment is None:
            return UNKNOWN
        key = next(
            (part.partition(":")[0].strip(" {}") for part in pattern.split(",") if part.rstrip(" }").endswith(name)),
            name,
        )
        return self.members(self.expression(code, code.value(binding.assignment), depth), key, depth)

    def _parameter(self, code: Code, function: Function, name: str, depth: int) -> Symbol:
        found = next((item for item in code.parameters(function) if item.name == name), None)
        if found is not None and found.annotation is not None and found.annotation.kind == "name":
            annotation = found.annotation
            named = annotation.arguments[0] if annotation.name == "Annotated" and annotation.arguments else annotation
            typed = self.name(code, named.name, max(0, function.start - 1), depth + 1)  # outside its own parameters
            if typed.kind == "class":
                return replace(typed, kind="instance")
        return Symbol("parameter", name, code, function=function)

    def expression(self, code: Code, value: Expression, depth: int = 0) -> Symbol:
        """Return what an expression means."""
        if depth > MAX_DEPTH:
            return UNKNOWN
        if value.kind == "name" and not value.arguments:
            return self.name(code, value.name, value.start, depth + 1)
        if value.kind == "function":
            function = code.function_at(value.start)
            if function is not None:
                return Symbol("function", function.name, code, function=function)
            klass = next((item for item in code.facts.classes if item.start == value.start), None)
            return Symbol("class", klass.name, code, klass=klass) if klass is not None else UNKNOWN
        if value.kind == "call":
            return self._called(code, value, depth + 1)
        return Symbol("value", code=code, expression=value)

    def _called(self, code: Code, value: Expression, depth: int) -> Symbol:
        if value.name in {"require", "import"} and value.arguments and value.arguments[0].text is not None:
            return self._module(code, value.arguments[0].text)
        if value.callee is not None and (value.callee.kind == "name" or _requires(value.callee)):
            callee = self.callee(code, value, depth)
            if callee.kind == "class":
                return replace(callee, kind="instance", made=(code, value))
            if callee.kind == "external":
                return Symbol("external", callee.name + "()", code, expression=value)
        return Symbol("value", value.name, code, expression=value)

    def callee(self, code: Code, call: Expression, depth: int = 0) -> Symbol:
        """Return what a call calls: ``Store`` of ``Store[User]()`` in Python, what a CommonJS module exports."""
        generic = code.is_python and call.callee is not None and call.callee.kind == "name" and call.callee.arguments
        if call.callee is not None and _requires(call.callee):
            found = self.expression(code, call.callee, depth)
        else:
            found = self.name(code, call.name.removesuffix("[]") if generic else call.name, call.start, depth)
        return self.exported(found.name, "default", depth) if found.kind == "module" else found

    def result(self, symbol: Symbol) -> Symbol:
        """Return what calling a symbol gives: an instance of a class, or something external."""
        if symbol.kind == "class":
            return replace(symbol, kind="instance")
        return Symbol("external", symbol.name + "()") if symbol.kind == "external" else UNKNOWN

    # --- imports and exports ------------------------------------------------------------------------------------

    def imported(self, code: Code, item: Import, depth: int = 0) -> Symbol:
        """Return what an import brings in."""
        if item.name == "*":
            if code.is_python and item.local != item.module and item.local == item.module.partition(".")[0]:
                return self._module(code, item.local)
            return self._module(code, item.module)
        path = self.modules.resolve(code.path, item.module)
        if path is None:
            if code.is_python:
                sub = self.modules.resolve(
                    code.path,
                    f"{item.module.rstrip('.')}.{item.name}" if item.module.strip(".") else item.module + item.name,
                )
                if sub is not None:
                    return self._file(sub)
            module = item.module.removeprefix("node:")
            return Symbol("external", module if item.name == "default" else f"{module}.{item.name}")
        found = self.exported(path, item.name, depth + 1)
        if found.kind == "unknown" and code.is_python:
            inner = self.modules.resolve(path, f".{item.name}") if path.endswith("__init__.py") else None
            return self._file(inner) if inner is not None else UNKNOWN
        return found

    def _module(self, code: Code, module: str) -> Symbol:
        path = self.modules.resolve(code.path, module)
        return self._file(path) if path is not None else Symbol("external", module.removeprefix("node:"))

    def _file(self, path: str) -> Symbol:
        code = self.corpus.code(path)
        return Symbol("module", path, code) if code is not None else UNKNOWN

    def exported(self, path: str, name: str, depth: int = 0) -> Symbol:
        """Return what a file offers under a name (``default`` for the default export)."""
        code = self.corpus.code(path)
        if code is None or depth > MAX_DEPTH:
            return UNKNOWN
        known = self._exports.get((path, name))
        if known is None:
            self._exports[path, name] = UNKNOWN
            found = self._python_exported(code, name, depth) if code.is_python else self._exported(code, name, depth)
            known = self._exports[path, name] = found
        return known

    def _python_exported(self, code: Code, name: str, depth: int) -> Symbol:
        binding = code.binding(name, len(code.text))
        if binding is not None:
            return self._bound(code, binding, name, len(code.text), depth)
        found = self._starred(code, name, depth)
        if found.kind != "unknown":
            return found
        inner = self.modules.resolve(code.path, f".{name}") if code.path.endswith("__init__.py") else None
        return self._file(inner) if inner is not None else UNKNOWN

    def _starred(self, code: Code, name: str, depth: int) -> Symbol:
        """Return what ``from module import *`` brings in under a name."""
        for item in code.facts.imports:
            if item.local == "*" and (path := self.modules.resolve(code.path, item.module)) is not None:
                found = self.exported(path, name, depth + 1)
                if found.kind != "unknown":
                    return found
        return UNKNOWN

    def _exported(self, code: Code, name: str, depth: int) -> Symbol:
        for item in code.facts.exports:
            if item.exported == name:
                return self._export(code, item, depth)
        for item in code.facts.exports:
            if item.exported == "*" and (path := self.modules.resolve(code.path, item.module)) is not None:
                found = self.exported(path, name, depth + 1)
                if found.kind != "unknown":
                    return found
        return self._common_js(code, name, depth)

    def _export(self, code: Code, item: Export, depth: int) -> Symbol:
        if item.module:
            path = self.modules.resolve(code.path, item.module)
            if path is None:
                whole = item.local in {"default", "*"}
                return Symbol("external", item.module if whole else f"{item.module}.{item.local}")
            return self._file(path) if item.local == "*" else self.exported(path, item.local, depth + 1)
        if item.local:
            return self.name(code, item.local, len(code.text), depth + 1)
        function = code.function_at(item.start)
        if function is not None:
            return Symbol("function", function.name or "default", code, function=function)
        klass = next((k for k in code.facts.classes if k.start == item.start), None)
        if klass is not None:
            return Symbol("class", klass.name, code, klass=klass)
        return self.expression(code, code.expression(item.start, item.end), depth + 1)

    def _common_js(self, code: Code, name: str, depth: int) -> Symbol:
        for item in reversed(code.facts.assignments):
            target = item.target.removeprefix("module.")
            if target == f"exports.{name}":
                return self.expression(code, code.value(item), depth + 1)
            if item.target == "module.exports":
                value = code.value(item)
                if name == "default":
                    return self.expression(code, value, depth + 1)
                if (entry := value.get(name)) is not None:
                    return self.expression(code, entry, depth + 1)
                if value.kind in {"name", "call"}:
                    return self.members(self.expression(code, value, depth + 1), name, depth + 1)
        return UNKNOWN

    # --- members ------------------------------------------------------------------------------------------------

    def members(self, symbol: Symbol, dotted: str, depth: int = 0) -> Symbol:
        """Return the member of a symbol that a dotted rest names; the symbol itself for an empty rest."""
        for part in dotted.split(".") if dotted else ():
            if depth > MAX_DEPTH or symbol.kind == "unknown":
                return UNKNOWN
            called = part.endswith("()")
            symbol = self._member(symbol, part.removesuffix("()"), depth + 1)
            if called:
                symbol = self.result(symbol)
        return symbol

    def _member(self, symbol: Symbol, name: str, depth: int) -> Symbol:
        code = symbol.code
        if symbol.kind == "external":
            return Symbol("external", f"{symbol.name}.{name}")
        if symbol.kind == "module" and code is not None:
            return self.exported(code.path, name, depth)
        if symbol.kind in {"class", "instance"} and code is not None and symbol.klass is not None:
            return self.class_member(code, symbol.klass, name, depth)
        if symbol.kind == "value" and symbol.expression is not None and code is not None:
            entry = symbol.expression.get(name) if symbol.expression.kind == "object" else None
            return self.expression(code, entry, depth) if entry is not None else UNKNOWN
        return UNKNOWN

    def class_member(self, code: Code, klass: Class, name: str, depth: int = 0) -> Symbol:
        """Return a class's method or attribute, its bases' included."""
        for owner, current in self.lineage(code, klass, depth):
            method = owner.method(current, name)
            if method is not None:
                return Symbol("function", name, owner, function=method)
            found = self._attribute(owner, current, name, depth)
            if found.kind != "unknown":
                return found
        return UNKNOWN

    def _attribute(self, code: Code, klass: Class, name: str, depth: int) -> Symbol:
        for item in code.within(code.facts.assignments, klass.body_start, klass.body_end):
            if item.target in {name, f"this.{name}", f"self.{name}"} and code.enclosing_class(item.start) == klass:
                if item.value_end:
                    return self.expression(code, code.value(item), depth + 1)
                if item.type_end:
                    return self._typed(code, code.source(item.type_start, item.type_end), item.start, depth)
        constructor = code.method(klass, "constructor")
        if constructor is not None:
            found = next((item for item in code.parameters(constructor) if item.name == name), None)
            if found is not None:
                return self._typed(code, found.annotation_text, max(0, klass.start - 1), depth)
        return UNKNOWN

    def _typed(self, code: Code, annotation: str, at: int, depth: int) -> Symbol:
        named = annotation.lstrip(": ").partition("<")[0].strip()
        typed = self.name(code, named, at, depth + 1) if named else UNKNOWN
        if typed.kind == "class":
            return replace(typed, kind="instance")
        return Symbol("external", typed.name + "()") if typed.kind == "external" else UNKNOWN

    def lineage(self, code: Code, klass: Class, depth: int = 0) -> Iterator[tuple[Code, Class]]:
        """Yield a class and the bases that are in the repository, nearest first."""
        pending, seen = [(code, klass)], set[tuple[str, int]]()
        while pending and len(seen) <= MAX_DEPTH:
            owner, current = pending.pop(0)
            if (owner.path, current.start) in seen:
                continue
            seen.add((owner.path, current.start))
            yield owner, current
            pending += [
                (base.code, base.klass)
                for base in self.bases(owner, current, depth)
                if base.kind == "class" and base.code is not None and base.klass is not None
            ]

    def bases(self, code: Code, klass: Class, depth: int = 0) -> list[Symbol]:
        """Return what a class extends, as symbols; external ones carry their qualified name."""
        return [self.name(code, base.replace("[]", ""), max(0, klass.start - 1), depth + 1) for base in klass.bases]

    def external_bases(self, code: Code, klass: Class) -> set[str]:
        """Return the qualified names of all classes from outside that a class descends from."""
        return {
            base.name
            for owner, current in self.lineage(code, klass)
            for base in self.bases(owner, current)
            if base.kind == "external"
        }


def _requires(value: Expression) -> bool:
    """Tell ``require("x")``, which is often called on the spot."""
    return value.kind == "call" and value.name in {"require", "import"}
