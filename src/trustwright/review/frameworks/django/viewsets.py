"""The actions of Django REST framework viewsets: those that their bases bring, and those declared with ``@action``."""

from dataclasses import dataclass

from trustwright.review.frameworks.django.classes import Classes, Lineage, externals
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.texts import Texts
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Decorator, Function

_READ = ("list", "retrieve")
_WRITE = ("create", "update", "partial_update", "destroy")
_BULK = ("bulk_update", "partial_bulk_update", "bulk_destroy")
BROUGHT: dict[str, tuple[str, ...]] = {
    "ListModelMixin": ("list",),
    "RetrieveModelMixin": ("retrieve",),
    "CreateModelMixin": ("create",),
    "UpdateModelMixin": ("update", "partial_update"),
    "DestroyModelMixin": ("destroy",),
    "ReadOnlyModelViewSet": _READ,
    "ModelViewSet": _READ + _WRITE,
    "BulkCreateModelMixin": ("create",),
    "BulkUpdateModelMixin": ("bulk_update", "partial_bulk_update", "update", "partial_update"),
    "BulkDestroyModelMixin": ("bulk_destroy", "destroy"),
    "BulkModelViewSet": _READ + _WRITE + _BULK,
    "APIRootView": ("get",),
}
"""Outside class to the actions it has; classes of rest_framework and rest_framework_bulk."""

_LISTED = {"list_route": False, "detail_route": True}
"""Decorators of old versions, and whether they declare an action on one object."""


@dataclass(frozen=True, slots=True)
class Extra:
    """An action declared with ``@action``: its path, (method, action) pairs, and its decorator."""

    name: str
    url_path: str
    methods: tuple[tuple[str, str], ...]
    detail: bool
    decorator: Written


class Viewsets:
    """Reads viewsets."""

    def __init__(self, classes: Classes, texts: Texts) -> None:
        """Take what reads classes and texts."""
        self._classes = classes
        self._texts = texts
        self._extras: dict[tuple[str, int], tuple[Extra, ...]] = {}

    def has(self, lineage: Lineage, action: str) -> bool:
        """Tell whether a viewset has an action."""
        for symbol in lineage:
            if self._classes.own_method(symbol, action) is not None:
                return True
            written = self._classes.own_attribute(symbol, action)
            if written is not None:
                return written.expression.kind != "null"
            if symbol.kind == "external" and action in BROUGHT.get(symbol.name.rpartition(".")[2], ()):
                return True
        return False

    def extras(self, lineage: Lineage) -> tuple[Extra, ...]:
        """Return the actions declared with ``@action``, by name as Django REST framework lists them."""
        own = lineage[0]
        if own.code is None or own.klass is None:
            return ()
        key = (own.code.path, own.klass.start)
        if key not in self._extras:
            found: dict[str, Extra | None] = {}
            mapped: list[tuple[str, str, str]] = []
            for symbol in lineage:
                if symbol.code is None or symbol.klass is None or symbol.kind != "class":
                    continue
                for function in symbol.code.functions_in(symbol.klass):
                    decorators = symbol.code.decorators_of(function)
                    mapped += _mapped(decorators, function)
                    if function.name not in found:
                        found[function.name] = self._extra(symbol.code, function, decorators)
            extras = [_with_mapped(found[name], mapped) for name in sorted(found)]
            self._extras[key] = tuple(extra for extra in extras if extra is not None)
        return self._extras[key]

    def declared(self, lineage: Lineage, name: str) -> Extra | None:
        """Return the declared action that runs a method of the viewset."""
        for extra in self.extras(lineage):
            if extra.name == name or any(action == name for _, action in extra.methods):
                return extra
        return None

    def _extra(self, code: Code, function: Function, decorators: list[Decorator]) -> Extra | None:
        for item in decorators:
            last = item.name.rpartition(".")[2]
            if last != "action" and last not in _LISTED:
                continue
            if not code.qualified(item.name).startswith("rest_framework"):
                continue
            written = code.expression(item.start, item.end)
            methods = written.argument(0, "methods")
            detail = written.argument(1 if last == "action" else 9, "detail")
            path = written.get("url_path")
            listed = [text.upper() for m in (methods.arguments if methods is not None else ()) if (text := m.text)]
            return Extra(
                name=function.name,
                url_path=self._texts.shown(code, path) if path is not None and path.kind != "null" else function.name,
                methods=tuple((method, function.name) for method in listed or ["GET"]),
                detail=_LISTED.get(last, detail is not None and detail.value is True),
                decorator=Written(code, written),
            )
        return None


def _mapped(decorators: list[Decorator], function: Function) -> list[tuple[str, str, str]]:
    """Return (declared action, method, function) for ``@declared.mapping.delete``."""
    found = []
    for item in decorators:
        owner, _, method = item.name.rpartition(".")
        if owner.endswith(".mapping"):
            found.append((owner.removesuffix(".mapping"), method.upper(), function.name))
    return found


def _with_mapped(extra: Extra | None, mapped: list[tuple[str, str, str]]) -> Extra | None:
    if extra is None:
        return None
    more = tuple((method, action) for owner, method, action in mapped if owner == extra.name)
    return Extra(extra.name, extra.url_path, extra.methods + more, extra.detail, extra.decorator) if more else extra


def brought_by_outside(lineage: Lineage) -> bool:
    """Tell whether a lineage is one of Django REST framework's viewsets at all."""
    return any(name.startswith(("rest_framework", "rest_framework_bulk")) for name in externals(lineage))
