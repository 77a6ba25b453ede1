"""From what Flask code declares to routes: prefixes, hooks and decorators of every level put together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trustwright.review.frameworks.flask.declarations import Declarations, Endpoint, Hanging, Place
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value
from trustwright.review.model import DeclaredRoute, GuardUse, Reference

_VARIABLE = re.compile(r"<(?:[^<>]*:)?(\w+)>")
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class _Above:
    """What the levels above an endpoint add to it. ``names`` are those of the blueprints."""

    prefix: str = ""
    guards: tuple[GuardUse, ...] = ()
    names: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    path: tuple[Place, ...] = ()


class Tree:
    """The applications with all that hangs below them."""

    def __init__(self, declarations: Declarations) -> None:
        """Take what was declared."""
        self._declared = declarations
        self._values = declarations.values
        self._conditions = Conditions(declarations.values)
        self._reached: set[Place] = set()

    def routes(self) -> Iterator[DeclaredRoute]:
        """Yield every route, from the applications down, then those whose place in the tree could not be followed."""
        objects = sorted(self._declared.objects.items(), key=lambda item: item[0])
        roots = [place for place, (kind, _) in objects if kind == "application"]
        for place in roots:
            yield from self._application([place, None] if len(roots) == 1 else [place])
        if len(roots) != 1:
            reason = "which application this is registered on could not be followed"
            yield from self._application([None], reason if roots else "no application registers it")
        hanging = {item.child.place for items in self._declared.hangings.values() for item in items}
        loose = [place for place, _ in objects if place not in self._reached and place not in hanging]
        if self._declared.open or not roots:
            places = list(dict.fromkeys(self._declared.open))
            where = (
                str(places[0]) + (f" and {len(places) - 1} more places" if len(places) > 1 else "") if places else ""
            )
            reason = f"what is registered at {where} could not be followed" if where else "no application registers it"
            for place in loose:
                yield from self._application([place], reason)

    def _application(self, places: list[Place | None], reason: str = "") -> Iterator[DeclaredRoute]:
        """Yield the routes of one application; its hooks and those that blueprints give it run before all of them."""
        top = _Above(unresolved=(reason,) if reason else ())
        earlier, self._reached = self._reached, set()
        found = [pair for place in places for pair in self._below(place, top)]
        hooks = [use for place in places for use in self._declared.hooks.get((place, "before_request"), ())]
        for place in sorted(self._reached):
            hooks += self._declared.hooks.get((place, "before_app_request"), ())
        self._reached |= earlier
        for endpoint, above in found:
            own = tuple(use for use in above.guards if use not in hooks)
            yield from self._route(endpoint, replace(above, guards=(*dict.fromkeys(hooks), *own)))

    def _below(self, place: Place | None, above: _Above) -> Iterator[tuple[Endpoint, _Above]]:
        if place is not None:
            if place in above.path or len(above.path) > _MAX_DEPTH:
                return
            self._reached.add(place)
            above = self._level(place, above)
        for endpoint in self._declared.endpoints.get(place, ()):
            yield endpoint, above
        for item in self._declared.hangings.get(place, ()):
            prefix = self._prefix(item)
            yield from self._below(item.child.place, replace(above, prefix=_join(above.prefix, prefix)))

    def _level(self, place: Place, above: _Above) -> _Above:
        """Add what an object itself says: its hooks, its decorators, its name."""
        kind, value = self._declared.objects[place]
        guards, unresolved = list(above.guards), list(above.unresolved)
        if kind == "blueprint":
            hooks = self._declared.hooks.get((place, "before_request"), ())
            guards += [replace(use, scope="router") for use in hooks]
        listed = self._values.keyword(value, "decorators") if kind in {"api", "namespace"} else None
        if listed is not None:
            uses = self._declared.views.listed(listed, unresolved)
            guards += [replace(use, scope="router") for use in uses]
        name = value.argument(0, "name") if kind == "blueprint" else None
        text = text_of(self._values, name) if name is not None else None
        names = (*above.names, text) if text else above.names
        return replace(
            above, guards=tuple(guards), names=names, unresolved=tuple(unresolved), path=(*above.path, place)
        )

    def _prefix(self, item: Hanging) -> str:
        """Return the prefix of a child: what its registration says, else what it says itself."""
        kind, value = self._declared.objects[item.child.place]
        if item.prefix is not None:
            return item.prefix
        keyword = {"blueprint": "url_prefix", "api": "prefix", "namespace": "path"}.get(kind, "")
        own = self._own(value, keyword)
        if own is None and kind == "namespace":
            name = value.argument(0, "name")
            return "/" + pattern_of(self._values, name) if name is not None else ""
        return own or ""

    def _own(self, value: Value, keyword: str) -> str | None:
        found = self._values.keyword(value, keyword) if keyword else None
        return pattern_of(self._values, found) if found is not None and found.expression.kind != "null" else None

    def _route(self, endpoint: Endpoint, above: _Above) -> Iterator[DeclaredRoute]:
        path = re.sub("/+", "/", "/" + _VARIABLE.sub(r"{\1}", _join(above.prefix, endpoint.path)))
        view = endpoint.view
        blueprint = ".".join(above.names)
        name = f"{blueprint}.{endpoint.endpoint}" if blueprint else endpoint.endpoint
        for method in view.methods:
            asked = Asked(method, path, name, blueprint)
            before = tuple(self._conditions.applied(use, asked) for use in above.guards)
            yield DeclaredRoute(
                method=method,
                path=path,
                framework="flask",
                location=endpoint.location,
                handler=view.handler,
                handler_name=view.name,
                guards=before + view.guards,
                unresolved=tuple(dict.fromkeys(above.unresolved + view.unresolved)),
                unreached=self._unreached(view.handler, asked) if len(view.methods) > 1 else (),
            )

    def _unreached(self, handler: Reference | None, asked: Asked) -> tuple[Reference, ...]:
        """Return what of a view runs for its other methods only (``if request.method == "POST"``)."""
        code = self._values.symbols.corpus.code(handler.path) if handler is not None else None
        function = code.function_at(handler.start) if code is not None and handler is not None else None
        if code is None or function is None:
            return ()
        sides = {
            (start, end)
            for item in code.within(code.facts.branches, function.body_start, function.body_end)
            for start, end in ((item.then_start, item.then_end), (item.then_end, item.end))
        }
        reach = self._conditions.reach(code, function, asked)
        return tuple(item for item in reach.unreached if (item.start, item.end) in sides)


def _join(prefix: str, path: str) -> str:
    """Join as Flask does: one slash between, none added to an empty path."""
    if not prefix or not path:
        return prefix or path
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}"
