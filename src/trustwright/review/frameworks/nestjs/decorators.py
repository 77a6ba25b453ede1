"""Decorators of Nest as they take effect: a project's own decorators are opened down to what they are composed of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Assignment, Class, Function

CREATED = "@nestjs/core.Reflector.createDecorator"
_COMPOSED = "@nestjs/common.applyDecorators"
_DEEP = re.compile(r"^(@nestjs/[\w-]+)/[\w/.-]+\.(?=\w+$)")
_MAX_DEPTH = 8

Argument = tuple[Code, Expression]
Given = Mapping[str, tuple[Argument, ...]]
"""What the parameters of an own decorator stand for: several arguments for a rest parameter, none for one left out."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One decorator of a library in effect on a class or a method.

    Attributes:
        name: qualified (``@nestjs/common.UseGuards``); as written for one that could not be found.
        code: the file in which it is written, which is an own decorator's when it is composed.
        expression: the call, or the name of a decorator used without parentheses.
        given: what names in the expression stand for.
        conditional: true when an own decorator applies it only sometimes.
        found: false when nothing is known of it.
        origin: for one made by ``Reflector.createDecorator``: where it was made, which identifies its metadata.
    """

    name: str
    code: Code
    expression: Expression
    given: Given = field(default_factory=dict)
    conditional: bool = False
    found: bool = True
    origin: tuple[str, int] | None = None

    def arguments(self) -> list[Argument]:
        """Return the arguments, own decorators' parameters replaced by what was given for them."""
        if self.expression.kind != "call":
            return []
        return [found for item in self.expression.arguments for found in self.meaning(item)]

    def meaning(self, item: Expression) -> list[Argument]:
        """Return what an argument stands for."""
        inner = item.arguments[0] if item.kind == "spread" and item.arguments else item
        if inner.kind == "name" and inner.name in self.given:
            return list(self.given[inner.name])
        if item.kind == "spread" and inner.kind == "array":
            return [(self.code, one) for one in inner.arguments]
        return [(self.code, item)]


class Decorators:
    """Opens decorators within a project."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver."""
        self._symbols = symbols

    def of(self, code: Code, owner: Function | Class | Assignment) -> list[Applied]:
        """Return what decorates a class or method, as written from top to bottom."""
        return [
            applied
            for item in code.decorators_of(owner)
            for applied in self._open(Applied("", code, code.expression(item.start, item.end)), 0)
        ]

    def _open(self, use: Applied, depth: int) -> Iterator[Applied]:
        value = use.expression
        if depth > _MAX_DEPTH:
            return
        if value.kind in {"conditional", "operation", "array", "spread"}:
            perhaps = use.conditional or value.kind in {"conditional", "operation"}
            for item in value.arguments[1:] if value.kind == "conditional" else value.arguments:
                yield from self._open(Applied("", use.code, item, use.given, perhaps), depth + 1)
            return
        if value.kind not in {"call", "name"} or value.name in use.given:
            return
        symbol = self._symbols.name(use.code, value.name, value.start)
        if symbol.kind == "external":
            yield from self._external(use, symbol, depth)
        elif symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            yield from self._own(use, symbol.code, symbol.function, depth)
        elif symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            yield from self._open(Applied("", symbol.code, symbol.expression, {}, use.conditional), depth + 1)
        elif symbol.kind == "unknown" and depth == 0:
            yield Applied(value.name, use.code, value, use.given, use.conditional, found=False)

    def _external(self, use: Applied, symbol: Symbol, depth: int) -> Iterator[Applied]:
        """Yield a library's decorator; one kept in a constant is what made it."""
        name = _DEEP.sub(r"\1.", symbol.name.removesuffix("()"))
        if name == CREATED and symbol.code is not None and symbol.expression is not None:
            origin = (symbol.code.path, symbol.expression.start)
            yield Applied(CREATED, use.code, use.expression, use.given, use.conditional, origin=origin)
            return
        if symbol.name.endswith("()") and symbol.code is not None and symbol.expression is not None:
            use = Applied("", symbol.code, symbol.expression, {}, use.conditional)
        if name == _COMPOSED:
            yield from self._composed(use, depth)
        else:
            yield replace(use, name=name)

    def _composed(self, use: Applied, depth: int) -> Iterator[Applied]:
        for item in use.expression.arguments:
            yield from self._open(Applied("", use.code, item, use.given, use.conditional), depth + 1)

    def _own(self, use: Applied, code: Code, function: Function, depth: int) -> Iterator[Applied]:
        """Open a function that makes a decorator: each call in its body that makes or applies one takes effect.

        Calls are taken from the whole body, so that lists filled step by step and nested functions count as well.
        """
        given = self._given(use, code, function)
        for call in code.calls_in(function.body_start, function.body_end):
            perhaps = use.conditional or any(
                item.start >= function.start and item.start <= call.start < item.end
                for item in code.within(code.facts.branches, function.body_start, call.start + 1)
            )
            value = code.call(call)
            if self._symbols.name(code, value.name, value.start).name == _COMPOSED:
                names = tuple(item for item in value.arguments if item.kind == "name")
                for item in names:
                    yield from self._open(Applied("", code, item, given, perhaps), depth + 1)
            else:
                yield from self._open(Applied("", code, value, given, perhaps), depth + 1)

    def _given(self, use: Applied, code: Code, function: Function) -> Given:
        given: dict[str, tuple[Argument, ...]] = {}
        arguments = use.arguments()
        listed = code.source(function.parameters_start, function.parameters_end)
        for index, parameter in enumerate(code.parameters(function)):
            if f"...{parameter.name}" in listed:
                given[parameter.name] = tuple(arguments[index:])
            elif index < len(arguments):
                given[parameter.name] = (arguments[index],)
            else:
                given[parameter.name] = ((code, parameter.default),) if parameter.default is not None else ()
        return given
