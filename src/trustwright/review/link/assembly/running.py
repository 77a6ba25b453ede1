"""Runs set-up code in order: modules, functions, loops and callbacks; only what may touch an application is read."""

import re
from collections.abc import Iterable, Iterator

from trustwright.review.link.assembly.evaluation import Evaluation, Interest
from trustwright.review.link.assembly.names import chain
from trustwright.review.link.assembly.values import (
    ClassValue,
    Closure,
    Dynamic,
    Frame,
    Instance,
    Items,
    Module,
    Thing,
    Value,
    Written,
)
from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Call, Class, Function, Loop

_SMALL = 2_000
"""Bytes: a file below this size may only hand on what other files offer."""

_ARGUMENTS = 400
"""Bytes of a call's arguments in which names of things are looked for."""

_LOOPS = frozenset({"forEach", "map", "flatMap"})
_NESTED = 4
_IDENTIFIER = re.compile(rb"(?<![\w$.])[A-Za-z_$][\w$]*")


class Assembly(Evaluation):
    """The set-up code of a repository, run from its modules; afterwards every thing knows what was called on it."""

    def __init__(self, symbols: Symbols, interest: Interest) -> None:
        """Take the resolver and what to follow."""
        super().__init__(symbols, interest, self.enter)
        self._frames: dict[str, Frame] = {}
        self._triggers = tuple(text.encode() for text in interest.triggers)
        self._told: dict[str, bool] = {}
        self._matter: dict[tuple[str, int], bool] = {}
        outside = self._makers = (*interest.makers, *interest.outside, *interest.passes)
        self._telling = interest.methods | {name.rpartition(".")[2].rpartition("/")[2] for name in outside}

    def start_from(self, codes: Iterable[Code]) -> None:
        """Run the modules that call a maker; then the functions with such a call that nothing ran."""
        starts = [code for code in codes if not code.is_python and self._makers_in(code)]
        for code in starts:
            self.enter(code)
        for code in starts:
            for call in self._makers_in(code):
                made = {(thing.made.code.path, thing.made.expression.start) for thing in self.things}
                if (code.path, call.start) not in made:
                    self._run_around(code, call)

    def _makers_in(self, code: Code) -> list[Call]:
        if not any(self._from_maker(module) for module in code.modules):
            return []
        found = [call for call in code.facts.calls if code.target(call) in self.interest.makers]
        return found or [call for call in code.facts.calls if call.callee.startswith("require()")]

    def _from_maker(self, module: str) -> bool:
        return any(name == module or name.startswith(module + ".") for name in self._makers)

    def _run_around(self, code: Code, call: Call) -> None:
        """Run the outermost function around a call, with nothing known of its arguments."""
        functions = list(code.enclosing_functions(call.start))
        frame = self.enter(code)
        klass = code.enclosing_class(call.start)
        if klass is not None:
            owner = ClassValue(klass, frame)
            made = self.construct(owner, (), None)
            method = next((item for item in functions if item in code.functions_in(klass)), None)
            if method is not None and (code.path, method.start) not in made.runs:
                self._run(Closure(method, frame, made), (), None, made)
        elif functions:
            self._run(Closure(functions[-1], frame), (), None, None)

    def enter(self, code: Code) -> Frame:
        """Return the frame of a file's top level; the file runs when it is entered first."""
        frame = self._frames.get(code.path)
        if frame is None:
            frame = self._frames[code.path] = Frame(code, None, None)
            if self._is_telling(code.path):
                self.run(frame, 0, len(code.text))
        return frame

    # --- running ------------------------------------------------------------------------------------------------

    def run(self, frame: Frame, start: int, end: int) -> None:
        """Go through the calls and loops of a stretch in order, leaving out functions that are only defined there."""
        if frame.function is not None and not self._function_matters(frame.code, frame.function):
            return
        over = start
        for item in _in_order(frame.code, start, end):
            if item.start < over or item.start < start:
                continue
            if isinstance(item, Function):
                over = over if self._runs_here(frame, item) else item.end
            elif isinstance(item, Loop):
                over = item.end if self._loop(frame, item) else over
            elif isinstance(item, Call):
                over = self._step(frame, item, over)

    def _runs_here(self, frame: Frame, function: Function) -> bool:
        """Tell a callback, which runs where it stands, from a function that is only defined."""
        if (frame.code.path, function.start, id(frame)) in self.ran:
            return False
        before = frame.code.text[max(0, function.start - 200) : function.start].rstrip()
        return before.endswith((b"(", b","))

    def _loop(self, frame: Frame, loop: Loop) -> bool:
        listed = self.lists.of(self.value(Written(frame.code.expression(loop.items_start, loop.items_end), frame)))
        if listed is None:
            return False
        target = re.sub(r"^(const|let|var)\s+", "", loop.target)
        for item in listed:
            turn = Frame(frame.code, None, frame, loop.start, loop.end, this=frame.this, conditions=frame.conditions)
            turn.names.update(self.names.unpacked(target, item))
            self.run(turn, loop.items_end, loop.end)
        return True

    def _step(self, frame: Frame, call: Call, over: int) -> int:
        """Read one call if it may matter; return where to go on."""
        code = frame.code
        last = call.callee.rpartition(".")[2].removesuffix("[]")
        if call.callee.startswith("{}"):
            self.value(Written(code.call(call), frame))
            return call.end
        if last in self._telling or call.callee.endswith("[]"):
            if self._is_of_others(code, call):
                return over
            used = self.value(Written(code.call(call), frame))
            return max(over, call.end) if isinstance(used, Thing) else over
        if last in _LOOPS:
            return call.end if isinstance(self.value(Written(code.call(call), frame)), Items) else over
        if call.callee == "super":
            self._super(frame, call)
        elif call.callee in {"require", "import"}:
            found = self.value(Written(code.call(call), frame))
            if isinstance(found, Module):
                self.enter(found.code)
        elif self._callee_matters(frame, call) or self._carries_things(frame, call):
            self.value(Written(code.call(call), frame))
        return over

    def _super(self, frame: Frame, call: Call) -> None:
        klass = frame.code.enclosing_class(call.start)
        if klass is not None and frame.this is not None:
            written = Written(frame.code.call(call), frame)
            base = self.names.base(ClassValue(klass, self.enter(frame.code)))
            self.start(frame.this, base, self.arguments(written), written)

    # --- what may matter ----------------------------------------------------------------------------------------

    def _is_telling(self, path: str) -> bool:
        """Tell whether a file may make, use or hand on things; judged by its text."""
        if path not in self._told:
            file = self.symbols.corpus.files.get(path)
            text = self.symbols.corpus.read(path) if file is not None and file.role == "production" else b""
            self._told[path] = bool(text) and (len(text) < _SMALL or any(item in text for item in self._triggers))
        return self._told[path]

    def _is_of_others(self, code: Code, call: Call) -> bool:
        """Tell a call on something from an outside module that makes no things (``config.get``, ``axios.post``)."""
        imported = code.imports.get(call.callee.partition(".")[0].removesuffix("()"))
        if imported is None or self.symbols.modules.resolve(code.path, imported.module) is not None:
            return False
        return not self._from_maker(imported.module.removeprefix("node:"))

    def _callee_matters(self, frame: Frame, call: Call) -> bool:
        code = frame.code
        head = call.callee.partition(".")[0].removesuffix("()")
        if head == "this":
            return frame.this is not None and self._method_matters(frame.this, call.callee)
        if not self._is_ours(code, head, call.start):
            return False
        found = self.value(Written(code.expression(call.callee_start, call.callee_end), frame))
        return self._value_matters(found)

    def _is_ours(self, code: Code, head: str, at: int) -> bool:
        """Tell whether a name leads into the repository, to a file that may matter."""
        binding = code.binding(head, at)
        if binding is None:
            return False
        if binding.imported is not None:
            path = self.symbols.modules.resolve(code.path, binding.imported.module)
            return path is not None and self._is_telling(path)
        return True

    def _value_matters(self, value: Value | None) -> bool:
        if isinstance(value, Module):
            value = self.names.exported(value.code, "default")
        if isinstance(value, Closure):
            return self._function_matters(value.frame.code, value.function)
        if isinstance(value, ClassValue):
            return self._stretch_matters(value.frame.code, value.klass, _NESTED)
        return isinstance(value, Dynamic)

    def _method_matters(self, this: Instance, callee: str) -> bool:
        found: Value | None = this
        for part in callee.split(".")[1:]:
            found = self.names.member(found, part) if found is not None else None
        return self._value_matters(found)

    def _function_matters(self, code: Code, function: Function, depth: int = _NESTED) -> bool:
        return self._stretch_matters(code, function, depth)

    def _stretch_matters(self, code: Code, item: Function | Class, depth: int) -> bool:
        """Tell whether a body holds a call that may register something, or calls a function that does."""
        key = (code.path, item.start)
        if key not in self._matter:
            self._matter[key] = False
            calls = code.calls_in(item.body_start, item.body_end)
            self._matter[key] = any(
                call.callee.rpartition(".")[2] in self._telling or call.callee.endswith("[]") for call in calls
            ) or (depth > 0 and any(self._calls_one(code, call, depth - 1) for call in calls))
        return self._matter[key]

    def _calls_one(self, code: Code, call: Call, depth: int) -> bool:
        head = call.callee.partition(".")[0].removesuffix("()")
        if head != "this" and not self._is_ours(code, head, call.start):
            return False
        binding = code.binding(head, call.start) if head != "this" else None
        if binding is not None and binding.kind == "parameter":
            return "." not in call.callee
        symbol = self.symbols.name(code, call.callee, call.start)
        owner = symbol.function or (symbol.klass if symbol.kind == "class" else None)
        return owner is not None and symbol.code is not None and self._stretch_matters(symbol.code, owner, depth)

    def _carries_things(self, frame: Frame, call: Call) -> bool:
        """Tell whether a call is given a thing, by the names among its arguments."""
        code = frame.code
        text = code.text[call.arguments_start : min(call.arguments_end, call.arguments_start + _ARGUMENTS)]
        for name in dict.fromkeys(_IDENTIFIER.findall(text)):
            if name == b"this":
                if any(found.this is not None for found in chain(frame)):
                    return True
            elif self._is_ours(code, name.decode(), call.start):
                found = self.names.look_up(frame, name.decode(), call.start)
                if isinstance(found, Thing | Instance):
                    return True
        return False


def _in_order(code: Code, start: int, end: int) -> Iterator[Call | Function | Loop]:
    found: list[Call | Function | Loop] = [
        *code.calls_in(start, end),
        *code.within(code.facts.functions, start, end),
        *code.within(code.facts.loops, start, end),
    ]
    return iter(sorted(found, key=lambda item: (item.start, -item.end)))
