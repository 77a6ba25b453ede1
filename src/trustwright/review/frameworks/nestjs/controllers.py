"""Controllers and resolvers of Nest become routes, each with all that may refuse a request on the way to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trustwright.review.frameworks.nestjs.applications import NEUTRAL, Application, versions
from trustwright.review.frameworks.nestjs.decorators import Applied, Decorators
from trustwright.review.frameworks.nestjs.metadata import GuardBody, Metadata, metadata
from trustwright.review.frameworks.nestjs.modules import Item, Modules, Place
from trustwright.review.frameworks.nestjs.paths import covers, joined, openapi
from trustwright.review.link.symbols import Symbol
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import DeclaredRoute, GuardUse
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Class, Function

_METHODS = {
    **{name: name.upper() for name in ("Get", "Post", "Put", "Patch", "Delete", "Options", "Head", "Search")},
    "All": "ANY",
    "Sse": "GET",
    "Propfind": "PROPFIND",
    "Mkcol": "MKCOL",
    "Copy": "COPY",
    "Move": "MOVE",
    "Lock": "LOCK",
    "Unlock": "UNLOCK",
    "Proppatch": "PROPPATCH",
}
_ROUTE = {f"@nestjs/common.{name}": method for name, method in _METHODS.items()}
_ROUTE |= {f"@nestia/core.TypedRoute.{name}": method for name, method in _METHODS.items()}
_OPERATIONS = frozenset({"@nestjs/graphql.Query", "@nestjs/graphql.Mutation", "@nestjs/graphql.Subscription"})
_CONTROLLER, _RESOLVER = "@nestjs/common.Controller", "@nestjs/graphql.Resolver"
_GUARDS, _VERSION = "@nestjs/common.UseGuards", "@nestjs/common.Version"
_CONTRACTS = {
    "@ts-rest/nest.TsRestHandler": "a ts-rest contract",
    "@ts-rest/nest.TsRest": "a ts-rest contract",
    "@nestjs-trpc.Router": "tRPC",
}
_SKIPS = frozenset({"Public", "AllowAnonymous", "Unprotected", "Optional", "OptionalAuth", "SkipAuth"})
"""What libraries call the markers that let a route past the guard of the same library."""
_SOMETIMES = "a guard is there only under a condition"
_MAY_GUARD = re.compile(r"auth(?!or\b)|guard|permission|roles?\b|protect|secure|require|acl", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A class that holds routes, within one application: its decorators (bases' first) and what they say."""

    application: Application
    prefix: str
    code: Code
    klass: Class
    applied: list[Applied]
    metadata: Metadata
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """A method that answers requests, with its decorators."""

    kind: _Kind
    code: Code
    function: Function
    applied: list[Applied]
    metadata: Metadata


