"""Reads expressions of set-up code, calls included: who makes an application or a router, and what is called on it."""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable

from trustwright.review.link.assembly.interest import Interest
from trustwright.review.link.assembly.lists import Lists
from trustwright.review.link.assembly.names import Names, chain
from trustwright.review.link.assembly.texts import Texts
from trustwright.review.link.assembly.truth import Truth
from trustwright.review.link.assembly.values import (
    NEVER,
    ClassValue,
    Closure,
    Condition,
    Dynamic,
    External,
    Frame,
    Instance,
    Items,
    Member,
    Module,
    Text,
    Thing,
    Use,
    Value,
    Written,
    name_at,
    returned,
)
from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

MAX_DEPTH = 40
"""Functions that run inside one another; real set-up code stays below fifteen."""

MAX_RECURSION = 4
"""Runs of one function inside itself: routers that nest, and folders of routes, go no deeper."""

MAX_FRUITLESS = 5
"""Runs of a function in which nothing was made or registered, after which only what it returns is read."""

MAX_RUNS = 10_000
"""Function runs of one repository. A helper that is called once for each route needs one run for each."""

_SELF = frozenset({"bind"})
_EACH = frozenset({"forEach", "map", "flatMap"})
_SIMPLE = re.compile(r"[\w$]+(\.[\w$]+)*\Z")


