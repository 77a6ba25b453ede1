"""Judges guards: what runs before a handler is read, and counts only when it refuses.

A guard's name is never evidence. Its body is found across files and must hold a refusal that depends on who asks; or it
is a guard of a known library (``known_guards.yaml``). What cannot be resolved is unknown when it might guard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trustwright.review.link.anonymous import Anonymous, Fate
from trustwright.review.link.answers import decided, function_given
from trustwright.review.link.known import KnownGuards
from trustwright.review.link.rejections import rejections, swallowed, words_an_error
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.link.weighing import (
    IDENTITY,
    NOTHING,
    ROLE,
    beside,
    combine,
    doubt,
    doubt_of_strangers,
    forwards,
    leaves_early,
    signs_in,
    weigh,
)
from trustwright.review.model import Access, GuardUse, GuardVerdict, Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Class, Function

_MAY_GUARD = re.compile(
    r"auth|guard|protect|session|token|permission|role|login|jwt|\bacl|secure|security|verify|require|admin|identity|"
    r"credential|access|allow|can_?[A-Z]|policy|signature|api_?key|private",
    re.IGNORECASE,
)
_METHODS = (
    "canActivate", "use", "handle", "resolve", "intercept", "__call__", "__init__", "dispatch", "dispatch_request",
    "authenticate", "has_permission", "has_object_permission", "test_func", "process_request", "process_view",
    "authenticate_credentials",
)  # fmt: skip
_DECIDING = frozenset({"canActivate", "has_permission", "has_object_permission", "test_func", "validate", "check"})
_METHOD_TEST = re.compile(r"\(?\s*[\w.]*\bmethod\s*(===?|==)\s*[\"'`]\w+[\"'`]\s*\)?")
"""Asks for the request's method, which is known of a route."""
_MAX_CALLS = 60
"""Calls followed from one body at most; a guard or handler with more is not judged by what lies behind the rest."""
_GUARD_DEPTH = 4
_HANDLER_DEPTH = 3


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a body is read: as a guard, or strictly as a handler, where refusals may have other reasons."""

    strict: bool
    depth: int

    @property
    def handles(self) -> bool:
        """True for a handler's own body: nothing comes after it."""
        return self.strict and self.depth == _HANDLER_DEPTH

    def deeper(self) -> "_Reading":
        return _Reading(self.strict, self.depth - 1)


