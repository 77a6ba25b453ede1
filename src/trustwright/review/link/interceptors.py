"""Interceptors that write audit events around handlers: which run for a handler, and whether they write for it.

Interceptors are attached to a handler, its class or the whole application, and mostly hand on without writing under
some conditions: for reading methods, for handlers with a marker, for handlers without one. Those are decided for each
handler.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from trustwright.review.link.actions import Actions
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Function

_DEPTH: Final = 2
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_THE_CALLER: Final = (
    "organization",
    "organisation",
    "tenant",
    "user",
    "session",
    "request",
    "req",
    "url",
    "path",
    "body",
)


@dataclass(frozen=True, slots=True)
class Interception:
    """An interceptor that writes audit events: where, its name, and whether it does so for the handler asked about."""

    location: Location
    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Handler:
    """The handler asked about: its HTTP method and the metadata that decorators set on it and its class."""

    method: str
    keys: frozenset[str]


class Interceptors:
    """Finds interceptors and decides whether they write."""

    def __init__(self, symbols: Symbols, actions: Actions) -> None:
        """Take the resolver and the reader of actions."""
        self._symbols = symbols
        self._actions = actions

    def around(self, code: Code, function: Function, method: str) -> list[Interception]:
        """Return the interceptors that run around a handler of a controller and write audit events."""
        klass = code.enclosing_class(function.start)
        if klass is None or not any(_last(item.name) == "Controller" for item in code.decorators_of(klass)):
            return []
        owners = (function, klass)
        attached = [
            self._symbols.expression(code, value)
            for owner in owners
            for item in code.decorators_of(owner)
            if _last(item.name) == "UseInterceptors"
            for value in code.expression(item.start, item.end).arguments
        ]
        package = self._package(code.path)
        everywhere = [symbol for symbol, path in self._global if self._package(path) == package]
        handler = _Handler(method, frozenset(key for owner in owners for key in self._metadata(code, owner)))
        found = [self._writes(symbol, handler) for symbol in (*attached, *everywhere)]
        return [one for one in found if one is not None]

    @cached_property
    def _global(self) -> list[tuple[Symbol, str]]:
        """The interceptors of whole applications, with the file that makes them so."""
        found = []
        for code in self._symbols.corpus.production():
            for pair in code.pairs_named("provide"):
                if code.source(pair.value_start, pair.value_end) != "APP_INTERCEPTOR":
                    continue
                for other in code.within(code.facts.pairs, pair.start, pair.value_end + 300):
                    if other.key in {"useClass", "useExisting"}:
                        found.append((self._symbols.expression(code, code.value(other)), code.path))
                        break
            for call in code.calls_named("useGlobalInterceptors"):
                found += [(self._symbols.expression(code, item), code.path) for item in code.call(call).arguments]
        return found

    def _package(self, path: str) -> str:
        """Return the folder of the package that a file belongs to."""
        folder = posixpath.dirname(path)
        while folder and posixpath.join(folder, "package.json") not in self._symbols.corpus.files:
            folder = posixpath.dirname(folder)
        return folder

    def _metadata(self, code: Code, owner: Function | Class) -> Iterator[str]:
        """Yield the metadata keys that decorators set on a handler or its class."""
        for item in code.decorators_of(owner):
            value = code.expression(item.start, item.end)
            if _last(item.name) == "SetMetadata" and value.arguments:
                yield _key(value.arguments[0])
                continue
            symbol = self._symbols.name(code, item.name, item.start)
            if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                for call in symbol.code.calls_in(symbol.function.start, symbol.function.end):
                    first = symbol.code.call(call).argument(0) if _last(call.callee) == "SetMetadata" else None
                    if first is not None:
                        yield _key(first)

    def _writes(self, symbol: Symbol, handler: _Handler) -> Interception | None:
        if symbol.kind not in {"class", "instance"} or symbol.code is None or symbol.klass is None:
            return None
        found = self._symbols.class_member(symbol.code, symbol.klass, "intercept")
        if found.code is None or found.function is None:
            return None
        actions = self._actions.of(found.code, found.function, _DEPTH)
        event = next((item for item in actions if item.kind == "audit"), None)
        if event is None:
            return None
        left = [self._holds(found.code, condition, handler) for condition in _leaving(found.code, found.function)]
        if True in left:
            return None
        return Interception(event.location, symbol.klass.name, sure=None not in left)

    # --- conditions ---------------------------------------------------------------------------------------------

    def _holds(self, code: Code, condition: Expression, handler: _Handler) -> bool | None:
        """Decide a condition for a handler that a signed-in caller uses; ``None`` when it is not settled."""
        if condition.kind == "operation" and condition.name in {"&&", "||"}:
            answers = [self._holds(code, item, handler) for item in condition.arguments]
            decisive = condition.name == "||"
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        if condition.kind == "operation" and condition.name == "!" and condition.arguments:
            answer = self._holds(code, condition.arguments[0], handler)
            return None if answer is None else not answer
        text = code.source(condition.start, condition.end)
        if "method" in text.lower():
            return self._about_method(condition, text, handler)
        keys = self._read_from(code, condition)
        if keys:
            return bool(keys & handler.keys) and not _is_about_reading(text)
        if condition.kind == "operation" and condition.name in {"===", "=="}:
            return False  # one named resource is left out
        if condition.kind == "name" and any(word in condition.name.lower() for word in _OF_THE_CALLER):
            return True
        return None

    @staticmethod
    def _about_method(condition: Expression, text: str, handler: _Handler) -> bool | None:
        named = {item.text for item in condition.walk() if item.text is not None}
        if named & {"GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS"}:
            within = handler.method in named
            return not within if condition.name in {"!==", "!="} else within
        if "MUTAT" in text.upper() or "WRITE" in text.upper():
            return handler.method not in _READING
        return None

    def _read_from(self, code: Code, value: Expression) -> set[str]:
        """Return the metadata keys that a name was read from, or that a method of the interceptor reads."""
        name = value.name.removeprefix("this.").partition(".")[0]
        spans = []
        binding = code.binding(name, value.start)
        if binding is not None and binding.assignment is not None:
            spans.append((binding.assignment.value_start, binding.assignment.value_end))
        klass = code.enclosing_class(value.start)
        method = code.method(klass, name) if klass is not None and value.kind == "call" else None
        if method is not None:
            spans.append((method.body_start, method.body_end))
        found = set()
        for start, end in spans:
            for call in code.calls_in(start, end):
                asked = "eflector" in code.source(call.callee_start, call.callee_end)
                first = code.call(call).argument(0) if asked else None
                found |= {_key(first)} if first is not None else set()
        return found - {""}


def _is_about_reading(text: str) -> bool:
    """Tell whether a marker's value is asked whether it allows reading only; a handler with changes has more."""
    return "'read'" in text or '"read"' in text


def _leaving(code: Code, function: Function) -> Iterator[Expression]:
    """Yield the conditions under which a function returns before its end."""
    for branch in code.within(code.facts.branches, function.body_start, function.body_end):
        inner = code.enclosing_function(branch.start)
        left = code.within(code.facts.returns, branch.then_start, branch.then_end)
        if left and inner is not None and inner.start == function.start:
            yield code.expression(branch.condition_start, branch.condition_end)


def _key(value: Expression) -> str:
    """Return the name of a metadata key as written: a constant's name, or a text."""
    return value.last_name or value.text or ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]