class Evaluation(ABC):
    """Reads expressions in frames; going through a function's body is left to ``run``."""

    def __init__(self, symbols: Symbols, interest: Interest, enter: Callable[[Code], Frame]) -> None:
        """Take the resolver, what to follow, and the way to enter a file."""
        self.symbols = symbols
        self.interest = interest
        self.names = Names(symbols, self.value, enter, self.parameter_names)
        self.texts = Texts(self.value)
        self.lists = Lists(symbols, self.value, self.texts)
        self.truth = Truth(self.value, self.names)
        self.things: list[Thing] = []
        self.ran: set[tuple[str, int, int]] = set()
        """The functions that ran, with the frame they were written in."""
        self.gave_up = ""
        """Where the code ran longer than is followed, so that something may have been left out; else empty."""
        self._depth = 0
        self._runs = 0
        self._registered = 0
        self._running: Counter[tuple[str, int]] = Counter()
        self._fruitless: Counter[tuple[str, int]] = Counter()
        self._parameters: dict[tuple[str, int], tuple[tuple[str, Expression | None], ...]] = {}
        self._last: Thing | None = None

    @abstractmethod
    def run(self, frame: Frame, start: int, end: int) -> None:
        """Go through the calls of a stretch of a frame's file."""

    # --- expressions --------------------------------------------------------------------------------------------

    def value(self, written: Written) -> Value | None:
        """Return what an expression stands for; a literal stands for itself; ``None`` when that is not known."""
        values = written.frame.values
        key = (written.expression.start, written.expression.end)
        if key not in values:
            values[key] = None
            values[key] = self._value(written)
        return values[key]

    def _value(self, written: Written) -> Value | None:
        value, frame = written.expression, written.frame
        if value.kind == "name":
            return self._named(written)
        if value.kind == "call":
            return self._called(written)
        if value.kind == "function":
            function = frame.code.function_at(value.start)
            if function is not None:
                return Closure(function, frame)
            klass = next((item for item in frame.code.facts.classes if item.start == value.start), None)
            return ClassValue(klass, frame) if klass is not None else None
        if value.kind == "operation" and not value.name and len(value.arguments) == 2:
            return self.value(Written(value.arguments[1], frame))
        if value.kind == "conditional" or (value.kind == "operation" and value.name in {"||", "??", "&&"}):
            sides = value.arguments[1:] if value.kind == "conditional" else value.arguments
            found = [self.value(Written(item, frame)) for item in sides]
            return next((item for item in found if isinstance(item, Thing | Instance)), written)
        return written

    def _named(self, written: Written) -> Value | None:
        value, frame = written.expression, written.frame
        if _SIMPLE.match(value.name):
            return self.names.dotted(frame, value.name, value.start)
        inner = self.value(Written(value.callee or name_at(value.start, value.name.removesuffix("[]")), frame))
        if inner is None:
            return None
        if not value.name.endswith("[]"):
            return self.names.member(inner, value.last_name)
        index = self._index(written)
        return self.names.member(inner, index) if index is not None else None

    def _index(self, written: Written) -> str | None:
        """Return the text between the last brackets of a computed member (``app[method]``)."""
        value, code = written.expression, written.code
        text = code.source(value.start, value.end)
        at = text.rfind("[")
        if at < 0:
            return None
        begin = value.start + len(text[: at + 1].encode())
        return self.texts.of(Written(code.expression(begin, value.end - 1), written.frame))

    # --- calls --------------------------------------------------------------------------------------------------

    def _called(self, written: Written) -> Value | None:
        value, frame = written.expression, written.frame
        callee = value.callee
        if value.name in {"require", "import"} and value.arguments:
            name = self.texts.of(Written(value.arguments[0], frame))
            return self.names.module(frame.code, name) if name is not None else Dynamic(written)
        if callee is None:
            return None
        if callee.kind != "name" or ("." not in callee.name and not callee.name.endswith("[]")):
            return self._applied(self.value(Written(callee, frame)), written, None)
        computed = callee.name.endswith("[]")
        head = callee.name.removesuffix("[]") if computed else callee.name.rpartition(".")[0]
        receiver = self._plain(self.value(Written(callee.callee or name_at(callee.start, head), frame)))
        method = (self._index(Written(callee, frame)) or self.interest.any_method) if computed else callee.last_name
        if isinstance(receiver, Thing):
            return self._used(receiver, method, written)
        if receiver is None:
            return None
        if method in _SELF and isinstance(receiver, Closure):
            return receiver
        if isinstance(receiver, Closure) and method in {"call", "apply"}:
            return self.invoke(receiver, self.arguments(written)[1:], written)
        if (listed := self.lists.method(receiver, method, self.arguments(written))) is not None:
            return listed
        if method in _EACH and (each := self._each(receiver, written)) is not None:
            return each
        this = receiver if isinstance(receiver, Instance) else None
        return self._applied(self.names.member(receiver, method), written, this)

    def _plain(self, value: Value | None) -> Value | None:
        """Take a CommonJS module for what it exports when that is a single thing."""
        if isinstance(value, Module):
            whole = self.names.exported(value.code, "default")
            return whole if isinstance(whole, Thing | Instance) else value
        return value

    def _used(self, thing: Thing, method: str, written: Written) -> Value | None:
        if method not in self.interest.methods:
            return thing if method.startswith("with") else Member(thing, method + "()")
        kind = self.interest.branches.get(method)
        gives = Thing(kind, written) if kind is not None else None
        self._record(thing, method, written, self.arguments(written), gives)
        return gives or thing

    def _record(
        self, thing: Thing, method: str, written: Written, arguments: tuple[Written, ...], gives: Thing | None = None
    ) -> None:
        """Note a use of a thing, unless it stands where the code never comes."""
        conditions = self._conditions(written)
        if NEVER not in conditions:
            self._registered += 1
            thing.uses.append(Use(thing, method, written, arguments, conditions, gives))

    def arguments(self, written: Written) -> tuple[Written, ...]:
        """Return a call's arguments, spreads of known lists taken apart."""
        found: list[Written] = []
        for item in written.expression.arguments:
            listed = self.lists.written(Written(item.arguments[0], written.frame)) if item.kind == "spread" else None
            found += listed if listed is not None else [Written(item, written.frame)]
        return tuple(found)

    def entry(self, written: Written, name: str) -> Written | None:
        """Return what an object says under a name, as written there; spreads of known objects count."""
        value = self.value(written)
        return self.names.entry(value, name) if isinstance(value, Written) else None

    def call(self, closure: Closure, arguments: tuple[Value | None, ...], call: Written | None) -> Value | None:
        """Run a function with values; ``call`` is where that happens, for the conditions around it."""
        return self._run(closure, arguments, call, None)

    def _applied(self, target: Value | None, written: Written, this: Instance | None) -> Value | None:
        """Return what calling a value gives."""
        if isinstance(target, Module):
            target = self.names.exported(target.code, "default")
        if isinstance(target, External):
            return self._outside(target, written)
        if isinstance(target, Closure):
            if written.expression.new:
                return self._constructed(target, written)
            return self.invoke(target, self.arguments(written), written, this)
        if isinstance(target, ClassValue):
            return self.construct(target, self.arguments(written), written)
        if isinstance(target, Dynamic):
            for item in self.arguments(written):
                if isinstance(thing := self.value(item), Thing):
                    self._record(thing, "", written, (item,))
        return None

    def _constructed(self, target: Closure, written: Written) -> Value:
        """Return what ``new f()`` gives: what the function returns when that is an object, else the new object."""
        made = Instance(target)
        returned = self.invoke(target, self.arguments(written), written, made)
        return returned if isinstance(returned, Thing | Instance) else made

    def _outside(self, target: External, written: Written) -> Value | None:
        name, frame = target.name, written.frame
        kind = self.interest.makers.get(name)
        if kind is not None:
            thing = Thing(kind, written)
            self.things.append(thing)
            return thing
        if name in self.interest.passes and written.expression.arguments:
            return self.value(Written(written.expression.arguments[0], frame))
        if name in self.interest.outside:
            self._last = self._thing_among(written) or self._last
            if self._last is not None:
                self._record(self._last, name, written, self.arguments(written))
        if written.expression.arguments:
            made = self.lists.made(name, Written(written.expression.arguments[0], frame))
            if made is not None:
                return made
        return External(f"{name}()", written)

    def _thing_among(self, written: Written) -> Thing | None:
        for item in written.expression.arguments:
            inner = [entry for _, entry in item.entries] if item.kind == "object" else [item]
            for one in inner:
                if isinstance(found := self.value(Written(one, written.frame)), Thing):
                    return found
        return None

    def _each(self, receiver: Value, written: Written) -> Items | None:
        """Run what ``forEach`` or ``map`` is given, once for each member of a known list."""
        given = self.arguments(written)
        listed = self.lists.of(receiver) if given else None
        action = self.value(given[0]) if listed is not None else None
        if listed is None or not isinstance(action, Closure):
            return None
        return Items(
            tuple(self._run(action, (item, Text(str(index))), written, None) for index, item in enumerate(listed))
        )

    # --- functions and classes ----------------------------------------------------------------------------------

    def invoke(
        self, closure: Closure, arguments: tuple[Written, ...], call: Written, this: Instance | None = None
    ) -> Value | None:
        """Run a function and return what it returns."""
        return self._run(closure, arguments, call, this)

    def _run(
        self, closure: Closure, arguments: tuple[Value | None, ...], call: Written | None, this: Instance | None
    ) -> Value | None:
        code, function = closure.frame.code, closure.function
        key = (code.path, function.start)
        if self._depth >= MAX_DEPTH or self._running[key] >= MAX_RECURSION or function.body_end <= function.body_start:
            return None
        if self._runs >= MAX_RUNS:
            self.gave_up = self.gave_up or code.path
            return None
        conditions = call.frame.conditions | self._conditions(call) if call is not None else frozenset()
        this = this or closure.this
        frame = Frame(code, function, closure.frame, function.start, function.end, this=this, conditions=conditions)
        self._bind(frame, function, arguments)
        if this is not None:
            this.runs[key] = frame
        self._running[key] += 1
        self._depth += 1
        self._runs += 1
        self.ran.add((code.path, function.start, id(closure.frame)))
        try:
            if self._fruitless[key] < MAX_FRUITLESS:
                before = self._registered, len(self.things)
                self.run(frame, function.body_start, function.body_end)
                self._fruitless[key] += before == (self._registered, len(self.things))
            return self._returned(frame, function)
        finally:
            self._running[key] -= 1
            self._depth -= 1

    def _bind(self, frame: Frame, function: Function, arguments: tuple[Value | None, ...]) -> None:
        for index, (name, default) in enumerate(self._patterns(frame.code, function)):
            given = arguments[index] if index < len(arguments) else None
            value = self.value(given) if isinstance(given, Written) else given
            if value is None and isinstance(given, Written):
                value = given
            if value is None and default is not None:
                value = self.value(Written(default, frame))
            frame.names.update(self.names.unpacked(name, value))
            if isinstance(given, Written):
                frame.given[name] = given

    def origin(self, written: Written) -> Written:
        """Return what was given for a parameter, where an expression is just its name."""
        for _ in range(MAX_DEPTH):
            expression, frame = written.expression, written.frame
            binding = frame.code.binding(expression.name, expression.start) if expression.kind == "name" else None
            if binding is None or binding.kind != "parameter":
                return written
            run = next((item for item in chain(frame) if item.function == binding.function), None)
            if run is None or expression.name not in run.given:
                return written
            written = run.given[expression.name]
        return written

    def _patterns(self, code: Code, function: Function) -> tuple[tuple[str, Expression | None], ...]:
        key = (code.path, function.start)
        if key not in self._parameters:
            self._parameters[key] = tuple((item.name, item.default) for item in code.parameters(function))
        return self._parameters[key]

    def parameter_names(self, code: Code, function: Function) -> tuple[str, ...]:
        """Return the names (or patterns) of a function's parameters."""
        return tuple(name for name, _ in self._patterns(code, function))

    def _returned(self, frame: Frame, function: Function) -> Value | None:
        best: Value | None = None
        for item in returned(frame.code, function):
            found = self.value(Written(item, frame))
            if isinstance(found, Thing | Closure | Instance):
                return found
            best = found if found is not None else best
        return best

    def construct(self, klass: ClassValue, arguments: tuple[Written, ...], call: Written | None) -> Instance:
        """Make an object of a class: its constructor runs, or the nearest base's."""
        made = Instance(klass)
        self.start(made, klass, arguments, call)
        return made

    def start(
        self, made: Instance, klass: ClassValue | None, arguments: tuple[Written, ...], call: Written | None
    ) -> None:
        """Run the constructor of a class or of its nearest base that has one."""
        for _ in range(MAX_DEPTH):
            if klass is None:
                return
            constructor = klass.frame.code.method(klass.klass, "constructor")
            if constructor is not None:
                self._run(Closure(constructor, klass.frame, made), arguments, call, made)
                return
            klass = self.names.base(klass)

    def _conditions(self, written: Written) -> frozenset[Condition]:
        """Return the ``if``s around a call that are not settled, those its frame runs under included."""
        code, frame, at = written.code, written.frame, written.expression.start
        found = set(frame.conditions)
        for item in code.within(code.facts.branches, frame.start, at + 1):
            if at >= item.end or item.condition_start <= at < item.condition_end:
                continue
            inside = at < item.then_end
            held = self.truth.of(Written(code.expression(item.condition_start, item.condition_end), frame))
            if held is None:
                found.add((code.path, item.start, inside))
            elif held != inside:
                found.add(NEVER)
        return frozenset(found)
