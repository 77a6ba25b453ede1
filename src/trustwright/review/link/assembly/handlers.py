"""What stands behind a guard or handler expression: its function, wrappers taken off, and what to judge of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from trustwright.review.link.assembly.names import chain
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.truth import Known, unknown
from trustwright.review.link.assembly.values import Closure, Condition, External, Written
from trustwright.review.model import GuardUse, Reference
from trustwright.review.source.code import Code


class Runs(Enum):
    """Whether a function runs what it was given."""

    ALWAYS = "always"
    MAYBE = "maybe"
    NEVER = "never"


_MAX_WRAPS = 4
_MAX_NESTED = 16


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """One function that handles requests.

    Attributes:
        written: the expression as attached.
        closure: the function it leads to, wrappers such as ``asyncHandler(f)`` taken off; ``None`` when not found.
        name: how to call it.
        wrapped: whether a wrapper was taken off.
        wrapper: the function that runs instead of it, when it was found.
    """

    written: Written
    closure: Closure | None
    name: str
    wrapped: bool = False
    wrapper: Closure | None = None

    @property
    def code(self) -> Code:
        """The file the expression stands in."""
        return self.written.code

    @property
    def attached(self) -> Reference:
        """The expression as attached."""
        return self.code.reference(self.written.expression.start, self.written.expression.end)

    @property
    def body(self) -> Reference:
        """The function when it was found, else the expression."""
        return _place(self.closure) if self.closure is not None else self.attached


class Handlers:
    """Finds what handler expressions lead to."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly that evaluates them."""
        self._assembly = assembly

    def of(self, written: Written, depth: int = 0) -> Handler:
        """Return what a handler expression leads to."""
        value = self._assembly.value(written)
        closure = value if isinstance(value, Closure) else None
        expression = written.expression
        if expression.kind == "call" and depth < _MAX_WRAPS and expression.last_name != "bind":
            for item in expression.arguments:
                inner = self.of(Written(item, written.frame), depth + 1)
                if inner.closure is not None and len(self.parameters(inner.closure)) > 1:
                    return Handler(written, inner.closure, inner.name, wrapped=True, wrapper=closure)
        return Handler(written, closure, name_of(written, closure))

    def parameters(self, closure: Closure) -> tuple[str, ...]:
        """Return the names of a function's parameters."""
        return self._assembly.parameter_names(closure.frame.code, closure.function)

    def flat(self, arguments: Iterable[Written], depth: int = 0) -> list[Written]:
        """Return handlers one by one: lists and spreads taken apart, parameters followed to what was given for them."""
        found: list[Written] = []
        for item in arguments:
            written = self._assembly.origin(item)
            listed = self._assembly.lists.written(written) if depth < _MAX_NESTED else None
            found += self.flat(listed, depth + 1) if listed is not None else [written]
        return found

    def guards(self, handler: Handler, scope: str, known: Known = unknown) -> tuple[GuardUse, ...]:
        """Return what is to be judged: the expression as attached, or the function it leads to when that is hidden.

        Args:
            handler: the guard.
            scope: where it is attached.
            known: answers for what the framework knows of the route, which settles conditions in the guard's body.
        """
        if handler.closure is None:
            return (GuardUse(self._given(handler), scope),)
        unreached = self.unreached(handler.closure, known)
        if not handler.wrapped:
            where = handler.attached if self._plain(handler) else handler.body
            return (GuardUse(where, scope, unreached=unreached),)
        inner = GuardUse(handler.body, scope, unreached=unreached)
        if handler.wrapper is None:
            return (GuardUse(handler.attached, scope), inner)
        around = self.unreached(handler.wrapper, known)
        outer = GuardUse(_place(handler.wrapper), scope, unreached=around)
        runs = self._runs_inner(handler.wrapper, handler.closure, around)
        if runs is Runs.NEVER:
            return (outer,)
        place = handler.code.location(handler.written.expression.start)
        return (outer, inner if runs is Runs.ALWAYS else replace(inner, doubt=f"what wraps it at {place} may skip it"))

    def _given(self, handler: Handler) -> Reference:
        """Return the call that made a guard from outside when only its name is attached (``this.limiter``)."""
        written = handler.written
        value = self._assembly.value(written)
        if not isinstance(value, External) or value.written is None or written.expression.kind != "name":
            return handler.attached
        if self._assembly.symbols.expression(written.code, written.expression).kind == "external":
            return handler.attached
        made = value.written
        return made.code.reference(made.expression.start, made.expression.end)

    def _runs_inner(self, wrapper: Closure, inner: Closure, unreached: tuple[Reference, ...]) -> Runs:
        """Say whether a wrapper runs what it wraps for every request."""
        code, function = wrapper.frame.code, wrapper.function
        names = {name for frame in chain(wrapper.frame) for name, value in frame.names.items() if value == inner}
        calls = code.calls_in(function.body_start, function.body_end)
        own = [call for call in calls if call.callee.partition(".")[0] in names]
        if not own:
            return Runs.MAYBE
        if any(item.start <= own[0].start < item.end for item in unreached):
            return Runs.NEVER
        for item in code.within(code.facts.branches, function.body_start, own[0].start):
            settled = any(part.start in {item.then_start, item.then_end} for part in unreached)
            leaves = bool(code.within(code.facts.returns, item.then_start, item.then_end))
            if not settled and (own[0].start < item.end or leaves):
                return Runs.MAYBE
        return Runs.ALWAYS

    def unreached(self, closure: Closure, known: Known = unknown) -> tuple[Reference, ...]:
        """Return what of a guard's body never runs with the options it was made with (``auth({ optional: true })``)."""
        code, function = closure.frame.code, closure.function
        found = []
        for item in code.within(code.facts.branches, function.body_start, function.body_end):
            condition = Written(code.expression(item.condition_start, item.condition_end), closure.frame)
            held = self._assembly.truth.of(condition, known)
            if held is None:
                continue
            found.append(code.reference(*((item.then_end, item.end) if held else (item.then_start, item.then_end))))
            if held and code.within(code.facts.returns, item.then_start, item.then_end):
                found.append(code.reference(item.end, function.body_end))
        return tuple(item for item in found if item.end > item.start)

    def _plain(self, handler: Handler) -> bool:
        """Tell whether an expression leads to a function by its names alone, without knowing who called what."""
        symbols, written = self._assembly.symbols, handler.written
        expression = written.expression
        if expression.kind == "function":
            return True
        if expression.kind == "call":
            return symbols.name(written.code, expression.name, expression.start).kind in {"function", "class"}
        found = symbols.expression(written.code, expression).function
        return handler.closure is not None and found == handler.closure.function

    def doubted(self, guard: GuardUse, conditions: frozenset[Condition]) -> GuardUse:
        """Return a guard with the conditions under which it is attached, when a route does not share them."""
        if not conditions:
            return guard
        path, start, holds = min(conditions)
        code = self._assembly.symbols.corpus.code(path)
        branch = next((item for item in code.facts.branches if item.start == start), None) if code is not None else None
        if code is None or branch is None:
            return guard
        text = " ".join(code.source(branch.condition_start, branch.condition_end).strip("()").split())
        return replace(guard, doubt=f"it is attached only when {text if holds else f'not ({text})'}")


def name_of(written: Written, closure: Closure | None) -> str:
    """Return how to call a handler: the name written, or that of the function."""
    expression = written.expression
    if expression.kind == "function":
        return (closure.function.name if closure is not None else "") or "inline handler"
    return expression.name.removesuffix(".bind") or "inline handler"


def _place(closure: Closure) -> Reference:
    return closure.frame.code.reference(closure.function.start, closure.function.end)
