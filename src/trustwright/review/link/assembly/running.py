"""Runs set-up code in order: modules, functions, loops and callbacks; only what may touch an application is read."""

import re
from collections.abc import Iterable, Iterator

from trustwright.review.link.assembly.evaluation import Evaluation
from trustwright.review.link.assembly.interest import Interest
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
from trustwright.review.model import Gap
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Call, Class, Function, Loop

_SMALL = 2_000
"""Bytes: a file below this size may only hand on what other files offer."""

_ARGUMENTS = 400
"""Bytes of a call's arguments in which names of things are looked for."""

_LOOPS = frozenset({"forEach", "map", "flatMap"})
_NESTED = 4
_SEVERAL = re.compile(
    rb"\(\s*(?:([\"'`])(?:[/*$:]|\1).*?[\"'`][^,()]*|\[[^\]]*\]|/[^,]+|"
    rb"(?![A-Z][a-z]\w*\s*,)[\w$.]+(?:\([^()]*\)|\[[^\]]*\])*(?:\s*[+?|&][^,]*)?)\s*,",
    re.DOTALL,
)
"""The beginning of an argument list that a path may begin, with more after it; a class is no path."""

_IDENTIFIER = re.compile(rb"(?<![\w$.])[A-Za-z_$][\w$]*")


