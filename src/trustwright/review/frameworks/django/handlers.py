"""The methods of a view class that do the work, and whether its objects are the caller's own."""

import re

from trustwright.review.frameworks.django.classes import Classes, Lineage
from trustwright.review.model import Access, GuardUse, GuardVerdict
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_HOOKS: dict[str, tuple[str, ...]] = {
    "create": ("perform_create",),
    "update": ("perform_update",),
    "partial_update": ("perform_update",),
    "destroy": ("perform_destroy",),
    "list": ("get_queryset",),
    "retrieve": ("get_object", "get_queryset"),
    "get": ("get_context_data", "get_object", "get_queryset"),
    "post": ("form_valid", "delete", "create", "perform_create", "get_form_kwargs"),
    "put": ("update", "perform_update"),
    "patch": ("partial_update", "perform_update"),
    "delete": ("destroy", "perform_destroy"),
}
"""What Django's and Django REST framework's own methods call, the part that acts first."""

_ON_OBJECTS = frozenset({"list", "retrieve", "update", "partial_update", "destroy"})
_CALLER = re.compile(r"(self\.)?request\.user\b(?!\.(has_|is_))")
_ALIAS = re.compile(r"^\s*(\w+)\s*=\s*(self\.)?request\.user\s*$", re.MULTILINE)


def handler(classes: Classes, lineage: Lineage, name: str) -> tuple[Code, Function] | None:
    """Return the method that acts: the named one, or what Django's own version of it calls."""
    found = classes.method(lineage, name)
    if found is not None:
        return found
    return next((m for hook in _HOOKS.get(name, ()) if (m := classes.method(lineage, hook)) is not None), None)


def lookups(classes: Classes, lineage: Lineage, name: str) -> list[GuardUse]:
    """Return the checks in how a view's objects are found, for methods that find objects the usual way."""
    found = classes.method(lineage, name)
    if found is not None:
        body = found[0].source(found[1].body_start, found[1].body_end)
        wanted = [hook for hook in ("get_object", "get_queryset") if f"self.{hook}(" in body or "super()" in body]
        wanted = ["get_object", "get_queryset"] if "get_object" in wanted else wanted
    else:
        wanted = (
            ["get_object", "get_queryset"]
            if name in _ON_OBJECTS or name in {"get", "post", "put", "patch", "delete"}
            else []
        )
    guards = []
    for hook in wanted:
        method = classes.method(lineage, hook)
        if method is not None:
            code, function = method
            reference = code.reference(function.start, function.end)
            guards.append(GuardUse(reference, "route"))
            if (at := _owned(code, function)) is not None:
                limited = GuardVerdict(
                    Access.ABSENT, Access.ENFORCED, (code.location(at),), "finds only the caller's own"
                )
                guards.append(GuardUse(reference, "route", limited))
    return guards


def _owned(code: Code, function: Function) -> int | None:
    """Return where a method limits what it finds to the caller's own; ``None`` when it does not always do so."""
    body = code.source(function.body_start, function.body_end)
    aliases = {match[1] for match in _ALIAS.finditer(body)}
    limited: int | None = None
    for call in code.calls_in(function.body_start, function.body_end):
        last = call.callee.rpartition(".")[2]
        text = code.source(call.arguments_start, call.arguments_end)
        own = _CALLER.search(text) or any(re.search(rf"[=(]\s*{alias}\b(?!\.(has_|is_))", text) for alias in aliases)
        related = re.match(r"(self\.)?request\.user\.\w+\.(all|filter)$", call.callee)
        if related is not None or (last in {"filter", "get", "get_object_or_404"} and own):
            limited = call.start
    if limited is None:
        return None
    for item in code.within(code.facts.returns, function.body_start, function.body_end):
        text = code.source(item.start, item.end)
        escapes = ".all()" in text and "request.user" not in text
        conditions = [b for b in code.branches_around(item.start) if b.start >= function.body_start]
        about_caller = any("user" in code.source(b.condition_start, b.condition_end) for b in conditions)
        if escapes and not about_caller and limited > item.start:
            return None
    return limited