class Controllers:
    """Reads controllers and resolvers within a project."""

    def __init__(self, values: Values, decorators: Decorators, modules: Modules, files: list[Code]) -> None:
        """Take what opens decorators and modules, and the production files that import from Nest."""
        self._values = values
        self._symbols = values.symbols
        self._decorators = decorators
        self._modules = modules
        self._files = files
        self._bodies: dict[Place, GuardBody] = {}

    def routes(self, application: Application) -> Iterator[DeclaredRoute]:
        """Yield the routes of one application."""
        listed: set[Place] = set()
        hidden = False
        for module in application.modules:
            prefix = application.module_prefixes.get(module.place, "")
            for key in ("controllers", "providers"):
                for mount in self._modules.mounts(module.lists[key]):
                    symbol = mount.symbol
                    if symbol is None or symbol.code is None or symbol.klass is None:
                        hidden = hidden or key == "controllers"
                        continue
                    place = (symbol.code.path, symbol.klass.start)
                    if (key == "controllers" or self._is_resolver(symbol)) and place not in listed:
                        listed.add(place)
                        yield from self._class_routes(application, prefix, symbol.code, symbol.klass, ())
        if hidden:
            for code, klass in self._left(application, listed):
                reason = ("its module lists controllers in a way that could not be followed",)
                yield from self._class_routes(application, "", code, klass, reason)

    def _is_resolver(self, symbol: Symbol) -> bool:
        code, klass = symbol.code, symbol.klass
        return (
            code is not None
            and klass is not None
            and any(item.name == _RESOLVER for item in self._decorators.of(code, klass))
        )

    def _left(self, application: Application, listed: set[Place]) -> Iterator[tuple[Code, Class]]:
        """Yield the controllers beside the application that no module names."""
        folder = application.code.path.rpartition("/")[0] if application.code is not None else ""
        for code in self._files:
            if code.path.startswith(folder) and b"Controller" in code.text:
                for klass in code.facts.classes:
                    applied = self._decorators.of(code, klass)
                    if (code.path, klass.start) not in listed and any(item.name == _CONTROLLER for item in applied):
                        yield code, klass

    # --- classes ------------------------------------------------------------------------------------------------

    def _lineage(self, code: Code, klass: Class) -> list[tuple[Code, Class]]:
        """Return a class and its bases, those that a function makes (``extends Crud(Dto)``) included."""
        found = list(self._symbols.lineage(code, klass))
        for owner, current in tuple(found):
            for base in current.bases:
                symbol = self._symbols.name(owner, base.removesuffix("()"), max(0, current.start - 1))
                if base.endswith("()") and symbol.kind == "function" and symbol.code and symbol.function:
                    made = symbol.code.within(symbol.code.facts.classes, symbol.function.start, symbol.function.end)
                    found += list(self._symbols.lineage(symbol.code, made[0])) if made else []
        return found

    def _class_routes(
        self, application: Application, prefix: str, code: Code, klass: Class, reasons: tuple[str, ...]
    ) -> Iterator[DeclaredRoute]:
        lineage = self._lineage(code, klass)
        applied = [item for owner, current in reversed(lineage) for item in self._decorators.of(owner, current)]
        found = metadata(self._values, list(reversed(applied)))
        kind = _Kind(application, prefix, code, klass, applied, found, reasons)
        seen: set[str] = set()
        for owner, current in lineage:
            for function in owner.functions_in(current):
                if function.name not in seen:
                    seen.add(function.name)
                    decorated = self._decorators.of(owner, function)
                    endpoint = _Endpoint(kind, owner, function, decorated, metadata(self._values, decorated))
                    yield from self._endpoint_routes(endpoint)

    def _endpoint_routes(self, endpoint: _Endpoint) -> Iterator[DeclaredRoute]:
        controller = next((item for item in reversed(endpoint.kind.applied) if item.name == _CONTROLLER), None)
        for item in endpoint.applied:
            if item.name in _OPERATIONS:
                yield self._route(endpoint, "POST", f"/graphql#{self._operation(item, endpoint.function)}", ())
            elif controller is not None and item.name in _ROUTE:
                for bare, path in self._paths(endpoint, controller, item):
                    yield self._route(endpoint, _ROUTE[item.name], path, (), bare)
            elif controller is not None and item.name in _CONTRACTS:
                reason = f"its path and method are in {_CONTRACTS[item.name]}, which is not read"
                path = joined(endpoint.kind.application.prefix, f"{{{endpoint.function.name}}}")
                yield self._route(endpoint, "ANY", path, (reason,))

    # --- paths --------------------------------------------------------------------------------------------------

    def _paths(self, endpoint: _Endpoint, controller: Applied, item: Applied) -> Iterator[tuple[str, str]]:
        """Yield each path of a route, without and with the application's prefix and version."""
        application = endpoint.kind.application
        for above in self._texts(controller, "path"):
            for below in self._texts(item, "path"):
                bare = joined(endpoint.kind.prefix, openapi(above), openapi(below))
                for version in self._versions(endpoint, controller):
                    prefix = "" if self._unprefixed(endpoint, item, bare) else application.prefix
                    yield bare, joined(prefix, version, bare)

    def _texts(self, applied: Applied, key: str) -> list[str]:
        """Return the paths a decorator names: a text, a list, or an object that holds them; one empty if none."""
        arguments = applied.arguments()
        if not arguments:
            return [""]
        code, value = arguments[0]
        symbol = self._symbols.expression(code, value)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            code, value = symbol.code, symbol.expression
        if value.kind == "object":
            entry = value.get(key)
            if entry is None:
                return [""]
            value = entry
        items = value.arguments if value.kind == "array" else (value,)
        return [pattern_of(self._values, Value(code, one)) for one in items] or [""]

    def _versions(self, endpoint: _Endpoint, controller: Applied) -> list[str]:
        """Return the path segments for a route's versions; an empty one for none."""
        application = endpoint.kind.application
        if application.version_prefix is None:
            return [""]
        own = next((item for item in endpoint.applied if item.name == _VERSION), None)
        own = own or next((item for item in reversed(endpoint.kind.applied) if item.name == _VERSION), None)
        found: tuple[str, ...] = application.default_versions
        arguments = controller.arguments()
        given = arguments[0][1].get("version") if arguments and arguments[0][1].kind == "object" else None
        if own is not None and own.arguments():
            found = versions(self._values, *own.arguments()[0])
        elif given is not None:
            found = versions(self._values, arguments[0][0], given)
        return [f"{application.version_prefix}{one}" if one != NEUTRAL else "" for one in found] or [""]

    @staticmethod
    def _unprefixed(endpoint: _Endpoint, item: Applied, path: str) -> bool:
        left_out = endpoint.kind.application.unprefixed
        return any(how in {"ANY", _ROUTE[item.name]} and covers(one, path, below=below) for how, one, below in left_out)

    def _operation(self, item: Applied, function: Function) -> str:
        """Return the name of a GraphQL operation: the one its decorator gives, else the method's."""
        for code, value in item.arguments():
            name = value.get("name") if value.kind == "object" else value
            text = text_of(self._values, Value(code, name)) if name is not None and name.kind != "function" else None
            if text is not None:
                return text
        return function.name

    # --- guards -------------------------------------------------------------------------------------------------

    def _route(
        self, endpoint: _Endpoint, method: str, path: str, reasons: tuple[str, ...], bare: str = ""
    ) -> DeclaredRoute:
        kind, code, function = endpoint.kind, endpoint.code, endpoint.function
        application = kind.application
        found: list[GuardUse | None] = []
        unresolved = [*kind.reasons, *reasons]
        place = (kind.code.path, kind.klass.start)
        for middleware in application.middleware:
            if middleware.runs_for(method, path if middleware.full else bare or path, place):
                found += [self._use(endpoint, item, "application", middleware.doubt) for item in middleware.guards]
        for item in application.guards:
            found.append(self._use(endpoint, item, "global", _SOMETIMES if item.conditional else ""))
        for scope, decorators in (("router", kind.applied), ("route", endpoint.applied)):
            for applied in decorators:
                if applied.name == _GUARDS:
                    doubt = _SOMETIMES if applied.conditional else ""
                    found += [self._use(endpoint, Item(*one), scope, doubt) for one in applied.arguments()]
                elif self._may_guard(applied):
                    unresolved.append(f"what @{applied.expression.name} does could not be found")
        written = code.decorators_of(function)
        return DeclaredRoute(
            method=method,
            path=path,
            framework="nestjs",
            location=code.location(written[0].start if written else function.start),
            handler=code.reference(function.start, function.end),
            handler_name=f"{kind.klass.name}.{function.name}",
            guards=tuple(use for use in found if use is not None),
            unresolved=tuple(dict.fromkeys(unresolved)),
        )

    @staticmethod
    def _may_guard(applied: Applied) -> bool:
        last = applied.expression.name.rpartition(".")[2]
        outside = not applied.name.startswith("@nestjs/") and (not applied.found or "/" in applied.name)
        return outside and last not in _SKIPS and _MAY_GUARD.search(last) is not None

    def _skipped(self, endpoint: _Endpoint, item: Item) -> bool:
        """Tell whether a library's marker on the route lets it past a guard of the same library."""
        name = item.value.name.rpartition(".")[0] if item.value.kind == "call" else ""
        symbol = self._symbols.expression(item.code, item.value)
        if symbol.kind != "external" and name:
            symbol = self._symbols.name(item.code, name, item.value.start)
        library = symbol.name.rpartition(".")[0] if symbol.kind == "external" else ""
        return bool(library) and any(
            one.name.rpartition(".")[0] == library and one.name.rpartition(".")[2] in _SKIPS
            for one in (*endpoint.kind.applied, *endpoint.applied)
        )

    def _use(self, endpoint: _Endpoint, item: Item, scope: str, doubt: str) -> GuardUse | None:
        if self._skipped(endpoint, item):
            return None
        reference = item.code.reference(item.value.start, item.value.end)
        body = self._body(self._symbols.expression(item.code, item.value))
        unreached = body.unreached(endpoint.metadata, endpoint.kind.metadata) if body is not None else ()
        return GuardUse(reference, scope, unreached=unreached, doubt=doubt)

    def _body(self, symbol: Symbol) -> GuardBody | None:
        """Return the guard class that a symbol means, that which a function makes included."""
        code, klass = symbol.code, symbol.klass
        if symbol.kind == "value" and symbol.expression is not None and symbol.expression.kind == "call" and code:
            made = self._symbols.name(code, symbol.expression.name, symbol.expression.start)
            if made.kind == "function" and made.code is not None and made.function is not None:
                code = made.code
                inside = code.within(code.facts.classes, made.function.start, made.function.end)
                klass = inside[0] if inside else None
        if code is None or klass is None:
            return None
        place = (code.path, klass.start)
        if place not in self._bodies:
            self._bodies[place] = GuardBody(self._values, code, klass)
        return self._bodies[place]
