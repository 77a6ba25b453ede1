"""What guards a view class before any of its methods runs: mixins, ``dispatch`` and its like, decorators on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from trustwright.review.frameworks.django import decorators
from trustwright.review.frameworks.django.classes import Classes, Lineage
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.outside import GRAPHQL, PLAIN, SIGNED_IN
from trustwright.review.frameworks.django.refusals import Switches
from trustwright.review.link.known import known_guards
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Access, GuardUse, GuardVerdict, Reference
from trustwright.review.source.facts import Function

_BEFORE = ("setup", "dispatch", "initial", "check_permissions", "check_object_permissions")
_ASKED = ("has_permission", "test_func")
_NOT_ASKED = frozenset(
    {
        "use", "handle", "resolve", "intercept", "authenticate", "canActivate", "validate", "check", "__call__",
        "__init__", "has_object_permission", "process_request", "process_view", "authenticate_credentials",
    }
)  # fmt: skip
"""Methods that decide in other kinds of guards; in a view they are actions like any other."""


@dataclass(frozen=True, slots=True)
class Before:
    """What runs before the methods of a view class.

    Attributes:
        decorated: (method or ``dispatch``, decorators) put on the class, outermost first.
        guards: mixins, ``dispatch`` and its like, outermost first.
        unresolved: why more guards may exist.
    """

    decorated: tuple[tuple[str, decorators.Decoration], ...]
    guards: tuple[GuardUse, ...]
    unresolved: tuple[str, ...]

    def on(self, method: str) -> tuple[GuardUse, ...]:
        """Return all guards of one method."""
        put = (item for name, item in self.decorated if name in {method, "dispatch"})
        return (*(use for item in put for use in item.guards), *self.guards)

    def marks(self, method: str) -> frozenset[str]:
        """Return the names of the decorators put on the class for a method."""
        return frozenset(m for name, item in self.decorated if name in {method, "dispatch"} for m in item.marks)


@dataclass(frozen=True, slots=True)
class _Method:
    """A method that runs before others; ``switched`` when its conditions ask for attributes of the view."""

    function: Function
    decorated: tuple[GuardUse, ...]
    switched: bool


class Mixins:
    """Works out what runs before the methods of view classes; each class is read once."""

    def __init__(self, symbols: Symbols, classes: Classes) -> None:
        """Take what reads names and classes."""
        self._classes = classes
        self._switches = Switches(symbols, classes)
        self._known: dict[tuple[str, int, str], Before] = {}
        self._own_methods: dict[tuple[str, int], tuple[_Method, ...]] = {}

    def before(self, lineage: Lineage, named: Reference, options: Written | None = None) -> Before:
        """Return what runs before the methods of a view class.

        Args:
            lineage: the view's.
            named: where the view is named.
            options: the ``as_view(...)`` call, whose keywords become attributes.
        """
        own = lineage[0]
        set_here = (
            options is not None and bool(options.expression.entries) and options.expression.last_name == "as_view"
        )
        text = options.code.source(options.expression.start, options.expression.end) if options and set_here else ""
        key = (own.code.path if own.code is not None else "", own.klass.start if own.klass is not None else 0, text)
        if key not in self._known:
            self._known[key] = self._before(lineage, named, options if set_here else None)
        return self._known[key]

    def _before(self, lineage: Lineage, named: Reference, options: Written | None) -> Before:
        decorated: list[tuple[str, decorators.Decoration]] = []
        guards: list[GuardUse] = []
        unresolved: list[str] = []
        for index, symbol in enumerate(lineage):
            if symbol.kind == "external":
                found, why = self._external(lineage, index, named)
                guards += found
                unresolved += why
            elif symbol.kind == "class" and symbol.code is not None and symbol.klass is not None:
                decorated += decorators.on_class(symbol.code, symbol.klass)
                guards += self._own(symbol, lineage, options)
                guards += self._asked(lineage, symbol, named)
            else:
                unresolved.append(f"a class that {lineage[0].name} extends was not found")
        return Before(tuple(decorated), tuple(guards), tuple(dict.fromkeys(unresolved)))

    def _external(self, lineage: Lineage, index: int, named: Reference) -> tuple[list[GuardUse], list[str]]:
        """Return what an outside class of the lineage checks, or why that is not known."""
        symbol = lineage[index]
        entry = known_guards().find(symbol.name)
        if entry is not None and entry.provides:
            runs = index < _end(lineage) and not _overridden(self._classes, lineage[:index], symbol)
            return [GuardUse(self._classes.reference(lineage, symbol, named), "route")] if runs else [], []
        if symbol.name.startswith("django.contrib.auth.views.") and symbol.name.rpartition(".")[2] in SIGNED_IN:
            where = self._classes.reference(lineage, symbol, named)
            return [GuardUse(where, "route", self._signed_in(lineage))], []
        if symbol.name.startswith(GRAPHQL):
            return [], ["GraphQL resolvers decide for themselves and are not read yet"]
        if entry is None and not symbol.name.startswith(PLAIN) and not symbol.name.endswith(".UserPassesTestMixin"):
            return [], [f"what {symbol.name} checks is outside of this repository"]
        return [], []

    @staticmethod
    def _signed_in(lineage: Lineage) -> GuardVerdict:
        code, klass = lineage[0].code, lineage[0].klass
        where = (code.location(klass.start),) if code is not None and klass is not None else ()
        return GuardVerdict(Access.ENFORCED, Access.ABSENT, where, "django >=3.2")

    def _own(self, symbol: Symbol, lineage: Lineage, options: Written | None) -> Iterator[GuardUse]:
        """Yield what a class of the repository itself puts before its methods."""
        code, klass = symbol.code, symbol.klass
        if code is None or klass is None:
            return
        key = (code.path, klass.start)
        if key not in self._own_methods:
            methods = [self._classes.own_method(symbol, name) for name in _BEFORE]
            self._own_methods[key] = tuple(
                _Method(item, decorators.read(code, item).guards, bool(self._switches.names(code, item)))
                for item in methods
                if item is not None
            )
        for method in self._own_methods[key]:
            yield from method.decorated
            decided = self._switches.use(code, method.function, lineage, options) if method.switched else None
            yield decided or GuardUse(code.reference(method.function.start, method.function.end), "route")

    def _asked(self, lineage: Lineage, symbol: Symbol, named: Reference) -> list[GuardUse]:
        """Return a class whose ``has_permission`` or ``test_func`` is the one that answers for the view."""
        asked = [name for name in _ASKED if self._classes.own_method(symbol, name) is not None]
        if not asked or not any(
            self._classes.method(lineage, name) == (symbol.code, self._classes.own_method(symbol, name))
            for name in asked
        ):
            return []
        unreached = tuple(
            one.code.reference(function.start, function.end)
            for one in lineage
            for name, function in self._classes.own_methods(one).items()
            if one.code is not None and name in _NOT_ASKED
        )
        reference = named if symbol is lineage[0] else self._classes.reference(lineage, symbol, named)
        return [GuardUse(reference, "route", None, unreached)]


def _end(lineage: Lineage) -> int:
    """Return where Django's own view comes: mixins named after it never run."""
    for index, symbol in enumerate(lineage):
        if symbol.kind == "external" and symbol.name.startswith("django.views.") and not symbol.name.endswith("Mixin"):
            return index
    return len(lineage)


def _overridden(classes: Classes, before: Lineage, mixin: Symbol) -> bool:
    """Tell whether a class before a mixin answers in its place, without asking it."""
    for name in ("has_permission", "dispatch"):
        if name == "has_permission" and not mixin.name.endswith("PermissionRequiredMixin"):
            continue
        for _, code, function in classes.definers(before, name):
            if f".{name}(" not in code.source(function.body_start, function.body_end):
                return True
    return False
