"""From a URL and its view to declared routes: the methods, the handler of each, and all that guards it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trustwright.review.frameworks.django import decorators
from trustwright.review.frameworks.django.classes import Classes, Lineage, externals
from trustwright.review.frameworks.django.conditions import request_facts
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.endpoints import Endpoint
from trustwright.review.frameworks.django.functions import Functions
from trustwright.review.frameworks.django.handlers import handler, lookups
from trustwright.review.frameworks.django.middleware import Gates, marked
from trustwright.review.frameworks.django.mixins import Mixins
from trustwright.review.frameworks.django.outside import (
    DJANGO,
    FUNCTIONS,
    GRAPHQL,
    OPEN_REST,
    PLAIN,
    SIGNED_IN,
    is_rest,
    methods_of,
)
from trustwright.review.frameworks.django.permissions import Permissions
from trustwright.review.frameworks.django.viewsets import Viewsets
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Access, DeclaredRoute, GuardUse, GuardVerdict, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a view answers one method."""

    method: str
    handler: tuple[Code, Function] | None
    name: str
    guards: tuple[GuardUse, ...] = ()
    unresolved: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    ready_made: bool = False
    unreached: tuple[Reference, ...] = ()


class Declarer:
    """Declares the routes of a site."""

    def __init__(
        self, symbols: Symbols, classes: Classes, viewsets: Viewsets, permissions: Permissions, gates: Gates
    ) -> None:
        """Take what reads views, and the site's middleware."""
        self._symbols = symbols
        self._classes = classes
        self._viewsets = viewsets
        self._permissions = permissions
        self._gates = gates
        self._mixins = Mixins(symbols, classes)
        self._functions = Functions(symbols)

    def routes(self, endpoint: Endpoint) -> Iterator[DeclaredRoute]:
        """Yield the routes of a URL, one for each method."""
        view = endpoint.view
        symbol = view.symbol
        wrapped = [decorators.of_expressions(item.code, [item.expression], "route") for item in view.wrappers]
        outer = tuple(use for item in wrapped for use in item.guards)
        allowed = next((item.methods for item in wrapped if item.methods is not None), None)
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            rest, answers = self._function(symbol.code, symbol.function, view.name, allowed)
        elif symbol.kind == "class" and symbol.code is not None and symbol.klass is not None:
            rest, answers = self._class(endpoint, self._classes.lineage(symbol.code, symbol.klass))
        else:
            rest, answers = self._outside(endpoint)
        marks = frozenset(mark for item in wrapped for mark in item.marks)
        for answer in answers:
            if allowed is not None and answer.method not in {*allowed, "ANY"}:
                continue
            for method in allowed if allowed is not None and answer.method == "ANY" else (answer.method,):
                first, doubts = self._gates.before(endpoint.mount.shown, endpoint.name, marks | answer.marks, rest=rest)
                found = answer.handler
                yield DeclaredRoute(
                    method=method,
                    path=endpoint.mount.shown,
                    framework="django-rest-framework" if rest else "django",
                    location=endpoint.location,
                    handler=found[0].reference(found[1].start, found[1].end) if found is not None else None,
                    handler_name=answer.name,
                    guards=(*first, *endpoint.mount.guards, *outer, *answer.guards),
                    unresolved=tuple(dict.fromkeys((*doubts, *endpoint.mount.unresolved, *answer.unresolved))),
                    unreached=answer.unreached,
                    ready_made=answer.ready_made and found is None,
                )

    # --- functions ------------------------------------------------------------------------------------------------

    def _function(
        self, code: Code, function: Function, name: str, allowed: tuple[str, ...] | None
    ) -> tuple[bool, list[_Answer]]:
        decoration = decorators.read(code, function)
        marks = decoration.marks | marked(self._symbols, code, function, self._gates.marks)
        if decoration.api_view is None:
            return False, [
                _Answer(
                    method=method,
                    handler=(code, function),
                    name=name,
                    guards=decoration.guards + self._functions.handed_on(code, function, method),
                    marks=marks,
                    unreached=self._functions.unreached(code, function, method),
                )
                for method in allowed or self._functions.methods(code, function, decoration)
            ]
        settings = dict(decoration.settings)
        answers = []
        for method in decoration.api_view:
            given = Written(code, settings["permission_classes"]) if "permission_classes" in settings else None
            known = request_facts(method)
            listed, reason = self._permissions.of_class((), given, known)
            uses = tuple(
                self._permissions.uses(listed, "route" if given is not None else "global", known, on_object=False)
            )
            unresolved = (reason,) if reason else ()
            answers.append(_Answer(method, (code, function), name, uses + decoration.guards, unresolved, marks))
        return True, answers

    # --- classes --------------------------------------------------------------------------------------------------

    def _class(self, endpoint: Endpoint, lineage: Lineage) -> tuple[bool, list[_Answer]]:
        names = externals(lineage)
        rest = endpoint.actions is not None or any(is_rest(name) for name in names)
        plain = bool(names) and all(name.startswith(DJANGO) for name in names)
        rest = rest or (not plain and self._classes.attribute(lineage, "permission_classes") is not None)
        pairs = endpoint.actions if endpoint.actions is not None else self._mapped(endpoint)
        if pairs is None:
            pairs = tuple((m, m.lower()) for m in self._methods(endpoint, lineage))
        answers = [self._answer(endpoint, lineage, method, action, rest=rest) for method, action in pairs]
        if answers:
            return rest, answers
        return rest, [self._any(endpoint, lineage, rest=rest)]

    def _any(self, endpoint: Endpoint, lineage: Lineage, *, rest: bool) -> _Answer:
        """Answer for a class whose methods are not known: ``dispatch`` or ``__call__`` does it all."""
        name = "__call__" if endpoint.view.instance else "dispatch"
        found = self._classes.method(lineage, name)
        before = self._mixins.before(lineage, endpoint.view.named, endpoint.view.options)
        guards, unresolved = before.on(name), before.unresolved
        feed = any(item.startswith("django.contrib.syndication.") for item in externals(lineage))
        if feed:
            return _Answer(
                "GET", self._classes.method(lineage, "get_object"), lineage[0].name, guards, unresolved, ready_made=True
            )
        if found is None:
            unresolved = (*unresolved, f"the methods that {lineage[0].name} answers were not found")
        return _Answer("ANY", found, f"{lineage[0].name}.{name}", guards, unresolved)

    def _mapped(self, endpoint: Endpoint) -> tuple[tuple[str, str], ...] | None:
        """Read the actions of ``ViewSet.as_view({"get": "list"})``."""
        options = endpoint.view.options
        given = options.expression.argument(0, "actions") if options is not None else None
        if options is None or given is None:
            return None
        code = options.code
        if given.kind == "name":
            symbol = self._symbols.expression(code, given)
            given = symbol.expression if symbol.kind == "value" and symbol.expression is not None else given
        if given.kind != "object":
            return None
        return tuple(
            (key.upper(), item.text or "") for key, item in given.entries if key.upper() in _METHODS and item.text
        )

    def _methods(self, endpoint: Endpoint, lineage: Lineage) -> tuple[str, ...]:
        brought = {method for name in externals(lineage) for method in methods_of(name)}
        found = [m for m in _METHODS if m in brought or self._classes.method(lineage, m.lower()) is not None]
        listed = self._classes.attribute(lineage, "http_method_names")
        options = endpoint.view.options
        given = options.expression.get("http_method_names") if options is not None else None
        names = given or (listed[0].expression if listed is not None else None)
        texts = {item.text.upper() for item in names.arguments if item.text} if names is not None else set()
        return tuple(m for m in found if not texts or m in texts)

    def _answer(self, endpoint: Endpoint, lineage: Lineage, method: str, action: str, *, rest: bool) -> _Answer:
        before = self._mixins.before(lineage, endpoint.view.named, endpoint.view.options)
        unresolved = before.unresolved
        found = self._classes.method(lineage, action)
        decoration = decorators.read(*found) if found is not None else decorators.Decoration()
        uses: tuple[GuardUse, ...] = ()
        if rest:
            uses, reason = self._permitted(endpoint, lineage, method, action, found)
            unresolved = (*unresolved, *reason)
        acts = handler(self._classes, lineage, action)
        return _Answer(
            method=method,
            handler=acts,
            name=f"{lineage[0].name}.{action}",
            guards=(*before.on(action), *uses, *decoration.guards, *lookups(self._classes, lineage, action)),
            unresolved=unresolved,
            marks=decoration.marks | before.marks(action),
            ready_made=acts is None,
        )

    def _permitted(
        self, endpoint: Endpoint, lineage: Lineage, method: str, action: str, found: tuple[Code, Function] | None
    ) -> tuple[tuple[GuardUse, ...], tuple[str, ...]]:
        """Return the permission classes that decide on a request."""
        viewset = endpoint.actions is not None or self._mapped(endpoint) is not None
        extra = self._viewsets.declared(lineage, action) if viewset else None
        known = request_facts(method, action if viewset else "")
        given = self._given(endpoint.view.options, "permission_classes")
        if extra is not None and (own := extra.decorator.expression.get("permission_classes")) is not None:
            given = Written(extra.decorator.code, own)
        listed, reason = self._permissions.of_class(lineage, given, known)
        own_list = given is not None or self._classes.attribute(lineage, "permission_classes") is not None
        scope = "route" if own_list else "global"
        on_object = self._looks_up(lineage, action, found)
        uses = tuple(self._permissions.uses(listed, scope, known, on_object=on_object))
        outside = "" if own_list else next((name for name in externals(lineage) if not name.startswith(PLAIN)), "")
        if outside:
            doubt = f"{outside} is from outside, and may ask for other permissions than the default"
            uses = tuple(replace(use, doubt=doubt) for use in uses)
        return uses, (reason,) if reason else ()

    @staticmethod
    def _given(options: Written | None, key: str) -> Written | None:
        value = options.expression.get(key) if options is not None else None
        return Written(options.code, value) if options is not None and value is not None else None

    def _looks_up(self, lineage: Lineage, action: str, found: tuple[Code, Function] | None) -> bool:
        """Tell whether an action asks the permissions about its object."""
        if found is None:
            return action in {"retrieve", "update", "partial_update", "destroy", "get", "put", "patch", "delete"}
        code, function = found
        body = code.source(function.body_start, function.body_end)
        return "get_object(" in body or "check_object_permissions(" in body or f"super().{action}(" in body

    # --- outside --------------------------------------------------------------------------------------------------

    def _outside(self, endpoint: Endpoint) -> tuple[bool, list[_Answer]]:
        """Answer for a view that is not in the repository."""
        symbol, named = endpoint.view.symbol, endpoint.view.named
        known = FUNCTIONS.get(symbol.name)
        methods = known.methods if known is not None else methods_of(symbol.name)
        rest = is_rest(symbol.name)
        guards, doubts = self._outside_guards(symbol, named)
        if endpoint.actions is not None:
            methods = tuple(method for method, _ in endpoint.actions)
        answers = []
        for method in methods or ("ANY",):
            uses: tuple[GuardUse, ...] = guards
            if rest and not symbol.name.startswith(OPEN_REST):
                facts = request_facts(method)
                listed, _ = self._permissions.of_class(
                    (), self._given(endpoint.view.options, "permission_classes"), facts
                )
                uses += tuple(self._permissions.uses(listed, "global", facts, on_object=False))
            answers.append(_Answer(method, None, symbol.name or "view", uses, doubts, ready_made=True))
        return rest, answers

    @staticmethod
    def _outside_guards(symbol: Symbol, named: Reference) -> tuple[tuple[GuardUse, ...], tuple[str, ...]]:
        name = symbol.name
        if name.startswith("django.contrib.auth.views.") and name.rpartition(".")[2] in SIGNED_IN:
            return (GuardUse(named, "route", GuardVerdict(Access.ENFORCED, Access.ABSENT, (), "django >=3.2")),), ()
        if name.startswith(GRAPHQL):
            return (), ("GraphQL resolvers decide for themselves and are not read yet",)
        if name in FUNCTIONS or (methods_of(name) and name.startswith(PLAIN)) or name == "django.contrib.admin.site":
            return (), ()
        return (), (f"what {name or 'the view'} checks is outside of this repository or was not found",)
