"""Which part of a guard runs for which route: conditions on the path, the method or the handler's name are decided.

A guard before all routes often lets some through (``if request.endpoint in PUBLIC: return``) or holds only some back
(``if request.path.startswith("/admin")``). What such a condition comes to for one route is known before anyone asks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from trustwright.review.link.path_tests import (
    NOT,
    Truth,
    both,
    contains,
    either,
    ends,
    equals,
    matches,
    matches_globs,
    starts,
)
from trustwright.review.link.rejections import rejections
from trustwright.review.link.texts import text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import GuardUse, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Branch, Function

_SUBJECTS: tuple[tuple[Literal["path", "method", "endpoint", "blueprint"], re.Pattern[str]], ...] = (
    (
        "path",
        re.compile(
            r"(^|\.)request\.(path|url\.path)$|(^|\.)scope\.path$|(^|\.)pathname$|"
            r"^req(uest)?\.(path|originalUrl|(raw\.)?url|routerPath|routeOptions\.url)$"
        ),
    ),
    ("method", re.compile(r"(^|\.)(request|req|scope)\.method$")),
    ("endpoint", re.compile(r"(^|\.)request\.endpoint$|^endpoint$")),
    ("blueprint", re.compile(r"(^|\.)request\.blueprint$")),
)
_ABOUT_ROUTE = re.compile(
    r"\b(path|pathname|url|nextUrl|originalUrl|method|endpoint|blueprint|url_rule|full_path|route)\b"
)
_VIEW_ARGUMENTS = frozenset({"values", "request.view_args", "view_args"})
"""What Flask calls the variables of a route's path."""
_PATH = re.compile(r"\b(pathname|req(uest)?\.(path|originalUrl|url|routerPath))\b")
_ROUTE_MATCHER = "@clerk/nextjs/server.createRouteMatcher"
_GLOBS = frozenset(
    {
        "micromatch.isMatch",
        "micromatch.default.isMatch",
        "picomatch.isMatch",
        "picomatch.default.isMatch",
        "minimatch.minimatch",
        "minimatch.default",
    }
)
"""Functions of libraries that try globs on a path."""
_METHODS = ("dispatch", "__call__")
_IDLE_CALLS = frozenset({"call_next", "next", "super", "debug", "info", "log"})
_COMPREHENSION = re.compile(r"\s*for\s+(\w+)\s+in\s+(?=(.+))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of every request that a route serves; ``endpoint`` and ``blueprint`` are Flask's names for it."""

    method: str
    path: str
    endpoint: str = ""
    blueprint: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a guard does not run for a route, and why even that is doubtful; both empty when all of it runs."""

    unreached: tuple[Reference, ...] = ()
    doubt: str = ""


class Conditions:
    """Decides the conditions of guards. Those of a body are collected once."""

    def __init__(self, values: Values) -> None:
        """Take what follows expressions."""
        self._values = values
        self._branches: dict[tuple[str, int], list[Branch]] = {}
        self._bodies: dict[Reference, list[tuple[Code, Function]]] = {}

    def applied(self, use: GuardUse, asked: Asked) -> GuardUse:
        """Return a guard's use with what of it does not run for a route."""
        if use.reference not in self._bodies:
            self._bodies[use.reference] = [body for body in self._functions(use.reference) if self._about_routes(*body)]
        if not self._bodies[use.reference]:
            return use
        parts = [self.reach(code, function, asked) for code, function in self._bodies[use.reference]]
        unreached = tuple(item for part in parts for item in part.unreached)
        doubt = next((part.doubt for part in parts if part.doubt), "")
        return replace(use, unreached=use.unreached + unreached, doubt=use.doubt or doubt)

    def _functions(self, reference: Reference) -> Iterator[tuple[Code, Function]]:
        """Yield the functions that a guard runs: itself, or its class's methods that frameworks call."""
        code = self._values.symbols.corpus.code(reference.path)
        if code is None:
            return
        function = code.function_at(reference.start)
        if function is not None:
            yield code, function
            return
        for item in self._values.of(Value(code, code.expression(reference.start, reference.end))):
            symbol = self._values.symbol(item)
            if symbol.code is not None and symbol.function is not None and symbol.kind == "function":
                yield symbol.code, symbol.function
            elif symbol.code is not None and symbol.klass is not None:
                for name in _METHODS:
                    method = self._values.symbols.class_member(symbol.code, symbol.klass, name)
                    if method.code is not None and method.function is not None:
                        yield method.code, method.function

    def reach(self, code: Code, function: Function, asked: Asked) -> Reach:
        """Return what of a guard's body a request cannot come to."""
        unreached: list[Reference] = []
        doubt = ""
        for branch in self._about_routes(code, function):
            condition = Value(code, code.expression(branch.condition_start, branch.condition_end))
            truth = self._truth(condition, asked, 0)
            lets_through = self._lets_through(code, branch)
            if truth is Truth.FALSE:
                unreached.append(Reference(code.path, branch.then_start, branch.then_end))
            elif truth is Truth.TRUE:
                unreached.append(Reference(code.path, branch.then_end, branch.end))
                if lets_through:
                    inner = code.enclosing_function(branch.start) or function
                    unreached.append(Reference(code.path, branch.end, inner.end))
            elif truth is Truth.UNCLEAR and not doubt and self._matters(code, branch):
                where = code.location(branch.start)
                doubt = f"whether it lets this route through could not be decided at {where}"
        return Reach(tuple(item for item in unreached if item.end > item.start), doubt)

    def _about_routes(self, code: Code, function: Function) -> list[Branch]:
        key = (code.path, function.start)
        if key not in self._branches:
            self._branches[key] = [
                branch
                for branch in code.within(code.facts.branches, function.body_start, function.body_end)
                if any(self._is_about_route(code, item) for item in self._names(code, branch))
            ]
        return self._branches[key]

    @staticmethod
    def _names(code: Code, branch: Branch) -> Iterator[Expression]:
        condition = code.expression(branch.condition_start, branch.condition_end)
        return (item for item in condition.walk() if item.kind in {"name", "call"} and item.name)

    def _is_about_route(self, code: Code, name: Expression) -> bool:
        if _ABOUT_ROUTE.search(name.name) or self._mentions_route(code, name):
            return True
        binding = code.binding(name.name, name.start) if "." not in name.name else None
        if binding is None or binding.assignment is None or not binding.assignment.value_end:
            return False
        return self._mentions_route(code, code.value(binding.assignment))

    @staticmethod
    def _mentions_route(code: Code, value: Expression) -> bool:
        """Tell whether an expression asks for the path or method, in a function given to a call (``some``) too."""
        return any(
            _subject(item)
            or item.name.rpartition(".")[0] in _VIEW_ARGUMENTS
            or (item.kind == "function" and _PATH.search(code.source(item.start, item.end)))
            or (item.kind == "call" and item.name == "createRouteMatcher")
            for item in value.walk()
        )

    @staticmethod
    def _lets_through(code: Code, branch: Branch) -> bool:
        """Tell whether what runs when the condition holds ends the guard without refusing."""
        leaves = code.within(code.facts.returns, branch.then_start, branch.then_end)
        return bool(leaves) and not rejections(code, branch.then_start, branch.then_end)

    def _matters(self, code: Code, branch: Branch) -> bool:
        """Tell whether a branch, its ``else`` included, lets through, refuses, or calls what may refuse."""
        calls = code.calls_in(branch.then_start, branch.end)
        acts = any(call.callee.rpartition(".")[2] not in _IDLE_CALLS for call in calls)
        return (
            acts
            or bool(code.within(code.facts.returns, branch.then_start, branch.end))
            or bool(rejections(code, branch.then_start, branch.end))
        )

    # --- truth ----------------------------------------------------------------------------------------------------

    def _truth(self, value: Value, asked: Asked, depth: int) -> Truth:
        expression = value.expression
        if expression.kind == "operation":
            return self._operation(value, asked, depth + 1)
        if expression.kind == "call":
            return self._call(value, asked, depth + 1)
        meant = self._meant(value)
        if meant.expression.kind in {"call", "operation"} and depth < 8:
            return self._truth(meant, asked, depth + 1)
        if self._known(value, asked) is not None:
            return Truth.TRUE if self._known(value, asked) else Truth.FALSE
        return self._rest(value)

    def _rest(self, value: Value) -> Truth:
        """Judge what is not understood: unclear when it is about the route, else up to who asks."""
        about = any(
            self._is_about_route(value.code, item) for item in value.expression.walk() if item.kind in {"name", "call"}
        )
        return Truth.UNCLEAR if about else Truth.FREE

    def _operation(self, value: Value, asked: Asked, depth: int) -> Truth:
        name, operands = value.expression.name, [value.at(item) for item in value.expression.arguments]
        if name in {"and", "&&"}:
            return both([self._truth(item, asked, depth) for item in operands])
        if name in {"or", "||"}:
            return either([self._truth(item, asked, depth) for item in operands])
        if name in {"not", "!"} and operands:
            truth = self._truth(operands[0], asked, depth)
            return NOT.get(truth, truth)
        if len(operands) == 2 and name in {"==", "===", "!=", "!==", "in", "not in"}:
            truth = self._compared(operands[0], operands[1], asked, "in" if "in" in name else "==")
            return NOT.get(truth, truth) if name.startswith(("!", "not")) else truth
        return self._rest(value)

    def _compared(self, one: Value, other: Value, asked: Asked, how: str) -> Truth:
        if how == "==" and self._known(one, asked) is None:
            one, other = other, one
        known = self._known(one, asked)
        if known is None:
            return self._rest(one.at(Expression("array", 0, 0, arguments=(one.expression, other.expression))))
        listed = self._values.items(other) if how == "in" else [other]
        texts = [text_of(self._values, item) for item in listed or ()]
        if listed is None or None in texts:
            return Truth.UNCLEAR
        is_path = _subject(self._meant(one).expression) == "path"
        return either([equals(known, text or "", is_path) for text in texts])

    def _call(self, value: Value, asked: Asked, depth: int) -> Truth:
        """Decide ``path.startswith(...)``, ``path.endswith(...)``, ``any(... for ...)``, ``re.match(...)``."""
        call = value.expression
        inner = call.callee.callee if call.callee is not None else None
        owner = value.at(inner or Expression("name", call.start, call.start, name=call.name.rpartition(".")[0]))
        known = self._known(owner, asked)
        if (
            known is not None
            and call.last_name in {"startswith", "startsWith", "endswith", "endsWith"}
            and call.arguments
        ):
            texts = self._texts(value.at(call.arguments[0]))
            if texts is not None:
                compare = ends if call.last_name.lower() == "endswith" else starts
                return either([compare(known, text) for text in texts])
        if call.last_name in {"pop", "get"} and owner.expression.name in _VIEW_ARGUMENTS and call.arguments:
            name = text_of(self._values, value.at(call.arguments[0]))
            if name is not None:
                return Truth.FREE if "{" + name + "}" in asked.path else Truth.FALSE
        if call.name in {"any", "all"} and call.arguments and depth < 8:
            return self._for_each(value.at(call.arguments[0]), asked, depth, every=call.name == "all")
        if call.last_name in {"includes", "some", "every"} and call.arguments and depth < 8:
            return self._listed(value, owner, asked, depth)
        return self._matched(value, asked, depth)

    def _listed(self, value: Value, owner: Value, asked: Asked, depth: int) -> Truth:
        """Decide ``list.includes(path)``, ``path.includes("text")`` and ``list.some((item) => ...)``."""
        call, argument = value.expression, value.at(value.expression.arguments[0])
        if call.last_name == "includes":
            known, text = self._known(owner, asked), text_of(self._values, argument)
            if known is not None and text is not None:
                return contains(known, text)
            return self._compared(argument, owner, asked, "in")
        items = self._values.items(owner)
        whole = self._unfiltered(owner) if items is None else None
        items = self._values.items(whole) if whole is not None else items
        function = value.code.function_at(argument.expression.start)
        names = [item.name for item in value.code.parameters(function)] if function is not None else []
        if items is None or function is None or not names:
            return self._rest(value)
        body = value.code.expression(function.body_start, function.body_end)
        if value.code.text[function.body_start : function.body_start + 1] == b"{":
            returned = self._values.returned(value.code, function)
            body = returned[0] if len(returned) == 1 else body
        truths = [self._truth(Value(value.code, body, {**value.given, names[0]: item}), asked, depth) for item in items]
        truth = both(truths) if call.last_name == "every" else either(truths)
        return truth if whole is None or (truth is Truth.FALSE and call.last_name == "some") else Truth.UNCLEAR

    def _unfiltered(self, owner: Value) -> Value | None:
        """Return the list that a filtered one was made of: what holds for none of all holds for none of some."""
        for found in self._values.of(owner):
            callee = found.expression.callee if found.expression.kind == "call" else None
            if callee is not None and found.expression.last_name == "filter":
                start = found.expression.start
                return found.at(callee.callee or Expression("name", start, start, name=callee.name.rpartition(".")[0]))
        return None

    def _matched(self, value: Value, asked: Asked, depth: int) -> Truth:
        """Decide ``/^.api/.test(path)``, ``micromatch.isMatch(path, ["/api/**"])`` and Clerk's route matchers."""
        call = value.expression
        if call.last_name == "test" and call.callee is not None and call.arguments:
            known = self._known(value.at(call.arguments[0]), asked)
            named = Expression("name", call.start, call.start, name=call.name.rpartition(".")[0])
            meant = self._values.symbols.expression(value.code, call.callee.callee or named)
            if known is not None and meant.code is not None and meant.expression is not None:
                literal = meant.code.source(meant.expression.start, meant.expression.end)
                if meant.expression.kind == "other" and literal.startswith("/"):
                    return matches(known, [literal[1:].rpartition("/")[0]], whole=False)
        if len(call.arguments) > 1 and self._values.symbols.name(value.code, call.name, call.start).name in _GLOBS:
            known, texts = self._known(value.at(call.arguments[0]), asked), self._texts(value.at(call.arguments[1]))
            if known is not None and texts is not None:
                return matches_globs(known, texts)
        for maker in self._values.of(value.at(call.callee)) if call.callee is not None else ():
            if self._values.kinds(maker) == {_ROUTE_MATCHER} and maker.expression.arguments:
                texts = self._texts(maker.at(maker.expression.arguments[0]))
                return matches(asked.path, texts, whole=True) if texts is not None else Truth.UNCLEAR
        return self._answered(value, asked, depth)

    def _answered(self, value: Value, asked: Asked, depth: int) -> Truth:
        """Decide a call of a function of the repository that only returns a test (``isProtected(path)``)."""
        symbol = self._values.symbols.name(value.code, value.expression.name, value.expression.start)
        code, function = symbol.code, symbol.function
        if symbol.kind != "function" or code is None or function is None or depth > 6:
            return self._rest(value)
        bare = code.text[function.body_start : function.body_start + 1] != b"{" and not code.is_python
        returned = [code.expression(function.body_start, function.body_end)] if bare else []
        returned = returned or self._values.returned(code, function)
        if len(returned) != 1 or code.branches_around(returned[0].start):
            return self._rest(value)
        truth = self._truth(Value(code, returned[0], self._values.bound(code, function, value)), asked, depth + 1)
        return truth if truth is not Truth.FREE else self._rest(value)

    def _for_each(self, value: Value, asked: Asked, depth: int, *, every: bool) -> Truth:
        """Decide a test that is made for each item of a list."""
        parts = value.expression.arguments
        if value.expression.name not in {"generator", "list"} or len(parts) != 2:
            return self._rest(value)
        head = _COMPREHENSION.match(value.code.source(parts[1].start, parts[1].end))
        if head is None:
            return self._rest(value)
        start = parts[1].start + len(head[0].encode())
        items = self._values.items(value.at(value.code.expression(start, parts[1].end)))
        if items is None:
            return self._rest(value)
        truths = [
            self._truth(Value(value.code, parts[0], {**value.given, head[1]: item}), asked, depth) for item in items
        ]
        return both(truths) if every else either(truths)

    def _texts(self, value: Value) -> list[str] | None:
        """Return the constant text or texts that an argument comes to."""
        items = self._values.items(value)
        texts = [text_of(self._values, item) for item in (items if items is not None else [value])]
        known = [text for text in texts if text is not None]
        return known if len(known) == len(texts) else None

    def _known(self, value: Value, asked: Asked) -> str | None:
        """Return what is known of the request under a name: its path, its method, its handler."""
        if value.expression.name.endswith(".split()[]") and value.expression.callee is not None:
            return self._piece(value, asked)
        subject = _subject(value.expression) or _subject(self._meant(value).expression)
        known = getattr(asked, subject) if subject is not None else ""
        return known if known and known != "ANY" else None

    def _piece(self, value: Value, asked: Asked) -> str | None:
        """Return one part of ``request.path.split("/")[1]``, when the route's path settles it."""
        call, index = value.expression.callee, value.expression.arguments[0] if value.expression.arguments else None
        name = call.name.removesuffix(".split") if call is not None else ""
        known = self._known(
            value.at(Expression("name", value.expression.start, value.expression.start, name=name)), asked
        )
        separator = call.arguments[0].text if call is not None and call.arguments else None
        if known is None or not separator or index is None or not isinstance(index.value, float):
            return None
        parts = known.split(separator)
        at = int(index.value)
        return parts[at] if 0 <= at < len(parts) and not any("{" in part for part in parts[: at + 1]) else None

    @staticmethod
    def _meant(value: Value) -> Value:
        """Follow a local variable or parameter to the attribute of the request that it stands for."""
        name = value.expression.name
        if value.expression.kind == "name" and name in value.given:
            return value.given[name]
        if value.expression.kind == "name" and "." not in name and name not in value.given:
            binding = value.code.binding(name, value.expression.start)
            if binding is not None and binding.assignment is not None and binding.assignment.value_end:
                return value.at(value.code.value(binding.assignment))
        return value


def _subject(value: Expression) -> Literal["path", "method", "endpoint", "blueprint"] | None:
    if value.kind != "name":
        return None
    return next((subject for subject, pattern in _SUBJECTS if pattern.search(value.name)), None)
