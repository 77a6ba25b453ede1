"""From what FastAPI code declares to routes: prefixes, dependencies and middleware of every level put together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trustwright.review.frameworks.fastapi.declarations import Declarations, Endpoint, Place
from trustwright.review.frameworks.fastapi.dependencies import NONE, Found
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.texts import pattern_of
from trustwright.review.link.values import Value
from trustwright.review.model import DeclaredRoute, GuardUse

_CONVERTER = re.compile(r":[^}]*}")
_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Above:
    """What the levels above a router add to its routes."""

    prefix: str = ""
    guards: tuple[GuardUse, ...] = ()
    unresolved: tuple[str, ...] = ()
    path: tuple[Place, ...] = ()

    def below(self, place: Place, prefix: str, guards: tuple[GuardUse, ...], unresolved: tuple[str, ...]) -> "_Above":
        reasons = tuple(dict.fromkeys(self.unresolved + unresolved))
        return _Above(self.prefix + prefix, self.guards + guards, reasons, (*self.path, place))


class Tree:
    """The applications with all that hangs below them."""

    def __init__(self, declarations: Declarations) -> None:
        """Take what was declared."""
        self._declared = declarations
        self._values = declarations.values
        self._conditions = Conditions(self._values)
        self._reached: set[Place] = set()
        self._hanging = {item.child.place for items in declarations.hangings.values() for item in items}
        applications = sorted(declarations.applications.items(), key=_place)
        self._roots = [value for place, value in applications if place not in self._hanging]

    def routes(self) -> Iterator[DeclaredRoute]:
        """Yield every route, from the applications down, then those whose place in the tree could not be followed."""
        declared = self._declared
        for value in self._roots:
            yield from self._below(value, _Above())
        for place, value in sorted(declared.routers.items(), key=_place):
            if place not in self._reached and place not in self._hanging:
                yield from self._loose(value)

    def _loose(self, value: Value) -> Iterator[DeclaredRoute]:
        """Yield the routes of a router that only a mount which could not be followed may serve."""
        mounts = self._declared.open
        where = str(mounts[0][2]) + (f" and {len(mounts) - 1} more places" if len(mounts) > 1 else "") if mounts else ""
        if not mounts and self._declared.applications:
            given = self._declared.handed_over(value)
            if given is None:
                return
            where = str(given)
        reason = f"which routers are mounted at {where} could not be followed" if where else "no application mounts it"
        if len(mounts) == 1:
            parent, prefix, _ = mounts[0]
            for above in list(self._paths_to(parent.place)):
                yield from self._below(value, above.below(value.place, prefix, (), (reason,)))
        else:
            yield from self._below(value, _Above(unresolved=(reason,)))

    def _paths_to(self, wanted: Place) -> Iterator[_Above]:
        """Yield what stands above the children of a router, once for each way to it."""
        pending = [(value, _Above()) for value in self._roots]
        for value, above in pending:
            level = self._level(value, above)
            if value.place == wanted:
                yield level
            if len(level.path) > _MAX_DEPTH:
                continue
            pending += [
                (item.child, self._step(level, item.prefix, item.found, item.mounted))
                for item in self._declared.hangings.get(value.place, ())
                if item.child.place not in level.path
            ]

    def _below(self, value: Value, above: _Above) -> Iterator[DeclaredRoute]:
        if value.place in above.path[:-1] or len(above.path) > _MAX_DEPTH:
            return
        self._reached.add(value.place)
        level = self._level(value, above)
        for endpoint in self._declared.endpoints.get(value.place, ()):
            yield from self._route(endpoint, level)
        for item in self._declared.hangings.get(value.place, ()):
            if item.child.place not in level.path:
                yield from self._below(item.child, self._step(level, item.prefix, item.found, item.mounted))

    @staticmethod
    def _step(level: _Above, prefix: str, found: Found, mounted: bool) -> _Above:
        """Go from a router to what hangs below it: a mounted application keeps only the middleware above it."""
        if mounted:
            kept = tuple(use for use in level.guards if use.scope == "global")
            return _Above(level.prefix + prefix, kept, (), level.path)
        reasons = tuple(dict.fromkeys(level.unresolved + found.unresolved))
        return replace(
            level, prefix=level.prefix + prefix, guards=level.guards + found.guards("router"), unresolved=reasons
        )

    def _level(self, value: Value, above: _Above) -> _Above:
        """Add what a router or application itself says: prefix, dependencies, middleware."""
        declared = self._declared
        application = value.place in declared.applications
        prefix, found, middleware = "", NONE, list[GuardUse]()
        for call in self._constructors(value):
            listed = self._values.keyword(call, "prefix")
            prefix = prefix or (pattern_of(self._values, listed) if listed is not None else "")
            found += declared.dependencies.listed(self._values.keyword(call, "dependencies"))
            middleware += declared.constructed_middleware(call)
        if application:
            prefix = ""
            middleware += declared.middleware.get(value.place, ())
        uses = tuple(replace(use, scope="global") for use in reversed(middleware))
        guards = uses + found.guards("application" if application else "router")
        return above.below(value.place, prefix, guards, found.unresolved)

    def _constructors(self, value: Value) -> Iterator[Value]:
        """Yield the calls whose arguments set an object up: what a subclass passes on, then the making call."""
        made = self._values.klass(value)
        named: set[str] = set()
        for owner, klass in self._values.symbols.lineage(*made) if made is not None else ():
            method = owner.method(klass, "__init__")
            for call in owner.calls_in(method.body_start, method.body_end) if method is not None else ():
                if method is not None and call.callee in {"super().__init__", "APIRouter.__init__", "FastAPI.__init__"}:
                    named |= {item.name for item in owner.parameters(method)}
                    yield Value(owner, owner.call(call), self._values.bound(owner, method, value))
        entries = tuple(entry for entry in value.expression.entries if entry[0] not in named)
        yield value.at(replace(value.expression, entries=entries)) if named else value

    def _route(self, endpoint: Endpoint, level: _Above) -> Iterator[DeclaredRoute]:
        path = _CONVERTER.sub("}", level.prefix + endpoint.path)
        path = path if path.startswith("/") else f"/{path}"
        unresolved = tuple(dict.fromkeys(level.unresolved + endpoint.found.unresolved))
        guards = tuple(dict.fromkeys((*level.guards, *endpoint.found.guards("route"), *endpoint.guards)))
        for method in endpoint.methods:
            asked = Asked(method, path)
            yield DeclaredRoute(
                method=method,
                path=path,
                framework="fastapi",
                location=endpoint.location,
                handler=endpoint.handler,
                handler_name=endpoint.handler_name,
                guards=tuple(self._conditions.applied(use, asked) if use.scope == "global" else use for use in guards),
                unresolved=unresolved,
            )


def _place(item: tuple[Place, Value]) -> Place:
    return item[0]
