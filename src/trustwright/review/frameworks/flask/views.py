"""Flask's views: functions, class-based views, resources; with the decorators that run before them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trustwright.review.link.texts import text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import GuardUse, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Function

VERBS = ("get", "post", "put", "patch", "delete")
REGISTERING = frozenset(
    {
        *VERBS, "route", "resource", "expose", "doc", "response", "arguments", "alt_response", "before_request",
        "before_app_request", "url_value_preprocessor", "app_url_value_preprocessor", "after_request",
        "teardown_request",
    }
)  # fmt: skip
"""Last parts of decorators that register or describe a view or hook; they never guard it."""


@dataclass(frozen=True, slots=True)
class View:
    """One handler with the methods it answers; no methods when that is up to the route."""

    methods: tuple[str, ...]
    handler: Reference | None
    name: str
    guards: tuple[GuardUse, ...] = ()
    unresolved: tuple[str, ...] = ()


class Views:
    """Reads views."""

    def __init__(self, values: Values) -> None:
        """Take what follows expressions."""
        self._values = values
        self._symbols = values.symbols

    def given(self, value: Value, depth: int = 0) -> list[View]:
        """Read the view that is passed to a registration: a function, ``X.as_view("x")``, either in a decorator."""
        expression = value.expression
        if expression.kind == "name" and depth < 6:
            found = self._values.of(value, into_calls=False)
            return [view for item in found for view in self.given(item, depth + 1)]
        if expression.kind == "call":
            return self._made(value, depth + 1)
        code = value.code
        function = code.function_at(expression.start)
        if function is not None:
            return [self.function(code, function, 0)]
        klass = next((item for item in code.facts.classes if item.start == expression.start), None)
        return list(self.klass(code, klass)) if klass is not None and expression.kind == "function" else []

    def _made(self, value: Value, depth: int) -> list[View]:
        """Read ``X.as_view("x")``, or a view that a decorator is called with."""
        call = value.expression
        if call.last_name == "as_view":
            name = call.name.rpartition(".")[0]
            owner = value.at(Expression("name", call.start, call.start + len(name.encode()), name=name))
            return [view for item in self._values.of(owner) for view in self.given(item, depth)]
        if not call.arguments or call.callee is None or depth > 6:
            return []
        guard = GuardUse(value.code.reference(call.callee.start, call.callee.end), "route")
        inner = self.given(value.at(call.arguments[0]), depth)
        return [replace(view, guards=(guard, *view.guards)) for view in inner]

    def function(self, code: Code, function: Function, below: int) -> View:
        """Read a view function; only the decorators that begin after ``below`` wrap what is registered there."""
        klass = code.enclosing_class(function.start)
        name = f"{klass.name}.{function.name}" if klass is not None else function.name
        guards = tuple(self.decorators(code, function, below))
        return View((), code.reference(function.start, function.end), name, guards)

    @staticmethod
    def decorators(code: Code, owner: Function | Class, below: int) -> Iterator[GuardUse]:
        """Yield the decorators of a function or class that begin after an offset, those that register left out."""
        for item in code.decorators_of(owner):
            if item.start > below and item.name.rpartition(".")[2] not in REGISTERING:
                yield GuardUse(code.reference(item.start, item.end), "route")

    def klass(self, code: Code, klass: Class, below: int = 0) -> Iterator[View]:
        """Read a class-based view: one view for each method of HTTP that it or a base of the repository defines."""
        around = tuple(self.decorators(code, klass, below)) if below else ()
        listed, unresolved = self._listed(code, klass)
        found = False
        for verb in VERBS:
            method = self._symbols.class_member(code, klass, verb)
            if method.code is not None and method.function is not None:
                found = True
                yield self._method(
                    method.code, method.function, klass, (verb.upper(),), around + listed[verb], unresolved
                )
        dispatch = self._symbols.class_member(code, klass, "dispatch_request")
        if not found and dispatch.code is not None and dispatch.function is not None:
            methods = self._methods(code, klass)
            yield self._method(dispatch.code, dispatch.function, klass, methods, around + listed[""], unresolved)

    def _method(
        self,
        code: Code,
        method: Function,
        klass: Class,
        methods: tuple[str, ...],
        around: tuple[GuardUse, ...],
        unresolved: tuple[str, ...],
    ) -> View:
        guards = around + tuple(self.decorators(code, method, 0))
        name = f"{klass.name}.{method.name}"
        return View(methods, code.reference(method.start, method.end), name, guards, unresolved)

    def _methods(self, code: Code, klass: Class) -> tuple[str, ...]:
        symbol = self._symbols.class_member(code, klass, "methods")
        if symbol.code is None or symbol.expression is None:
            return ()
        items = self._values.items(Value(symbol.code, symbol.expression)) or []
        return tuple(text.upper() for item in items if (text := text_of(self._values, item)))

    def _listed(self, code: Code, klass: Class) -> tuple[dict[str, tuple[GuardUse, ...]], tuple[str, ...]]:
        """Return the guards that a class lists for each of its methods (``""`` for all), and what was not followed."""
        every: tuple[GuardUse, ...] = ()
        special: dict[str, tuple[GuardUse, ...]] = dict.fromkeys(("", *VERBS), ())
        unresolved: list[str] = []
        for name in ("decorators", "method_decorators"):
            symbol = self._symbols.class_member(code, klass, name)
            if symbol.code is None or symbol.expression is None:
                continue
            value = Value(symbol.code, symbol.expression)
            if symbol.expression.kind == "object":
                for verb, entry in symbol.expression.entries:
                    special[verb] = special.get(verb, ()) + self.listed(value.at(entry), unresolved)
            else:
                every += self.listed(value, unresolved)
        return {verb: every + special[verb] for verb in ("", *VERBS)}, tuple(unresolved)

    def listed(self, value: Value, unresolved: list[str]) -> tuple[GuardUse, ...]:
        """Return the guards in a list of decorators; what cannot be followed is added to ``unresolved``."""
        items = self._values.items(value)
        if items is None:
            where = value.code.location(value.expression.start)
            unresolved.append(f"the decorators listed at {where} could not be followed")
            return ()
        references = [item.code.reference(item.expression.start, item.expression.end) for item in items]
        return tuple(GuardUse(reference, "route") for reference in references)
