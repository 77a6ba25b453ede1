"""What decorators write on a route, and what guards do about it: where a guard lets a marked route pass.

``@Public()`` makes a global guard return early; a guard that asks for roles lets routes pass that name none. Both mean
the same: for the route at hand, part of the guard's body does not run.
"""

from dataclasses import dataclass
from functools import cached_property

from trustwright.review.frameworks.nestjs.decorators import CREATED, Applied
from trustwright.review.link.texts import text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Function

Key = str | tuple[str, int]
Metadata = dict[Key, bool]
"""Metadata keys that are set, each with whether its value is more than nothing."""

_SETTERS = frozenset({"@nestjs/common.SetMetadata", "Reflect.defineMetadata"})
_GETTERS = frozenset({"get", "getAll", "getAllAndOverride", "getAllAndMerge", "getMetadata", "has", "hasMetadata"})
_EMPTY = frozenset({"isEmpty", "isNil", "isUndefined", "isNull"})
_NOTHING = frozenset({"null", "undefined"})
_MAX_DEPTH = 4
_MAX_METHODS = 12


def metadata(values: Values, applied: list[Applied]) -> Metadata:
    """Return the metadata that decorators set; what is set only sometimes counts as set."""
    found: Metadata = {}
    for item in reversed(applied):
        if item.name == CREATED and item.origin is not None:
            arguments = item.arguments()
            found[item.origin] = not arguments or _truth(item, arguments[0][1])
        elif item.name in _SETTERS and item.expression.kind == "call" and item.expression.arguments:
            key_code, key = (item.meaning(item.expression.arguments[0]) or [(item.code, item.expression)])[0]
            value = item.expression.arguments[1] if len(item.expression.arguments) > 1 else None
            found[key_of(values, key_code, key)] = value is not None and _truth(item, value)
    return found


def key_of(values: Values, code: Code, value: Expression) -> Key:
    """Return what identifies a metadata key: its text, else where its value is made, else its name."""
    text = text_of(values, Value(code, value))
    if text is not None:
        return text
    symbol = values.symbols.expression(code, value)
    if symbol.code is not None and symbol.expression is not None:
        return symbol.code.path, symbol.expression.start
    return value.name


def _truth(use: Applied, value: Expression) -> bool:
    """Tell whether a value is more than nothing: what is only known at run time counts as something."""
    if value.kind == "boolean":
        return value.value is True
    if value.kind == "null":
        return False
    if value.kind == "array":
        return any(item.kind != "spread" or _truth(use, item.arguments[0]) for item in value.arguments)
    if value.kind == "name" and value.name in use.given:
        given = use.given[value.name]
        return bool(given) and (len(given) > 1 or _truth(Applied("", *given[0]), given[0][1]))
    return value.text != ""


@dataclass(frozen=True, slots=True)
class _Read:
    """One look at metadata: which key, and on what it looks."""

    key: Key
    handler: bool
    klass: bool


class GuardBody:
    """The ``canActivate`` of a guard class, read for what it does about metadata."""

    def __init__(self, values: Values, code: Code, klass: Class) -> None:
        """Take the class; its method may be a base's."""
        self._values = values
        member = values.symbols.class_member(code, klass, "canActivate")
        self._code = member.code if member.code is not None else code
        self._method = member.function
        self._owner = code, klass
        self._known: dict[object, tuple[Reference, ...]] = {}

    @cached_property
    def _keys(self) -> frozenset[Key]:
        """The metadata keys that the class looks at."""
        code, klass = self._owner
        reads = [
            (owner, owner.call(call))
            for owner, current in self._values.symbols.lineage(code, klass)
            for call in owner.calls_in(current.body_start, current.body_end)
            if _is_read(call.callee)
        ]
        return frozenset(key_of(self._values, owner, read.arguments[0]) for owner, read in reads if read.arguments)

    def unreached(self, method: Metadata, klass: Metadata) -> tuple[Reference, ...]:
        """Return the stretches of the guard that do not run for a route with this metadata."""
        if not self._keys or self._method is None:
            return ()
        here = {key: value for key, value in method.items() if key in self._keys}
        above = {key: value for key, value in klass.items() if key in self._keys}
        situation = frozenset(here.items()), frozenset(above.items())
        if situation not in self._known:
            self._known[situation] = self._stretches(self._method, here, above)
        return self._known[situation]

    def _stretches(self, start: Function, method: Metadata, klass: Metadata) -> tuple[Reference, ...]:
        found: list[Reference] = []
        pending, seen = [(self._code, start)], set[tuple[str, int]]()
        while pending and len(seen) < _MAX_METHODS:
            code, function = pending.pop(0)
            if (code.path, function.start) in seen:
                continue
            seen.add((code.path, function.start))
            stretches = _Walk(self._values, code, function, method, klass).stretches()
            found += stretches
            for call in code.calls_in(function.body_start, function.body_end):
                if call.callee.startswith("this.") and not any(_holds(item, code, call.start) for item in stretches):
                    symbol = self._values.symbols.name(code, call.callee, call.start)
                    if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                        pending.append((symbol.code, symbol.function))
        return tuple(found)


