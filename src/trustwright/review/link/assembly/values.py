"""What expressions in set-up code stand for, and the frames they are read in."""

from dataclasses import dataclass, field
from typing import TypeAlias

from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Function

EVERYWHERE = 1 << 62
Condition = tuple[str, int, bool]
"""An ``if``: its file, its place, and whether the code stands in its consequence or in its ``else``."""

NEVER: Condition = ("", 0, False)
"""A condition that is known not to hold."""


@dataclass(eq=False, slots=True)
class Frame:
    """One run of a stretch of code: a module's top level, a function, or one turn of a loop.

    Attributes:
        code: the file.
        function: the function that runs; ``None`` at a module's top level.
        parent: the frame the function was written in; the module's frame has none.
        start, end: the stretch whose names this frame holds.
        names: parameters and loop variables.
        given: the expressions that parameters were given, where they were given as such.
        this: the object whose method runs.
        conditions: the ``if``s under which it runs.
        values: what its expressions stand for, by their place.
    """

    code: Code
    function: Function | None
    parent: "Frame | None"
    start: int = 0
    end: int = EVERYWHERE
    names: "dict[str, Value | None]" = field(default_factory=dict)
    given: "dict[str, Written]" = field(default_factory=dict)
    this: "Instance | None" = None
    conditions: frozenset[Condition] = frozenset()
    values: "dict[tuple[int, int], Value | None]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """An expression and the frame to read it in: a literal, or anything that was not worked out."""

    expression: Expression
    frame: Frame

    @property
    def code(self) -> Code:
        """The file it stands in."""
        return self.frame.code


@dataclass(eq=False, slots=True)
class Thing:
    """An object from outside that set-up code configures: an application, a router.

    Attributes:
        kind: what the framework calls it (``application``, ``router``).
        made: the expression that made it.
        uses: what was called on it, in order.
    """

    kind: str
    made: Written
    uses: "list[Use]" = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One method called on a thing, or one outside function called with it.

    Attributes:
        thing: the thing.
        method: the method's name, or the qualified name of the outside function.
        call: the call as written.
        arguments: its arguments, spreads of known lists taken apart.
        conditions: the ``if``s under which it runs.
        gives: the thing that the call gives, for ``app.route("/x")``.
    """

    thing: Thing
    method: str
    call: Written
    arguments: tuple[Written, ...]
    conditions: frozenset[Condition]
    gives: Thing | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A function of the repository, with the frame it was written in and the object it is a method of."""

    function: Function
    frame: Frame
    this: "Instance | None" = None


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A class of the repository."""

    klass: Class
    frame: Frame


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the repository, or of a function called with ``new``.

    ``runs`` holds the last run of each of its methods, by file and start.
    """

    klass: ClassValue | Closure
    fields: "dict[str, Value | None]" = field(default_factory=dict)
    runs: dict[tuple[str, int], Frame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the repository as a whole."""

    code: Code


@dataclass(frozen=True, slots=True)
class External:
    """Something from outside by its qualified name; ``()`` marks a result, whose call is ``written``."""

    name: str
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a thing that is no recorded call: ``fastify.authenticate``."""

    thing: Thing
    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string that was worked out; an unknown part is its name between two zero characters."""

    value: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list that was worked out."""

    items: "tuple[Value | None, ...]"


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A module whose name is made at run time."""

    written: Written


Value: TypeAlias = (
    Written | Thing | Closure | ClassValue | Instance | Module | External | Member | Text | Items | Dynamic
)


def name_at(start: int, name: str) -> Expression:
    """Return the expression of a plain name that stands at an offset."""
    return Expression("name", start, start + len(name.encode()), name=name)


def returned(code: Code, function: Function) -> list[Expression]:
    """Return the expressions that a function may return, in order; ``return`` without one is left out."""
    if code.text[function.body_start : function.body_start + 1] != b"{":
        return [code.expression(function.body_start, function.body_end)]
    found = []
    for item in code.within(code.facts.returns, function.body_start, function.body_end):
        start, end = item.start + len("return"), item.end - (code.text[item.end - 1 : item.end] == b";")
        if end > start and code.enclosing_function(item.start) == function:
            found.append(code.expression(start, end))
    return found
