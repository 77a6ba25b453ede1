"""What FastAPI code declares, file by file: applications, routers, what hangs below what, endpoints, middleware."""

from collections.abc import Iterator
from dataclasses import dataclass

from trustwright.review.frameworks.fastapi.dependencies import NONE, Dependencies, Found
from trustwright.review.link.switches import circumstance
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Access, Gap, GuardUse, GuardVerdict, Location, Reference
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Decorator, Function

_APPLICATIONS = frozenset({"fastapi.FastAPI", "fastapi.applications.FastAPI"})
_ROUTERS = frozenset(
    {
        "fastapi.APIRouter", "fastapi.routing.APIRouter", "fastapi_utils.inferring_router.InferringRouter",
        "fastapi_restful.inferring_router.InferringRouter", "fastapi_crudrouter.SQLAlchemyCRUDRouter",
    }
)  # fmt: skip
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
_SOCKETS = frozenset({"websocket", "websocket_route", "add_api_websocket_route", "add_websocket_route"})
_SEVERAL = frozenset({"api_route", "route", "add_api_route", "add_route"})
_ENDPOINTS = _VERBS | _SOCKETS | _SEVERAL
_LIBRARY_ROUTES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "get_auth_router": (("POST", "/login", ""), ("POST", "/logout", "user")),
    "get_register_router": (("POST", "/register", ""),),
    "get_reset_password_router": (("POST", "/forgot-password", ""), ("POST", "/reset-password", "")),
    "get_verify_router": (("POST", "/request-verify-token", ""), ("POST", "/verify", "")),
    "get_users_router": (
        ("GET", "/me", "user"), ("PATCH", "/me", "user"),
        ("GET", "/{id}", "superuser"), ("PATCH", "/{id}", "superuser"), ("DELETE", "/{id}", "superuser"),
    ),
    "get_oauth_router": (("GET", "/authorize", ""), ("GET", "/callback", "")),
    "get_oauth_associate_router": (("GET", "/authorize", "user"), ("GET", "/callback", "user")),
}  # fmt: skip
"""What the routers of fastapi-users (version 10 on) serve, and whom they let in: its documentation, "Routers"."""

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A handler registered on a router or an application, before anything above it is known."""

    methods: tuple[str, ...]
    path: str
    location: Location
    handler: Reference | None
    handler_name: str
    found: Found
    guards: tuple[GuardUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Hanging:
    """A router or application below another one. ``mounted`` tells ``mount`` from ``include_router``."""

    child: Value
    prefix: str
    found: Found
    mounted: bool = False


class Declarations:
    """Reads all files once. Objects are known by the place of the call that makes them."""

    def __init__(self, project: Project, codes: list[Code]) -> None:
        """Read what the files declare."""
        self._project = project
        self.values = Values(project.symbols)
        self.dependencies = Dependencies(self.values)
        self.applications: dict[Place, Value] = {}
        self.routers: dict[Place, Value] = {}
        self.endpoints: dict[Place, list[Endpoint]] = {}
        self.hangings: dict[Place, list[Hanging]] = {}
        self.middleware: dict[Place, list[GuardUse]] = {}
        self.open: list[tuple[Value, str, Location]] = []
        """Parents below which something hangs that could not be followed, with its prefix and where that is said."""
        self._codes = codes
        for code in codes:
            self._decorators(code)
            self._calls(code)
            self._made(code)

    # --- objects --------------------------------------------------------------------------------------------------

    def _made(self, code: Code) -> None:
        """Note applications, even those that nothing is registered on."""
        for call in code.calls_named("FastAPI"):
            self._object(Value(code, code.call(call)))

    def _object(self, value: Value) -> bool:
        """Tell whether a value is an application or router, and keep it."""
        kinds = self.values.kinds(value)
        kept = self.applications if kinds & _APPLICATIONS else self.routers if kinds & _ROUTERS else None
        if kept is not None:
            kept.setdefault(value.place, value)
        return kept is not None

    def _objects(self, value: Value) -> list[Value]:
        """Return the applications and routers that an expression may mean; ``app.router`` is the application."""
        found = {item.place: item for item in self.values.of(value) if self._object(item)}
        if not found and value.expression.kind == "name" and value.expression.name.endswith(".router"):
            return self._objects(value.at(_owner(value.expression)))
        return list(found.values())

    def handed_over(self, router: Value) -> Location | None:
        """Return where a router is given to a call that may mount it in a way of its own."""
        made = (item.target for item in router.code.facts.assignments if item.value_start == router.expression.start)
        name = next(made, "")
        for code in self._codes if name.isidentifier() else ():
            if code is not router.code and name not in code.imports:
                continue
            for call in code.facts.calls:
                if name not in code.source(call.arguments_start, call.arguments_end):
                    continue
                given = [item for item in code.call(call).arguments if item.kind == "name" and item.name == name]
                if any(found.place == router.place for item in given for found in self.values.of(Value(code, item))):
                    return code.location(call.start)
        return None

    # --- decorators -----------------------------------------------------------------------------------------------

    def _decorators(self, code: Code) -> None:
        for decorator in code.facts.decorators:
            owner, _, last = decorator.name.rpartition(".")
            if owner and (last in _ENDPOINTS or last == "middleware"):
                function = code.function_at(decorator.owner)
                if function is not None:
                    self._decorated(code, decorator, function, last)

    def _decorated(self, code: Code, decorator: Decorator, function: Function, last: str) -> None:
        call = code.expression(decorator.start, decorator.end)
        if call.kind != "call":
            return
        for given in self.values.situations(code, call):
            for owner in self._objects(given.at(_owner(call))):
                if last == "middleware":
                    use = GuardUse(code.reference(function.start, function.end), "application")
                    self.middleware.setdefault(owner.place, []).append(use)
                else:
                    handler = Value(code, Expression("function", function.start, function.end))
                    self._endpoint(owner, given, last, handler, decorator.start)

    @staticmethod
    def _wrapping(code: Code, function: Function, below: int = 0) -> tuple[GuardUse, ...]:
        """Return the decorators of a function that begin after an offset: only those wrap what is registered there."""
        return tuple(
            GuardUse(code.reference(item.start, item.end), "route")
            for item in code.decorators_of(function)
            if item.start > below and item.name.rpartition(".")[2] not in _ENDPOINTS
        )

    # --- calls ----------------------------------------------------------------------------------------------------

    def _calls(self, code: Code) -> None:
        for call in code.calls_named(
            "include_router", "mount", "add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route",
            "add_middleware",
        ):  # fmt: skip
            last = call.callee.rpartition(".")[2]
            for given in self.values.situations(code, code.call(call)):
                owners = self._objects(given.at(_owner(given.expression)))
                for owner in owners:
                    if last == "include_router":
                        self._include(owner, given)
                    elif last == "mount":
                        self._mount(owner, given)
                    elif last == "add_middleware":
                        self._add_middleware(owner, given)
                    else:
                        handler = given.argument(1, "endpoint") or given.argument(1, "route")
                        self._endpoint(owner, given, last, handler)
        for call in code.calls_named(
            *(f"{verb}()" for verb in sorted(_VERBS | {"api_route", "websocket", "middleware"}))
        ):
            outer = code.call(call)
            if outer.callee is not None and outer.callee.kind == "call" and outer.arguments:
                self._called_decorator(code, outer, outer.callee)

    def _called_decorator(self, code: Code, outer: Expression, inner: Expression) -> None:
        """Read ``router.get("/x")(handler)``."""
        for given in self.values.situations(code, outer):
            for owner in self._objects(given.at(_owner(inner))):
                handler = given.at(outer.arguments[0])
                if inner.last_name == "middleware":
                    reference = code.reference(handler.expression.start, handler.expression.end)
                    self.middleware.setdefault(owner.place, []).append(GuardUse(reference, "application"))
                else:
                    self._endpoint(owner, given.at(inner), inner.last_name, handler)

    def _include(self, owner: Value, call: Value) -> None:
        router = call.argument(0, "router")
        if router is None:
            return
        prefix = self._prefix(self.values.keyword(call, "prefix"))
        found = self.dependencies.listed(self.values.keyword(call, "dependencies"))
        if circumstance(call.code, call.expression.start) == "development":
            where = call.code.location(call.expression.start)
            found += Found(unresolved=(f"it is included at {where} only outside production, as far as the files say",))
        children = self._objects(router)
        for child in children:
            self.hangings.setdefault(owner.place, []).append(Hanging(child, prefix, found))
        if not children:
            self._not_followed(owner, router, prefix, found)

    def _not_followed(self, owner: Value, router: Value, prefix: str, found: Found) -> None:
        """Keep what is included without being understood: routes of a library are a gap, others an open end."""
        where = router.code.location(router.expression.start)
        outside = sorted(name for item in self.values.of(router) for name in self.values.kinds(item))
        if outside and outside[0].startswith("fastapi_users."):
            self._library(owner, router, prefix, found, outside[0].rpartition(".")[2])
        elif outside:
            detail = f"routes that {outside[0]} adds in line {where.line} are not listed"
            self._project.gaps.append(Gap("not-understood", where.path, detail))
        else:
            self.open.append((owner, prefix, where))

    def _library(self, owner: Value, router: Value, prefix: str, found: Found, name: str) -> None:
        """Declare the routes of a router that fastapi-users makes."""
        where = router.code.location(router.expression.start)
        reference = router.code.reference(router.expression.start, router.expression.end)
        for method, path, caller in _LIBRARY_ROUTES.get(name, ()):
            role = Access.ENFORCED if caller == "superuser" else Access.ABSENT
            verdict = GuardVerdict(Access.ENFORCED, role, (where,), "fastapi-users >=10")
            guards = (GuardUse(reference, "route", verdict),) if caller else ()
            endpoint = Endpoint((method,), prefix + path, where, None, f"fastapi_users.{name}", found, guards)
            self.endpoints.setdefault(owner.place, []).append(endpoint)

    def _mount(self, owner: Value, call: Value) -> None:
        target = call.argument(1, "app")
        path = call.argument(0, "path")
        for child in self._objects(target) if target is not None else ():
            hanging = Hanging(child, self._prefix(path).rstrip("/"), NONE, mounted=True)
            self.hangings.setdefault(owner.place, []).append(hanging)

    def _add_middleware(self, owner: Value, call: Value) -> None:
        use = self._middleware_use(call)
        if use is not None:
            self.middleware.setdefault(owner.place, []).append(use)

    def _middleware_use(self, call: Value) -> GuardUse | None:
        """Return what a middleware runs: its class, the ``dispatch`` function or the authentication backend given."""
        target = (
            self.values.keyword(call, "dispatch")
            or self.values.keyword(call, "backend")
            or call.argument(0, "middleware_class")
        )
        if target is None:
            return None
        return GuardUse(target.code.reference(target.expression.start, target.expression.end), "application")

    def constructed_middleware(self, call: Value) -> Iterator[GuardUse]:
        """Yield what ``FastAPI(middleware=[Middleware(X)])`` adds."""
        listed = self.values.keyword(call, "middleware")
        for item in (self.values.items(listed) or ()) if listed is not None else ():
            use = self._middleware_use(item) if item.expression.kind == "call" else None
            if use is not None:
                yield use

    # --- endpoints ------------------------------------------------------------------------------------------------

    def _endpoint(self, owner: Value, call: Value, last: str, handler: Value | None, below: int = 0) -> None:
        """Keep an endpoint; decorators of its handler that begin after ``below`` run before it."""
        path = call.argument(0, "path")
        if path is None:
            return
        found = self.dependencies.listed(self.values.keyword(call, "dependencies"))
        resolved = self._handler(handler) if handler is not None else None
        name = handler.expression.name if handler is not None else ""
        reference, guards = None, tuple[GuardUse, ...]()
        if resolved is not None:
            code, function = resolved
            found += self._of_handler(code, function)
            name = function.name or name
            klass = code.enclosing_class(function.start)
            name = f"{klass.name}.{name}" if klass is not None else name
            reference = code.reference(function.start, function.end)
            guards = self._wrapping(code, function, below)
        place = call.code.location(call.expression.start)
        endpoint = Endpoint(
            self._methods(call, last), self._prefix(path), place, reference, name, found, guards
        )  # fmt: skip
        self.endpoints.setdefault(owner.place, []).append(endpoint)

    def _handler(self, handler: Value) -> tuple[Code, Function] | None:
        function = handler.code.function_at(handler.expression.start) if handler.expression.kind == "function" else None
        if function is not None:
            return handler.code, function
        for item in self.values.of(handler):
            symbol = self.values.symbol(item)
            if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                return symbol.code, symbol.function
        return None

    def _of_handler(self, code: Code, function: Function) -> Found:
        klass = code.enclosing_class(function.start)
        outer = code.enclosing_function(function.start - 1) if function.start else None
        is_method = klass is not None and (outer is None or outer.start < klass.start)
        of_class = self.dependencies.of_class(code, klass) if is_method and klass is not None else NONE
        return of_class + self.dependencies.of_function(code, function)

    def _methods(self, call: Value, last: str) -> tuple[str, ...]:
        if last in _VERBS:
            return (last.upper(),)
        if last in _SOCKETS:
            return ("WEBSOCKET",)
        listed = self.values.keyword(call, "methods")
        if listed is None or listed.expression.kind == "null":
            return ("GET",)
        items = self.values.items(listed)
        texts = [text_of(self.values, item) or item.expression.last_name for item in items or ()]
        return tuple(dict.fromkeys(text.upper() for text in texts if text)) or ("ANY",)

    def _prefix(self, value: Value | None) -> str:
        return pattern_of(self.values, value) if value is not None and value.expression.kind != "null" else ""


def _owner(call: Expression) -> Expression:
    """Return what a method is called on: ``app`` of ``app.get(...)``, ``app`` of ``app.router``."""
    if call.callee is not None and call.kind == "call":
        inner = call.callee
        if (
            inner.callee is not None
            and inner.callee.kind == "call"
            and inner.name.count(".") == inner.callee.name.count(".") + 1
        ):
            return inner.callee
    name = call.name.rpartition(".")[0]
    return Expression("name", call.start, call.start + len(name.encode()), name=name)
