"""Decorators of views: guards, the methods they allow, and marks that take a view out of a guard's reach."""

from collections.abc import Iterable
from dataclasses import dataclass

from trustwright.review.model import GuardUse
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class, Function

_METHODS = {"require_POST": ("POST",), "require_GET": ("GET",), "require_safe": ("GET",)}
_NO_GUARDS = ("django.views.decorators.", "django.db.", "django.utils.", "functools.", "rest_framework.decorators.",
              "drf_spectacular.", "drf_yasg.", "typing.", "waffle.", "django_htmx.", "abc.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoration:
    """What the decorators of a view, or of one method of a view class, come to.

    Attributes:
        guards: those that may guard, outermost first.
        methods: the methods they allow; ``None`` when they do not say.
        api_view: the methods of ``@api_view``; ``None`` when it is no such view.
        settings: ``permission_classes`` and ``authentication_classes`` given by decorators, as expressions.
        marks: the names of the decorators, for exemptions such as ``login_not_required``.
    """

    guards: tuple[GuardUse, ...] = ()
    methods: tuple[str, ...] | None = None
    api_view: tuple[str, ...] | None = None
    settings: tuple[tuple[str, Expression], ...] = ()
    marks: frozenset[str] = frozenset()


def read(code: Code, owner: Function | Class, scope: str = "route") -> Decoration:
    """Read the decorators of a function or method."""
    expressions = [code.expression(item.start, item.end) for item in code.decorators_of(owner)]
    return of_expressions(code, expressions, scope)


def on_class(code: Code, klass: Class) -> list[tuple[str, Decoration]]:
    """Read ``@method_decorator(decorator, name="dispatch")`` on a class: the method and what is put before it."""
    found = []
    for item in code.decorators_of(klass):
        written = code.expression(item.start, item.end)
        name = written.argument(1, "name")
        if written.kind == "call" and written.last_name == "method_decorator" and name is not None and name.text:
            found.append((name.text, of_expressions(code, _listed(written.arguments[0]), "route")))
    return found


def of_expressions(code: Code, expressions: Iterable[Expression], scope: str) -> Decoration:
    """Read decorators, outermost first."""
    guards: list[GuardUse] = []
    methods: tuple[str, ...] | None = None
    api_view: tuple[str, ...] | None = None
    settings: list[tuple[str, Expression]] = []
    marks: set[str] = set()
    for value in _unwrapped(expressions):
        name = code.qualified(value.name)
        last = value.last_name.removesuffix("()")
        marks.add(last)
        if last == "api_view" and name.startswith("rest_framework."):
            api_view = _texts(value.argument(0, "http_method_names")) or ("GET",)
        elif last in {"permission_classes", "authentication_classes"} and name.startswith("rest_framework."):
            given = value.argument(0)
            settings += [(last, given)] if given is not None else []
        elif last in _METHODS and name.startswith("django."):
            methods = _METHODS[last]
        elif last == "require_http_methods":
            methods = _texts(value.argument(0, "request_method_list")) or None
        elif not name.startswith(_NO_GUARDS) and last != "login_not_required":
            guards.append(GuardUse(code.reference(value.start, value.end), scope))
    return Decoration(tuple(guards), methods, api_view, tuple(settings), frozenset(marks))


def _unwrapped(expressions: Iterable[Expression]) -> Iterable[Expression]:
    """Take ``method_decorator`` off decorators of methods."""
    for value in expressions:
        if value.kind == "call" and value.last_name == "method_decorator" and value.arguments:
            yield from _listed(value.arguments[0])
        else:
            yield value


def _listed(value: Expression) -> list[Expression]:
    return list(value.arguments) if value.kind == "array" else [value]


def _texts(value: Expression | None) -> tuple[str, ...]:
    return tuple(text.upper() for item in (value.arguments if value is not None else ()) if (text := item.text))
