"""Applications of Nest: what their bootstrap sets, and the guards and middleware that come before every route."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from trustwright.review.frameworks.nestjs.modules import Item, Module, Modules, Place
from trustwright.review.frameworks.nestjs.paths import covers, joined, openapi
from trustwright.review.link.symbols import Symbol
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call

_CREATE = "@nestjs/core.NestFactory.create"
_APP_GUARD = "@nestjs/core.APP_GUARD"
_SETTINGS = ("setGlobalPrefix", "enableVersioning", "useGlobalGuards", "use")
_GUARDING_MODULES = {"@thallesp/nestjs-better-auth.AuthModule": "disableGlobalAuthGuard"}
"""Modules of libraries that bring a global guard, and the option that leaves it out."""
Pattern = tuple[str, str, bool]
"""Method or ``ANY``, path in OpenAPI style, and whether anything below it is meant."""
NEUTRAL = ""
"""The version of a route that has none in its path."""


@dataclass(frozen=True, slots=True)
class Middleware:
    """Functions or classes that run before guards, on the paths named; ``below`` when also on what lies under them."""

    guards: tuple[Item, ...]
    paths: tuple[Pattern, ...] = ()
    controllers: frozenset[Place] = frozenset()
    left_out: tuple[Pattern, ...] = ()
    full: bool = False
    """True when the paths include the global prefix."""
    doubt: str = ""
    """Why it may not run where it seems to; empty when all of its paths could be read."""

    def runs_for(self, method: str, path: str, controller: Place) -> bool:
        """Tell whether a request for a route passes through it."""
        if any(how in {"ANY", method} and covers(one, path, below=below) for how, one, below in self.left_out):
            return False
        return controller in self.controllers or any(
            how in {"ANY", method} and covers(one, path, below=below) for how, one, below in self.paths
        )


@dataclass(slots=True)
class Application:
    """One ``NestFactory.create``: its modules and what holds for all of its routes."""

    code: Code | None
    root: Symbol | None
    modules: list[Module] = field(default_factory=list)
    whole: bool = True
    prefix: str = ""
    unprefixed: list[Pattern] = field(default_factory=list)
    version_prefix: str | None = None
    """What stands before a version in a path; ``None`` when versions are not in the path."""
    default_versions: tuple[str, ...] = ()
    guards: list[Item] = field(default_factory=list)
    middleware: list[Middleware] = field(default_factory=list)
    module_prefixes: dict[Place, str] = field(default_factory=dict)


class Applications:
    """Finds the applications of a project."""

    def __init__(self, values: Values, modules: Modules, files: list[Code]) -> None:
        """Take the modules and the production files that import from Nest."""
        self._values = values
        self._symbols = values.symbols
        self._modules = modules
        self._files = files

    def all(self) -> list[Application]:
        """Return the applications; one without a bootstrap when the repository only offers modules."""
        found: dict[tuple[str, Place | None], Application] = {}
        for code in self._files:
            for call in code.calls_named("create"):
                if code.target(call) == _CREATE:
                    application = self._created(code, call)
                    root = application.root
                    place = (root.code.path, root.klass.start) if root and root.code and root.klass else None
                    found.setdefault((code.path, place), application)
        serving = [one for one in found.values() if one.code is not None and one.code.calls_named("listen", "init")]
        applications = serving or list(found.values())
        if not applications:
            applications = [Application(None, None, list(self._modules.all.values()))]
        self._share_the_rest(applications)
        for code in self._files:
            for call in code.calls_named(*_SETTINGS):
                for application in self._nearest(code, applications):
                    self._setting(application, code, call)
        for application in applications:
            self._from_modules(application)
        return applications

    def _created(self, code: Code, call: Call) -> Application:
        value = code.call(call)
        mounts = list(self._modules.mounts([Item(code, item) for item in value.arguments[:1]]))
        root = next((mount.symbol for mount in mounts if mount.symbol is not None), None)
        application = Application(code, root)
        if root is not None:
            application.modules, application.whole = self._modules.reached(root)
        else:
            application.whole = False
        return application

    def _share_the_rest(self, applications: list[Application]) -> None:
        """Give modules that nothing reaches to the application beside them, if part of its imports is hidden."""
        reached = {module.place for application in applications for module in application.modules}
        for place, module in self._modules.all.items():
            if place not in reached:
                for application in self._nearest(module.code, [one for one in applications if not one.whole]):
                    application.modules.append(module)

    @staticmethod
    def _nearest(code: Code, applications: list[Application]) -> list[Application]:
        """Return the applications whose bootstrap is this file, else those that share the longest folder with it."""
        own = [one for one in applications if one.code is code]
        if own or not applications:
            return own

        def shared(application: Application) -> int:
            other = application.code.path if application.code is not None else ""
            return len(posixpath.commonpath([posixpath.dirname(code.path), posixpath.dirname(other)]))

        most = max(shared(one) for one in applications)
        return [one for one in applications if shared(one) == most]

    # --- the bootstrap ------------------------------------------------------------------------------------------

    def _setting(self, application: Application, code: Code, call: Call) -> None:
        name = call.callee.rpartition(".")[2]
        value = code.call(call)
        if name == "setGlobalPrefix" and value.arguments:
            application.prefix = openapi(self._settled(code, value.arguments[0]))
            options = value.argument(1)
            left_out = options.get("exclude") if options is not None else None
            if left_out is not None:
                application.unprefixed += self._patterns(code, left_out.arguments)[0]
        elif name == "enableVersioning":
            self._versioning(application, code, value)
        elif name == "useGlobalGuards":
            perhaps = bool(code.branches_around(call.start))
            application.guards += [Item(code, item, perhaps) for item in value.arguments]
        elif name == "use" and value.arguments and self._is_application(code, call):
            self._used(application, code, value)

    def _versioning(self, application: Application, code: Code, value: Expression) -> None:
        options = value.argument(0)
        kind = options.get("type") if options is not None else None
        if kind is not None and kind.last_name != "URI":
            return
        prefix = options.get("prefix") if options is not None else None
        application.version_prefix = "v" if prefix is None else self._settled(code, prefix)
        default = options.get("defaultVersion") if options is not None else None
        if default is not None:
            application.default_versions = versions(self._values, code, default)

    @staticmethod
    def _is_application(code: Code, call: Call) -> bool:
        head = call.callee.partition(".")[0]
        binding = code.binding(head, call.start)
        if binding is None or call.callee != f"{head}.use":
            return False
        if binding.assignment is not None and binding.assignment.value_end:
            return "NestFactory.create" in code.source(binding.assignment.value_start, binding.assignment.value_end)
        function = binding.function if binding.kind == "parameter" else None
        if function is None:
            return False
        found = next((item for item in code.parameters(function) if item.name == head), None)
        return found is not None and "Application" in found.annotation_text

    def _used(self, application: Application, code: Code, value: Expression) -> None:
        """Read ``app.use(middleware)`` and ``app.use("/path", middleware)``."""
        first, *rest = value.arguments
        listed = self._values.items(Value(code, first)) or [Value(code, first)]
        paths = [text for item in listed if (text := text_of(self._values, item)) is not None]
        guards = rest if paths else list(value.arguments)
        application.middleware.append(
            Middleware(
                tuple(Item(code, item) for item in guards if item.kind != "null"),
                tuple(("ANY", openapi(path), True) for path in paths or ["/"]),
                full=True,
            )
        )

    def _settled(self, code: Code, value: Expression) -> str:
        """Return what the files settle of a prefix: what a deployment puts before it is not known."""
        return re.sub(r"\{[^}]*\}", "", self._text(code, value))

    def _text(self, code: Code, value: Expression) -> str:
        return pattern_of(self._values, Value(code, value))

    # --- modules ------------------------------------------------------------------------------------------------

    def _from_modules(self, application: Application) -> None:
        for module in application.modules:
            for item in module.lists["providers"]:
                application.guards += self._provided(item)
            for item in module.lists["imports"]:
                application.guards += self._brought(item)
                self._prefixed(application, item)
            application.middleware += self._configured(module)

    def _provided(self, item: Item) -> Iterator[Item]:
        """Yield the guard of a provider with ``provide: APP_GUARD``."""
        code, value = item.code, item.value
        token = value.get("provide") if value.kind == "object" else None
        if token is None or self._symbols.expression(code, token).name != _APP_GUARD:
            return
        for key in ("useClass", "useExisting", "useValue"):
            guard = value.get(key)
            if guard is not None:
                yield Item(code, guard, item.conditional)
        factory = value.get("useFactory")
        if factory is not None:
            symbol = self._symbols.expression(code, factory)
            if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                yield from self._modules.returned(symbol.code, symbol.function, item.conditional)
            else:
                yield Item(code, factory, item.conditional)

    def _brought(self, item: Item) -> Iterator[Item]:
        """Yield the guard that a library's module brings."""
        if item.value.kind == "call":
            head = item.value.name.rpartition(".")[0]
            option = _GUARDING_MODULES.get(self._symbols.name(item.code, head, item.value.start).name if head else "")
            given = item.value.argument(0)
            left_out = given.get(option) if option and given is not None else None
            if option and not (left_out is not None and left_out.value is True):
                yield item

    def _prefixed(self, application: Application, item: Item) -> None:
        """Read ``RouterModule.register([{ path, module, children }])``."""
        if item.value.kind == "call" and item.value.name in {"RouterModule.register", "RouterModule.forRoutes"}:
            listed = item.value.argument(0)
            if listed is not None:
                symbol = self._symbols.expression(item.code, listed)
                if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
                    self._branch(application, symbol.code, symbol.expression.arguments, "")

    def _branch(self, application: Application, code: Code, listed: Iterable[Expression], above: str) -> None:
        for entry in listed:
            path = entry.get("path") if entry.kind == "object" else None
            here = joined(above, openapi(self._text(code, path))) if path is not None else above
            for mount in self._modules.mounts([Item(code, entry)]):
                if mount.symbol is not None and mount.symbol.code is not None and mount.symbol.klass is not None:
                    application.module_prefixes[mount.symbol.code.path, mount.symbol.klass.start] = here
            children = entry.get("children") if entry.kind == "object" else None
            if children is not None:
                self._branch(application, code, children.arguments, here)

    def _configured(self, module: Module) -> Iterator[Middleware]:
        """Yield the middleware of ``consumer.apply(...).exclude(...).forRoutes(...)`` in ``configure``."""
        code = module.code
        for call in code.calls_named("forRoutes"):
            if not module.klass.body_start <= call.start < module.klass.body_end:
                continue
            value: Expression | None = code.call(call)
            routes = value.arguments if value is not None else ()
            applied: list[Expression] = []
            left_out: list[Pattern] = []
            read = True
            while value is not None and value.kind == "call":
                if value.name.endswith(".apply"):
                    applied = list(value.arguments)
                elif value.name.endswith(".exclude"):
                    patterns, whole = self._patterns(code, value.arguments)
                    left_out, read = left_out + patterns, read and whole
                value = value.callee.callee if value.callee is not None else None
            symbols = [self._symbols.expression(code, item) for item in routes]
            controllers = {(s.code.path, s.klass.start) for s in symbols if s.kind == "class" and s.code and s.klass}
            yield Middleware(
                tuple(Item(code, item) for item in applied),
                tuple(self._patterns(code, [item for item in routes if item.kind != "name"], below=True)[0]),
                frozenset(controllers),
                tuple(left_out),
                doubt="" if read else "the paths that its middleware leaves out could not all be read",
            )

    def _patterns(self, code: Code, items: Iterable[Expression], *, below: bool = False) -> tuple[list[Pattern], bool]:
        """Read path strings and ``{ path, method }``, and tell whether all were constant.

        ``below`` tells whether a plain string means what lies under it, too.
        """
        found: list[Pattern] = []
        whole = True
        for item in items:
            path = item.get("path") if item.kind == "object" else item
            method = item.get("method") if item.kind == "object" else None
            how = method.last_name if method is not None else "ALL"
            text = text_of(self._values, Value(code, path)) if path is not None else None
            if text is None:
                whole = False
            else:
                found.append(("ANY" if how == "ALL" else how, openapi(text), below and item.kind != "object"))
        return found, whole


def versions(values: Values, code: Code, value: Expression) -> tuple[str, ...]:
    """Return the versions that an expression names."""
    items = value.arguments if value.kind == "array" else (value,)
    return tuple(
        NEUTRAL if item.last_name == "VERSION_NEUTRAL" else pattern_of(values, Value(code, item)) for item in items
    )