class Assembly(Evaluation):
    """The set-up code of a repository, run from its modules; afterwards every thing knows what was called on it."""

    def __init__(self, symbols: Symbols, interest: Interest) -> None:
        """Take the resolver and what to follow."""
        super().__init__(symbols, interest, self.enter)
        self._frames: dict[str, Frame] = {}
        self._triggers = tuple(text.encode() for text in interest.triggers)
        self._told: dict[str, bool] = {}
        self._classes: set[tuple[str, int]] = set()
        self._matter: dict[tuple[str, int], tuple[int, bool]] = {}
        outside = (*interest.makers, *interest.outside, *interest.passes)
        self._modules = frozenset(name[:end] for name in outside for end in _ends(name))
        self._outside_names = frozenset(outside)

    def start_from(self, codes: Iterable[Code]) -> None:
        """Run the modules that call a maker; then the functions and classes with such a call that nothing ran."""
        production = [code for code in codes if not code.is_python]
        starts = [(code, calls) for code in production if (calls := self._makers_in(code))]
        for code, _ in starts:
            self.enter(code)
        for code, calls in starts:
            for call in calls:
                self._run_around(code, call, production)

    def gaps(self) -> list[Gap]:
        """Say where following the code was given up."""
        what = "what sets up the application here is longer than is followed; routes may be missing"
        return [Gap("not-understood", self.gave_up, what)] if self.gave_up else []

    def _run_once(self, code: Code, function: Function, this: Instance | None = None) -> None:
        """Run a function with nothing known of its arguments, unless it has run."""
        if not any(path == code.path and start == function.start for path, start, _ in self.ran):
            self._run(Closure(function, self.enter(code), this), (), None, this)

    def _makers_in(self, code: Code) -> list[Call]:
        if not any(self._from_maker(item.module) for item in code.facts.imports):
            return []
        found = [call for call in code.facts.calls if code.target(call) in self.interest.makers]
        return found or [call for call in code.facts.calls if call.callee.startswith("require()")]

    def _from_maker(self, module: str) -> bool:
        return module.removeprefix("node:") in self._modules

    def _run_around(self, code: Code, call: Call, codes: list[Code]) -> None:
        """Run the outermost function around a call; for one in a class, what makes the class's objects."""
        functions = list(code.enclosing_functions(call.start))
        klass = code.enclosing_class(call.start)
        if klass is None:
            self.enter(code)
            if functions:
                self._run_once(code, functions[-1])
        elif (code.path, klass.start) not in self._classes:
            self._classes.add((code.path, klass.start))
            makers = [item for other in codes if klass.name for item in self._making(other, code, klass)]
            for other, creation in makers:
                self._run_around(other, creation, codes)
            if not makers:
                self._run_whole(ClassValue(klass, self.enter(code)))

    def _making(self, other: Code, code: Code, klass: Class) -> Iterator[tuple[Code, Call]]:
        """Yield the calls in a file that make an object of a class."""
        for creation in other.calls_named(klass.name):
            meant = self.symbols.name(other, creation.callee, creation.start) if creation.new else None
            if meant is not None and meant.kind == "module":
                meant = self.symbols.exported(meant.name, "default")
            if meant is not None and meant.klass == klass and meant.code is code:
                yield other, creation

    def _run_whole(self, owner: ClassValue) -> None:
        """Make an object of a class that nothing makes, and run its methods in order, as what uses it may do."""
        code = owner.frame.code
        made = self.construct(owner, (), None)
        for method in code.functions_in(owner.klass):
            if method.name != "constructor" and (code.path, method.start) not in made.runs:
                found = self.names.member(made, method.name)
                if isinstance(found, Closure) and self._function_matters(code, found.function):
                    self._run(found, (), None, made)

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
        if self._tells(code, call):
            used = self.value(Written(code.call(call), frame))
            return max(over, call.end) if isinstance(used, Thing) else over
        if last in _LOOPS:
            if not self._repeats_what_matters(code, call):
                return over
            return call.end if isinstance(self.value(Written(code.call(call), frame)), Items) else over
        if call.callee == "super":
            self._super(frame, call)
        elif call.callee in {"require", "import"}:
            found = self.value(Written(code.call(call), frame))
            if isinstance(found, Module):
                self.enter(found.code)
        elif self._callee_matters(frame, call) or self._carries_things(frame, call):
            self.value(Written(code.call(call), frame))
        elif last in self.interest.verbs and self._is_branch(frame, call):
            self.value(Written(code.call(call), frame))
            return call.end
        return over

    def _is_branch(self, frame: Frame, call: Call) -> bool:
        """Tell ``r.get(handler)`` where ``r`` is what ``app.route("/x")`` gave."""
        head = call.callee.partition(".")[0]
        found = self.names.look_up(frame, head, call.start) if self._is_ours(frame.code, head, call.start) else None
        return isinstance(found, Thing) and found.kind in self.interest.branches.values()

    def _super(self, frame: Frame, call: Call) -> None:
        klass = frame.code.enclosing_class(call.start)
        if klass is not None and frame.this is not None:
            written = Written(frame.code.call(call), frame)
            base = self.names.base(ClassValue(klass, self.enter(frame.code)))
            self.start(frame.this, base, self.arguments(written), written)

    def _repeats_what_matters(self, code: Code, call: Call) -> bool:
        """Tell whether what is done for each member of a list may register something."""
        inside = code.within(code.facts.functions, call.arguments_start, call.arguments_end)
        return self._function_matters(code, inside[0]) if inside else call.arguments_end - call.arguments_start > 2

    # --- what may matter ----------------------------------------------------------------------------------------

    def _is_telling(self, path: str) -> bool:
        """Tell whether a file may make, use or hand on things; judged by its text."""
        if path not in self._told:
            file = self.symbols.corpus.files.get(path)
            text = self.symbols.corpus.read(path) if file is not None and file.role == "production" else b""
            self._told[path] = bool(text) and (len(text) < _SMALL or any(item in text for item in self._triggers))
        return self._told[path]

    def _tells(self, code: Code, call: Call) -> bool:
        """Tell whether a call may make a thing or register something, by its name and the look of its arguments."""
        last = call.callee.rpartition(".")[2]
        computed = last.endswith("[]")
        if not computed and last not in self.interest.methods:
            return code.target(call) in self._outside_names or call.callee.startswith("require()")
        if (computed or last in self.interest.verbs) and "route()" not in call.callee:
            text = code.text[call.arguments_start : min(call.arguments_end, call.arguments_start + _ARGUMENTS)]
            if not _SEVERAL.match(text):
                return False
        return not self._is_of_others(code, call)

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
        asked, matters = self._matter.get(key, (-1, False))
        if not matters and asked < depth:
            self._matter[key] = (depth, False)
            calls = code.calls_in(item.body_start, item.body_end)
            matters = any(self._tells(code, call) for call in calls) or (
                depth > 0 and any(self._calls_one(code, call, depth - 1) for call in calls)
            )
            self._matter[key] = (depth, matters)
        return matters

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


def _ends(name: str) -> Iterator[int]:
    """Yield where a qualified name may stop being a module's: before each of its dots, and at its end."""
    yield from (index for index, letter in enumerate(name) if letter == ".")
    yield len(name)
