"""Walks a URL configuration: ``urlpatterns`` and all it includes, however the lists are put together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.endpoints import Endpoint, Mount
from trustwright.review.frameworks.django.outside import INCLUDED
from trustwright.review.frameworks.django.paths import from_regex, from_route
from trustwright.review.frameworks.django.texts import HOLE, Texts
from trustwright.review.frameworks.django.views import View, Views
from trustwright.review.link.symbols import UNKNOWN, Symbol, Symbols
from trustwright.review.model import GuardUse, Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Assignment

_ENTRIES = {"path": from_route, "re_path": from_regex, "url": from_regex}
_ONLY_WHEN_DEBUGGING = frozenset({"static", "staticfiles_urlpatterns", "debug_toolbar_urls"})
_PASSES_ON = frozenset({"reduce", "sum", "list", "tuple", "chain", "format_suffix_patterns", "sorted", "from_iterable"})
_INCLUDES = frozenset({"include", "decorator_include"})

Expand = Callable[[Written, Mount], "Iterator[Endpoint] | None"]
"""Expands what another part knows to be a list of URLs (a router's ``urls``); ``None`` when it is none."""


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happens to a list: it is given a value, or gets more items."""

    start: int
    value: Expression
    replaces: bool


class Urls:
    """Walks lists of URLs."""

    def __init__(
        self, symbols: Symbols, texts: Texts, views: Views, expand: Expand, report: Callable[[Location, str], None]
    ) -> None:
        """Take what resolves names, texts and views, what expands routers, and where to say what was not followed."""
        self._symbols = symbols
        self._texts = texts
        self._views = views
        self._expand = expand
        self._report = report
        self.visited: set[str] = set()
        """Paths of the files whose lists were walked."""
        self._suspended: set[tuple[str, str]] = set()

    def module(self, code: Code, mount: Mount, name: str = "urlpatterns") -> Iterator[Endpoint]:
        """Yield the URLs of a module's list."""
        self.visited.add(code.path)
        yield from self.variable(code, name, mount, len(code.text))

    # --- lists ----------------------------------------------------------------------------------------------------

    def variable(
        self, code: Code, name: str, mount: Mount, before: int, inside: int | None = None
    ) -> Iterator[Endpoint]:
        """Yield the URLs in a list by what happens to it before an offset, in order.

        ``inside`` is the start of the function that holds the list; ``None`` for the module's own.
        """
        if mount.too_deep:
            return
        deeper = mount.below("")
        events = [event for event in self._events(code, name, inside) if event.value.end <= before]
        certain = [
            index
            for index, event in enumerate(events)
            if event.replaces and not _conditional(code, event.start, inside or 0)
        ]
        for event in events[certain[-1] if certain else 0 :]:
            if self._only_when_debugging(code, event.start):
                continue
            if event.replaces and _conditional(code, event.start, inside or 0):
                yield from self._without(code, event, name, deeper)
            else:
                yield from self.items(code, event.value, deeper)

    def _without(self, code: Code, event: _Event, name: str, mount: Mount) -> list[Endpoint]:
        """Return what a list gains when a condition replaces it by one built from itself."""
        key = (code.path, name)
        outer = key in self._suspended
        self._suspended.add(key)
        found = list(self.items(code, event.value, mount))
        if not outer:
            self._suspended.discard(key)
        return found

    def _events(self, code: Code, name: str, inside: int | None) -> list[_Event]:
        def here(offset: int) -> bool:
            function = code.enclosing_function(offset)
            return (function.start if function is not None else None) == inside

        def given(items: tuple[Assignment, ...], *, replaces: bool) -> list[_Event]:
            return [
                _Event(item.start, code.value(item), replaces)
                for item in items
                if item.target == name and item.value_end and here(item.start)
            ]

        events = given(code.facts.assignments, replaces=True) + given(code.facts.additions, replaces=False)
        for call in code.calls_named("append", "extend", "insert"):
            if call.callee.rpartition(".")[0] == name and here(call.start):
                events += [_Event(call.start, item, replaces=False) for item in code.call(call).arguments[-1:]]
        return sorted(events, key=lambda event: event.start)

    def _only_when_debugging(self, code: Code, offset: int) -> bool:
        """Tell whether a statement runs only where ``DEBUG`` is on, which is not in production."""
        return any(
            branch.then_start <= offset < branch.then_end
            and _is_debug(code.expression(branch.condition_start, branch.condition_end))
            for branch in code.facts.branches
            if branch.start <= offset
        )

    def items(self, code: Code, value: Expression, mount: Mount) -> Iterator[Endpoint]:
        """Yield the URLs of an expression that is a list of URLs, or one of its items."""
        if mount.too_deep:
            return
        if value.kind in {"array", "spread"} or (
            value.kind == "operation" and value.name in {"+", "list", "generator"}
        ):
            for item in value.arguments:
                if item.kind != "other":
                    yield from self.items(code, item, mount)
        elif value.kind == "conditional":
            for item in value.arguments[1:]:
                yield from self.items(code, item, mount)
        elif value.kind == "call":
            yield from self._call(code, value, mount)
        elif value.kind == "name":
            yield from self._name(code, value, mount)
        elif value.kind not in {"null", "string"}:
            self._report(code.location(value.start), "a list of URLs is put together in a way that is not followed")

    def _name(self, code: Code, value: Expression, mount: Mount) -> Iterator[Endpoint]:
        expanded = self._expand(Written(code, value), mount)
        if expanded is not None:
            yield from expanded
            return
        head, _, rest = value.name.rpartition(".")
        owner, plain = (self._symbols.name(code, head, value.start), rest) if head else (UNKNOWN, value.name)
        if head:
            if owner.kind == "module" and owner.code is not None:
                yield from self.module(owner.code, mount, plain)
            else:
                self._outside(code, value, owner, mount)
            return
        if (code.path, plain) in self._suspended:
            return
        function = code.enclosing_function(value.start)
        binding = code.binding(plain, value.start)
        if binding is None or binding.imported is None:
            inside = function.start if function is not None and self._events(code, plain, function.start) else None
            if self._events(code, plain, inside):
                yield from self.variable(code, plain, mount, value.start, inside)
            else:
                self._outside(code, value, owner, mount)
            return
        imported = binding.imported
        path = self._symbols.modules.resolve(code.path, imported.module)
        found = self._symbols.corpus.code(path) if path is not None and imported.name != "*" else None
        if found is not None:
            yield from self.module(found, mount, imported.name)
        else:
            self._outside(code, value, self._symbols.name(code, plain, value.start), mount)

    def _outside(self, code: Code, value: Expression, symbol: Symbol, mount: Mount) -> None:
        what = symbol.name or value.name or "a list of URLs"
        where = f" below {mount.shown}" if mount.path else ""
        self._report(
            code.location(value.start), f"the routes of {what}{where} are not in this repository or not followed"
        )

    # --- entries --------------------------------------------------------------------------------------------------

    def _call(self, code: Code, value: Expression, mount: Mount) -> Iterator[Endpoint]:
        last = value.last_name
        if last in _ENTRIES and len(value.arguments) + len(value.entries) > 1:
            yield from self._entry(code, value, mount)
            return
        expanded = self._expand(Written(code, value), mount)
        if expanded is not None:
            yield from expanded
        elif last == "i18n_patterns":
            for item in value.arguments:
                yield from self.items(
                    code, item, mount.below(f"{HOLE}language{HOLE}/" if mount.path else "{language}/")
                )
        elif last in _PASSES_ON:
            for item in value.arguments:
                if item.kind != "name" or self._is_list(code, item):
                    yield from self.items(code, item, mount)
        elif last not in _ONLY_WHEN_DEBUGGING:
            yield from self._made(code, value, mount)

    def _is_list(self, code: Code, value: Expression) -> bool:
        symbol = self._symbols.name(code, value.name, value.start)
        return symbol.kind == "value" or bool(self._events(code, value.name, None))

    def _made(self, code: Code, value: Expression, mount: Mount) -> Iterator[Endpoint]:
        """Follow a function of the repository that returns a list, or passes on the URLs given to it."""
        symbol = self._symbols.name(code, value.name, value.start) if value.name else UNKNOWN
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            for item in self._views.returned(symbol):
                if item.kind in {"array", "call", "name"} or (item.kind == "operation" and item.name == "+"):
                    yield from self.items(
                        symbol.code, item, Mount(mount.path, mount.guards, mount.unresolved, mount.depth + 1)
                    )
        given = [item for item in value.arguments if item.kind in {"array", "call", "spread"}]
        if given and symbol.kind != "function":
            doubted = mount.doubted(f"what {value.name} does to the views of its list was not followed")
            for item in given:
                yield from self.items(code, item, doubted)
        elif symbol.kind != "function":
            self._outside(code, value, symbol, mount)

    def _entry(self, code: Code, value: Expression, mount: Mount) -> Iterator[Endpoint]:
        route = value.argument(0, "route") or value.argument(0, "regex")
        target = value.argument(1, "view")
        if route is None or target is None:
            return
        convert = _ENTRIES[value.last_name]
        below = mount.below(convert(self._texts.shown(code, route)))
        if target.kind == "call" and target.last_name in _INCLUDES:
            yield from self._include(code, target, below)
            return
        name = value.get("name")
        location = code.location(value.start)
        expanded = self._expand(Written(code, target), below)
        if expanded is not None:
            yield from expanded
            return
        if target.kind in {"array", "spread"} or (
            target.kind == "name" and target.last_name in {"urls", "urlpatterns"}
        ):
            first = target.arguments[0] if target.kind == "array" and target.arguments else target
            yield from self.items(code, first, below)
            return
        view = self._views.resolve(code, target)
        if view is None:
            symbol = Symbol("unknown", target.name.removesuffix("()"))
            view = View(symbol, code.reference(target.start, target.end))
        yield Endpoint(below, view, location, (name.text or "") if name is not None else "")

    def _include(self, code: Code, value: Expression, mount: Mount) -> Iterator[Endpoint]:
        included = value.argument(0, "arg")
        if value.last_name == "decorator_include":
            decorators, included = value.argument(0), value.argument(1)
            if decorators is not None:
                mount = mount.guarded(GuardUse(code.reference(decorators.start, decorators.end), "router"))
        if included is not None and included.kind == "array" and included.arguments:
            pair = value.last_name == "include" and _is_pair(code, included)
            included = included.arguments[0] if pair else included
        if included is None:
            return
        module = self._texts.constant(code, included) if included.kind != "array" else None
        if module is None:
            symbol = self._symbols.name(code, included.name, included.start) if included.kind == "name" else UNKNOWN
            if symbol.kind == "module" and symbol.code is not None:
                yield from self.module(symbol.code, mount)
            elif included.kind == "template":
                self._report(
                    code.location(value.start),
                    f"which routes are included below {mount.shown} is only known at run time",
                )
            else:
                yield from self.items(code, included, mount)
            return
        path = self._symbols.modules.resolve(code.path, module)
        found = self._symbols.corpus.code(path) if path is not None else None
        if found is not None:
            yield from self.module(found, mount)
        elif module in INCLUDED:
            for text, name in INCLUDED[module]:
                view = View(Symbol("external", name), code.reference(value.start, value.end))
                yield Endpoint(mount.below(text), view, code.location(value.start))
        elif not module.startswith(("debug_toolbar", "silk", "django_browser_reload")):
            self._outside(code, value, Symbol("external", module), mount)


def _is_pair(code: Code, value: Expression) -> bool:
    """Tell ``(patterns, "app_name")`` from a list of patterns."""
    return (
        len(value.arguments) in {2, 3}
        and value.arguments[1].kind in {"string", "null"}
        and code.text[value.start : value.start + 1] == b"("
    )


def _conditional(code: Code, offset: int, floor: int) -> bool:
    return any(branch.start <= offset < branch.end for branch in code.within(code.facts.branches, floor, offset + 1))


def _is_debug(condition: Expression) -> bool:
    if condition.kind == "name":
        return condition.last_name in {
            "DEBUG",
            "DEBUG_TOOLBAR",
            "SHOW_DEBUG_TOOLBAR",
            "SHOW_DEBUG_INFO",
            "ENABLE_DEBUG_TOOLBAR",
        }
    return condition.kind == "operation" and condition.name == "and" and any(map(_is_debug, condition.arguments))
