"""The facts of one source file in a programming language: plain tuples of bytes offsets and names.

A language module fills these; everything else reads them through :class:`~trustwright.review.source.code.Code`.
Offsets are byte offsets into the file, ends are exclusive, and every tuple is sorted by its start. They are stored in
the cache, so the shape has a version: raise :data:`FACTS_VERSION` whenever a shape or its meaning changes.
"""

from typing import Literal

from msgspec import Struct

FACTS_VERSION = 12


Role = Literal["production", "test", "example", "vendored", "generated", "minified"]
"""What a source file is for; rules look at production code."""


class Import(Struct, frozen=True, array_like=True, gc=False):
    """A name bound by an import.

    ``name`` is the name inside ``module``; ``*`` stands for the module itself (``import x``, ``import * as x``,
    ``require(x)``), ``default`` for a default export. ``local`` is empty for an import for side effects and ``*`` for
    ``from x import *``. Python relative modules keep their leading dots.
    """

    start: int
    local: str
    module: str
    name: str


class Export(Struct, frozen=True, array_like=True, gc=False):
    """A name a JavaScript module offers.

    ``local`` is the name inside the module, or inside ``module`` when it is re-exported from there; ``exported`` is
    ``*`` for ``export *``. For ``export default <expression>`` ``local`` is empty and ``start``-``end`` is the
    expression.
    """

    start: int
    end: int
    exported: str
    local: str
    module: str


class Function(Struct, frozen=True, array_like=True, gc=False):
    """A function, method, arrow function or lambda. ``name`` is that of the binding when it has none of its own."""

    start: int
    end: int
    name: str
    parameters_start: int
    parameters_end: int
    body_start: int
    body_end: int


class Class(Struct, frozen=True, array_like=True, gc=False):
    """A class. ``bases`` are the dotted names it extends, as written; mixin calls keep ``()``."""

    start: int
    end: int
    name: str
    bases: tuple[str, ...]
    body_start: int
    body_end: int


class Decorator(Struct, frozen=True, array_like=True, gc=False):
    """A decorator. ``start``-``end`` spans the expression after ``@``; ``owner`` is the decorated item's start."""

    start: int
    end: int
    name: str
    owner: int


class Call(Struct, frozen=True, array_like=True, gc=False):
    """A call or ``new`` expression.

    ``callee`` is the dotted name as written, with ``()`` for inner calls and ``[]`` for computed members:
    ``z.object().parse``. ``callee_start``-``callee_end`` spans it; ``arguments_*`` spans the parentheses included.
    """

    start: int
    end: int
    callee_start: int
    callee_end: int
    arguments_start: int
    arguments_end: int
    callee: str
    new: bool


class Assignment(Struct, frozen=True, array_like=True, gc=False):
    """A variable, attribute or class field with its value; an enum too, whose value reads like an object.

    ``target`` is the text of the left side. Spans of a missing type or value are 0-0.
    """

    start: int
    end: int
    target: str
    type_start: int
    type_end: int
    value_start: int
    value_end: int


class Pair(Struct, frozen=True, array_like=True, gc=False):
    """``key: value`` in an object or dict literal, or ``key=value`` in a Python call. ``key`` is without quotes."""

    start: int
    key: str
    value_start: int
    value_end: int


class Catch(Struct, frozen=True, array_like=True, gc=False):
    """A ``catch`` or ``except`` clause.

    ``caught`` is its text between the keyword and the body (``Error as e``); ``try_start`` is where its ``try`` begins.
    """

    start: int
    end: int
    try_start: int
    body_start: int
    body_end: int
    caught: str


class Branch(Struct, frozen=True, array_like=True, gc=False):
    """An ``if``, ``elif`` or conditional expression: what is tested and what runs when it holds."""

    start: int
    end: int
    condition_start: int
    condition_end: int
    then_start: int
    then_end: int


class Loop(Struct, frozen=True, array_like=True, gc=False):
    """A ``for x in xs`` or ``for (const x of xs)``. ``target`` is the text of its variables (``path, router``)."""

    start: int
    end: int
    target: str
    items_start: int
    items_end: int


class Span(Struct, frozen=True, array_like=True, gc=False):
    """A plain stretch: a ``throw``/``raise``, a ``return``, a comment."""

    start: int
    end: int


class Facts(Struct, frozen=True, array_like=True):
    """All facts of one file."""

    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    decorators: tuple[Decorator, ...]
    calls: tuple[Call, ...]
    assignments: tuple[Assignment, ...]
    pairs: tuple[Pair, ...]
    catches: tuple[Catch, ...]
    branches: tuple[Branch, ...]
    loops: tuple[Loop, ...]
    raises: tuple[Span, ...]
    returns: tuple[Span, ...]
    comments: tuple[Span, ...]
    error_lines: tuple[int, ...]
    """Lines (from 1) of the first few places the parser could not read; empty when it read all."""
    capped: bool = False
    """True when the file has more nodes than the cap and was read only in part."""
    additions: tuple[Assignment, ...] = ()
    """What Python adds to a name with ``+=``; kept apart, since it is not what the name stands for."""