def _holds(stretch: Reference, code: Code, at: int) -> bool:
    return stretch.path == code.path and stretch.start <= at < stretch.end


def _is_read(callee: str) -> bool:
    head, _, last = callee.rpartition(".")
    return last in _GETTERS and "reflect" in head.lower()


class _Walk:
    """Walks a guard's method with what is known of one route's metadata."""

    def __init__(self, values: Values, code: Code, function: Function, method: Metadata, klass: Metadata) -> None:
        self._values = values
        self._code = code
        self._function = function
        self._method = method
        self._klass = klass
        self._known = self._variables()

    def _variables(self) -> dict[str, bool | None]:
        known: dict[str, bool | None] = {}
        self._known = known
        body = self._function
        for item in self._code.within(self._code.facts.assignments, body.body_start, body.body_end):
            if item.value_end:
                value = self._code.value(item)
                if self._mentions(value):
                    known[item.target] = self.truth(value)
                elif item.target in known:
                    known[item.target] = None
        return known

    def stretches(self) -> list[Reference]:
        """Return what does not run, in order."""
        code, end = self._code, self._function.body_end
        found: list[Reference] = []
        for branch in code.within(code.facts.branches, self._function.body_start, end):
            if code.enclosing_function(branch.start) != self._function:
                continue
            test = code.expression(branch.condition_start, branch.condition_end)
            truth = self.truth(test)
            if truth is False:
                found.append(code.reference(branch.then_start, branch.then_end))
            elif self._passes(branch.then_start, branch.then_end) and (truth or self._lets_some_pass(test)):
                found.append(code.reference(branch.then_end, end))
                break
        found += [
            code.reference(loop.start, loop.end)
            for loop in code.within(code.facts.loops, self._function.body_start, end)
            if self.truth(code.expression(loop.items_start, loop.items_end)) is False
        ]
        for item in code.within(code.facts.returns, self._function.body_start, end):
            start = item.start + len("return")
            if code.enclosing_function(item.start) == self._function and code.source(start, item.end).strip(" ;"):
                value = code.expression(start, start + len(code.text[start : item.end].rstrip(b" ;\n")))
                if self.truth(value) is True and self._mentions(value):
                    found.append(code.reference(item.start, item.end))
        return found

    def _passes(self, start: int, end: int) -> bool:
        returned = self._code.within(self._code.facts.returns, start, end)
        text = "".join(self._code.source(item.start, item.end) for item in returned)
        return "true" in text and "false" not in text and not self._code.within(self._code.facts.raises, start, end)

    def _lets_some_pass(self, test: Expression) -> bool:
        """Tell whether a marker on the route makes a test pass that also asks about the request.

        ``if (isPublic && !token) return true``: with the marker, who sends no token is let in.
        """
        if self.truth(test) is not None:
            return False
        method, klass, known = self._method, self._klass, self._known
        self._method = self._klass = {}
        self._known = self._variables()
        unmarked = self.truth(test)
        self._method, self._klass, self._known = method, klass, known
        return unmarked is False

    def _mentions(self, value: Expression) -> bool:
        return any(
            (item.kind == "call" and (_is_read(item.name) or self._own(item) is not None))
            or (item.kind in {"name", "call"} and item.name.partition(".")[0] in self._known)
            for item in value.walk()
        )

    # --- truth --------------------------------------------------------------------------------------------------

    def truth(self, value: Expression, depth: int = 0) -> bool | None:
        """Return whether a test holds for the route, ``None`` when that depends on the request."""
        if value.kind in {"boolean", "null", "array", "number"}:
            return bool(value.value) if value.kind in {"boolean", "number"} else bool(value.arguments)
        if value.kind == "name":
            return self._name(value.name)
        if value.kind == "call":
            return self._call(value, depth)
        if value.kind == "conditional" and len(value.arguments) == 3:
            test = self.truth(value.arguments[0])
            return None if test is None else self.truth(value.arguments[1 if test else 2])
        return self._operation(value) if value.kind == "operation" else None

    def _name(self, name: str) -> bool | None:
        if name in _NOTHING:
            return False
        head, _, rest = name.partition(".")
        truth = self._known.get(head)
        return truth if rest in {"", "length", "size"} or truth is False else None

    def _call(self, value: Expression, depth: int) -> bool | None:
        if _is_read(value.name):
            return self._read(value)
        head, _, last = value.name.rpartition(".")
        if last in _EMPTY and value.arguments:
            truth = self.truth(value.arguments[0])
            return None if truth is None else not truth
        if value.name in {"Boolean", "Array.isArray"} and value.arguments:
            return self.truth(value.arguments[0])
        if self._known.get(head) is False and last in {"some", "includes", "every"}:
            return last == "every"
        own = self._own(value)
        if own is not None and depth < _MAX_DEPTH:
            inner = _Walk(self._values, own[0], own[1], self._method, self._klass)
            return inner.answer(depth + 1)
        return None

    def _own(self, value: Expression) -> tuple[Code, Function] | None:
        """Return the guard's own method that a call means, when that looks at metadata."""
        if not value.name.startswith("this."):
            return None
        symbol = self._values.symbols.name(self._code, value.name, value.start)
        if symbol.kind != "function" or symbol.code is None or symbol.function is None:
            return None
        body = symbol.code.calls_in(symbol.function.body_start, symbol.function.body_end)
        return (symbol.code, symbol.function) if any(_is_read(call.callee) for call in body) else None

    def answer(self, depth: int) -> bool | None:
        """Return what a method of the guard returns for the route."""
        body = self._function
        for item in self._code.within(self._code.facts.returns, body.body_start, body.body_end):
            start = item.start + len("return")
            text = self._code.text[start : item.end].rstrip(b" ;\n")
            return self.truth(self._code.expression(start, start + len(text)), depth) if text.strip() else None
        return None

    def _read(self, value: Expression) -> bool | None:
        if not value.arguments:
            return None
        key = key_of(self._values, self._code, value.arguments[0])
        targets = self._code.source(value.arguments[0].end, value.end)
        on_handler, on_class = "getHandler" in targets, "getClass" in targets
        if not (on_handler or on_class):
            on_handler = on_class = True
        if on_handler and key in self._method:
            return self._method[key]
        return on_class and self._klass.get(key, False)

    def _operation(self, value: Expression) -> bool | None:
        sides = [self.truth(item) for item in value.arguments]
        if value.name == "!" and len(sides) == 1:
            return None if sides[0] is None else not sides[0]
        if value.name == "&&":
            return False if False in sides else (None if None in sides else True)
        if value.name in {"||", "??"}:
            return True if True in sides else (None if None in sides else False)
        if value.name in {"===", "==", "!==", "!=", ">", "<"} and len(sides) == 2:
            return self._comparison(value, sides[0])
        return None

    def _comparison(self, value: Expression, left: bool | None) -> bool | None:
        """Compare metadata with nothing, true, false, zero or one: ``roles === undefined``, ``roles.length < 1``."""
        right = value.arguments[1]
        name = value.arguments[0].name
        if left is None or (name.partition(".")[0] not in self._known and not _is_read(name)):
            return None
        nothing = right.kind == "null" or right.name in _NOTHING or right.value in (False, 0) or value.name == "<"
        if right.kind not in {"null", "boolean", "number"} and right.name not in _NOTHING:
            return None
        if value.name in {">", "!==", "!="}:
            return left if nothing else not left
        return not left if nothing else left
