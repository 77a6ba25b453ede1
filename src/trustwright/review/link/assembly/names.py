"""What names, members and exports stand for in set-up code."""

import posixpath
import re
from collections.abc import Callable, Iterator

from trustwright.review.link.assembly.values import (
    ClassValue,
    Closure,
    External,
    Frame,
    Instance,
    Items,
    Member,
    Module,
    Text,
    Thing,
    Value,
    Written,
)
from trustwright.review.link.symbols import Symbols
from trustwright.review.source.bindings import Binding
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Assignment, Function, Import

MAX_DEPTH = 16
"""Re-exports and bases followed for one name; real chains are shorter than ten."""

_PLACES = {"__dirname": True, "import.meta.dirname": True, "__filename": False, "import.meta.url": False,
           "import.meta.filename": False}  # fmt: skip


class Names:
    """Looks names up in frames, and members up in values."""

    def __init__(
        self,
        symbols: Symbols,
        evaluate: Callable[[Written], Value | None],
        enter: Callable[[Code], Frame],
        parameters: Callable[[Code, Function], tuple[str, ...]],
    ) -> None:
        """Take the resolver and the evaluator's ways to read an expression, a file and a function's parameters."""
        self._symbols = symbols
        self._evaluate = evaluate
        self._enter = enter
        self._parameters = parameters
        self._targets: dict[str, dict[str, list[Assignment]]] = {}
        self._exports: dict[tuple[str, str], Value | None] = {}
        self._statics: dict[tuple[str, int, str], Value | None] = {}

    # --- names --------------------------------------------------------------------------------------------------

    def look_up(self, frame: Frame, name: str, at: int) -> Value | None:
        """Return what a plain name stands for at an offset of a frame's file."""
        code = frame.code
        if name == "this":
            return next((found.this for found in chain(frame) if found.this is not None), None)
        binding = code.binding(name, at)
        loop = next((f for f in chain(frame) if f.function is None and name in f.names and f.start <= at < f.end), None)
        if loop is not None and not self._inside(code, binding, loop):
            return loop.names[name]
        if binding is None:
            return self._unbound(frame, name)
        if binding.kind == "parameter" and binding.function is not None:
            run = next((f for f in chain(frame) if f.function == binding.function), None)
            return run.names.get(name) if run is not None else None
        if binding.imported is not None:
            return self.imported(code, binding.imported)
        return self._bound(frame, binding, name)

    @staticmethod
    def _inside(code: Code, binding: Binding | None, loop: Frame) -> bool:
        """Tell whether a binding belongs to the loop's body, and so hides the loop's own variable."""
        item = (binding.assignment or binding.function or binding.klass) if binding is not None else None
        return item is not None and loop.start <= item.start < loop.end

    def _bound(self, frame: Frame, binding: Binding, name: str) -> Value | None:
        item = binding.function or binding.klass or binding.assignment
        if item is None:
            return None
        owner = self.owner(frame, item.start)
        if binding.function is not None:
            return Closure(binding.function, owner)
        if binding.klass is not None:
            return ClassValue(binding.klass, owner)
        if binding.assignment is None or not binding.assignment.value_end:
            return None
        value = self._evaluate(Written(frame.code.value(binding.assignment), owner))
        target = binding.assignment.target
        return value if target == name else dict(self.unpacked(target, value)).get(name)

    def _unbound(self, frame: Frame, name: str) -> Value | None:
        """Look for ``let app; ... app = express()`` in another function before taking the name for a global one."""
        for item in self.assigned(frame.code, name):
            if item.value_end:
                return self._evaluate(Written(frame.code.value(item), self.owner(frame, item.start)))
        return External(name)

    def owner(self, frame: Frame, at: int) -> Frame:
        """Return the frame of the chain that holds what is written at an offset."""
        found = next((f for f in chain(frame) if f.start <= at < f.end), frame)
        function = frame.code.enclosing_function(at)
        if function is not None and found.this is not None and found.function != function:
            return found.this.runs.get((frame.code.path, function.start), found)
        return found

    def assigned(self, code: Code, target: str) -> list[Assignment]:
        """Return the assignments of a file to exactly this target (``router``, ``app.locals``)."""
        index = self._targets.get(code.path)
        if index is None:
            index = self._targets[code.path] = {}
            for item in code.facts.assignments:
                index.setdefault(item.target, []).append(item)
        return index.get(target, [])

    def unpacked(self, pattern: str, value: Value | None) -> Iterator[tuple[str, Value | None]]:
        """Yield the names that a pattern (``x``, ``{ a, b: c }``, ``[k, v]``) binds, with what they stand for."""
        pattern = pattern.strip()
        if re.fullmatch(r"[\w$]+", pattern):
            yield pattern, value
        elif pattern.startswith("{"):
            for part in pattern.strip("{} \n").split(","):
                key, _, local = part.partition("=")[0].partition(":")
                key, local = key.strip(), local.strip() or key.strip()
                if re.fullmatch(r"[\w$]+", local) and value is not None:
                    yield local, self.member(value, key)
        elif pattern.startswith("["):
            for part, item in zip(pattern.strip("[] \n").split(","), self._members(value), strict=False):
                yield part.strip(), item

    def _members(self, value: Value | None) -> tuple[Value | None, ...]:
        if isinstance(value, Written) and value.expression.kind == "array":
            return tuple(self._evaluate(Written(item, value.frame)) for item in value.expression.arguments)
        return value.items if isinstance(value, Items) else ()

    def dotted(self, frame: Frame, name: str, at: int) -> Value | None:
        """Return what a dotted name stands for; a property that was assigned counts too."""
        if name in _PLACES:
            return Text(posixpath.dirname(frame.code.path) if _PLACES[name] else frame.code.path)
        head, *rest = name.split(".")
        value = self.look_up(frame, head, at)
        for part in rest:
            value = self.member(value, part) if value is not None else None
        if value is None and rest and head != "this":
            return next(
                (
                    self._evaluate(Written(frame.code.value(item), self.owner(frame, item.start)))
                    for item in self.assigned(frame.code, name)
                    if item.value_end
                ),
                None,
            )
        return value

    # --- members ------------------------------------------------------------------------------------------------

    def member(self, value: Value, name: str) -> Value | None:
        """Return a member of a value."""
        if isinstance(value, Thing):
            return Member(value, name)
        if isinstance(value, External):
            return External(f"{value.name}.{name}", value.written)
        if isinstance(value, Module):
            return self.exported(value.code, name)
        if isinstance(value, Instance):
            return self._field(value, name)
        if isinstance(value, ClassValue):
            return self._static(value, name)
        if isinstance(value, Written) and value.expression.kind == "object":
            return self._entry(value, name)
        if isinstance(value, Items) and name.isdecimal():
            return value.items[int(name)] if int(name) < len(value.items) else None
        return None

    def _entry(self, value: Written, name: str) -> Value | None:
        found = self.entry(value, name)
        return self._evaluate(found) if found is not None else None

    def entry(self, value: Written, name: str, depth: int = 0) -> Written | None:
        """Return what an object written out says under a name; spreads of known objects count."""
        for key, item in reversed(value.expression.entries):
            inner = Written(item, value.frame)
            if key == name:
                return inner
            spread = self._evaluate(inner) if key == "..." and depth < MAX_DEPTH else None
            if isinstance(spread, Written) and (found := self.entry(spread, name, depth + 1)) is not None:
                return found
        return None

    def _static(self, owner: ClassValue, name: str) -> Value | None:
        key = (owner.frame.code.path, owner.klass.start, name)
        if key not in self._statics:
            self._statics[key] = None
            self._statics[key] = self._class_member(owner, name, None, 0)
        return self._statics[key]

    def _field(self, instance: Instance, name: str) -> Value | None:
        if name not in instance.fields:
            instance.fields[name] = None
            if isinstance(instance.klass, Closure):
                instance.fields[name] = self._function_member(instance.klass, name, instance)
            else:
                instance.fields[name] = self._class_member(instance.klass, name, instance, 0)
        return instance.fields[name]

    def _function_member(self, maker: Closure, name: str, this: Instance) -> Value | None:
        """Return ``this.name`` as a function called with ``new`` sets it, or as its prototype holds it."""
        code, function = maker.frame.code, maker.function
        run = this.runs.get((code.path, function.start), maker.frame)
        for item in code.within(code.facts.assignments, function.body_start, function.body_end):
            head, _, rest = item.target.partition(".")
            if (
                rest == name
                and head in {"this", "self", "that", "_this"}
                and code.enclosing_function(item.start) == function
            ):
                return self._evaluate(Written(code.value(item), run))
        for item in self.assigned(code, f"{function.name}.prototype.{name}"):
            found = self._evaluate(Written(code.value(item), maker.frame))
            return Closure(found.function, found.frame, this) if isinstance(found, Closure) else found
        return None

    def _class_member(self, owner: ClassValue, name: str, this: Instance | None, depth: int) -> Value | None:
        code, klass = owner.frame.code, owner.klass
        frame = Frame(code, None, owner.frame, klass.start, klass.end, this=this)
        method = code.method(klass, name)
        if method is not None:
            return Closure(method, frame, this)
        for item in code.within(code.facts.assignments, klass.body_start, klass.body_end):
            if (
                item.target not in {name, f"this.{name}"}
                or not item.value_end
                or code.enclosing_class(item.start) != klass
            ):
                continue
            function = code.enclosing_function(item.start)
            run = this.runs.get((code.path, function.start), frame) if this is not None and function else frame
            if (found := self._evaluate(Written(code.value(item), run))) is not None:
                return found
        constructor = code.method(klass, "constructor")
        if this is not None and constructor is not None and name in self._parameters(code, constructor):
            run = this.runs.get((code.path, constructor.start), frame)
            if (found := run.names.get(name)) is not None:
                return found
        base = self.base(owner) if depth < MAX_DEPTH else None
        return self._class_member(base, name, this, depth + 1) if base is not None else None

    def base(self, owner: ClassValue) -> ClassValue | None:
        """Return the class of the repository that a class extends."""
        for base in self._symbols.bases(owner.frame.code, owner.klass):
            if base.kind == "class" and base.code is not None and base.klass is not None:
                return ClassValue(base.klass, self._enter(base.code))
        return None

    # --- modules ------------------------------------------------------------------------------------------------

    def module(self, code: Code, name: str) -> Value | None:
        """Return the module that a file means by a name; text of a path below the reviewed folder is taken too."""
        path = self._symbols.modules.resolve(code.path, name)
        if path is None and name in self._symbols.corpus.files:
            path = name
        if path is None:
            return External(name.removeprefix("node:")) if not name.startswith(".") else None
        found = self._symbols.corpus.code(path)
        return Module(found) if found is not None else None

    def imported(self, code: Code, item: Import) -> Value | None:
        """Return what an import brings in."""
        module = self.module(code, item.module)
        if module is None or item.name == "*":
            return module
        if isinstance(module, External):
            return module if item.name == "default" else External(f"{module.name}.{item.name}")
        return self.member(module, item.name)

    def exported(self, code: Code, name: str, depth: int = 0) -> Value | None:
        """Return what a file offers under a name."""
        key = (code.path, name)
        frame = self._enter(code)
        if key not in self._exports:
            self._exports[key] = None
            found = self._exported(code, frame, name, depth)
            self._exports[key] = found if found is not None else self._common_js(code, frame, name)
        return self._exports[key]

    def _exported(self, code: Code, frame: Frame, name: str, depth: int) -> Value | None:
        for item in code.facts.exports:
            if item.exported == name and not item.module and item.local:
                return self.look_up(frame, item.local, len(code.text))
            if item.exported == name and not item.module:
                return self._default(code, frame, item.start, item.end)
            if item.module and item.exported in {name, "*"} and depth < MAX_DEPTH:
                module = self.module(code, item.module)
                if item.local == "*" and item.exported == name:
                    return module
                wanted = name if item.exported == "*" else item.local
                found = self.exported(module.code, wanted, depth + 1) if isinstance(module, Module) else None
                if found is not None or item.exported == name:
                    return found
        return None

    def _default(self, code: Code, frame: Frame, start: int, end: int) -> Value | None:
        function = code.function_at(start)
        if function is not None and function.end == end:
            return Closure(function, frame)
        klass = next((item for item in code.facts.classes if item.start == start), None)
        if klass is not None:
            return ClassValue(klass, frame)
        return self._evaluate(Written(code.expression(start, end), frame))

    def _common_js(self, code: Code, frame: Frame, name: str) -> Value | None:
        for target in (f"exports.{name}", f"module.exports.{name}"):
            for item in reversed(self.assigned(code, target)):
                return self._evaluate(Written(code.value(item), frame))
        for item in reversed(self.assigned(code, "module.exports") + self.assigned(code, "exports")):
            value = self._evaluate(Written(code.value(item), frame))
            if name == "default":
                return value
            if value is not None and not isinstance(value, Thing):
                return self.member(value, name)
        return None


def chain(frame: Frame | None) -> Iterator[Frame]:
    """Yield a frame and those it was written in, innermost first."""
    while frame is not None:
        yield frame
        frame = frame.parent