class Guards:
    """Judges guards and handlers within a project; every body is read once."""

    def __init__(self, symbols: Symbols, known: KnownGuards, unreached: tuple[Reference, ...] = ()) -> None:
        """Take the resolver, the table of known library guards, and what of the bodies does not run."""
        self._symbols = symbols
        self._known = known
        self._anonymous = Anonymous(symbols)
        self._unreached = unreached
        self._partial: dict[tuple[Reference, ...], Guards] = {}
        self._bodies: dict[tuple[str, int, bool, int], GuardVerdict] = {}
        self._classes: dict[tuple[str, int], GuardVerdict] = {}

    def use(self, use: GuardUse) -> GuardVerdict:
        """Judge a guard where it is attached."""
        code = self._symbols.corpus.code(use.reference.path)
        if code is None:
            return doubt("the guard's file cannot be read")
        verdict = use.verdict or self._without(use.unreached).attached(code, use.reference)
        if use.doubt and verdict.authentication is not Access.ABSENT:
            return doubt(use.doubt, self._symbols.corpus.location(use.reference))
        return verdict

    def attached(self, code: Code, reference: Reference) -> GuardVerdict:
        """Judge what is attached: a definition (of a hook or middleware), or an expression that leads to one."""
        function = code.function_at(reference.start)
        if function is not None and function.end == reference.end:
            return self.function(code, function)
        return self.expression(code, code.expression(reference.start, reference.end))

    def _without(self, unreached: tuple[Reference, ...]) -> "Guards":
        """Return a judge who does not look at some stretches; each keeps its own answers."""
        if not unreached:
            return self
        if unreached not in self._partial:
            self._partial[unreached] = Guards(self._symbols, self._known, unreached)
        return self._partial[unreached]

    def _runs(self, code: Code, at: int) -> bool:
        return not any(item.path == code.path and item.start <= at < item.end for item in self._unreached)

    def expression(self, code: Code, value: Expression, depth: int = 0) -> GuardVerdict:
        """Judge a guard expression: a name, a call that makes a guard, a list of guards."""
        where = code.location(value.start, value.end)
        if depth > _GUARD_DEPTH:
            return doubt("too many steps to the guard's body", where)
        if value.kind == "array":
            return combine([self.expression(code, item, depth + 1) for item in value.arguments])
        if value.kind == "spread" and value.arguments:
            return self.expression(code, value.arguments[0], depth + 1)
        if value.kind == "function":
            function = code.function_at(value.start)
            return self.function(code, function) if function is not None else doubt("the guard cannot be read", where)
        if value.kind == "operation" and value.arguments:
            return self._alternatives(code, value, depth)
        if value.kind == "call":
            return self._made(code, value, where, depth)
        if value.kind == "name":
            return self.symbol(self._symbols.name(code, value.name, value.start), value.name, where, depth)
        return doubt("the guard is not a plain expression", where) if value.kind != "null" else NOTHING

    def _alternatives(self, code: Code, value: Expression, depth: int) -> GuardVerdict:
        """Judge ``A & B`` (both must agree: one enforcing is enough) and ``A | B`` (all must enforce)."""
        verdicts = [self.expression(code, item, depth + 1) for item in value.arguments if self._runs(code, item.start)]
        if value.name in {"|", "||", "or"} and verdicts:
            return min(verdicts, key=lambda v: [Access.ABSENT, Access.UNKNOWN, Access.ENFORCED].index(v.authentication))
        return combine(verdicts)

    def _made(self, code: Code, value: Expression, where: Location, depth: int) -> GuardVerdict:
        """Judge ``requireRole("admin")``: what the factory's body refuses, or what wraps another guard."""
        callee = self._symbols.callee(code, value) if value.callee is not None else Symbol("unknown")
        if callee.kind == "external":
            entry = self._known.find(callee.name)
            if entry is not None and entry.tests:
                return self._tested(code, value, where)
            if entry is not None and entry.wraps:
                inner = [self.expression(code, item, depth + 1) for item in value.arguments]
                return combine(inner)
            if entry is not None and entry.defers and (given := function_given(value)) is not None:
                return self.expression(code, given, depth + 1)
            if entry is not None:
                return entry.verdict(where, code.source(value.start, value.end))
            if value.callee is not None and value.callee.kind == "call" and value.callee.name != "require":
                return self.expression(code, value.callee, depth + 1)
            inner = [self.expression(code, item, depth + 1) for item in value.arguments if item.kind == "function"]
            return combine([*inner, self._outside(callee.name, where)])
        if callee.kind == "class" and callee.code is not None and callee.klass is not None:
            return combine([self.klass(callee.code, callee.klass), *self._permissions(code, value)])
        if callee.kind == "function" and callee.code is not None and callee.function is not None:
            verdict = self.function(callee.code, callee.function)
            inner = [self.expression(code, item, depth + 1) for item in value.arguments if item.kind == "function"]
            return combine([verdict, *inner]) if inner else verdict
        if value.callee is not None and value.callee.kind == "call":
            return self.expression(code, value.callee, depth + 1)
        return self.symbol(callee, value.name, where, depth)

    def _permissions(self, code: Code, made: Expression) -> Iterator[GuardVerdict]:
        """Judge the classes a guard object is made with (``Allow([IsOwner])``): making or asking them may refuse."""
        for item in made.walk():
            symbol = self._symbols.name(code, item.name, item.start) if item.kind == "name" and item.name else None
            if symbol is None or symbol.kind != "class" or symbol.code is None or symbol.klass is None:
                continue
            if made.callee is not None and item.start == made.callee.start:
                continue
            yield self.klass(symbol.code, symbol.klass)
            constructor = self._symbols.class_member(symbol.code, symbol.klass, "__init__")
            if constructor.code is not None and constructor.function is not None:
                yield self.function(constructor.code, constructor.function)

    def symbol(self, symbol: Symbol, name: str, where: Location, depth: int = 0) -> GuardVerdict:
        """Judge what a name turned out to mean; ``where`` is the use."""
        code = symbol.code
        if symbol.kind == "module" and code is not None:
            symbol = self._symbols.exported(code.path, "default")
            code = symbol.code
        if code is not None and symbol.kind == "function" and symbol.function is not None:
            return self.function(code, symbol.function)
        if code is not None and symbol.kind in {"class", "instance"} and symbol.klass is not None:
            given = self._permissions(*symbol.made) if symbol.made is not None else ()
            return combine([self.klass(code, symbol.klass), *given])
        if code is not None and symbol.kind == "value" and symbol.expression is not None:
            if symbol.expression.kind in {"call", "array", "operation", "name"}:
                return self.expression(code, symbol.expression, depth + 1)
            return NOTHING
        if symbol.kind == "external":
            return self._outside(symbol.name, where)
        if _MAY_GUARD.search(name):
            return doubt(f"what {name} does could not be found", where)
        return NOTHING

    def _outside(self, name: str, where: Location) -> GuardVerdict:
        entry = self._known.find(name)
        if entry is not None:
            return entry.verdict(where)
        if _MAY_GUARD.search(name):
            return doubt(f"{name.removesuffix('()')} is from outside and not in the table of known guards", where)
        return NOTHING

    # --- bodies -------------------------------------------------------------------------------------------------

    def klass(self, code: Code, klass: Class) -> GuardVerdict:
        """Judge a guard class by the methods that frameworks call, its bases' included."""
        key = (code.path, klass.start)
        if key not in self._classes:
            self._classes[key] = NOTHING
            self._classes[key] = self._klass(code, klass)
        return self._classes[key]

    def _klass(self, code: Code, klass: Class) -> GuardVerdict:
        where = code.location(klass.start)
        known = [self._outside(base, where) for base in sorted(self._symbols.external_bases(code, klass))]
        for owner, current in self._symbols.lineage(code, klass):
            heritage = owner.calls_in(current.start, current.body_start)
            known += [self.expression(owner, owner.call(call), 1) for call in heritage]
        override = self._symbols.class_member(code, klass, "handleRequest")
        if override.function is not None and override.code is not None:
            refuses = self.function(override.code, override.function)
            known = known if refuses.authentication is Access.ENFORCED else [refuses]
        verdicts = known if self._asks_its_base(code, klass) else []
        for name in _METHODS:
            method = self._symbols.class_member(code, klass, name)
            if method.function is not None and method.code is not None:
                verdicts.append(self._deciding(method.code, method.function, name))
        return combine(verdicts)

    def _asks_its_base(self, code: Code, klass: Class) -> bool:
        """Tell whether what a class extends still decides: not when its ``canActivate`` passes that by."""
        start = self._symbols.class_member(code, klass, "canActivate")
        pending, seen = [start], set[int]()
        while pending:
            method = pending.pop()
            owner, function = method.code, method.function
            if function is None or owner is None or function.start in seen:
                continue
            seen.add(function.start)
            for call in owner.calls_in(function.body_start, function.body_end):
                if self._runs(owner, call.start) and not swallowed(owner, call.start):
                    if call.callee == "super.canActivate":
                        return True
                    if call.callee.startswith("this.") and call.callee.count(".") == 1:
                        pending.append(self._symbols.class_member(code, klass, call.callee.removeprefix("this.")))
        return start.function is None

    def _deciding(self, code: Code, function: Function, name: str) -> GuardVerdict:
        """Judge a method whose answer decides: ``return user.is_staff`` refuses when it is false."""
        verdict = self.function(code, function)
        if name not in _DECIDING or verdict.authorization is Access.ENFORCED:
            return verdict
        return combine([verdict, decided(code, function, self._runs)])

    def _tested(self, code: Code, call: Expression, where: Location) -> GuardVerdict:
        """Judge ``user_passes_test(test)``: who fails the test is sent away."""
        given = call.argument(0, "test_func")
        test = self._symbols.expression(code, given) if given is not None else Symbol("unknown")
        if test.code is None or test.function is None:
            return doubt(f"the test given to {call.last_name} could not be found", where)
        verdict = decided(test.code, test.function, self._runs, user=True)
        return verdict if verdict != NOTHING else doubt(f"what {call.last_name} tests is not understood", where)

    def function(self, code: Code, function: Function) -> GuardVerdict:
        """Judge a guard function (or a factory together with the function it returns) by its body."""
        verdict = self._body(code, function, _Reading(strict=False, depth=_GUARD_DEPTH))
        if verdict == NOTHING and _MAY_GUARD.search(function.name):
            answers = self._anonymous.turns_away(code, function)
            if answers is not None:
                where = code.location(answers)
                return doubt(
                    f"{function.name} may turn requests away at {where}, in a way that is not understood", where
                )
        return verdict

    def handler(self, code: Code, function: Function, unreached: tuple[Reference, ...] = ()) -> GuardVerdict:
        """Judge the checks a handler makes itself, following what it calls; ``unreached`` of it does not run."""
        if unreached:
            return self._without(unreached).handler(code, function)
        verdict = self._body(code, function, _Reading(strict=True, depth=_HANDLER_DEPTH))
        if verdict.authentication is Access.ENFORCED and signs_in(code, function):
            return doubt_of_strangers(verdict)
        return verdict

    def _body(self, code: Code, function: Function, reading: _Reading) -> GuardVerdict:
        key = (code.path, function.start, reading.strict, reading.depth)
        known = self._bodies.get(key)
        if known is None:
            self._bodies[key] = NOTHING
            known = self._bodies[key] = self._read(code, function, reading)
        return known

    def _read(self, code: Code, function: Function, reading: _Reading) -> GuardVerdict:
        found = [
            self._met(
                code, function, item.start, weigh(code, item, function, strict=reading.strict), reading, item.kind
            )
            for item in rejections(code, function.body_start, function.body_end)
            if self._runs(code, item.start)
            and not (item.thrown and swallowed(code, item.start, ends_there=reading.handles))
        ]
        if reading.strict and forwards(code, function):
            found.append(doubt("it hands the caller's credentials to another server", code.location(function.start)))
        left = leaves_early(code, function) if reading.strict else None
        if left is not None:
            found.append(doubt("it leaves early after it asked who is there", code.location(left)))
        verdict = combine(found)
        if reading.depth <= 0 or (verdict.authorization is Access.ENFORCED and verdict.authentication != Access.ABSENT):
            return verdict
        followed = [
            self._met(code, function, call.start, self._call(code, call, reading), reading)
            for call in code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]
            if self._runs(code, call.start) and self._certain(code, call, function, reading)
        ]
        return beside(verdict, combine(followed))

    def _met(
        self, code: Code, function: Function, at: int, verdict: GuardVerdict, reading: _Reading, kind: str = ""
    ) -> GuardVerdict:
        """Take back what a refusal at an offset enforces if a request without an identity need not come to it."""
        if verdict.authentication is not Access.ENFORCED:
            return verdict
        fate = self._anonymous.fate(code, function, at, self._runs)
        where = code.location(at)
        if fate is Fate.DEPENDS:
            return doubt(f"a setting decides whether a request comes to {where}", where)
        if fate is Fate.AVOIDS:
            return NOTHING
        if fate is Fate.OTHERWISE and (reading.strict or kind != "unauthenticated"):
            klass = code.enclosing_class(function.start)
            name = f"{klass.name if klass is not None else ''} {function.name}"
            if kind in {"hidden", "error"} or (kind and not reading.strict and not _MAY_GUARD.search(name)):
                return NOTHING
            return doubt(f"what decides whether a request is refused at {where} is not who asks", where)
        return verdict

    def _certain(self, code: Code, call: Call, function: Function, reading: _Reading) -> bool:
        """Tell whether a call runs whenever the body does; a strict reading follows no call inside an ``if``."""
        if swallowed(code, call.start, ends_there=reading.handles) or words_an_error(code, call):
            return False
        if not reading.strict:
            return True
        around = [
            branch
            for branch in code.branches_around(call.start)
            if branch.start >= function.start
            and not _METHOD_TEST.fullmatch(code.source(branch.condition_start, branch.condition_end))
        ]
        inner = code.enclosing_function(call.start)
        return not around and (inner is None or inner.start <= function.start)

    def _call(self, code: Code, call: Call, reading: _Reading) -> GuardVerdict:
        """Judge what a body calls: a function of the repository that refuses, or a known guard of a library."""
        last = call.callee.rpartition(".")[2]
        symbol = self._symbols.name(code, call.callee, call.start)
        where = code.location(call.start)
        named = self._known.find(symbol.name) if symbol.kind == "external" else None
        entry = named or self._known.find("*." + ".".join(call.callee.split(".")[-2:]))
        if symbol.kind == "external" or entry is not None:
            if entry is not None:
                if entry.tests:
                    return self._tested(code, code.call(call), where)
                if entry.defers and function_given(code.call(call)) is not None:
                    return NOTHING  # the function is part of this body, and its refusals are weighed there
                text = code.source(call.start, call.end)
                return NOTHING if entry.wraps or entry.disarmed(text) else entry.verdict(where, text)
            return self._maybe(code, call, symbol, last, where, reading)
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            verdict = self._body(symbol.code, symbol.function, reading.deeper())
            if not reading.strict:
                return combine([verdict, *self._handed(code, call, reading)])
            strangers = verdict.authentication is Access.ENFORCED
            return doubt_of_strangers(verdict) if strangers and signs_in(symbol.code, symbol.function) else verdict
        return NOTHING

    def _handed(self, code: Code, call: Call, reading: _Reading) -> list[GuardVerdict]:
        """Judge the functions of the repository that a wrapper gives to another to run (``wrap(handler, check)``)."""
        symbols = [
            self._symbols.name(code, item.name, item.start) for item in code.call(call).arguments if item.kind == "name"
        ]
        return [
            self._body(one.code, one.function, reading.deeper())
            for one in symbols
            if one.kind == "function" and one.code is not None and one.function is not None
        ]

    def _maybe(
        self, code: Code, call: Call, symbol: Symbol, last: str, where: Location, reading: _Reading
    ) -> GuardVerdict:
        """Doubt a call into an unresolved module of the repository, or into a library, that may well refuse."""
        head = call.callee.partition(".")[0].removesuffix("()")
        imported = code.imports.get(head)
        may_refuse = re.search(r"^(require|ensure|assert|protect|verify|check|authenticate)", last)
        if imported is not None and may_refuse and (IDENTITY.search(last) or ROLE.search(last)):
            return doubt(f"{symbol.name} is from outside and not in the table of known guards", where)
        return NOTHING
