"""Django REST framework routers: what is registered on them, wherever that happens, and the URLs that makes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trustwright.review.frameworks.django.classes import Classes, Lineage, externals
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.endpoints import Endpoint, Mount
from trustwright.review.frameworks.django.outside import PLAIN
from trustwright.review.frameworks.django.paths import from_regex
from trustwright.review.frameworks.django.texts import HOLE, Texts
from trustwright.review.frameworks.django.views import View
from trustwright.review.frameworks.django.viewsets import Extra, Viewsets
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Function

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_RAW = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MAX_NESTING = 6

Key = tuple[str, int, str]
"""A router: the file, the start of the function it is made in (-1 for none), and its variable."""


@dataclass(frozen=True, slots=True)
class _Template:
    """One URL that a router makes for each viewset: a path with ``{prefix}`` and ``{lookup}``, and its methods.

    ``methods`` is ``None`` where declared actions are put in.
    """

    url: str
    methods: tuple[tuple[str, str], ...] | None
    detail: bool


@dataclass(frozen=True, slots=True)
class _Registration:
    """``router.register(prefix, viewset)``; ``key`` is the variable that holds what it returns, when it is kept."""

    code: Code
    call: Expression
    prefix: Expression
    viewset: Expression
    key: Key | None


_LIST = _Template("{prefix}{slash}", (("GET", "list"), ("POST", "create")), detail=False)
_DETAIL = _Template(
    "{prefix}/{lookup}{slash}",
    (("GET", "retrieve"), ("PUT", "update"), ("PATCH", "partial_update"), ("DELETE", "destroy")),
    detail=True,
)
_STANDARD = (
    _LIST,
    _Template("{prefix}/{url_path}{slash}", None, detail=False),
    _DETAIL,
    _Template("{prefix}/{lookup}/{url_path}{slash}", None, detail=True),
)
_BULK = (("PUT", "bulk_update"), ("PATCH", "partial_bulk_update"), ("DELETE", "bulk_destroy"))


class Routers:
    """Finds routers and expands them."""

    def __init__(
        self,
        symbols: Symbols,
        texts: Texts,
        classes: Classes,
        viewsets: Viewsets,
        report: Callable[[Location, str], None],
    ) -> None:
        """Take what reads names, texts, classes and viewsets, and where to say what was not followed."""
        self._symbols = symbols
        self._texts = texts
        self._classes = classes
        self._viewsets = viewsets
        self._report = report
        self._index: dict[Key, list[_Registration]] | None = None
        self._joined: dict[Key, list[Key]] = {}

    def expand(self, written: Written, mount: Mount) -> Iterator[Endpoint] | None:
        """Return the URLs of ``router.urls``; ``None`` when the expression is no router's."""
        value = written.expression
        if (value.kind, value.last_name) not in {("call", "get_urls"), ("name", "urls")}:
            return None
        key = self._key(written.code, value.name.rpartition(".")[0], value.start)
        made = self._made(key) if key is not None else None
        return self._urls(key, made, mount) if key is not None and made is not None else None

    # --- finding routers ------------------------------------------------------------------------------------------

    def _key(self, code: Code, dotted: str, at: int, depth: int = 0) -> Key | None:
        """Return which router a dotted name means."""
        head, _, rest = dotted.partition(".")
        binding = code.binding(head, at) if head else None
        if binding is None or depth > _MAX_NESTING:
            return None
        if binding.imported is not None:
            if binding.imported.name != "*":
                path = self._symbols.modules.resolve(code.path, binding.imported.module)
                other = self._symbols.corpus.code(path) if path is not None else None
                if other is not None and not rest and other.binding(binding.imported.name, len(other.text)) is not None:
                    return self._key(other, binding.imported.name, len(other.text), depth + 1)
            owner, _, last = dotted.rpartition(".")
            module = self._symbols.name(code, owner, at) if owner else None
            if module is not None and module.kind == "module" and module.code is not None:
                return self._key(module.code, last, len(module.code.text), depth + 1)
            return None
        if rest:
            return None
        function = binding.function
        if binding.kind == "parameter" and function is not None:
            return code.path, function.start, head
        if binding.assignment is None:
            return None
        key = code.path, self._scope(code, binding.assignment.start), head
        value = code.value(binding.assignment) if binding.assignment.value_end else None
        if value is not None and value.kind == "call" and self._made(key) is None:
            for item in value.arguments:  # router = add_urls(router): the same router again
                given = self._key(code, item.name, value.start, depth + 1) if item.kind == "name" else None
                if given is not None and self._made(given) is not None:
                    return given
        return key

    def _made(self, key: Key) -> Written | None:
        """Return the call that makes a router."""
        code = self._symbols.corpus.code(key[0])
        if code is None:
            return None
        for item in code.facts.assignments:
            if item.target != key[2] or not item.value_end or self._scope(code, item.start) != key[1]:
                continue
            value = code.value(item)
            if value.kind == "call" and self._is_router(self._lineage(code, value)):
                return Written(code, value)
        return None

    @staticmethod
    def _scope(code: Code, offset: int) -> int:
        function = code.enclosing_function(offset)
        return function.start if function is not None else -1

    def _lineage(self, code: Code, value: Expression) -> Lineage:
        symbol = self._symbols.name(code, value.name, value.start) if value.name else Symbol("unknown")
        if symbol.kind == "class" and symbol.code is not None and symbol.klass is not None:
            return self._classes.lineage(symbol.code, symbol.klass)
        return (symbol,)

    @staticmethod
    def _is_router(lineage: Lineage) -> bool:
        return any(name.startswith("rest_framework") and name.endswith("Router") for name in externals(lineage))

    # --- what is registered ---------------------------------------------------------------------------------------

    def _registrations(self, key: Key, seen: frozenset[Key] = frozenset()) -> list[_Registration]:
        if self._index is None:
            self._index = {}
            for code in self._symbols.corpus.production():
                if code.is_python:
                    self._read(code, self._index)
            self._pass_parameters(self._index)
        found = list(self._index.get(key, ()))
        for other in self._joined.get(key, ()):
            if other not in seen:
                found += self._registrations(other, seen | {key})
        return found

    def _read(self, code: Code, index: dict[Key, list[_Registration]]) -> None:
        for call in code.calls_named("register"):
            receiver = call.callee.rpartition(".")[0]
            if not receiver or receiver.startswith(("admin", "self", "cls", "signals")):
                continue
            written = code.call(call)
            prefix, viewset = written.argument(0, "prefix"), written.argument(1, "viewset")
            if prefix is None or viewset is None or viewset.kind not in {"name", "call"}:
                continue
            key = self._key(code, receiver, call.start) if not receiver.endswith("()") else self._chained(code, call)
            if key is not None:
                index.setdefault(key, []).append(_Registration(code, written, prefix, viewset, self._kept(code, call)))
        for call in code.calls_named("extend"):
            self._join(code, call)

    def _join(self, code: Code, call: Call) -> None:
        """Record ``router.registry.extend(other.registry)`` and ``router.extend(other)``."""
        receiver = call.callee.rpartition(".")[0].removesuffix(".registry")
        key = self._key(code, receiver, call.start)
        given = code.call(call).argument(0)
        if key is None or given is None or self._made(key) is None:
            return
        other = self._key(code, given.name.removesuffix(".registry"), call.start) if given.kind == "name" else None
        if other is not None and self._made(other) is not None:
            self._joined.setdefault(key, []).append(other)
        else:
            self._report(code.location(call.start), f"which routes {key[2]} takes over is only known at run time")

    def _kept(self, code: Code, call: Call) -> Key | None:
        """Return the variable that holds what ``register`` returns, on which more may be registered."""
        for item in code.facts.assignments:
            if item.value_start == call.start and item.value_end == call.end:
                return code.path, self._scope(code, item.start), item.target
        return code.path, call.end, "()"

    @staticmethod
    def _chained(code: Code, call: Call) -> Key:
        """Return the key of ``router.register(...).register(...)``: the end of the inner call."""
        return code.path, call.callee_end - len(".register"), "()"

    def _pass_parameters(self, index: dict[Key, list[_Registration]]) -> None:
        """Give routers what functions register on their parameters: ``add_urls(router)``."""
        for key in [key for key in index if key[1] >= 0]:
            code = self._symbols.corpus.code(key[0])
            function = code.function_at(key[1]) if code is not None else None
            if code is None or function is None:
                continue
            names = [item.name for item in code.parameters(function)]
            if key[2] in names:
                for caller, call in self._callers(code, function):
                    given = caller.call(call).argument(names.index(key[2]), key[2])
                    target = self._key(caller, given.name, call.start) if given is not None else None
                    if target is not None:
                        index.setdefault(target, []).extend(index[key])

    def _callers(self, code: Code, function: Function) -> Iterator[tuple[Code, Call]]:
        for other in self._symbols.corpus.production():
            for call in other.calls_named(function.name):
                symbol = self._symbols.name(other, call.callee, call.start)
                if symbol.code is code and symbol.function == function:
                    yield other, call

    # --- the URLs -------------------------------------------------------------------------------------------------

    def _urls(self, key: Key, made: Written, mount: Mount) -> Iterator[Endpoint]:
        if mount.too_deep:
            return
        lineage = self._lineage(made.code, made.expression)
        slash = made.expression.argument(0, "trailing_slash")
        no_slash = slash is not None and slash.value is False
        mount, around = self._nested(made, mount)
        templates = self._templates(lineage)
        for item in self._registrations(key):
            yield from self._registered(item, templates, mount, "" if no_slash else "/", 0)
        if around:
            return
        if any("DefaultRouter" in name or name.endswith("BulkRouter") for name in externals(lineage)):
            yield self._root(key, made, lineage, mount)

    def _root(self, key: Key, made: Written, lineage: Lineage, mount: Mount) -> Endpoint:
        """Return the page that lists what is registered."""
        named = made.code.reference(made.expression.start, made.expression.end)
        found = self._classes.attribute(lineage, "APIRootView")
        written = found[0] if found is not None else None
        for item in made.code.facts.assignments:
            if item.target == f"{key[2]}.APIRootView" and item.value_end:
                written = Written(made.code, made.code.value(item))
        symbol = Symbol("external", "rest_framework.routers.APIRootView")
        if written is not None:
            resolved = self._symbols.expression(written.code, written.expression)
            symbol = resolved if resolved.kind in {"class", "external"} else symbol
        location = made.code.location(made.expression.start)
        return Endpoint(mount.below(""), View(symbol, named, options=made), location, actions=(("GET", "get"),))

    def _nested(self, made: Written, mount: Mount) -> tuple[Mount, bool]:
        """Put a nested router below its parent: ``NestedSimpleRouter(router, "domains", lookup="domain")``."""
        parent, prefix = made.expression.argument(0, "parent_router"), made.expression.argument(1, "parent_prefix")
        if parent is None or prefix is None or parent.kind != "name":
            return mount, False
        key = self._key(made.code, parent.name, made.expression.start)
        above = self._made(key) if key is not None else None
        if above is not None:
            mount, _ = self._nested(above, mount)
        lookup = made.expression.get("lookup")
        name = lookup.text if lookup is not None and lookup.text else "nested"
        text = from_regex(self._texts.shown(made.code, prefix))
        return mount.below(f"{text}/{{{name}_pk}}/"), True

    def _templates(self, lineage: Lineage) -> tuple[_Template, ...]:
        found = self._classes.attribute(lineage, "routes")
        templates = list(_STANDARD)
        if found is not None and found[0].expression.kind == "array":
            own = [self._template(found[0].code, item) for item in found[0].expression.arguments]
            templates = [item for item in own if item is not None] or templates
        if any(name.startswith("rest_framework_bulk.") for name in externals(lineage)):
            templates = [_added(item, _BULK) if item is _LIST else item for item in templates]
        for symbol in lineage:
            if symbol.kind != "class" or symbol.code is None or symbol.klass is None:
                continue
            code, klass = symbol.code, symbol.klass
            for pair in code.within(code.facts.pairs, klass.body_start, klass.body_end):
                function = code.enclosing_function(pair.start)
                text = code.expression(pair.value_start, pair.value_end).text
                if pair.key in _METHODS and text and function is not None:
                    before = code.source(function.body_start, pair.start)
                    detail = "detail" in before or "routes[2]" in before
                    more = ((pair.key.upper(), text),)
                    templates = [
                        _added(item, more) if item.methods is not None and item.detail is detail else item
                        for item in templates
                    ]
        return tuple(templates)

    def _template(self, code: Code, value: Expression) -> _Template | None:
        """Read ``Route(url=..., mapping={...}, detail=...)`` and ``DynamicRoute(url=..., detail=...)``."""
        if value.kind != "call" or value.last_name not in {"Route", "DynamicRoute"}:
            return None
        url, mapping, detail = value.argument(0, "url"), value.get("mapping"), value.get("detail")
        if url is None:
            return None
        text = self._texts.shown(code, url).strip("^$").replace("{trailing_slash}", "{slash}")
        methods = None
        if mapping is not None and value.last_name == "Route":
            methods = tuple((key.upper(), item.text) for key, item in mapping.entries if item.text)
        return _Template(text, methods, detail is not None and detail.value is True)

    def _registered(
        self, item: _Registration, templates: tuple[_Template, ...], mount: Mount, slash: str, depth: int
    ) -> Iterator[Endpoint]:
        """Yield the URLs of one viewset, and of those registered below it."""
        prefix = from_regex(self._texts.shown(item.code, item.prefix))
        symbol = self._symbols.expression(item.code, item.viewset)
        named = item.code.reference(item.viewset.start, item.viewset.end)
        location = item.code.location(item.call.start)
        view = View(symbol, named, options=Written(item.code, item.call))
        lineage: Lineage = (symbol,)
        if symbol.kind == "class" and symbol.code is not None and symbol.klass is not None:
            lineage = self._classes.lineage(symbol.code, symbol.klass)
        raw = tuple((method, method.lower()) for method in _RAW if self._viewsets.has(lineage, method.lower()))
        lookup = self._lookup(lineage)
        unknown = self._brought_from_outside(lineage)
        for template in templates:
            extras = [x for x in self._viewsets.extras(lineage) if x.detail is template.detail]
            fixed = tuple((m, a) for m, a in template.methods or () if self._viewsets.has(lineage, a))
            for extra in [None] if template.methods is not None else extras:
                methods = extra.methods if extra is not None else fixed
                below = mount.below(_url(template, prefix, lookup, extra, slash))
                if methods:
                    actions = (*methods, *(pair for pair in raw if pair[0] not in dict(methods)))
                    yield Endpoint(below, view, location, "", actions, template.detail)
                elif template.methods is not None and unknown:
                    doubted = below.doubted(f"which actions {unknown} brings is outside of this repository")
                    yield Endpoint(doubted, view, location, "", (("ANY", "dispatch"),), template.detail)
        if item.key is not None and depth < _MAX_NESTING and self._index is not None:
            for child in self._index.get(item.key, ()):
                lookups = child.call.get("parents_query_lookups")
                named_lookups = [x.text for x in lookups.arguments if x.text] if lookups is not None else []
                parent = f"parent_lookup_{named_lookups[depth]}" if len(named_lookups) > depth else lookup
                below = mount.below(f"{prefix}/{{{parent}}}/")
                yield from self._registered(child, templates, below, slash, depth + 1)

    @staticmethod
    def _brought_from_outside(lineage: Lineage) -> str:
        """Return the name of an outside class that may bring actions, or an empty text."""
        for symbol in lineage:
            if symbol.kind != "class" and not symbol.name.startswith(PLAIN):
                return symbol.name or "a class that was not found"
        return ""

    def _lookup(self, lineage: Lineage) -> str:
        for name in ("lookup_url_kwarg", "lookup_field"):
            found = self._classes.attribute(lineage, name)
            if found is not None and found[0].expression.kind != "null":
                return self._texts.constant(found[0].code, found[0].expression) or "pk"
        return "pk"


def _added(template: _Template, more: tuple[tuple[str, str], ...]) -> _Template:
    return _Template(template.url, (*(template.methods or ()), *more), template.detail)


def _url(template: _Template, prefix: str, lookup: str, extra: Extra | None, slash: str) -> str:
    text = template.url.replace("{prefix}", prefix).replace("{lookup}", "{" + lookup + "}").replace("{slash}", slash)
    text = text.replace("{url_path}", from_regex(extra.url_path) if extra is not None else "")
    return re.sub(r"^/", "", text) if not prefix.strip(HOLE) else text
