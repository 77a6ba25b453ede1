"""What Flask code declares, file by file: applications, blueprints, what hangs below what, endpoints, hooks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from trustwright.review.frameworks.flask.views import VERBS, View, Views
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Gap, GuardUse, Location
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Decorator

_KINDS: dict[str, str] = {
    "flask.Flask": "application", "flask.app.Flask": "application", "quart.Quart": "application",
    "apiflask.APIFlask": "application", "flask_openapi3.OpenAPI": "application",
    "flask.Blueprint": "blueprint", "flask.blueprints.Blueprint": "blueprint", "quart.Blueprint": "blueprint",
    "flask_smorest.Blueprint": "blueprint", "flask_smorest.blueprint.Blueprint": "blueprint",
    "apiflask.APIBlueprint": "blueprint", "flask_openapi3.APIBlueprint": "blueprint",
    "flask_restful.Api": "api", "flask_restx.Api": "api", "flask_restplus.Api": "api", "flask_smorest.Api": "api",
    "flask_restx.Namespace": "namespace", "flask_restplus.Namespace": "namespace",
    "flask_restx.Api().namespace": "namespace", "flask_restplus.Api().namespace": "namespace",
}  # fmt: skip
_MAKERS = ("Flask", "Quart", "APIFlask", "OpenAPI", "Api", "namespace")
_ROUTING = frozenset({"route", "resource", *VERBS})
_HOOKS = {
    "before_request": "before_request", "url_value_preprocessor": "before_request",
    "before_app_request": "before_app_request", "app_url_value_preprocessor": "before_app_request",
}  # fmt: skip
"""What runs before a view may refuse; Flask calls both kinds, for a blueprint's own views or for all."""
_APPLICATION_NAMES = frozenset({"app", "application", "flask_app", "current_app", "server"})
_AUTOMATIC = frozenset({"OPTIONS", "HEAD"})
"""Flask answers these for every route by itself; a route that lists them among others is not another one."""

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A view registered under a path on an application, blueprint or API."""

    path: str
    location: Location
    view: View
    endpoint: str


@dataclass(frozen=True, slots=True)
class Hanging:
    """A blueprint, API or namespace below something; ``prefix`` is ``None`` when its own counts."""

    child: Value
    prefix: str | None


class Declarations:
    """Reads all files once. Objects are known by the place of the call that makes them."""

    def __init__(self, project: Project, codes: list[Code]) -> None:
        """Read what the files declare."""
        self._project = project
        self.values = Values(project.symbols)
        self.views = Views(self.values)
        self.objects: dict[Place, tuple[str, Value]] = {}
        self.endpoints: dict[Place | None, list[Endpoint]] = {}
        self.hangings: dict[Place | None, list[Hanging]] = {}
        self.hooks: dict[tuple[Place | None, str], list[GuardUse]] = {}
        """Keys of ``None`` stand for an application that a plugin or extension is given when it runs."""
        self.open: list[Location] = []
        """Where something is registered that could not be followed."""
        self._wrappers = self._add_resource_wrappers(codes)
        for code in codes:
            self._made(code)
            self._decorators(code)
            self._calls(code)

    # --- objects --------------------------------------------------------------------------------------------------

    def _made(self, code: Code) -> None:
        """Note what is made with a place of its own in the tree: applications, and APIs that name what they are on."""
        made = [Value(code, code.call(call)) for call in code.calls_named(*_MAKERS)]
        for klass in code.facts.classes:
            bases = self.values.symbols.bases(code, klass) if klass.bases else ()
            if any(_KINDS.get(base.name) for base in bases if base.kind == "external"):
                made += self.values.instances(code, klass)
        for value in made:
            kind = self._kind(value)
            target = None
            if kind == "api":
                target = value.argument(0, "app") or value.argument(0, "blueprint")
            elif kind == "namespace":
                target = value.at(_owner(value.expression))
            for owner in self._owners(target) if target is not None else ():
                self._hang(owner, value, None)

    def _kind(self, value: Value) -> str:
        """Return what an object is, and keep it when it has a place in the tree."""
        kind = next((_KINDS[name] for name in sorted(self.values.kinds(value)) if name in _KINDS), "")
        if kind:
            self.objects.setdefault(value.place, (kind, value))
        return kind

    def _owners(self, value: Value) -> list[Place | None]:
        """Return the objects an expression may mean; ``[None]`` for an application that is given when it runs."""
        found = {item.place: None for item in self.values.of(value) if self._kind(item)}
        if found:
            return list(found)
        return [None] if self._is_given_application(value) else []

    def _is_given_application(self, value: Value) -> bool:
        name = value.expression.name
        symbol = self.values.symbols.name(value.code, name, value.expression.start) if name else None
        if symbol is None or "." in name:
            return False
        if symbol.kind == "external":
            return symbol.name == "flask.current_app"
        return symbol.kind == "parameter" and name in _APPLICATION_NAMES and not self.values.of(value)

    def _hang(self, owner: Place | None, child: Value, prefix: str | None) -> None:
        hanging = Hanging(child, prefix)
        listed = self.hangings.setdefault(owner, [])
        if hanging not in listed:
            listed.append(hanging)

    # --- decorators -----------------------------------------------------------------------------------------------

    def _decorators(self, code: Code) -> None:
        for decorator in code.facts.decorators:
            owner, _, last = decorator.name.rpartition(".")
            if owner and last in _ROUTING:
                self._routed(code, decorator, last)
            elif owner and last in _HOOKS and (function := code.function_at(decorator.owner)) is not None:
                target = Value(code, _owner(code.expression(decorator.start, decorator.end)))
                wraps = [
                    replace(use, scope="application") for use in self.views.decorators(code, function, decorator.start)
                ]
                use = GuardUse(code.reference(function.start, function.end), "application")
                for place in self._owners(target):
                    for one in (*wraps, use):
                        self._hook(place, _HOOKS[last], one)

    def _routed(self, code: Code, decorator: Decorator, last: str) -> None:
        call = code.expression(decorator.start, decorator.end)
        if call.kind != "call":
            return
        for given in self.values.situations(code, call):
            owners = self._owners(given.at(_owner(call)))
            views = self._decorated(code, decorator) if owners else []
            for owner in owners:
                for url in (
                    given.expression.arguments if last in {"route", "resource"} else given.expression.arguments[:1]
                ):
                    self._add(owner, given, given.at(url), views, last)
                if not given.expression.arguments and (rule := given.argument(0, "rule")) is not None:
                    self._add(owner, given, rule, views, last)

    def _decorated(self, code: Code, decorator: Decorator) -> list[View]:
        function = code.function_at(decorator.owner)
        if function is not None:
            return [self.views.function(code, function, decorator.start)]
        klass = next((item for item in code.facts.classes if item.start == decorator.owner), None)
        return list(self.views.klass(code, klass, decorator.start)) if klass is not None else []

    # --- calls ----------------------------------------------------------------------------------------------------

    def _calls(self, code: Code) -> None:
        for call in code.calls_named(
            "register_blueprint", "add_url_rule", "add_resource", "add_namespace", "init_app", *sorted(self._wrappers),
            *_HOOKS, "append", "setdefault().append",
        ):  # fmt: skip
            last = call.callee.rpartition(".")[2]
            if last == "append" and "before_request_funcs" not in call.callee:
                continue
            for given in self.values.situations(code, code.call(call)):
                self._call(given, last)

    def _call(self, call: Value, last: str) -> None:
        target = _owner(call.expression)
        if last == "append":
            name = target.name.partition(".before_request_funcs")[0]
            target = replace(target, name=name)
        for owner in self._owners(call.at(target)):
            if last == "register_blueprint":
                self._register(owner, call)
            elif last == "add_namespace":
                self._namespace(owner, call)
            elif last == "init_app":
                self._init_app(owner, call)
            elif last in _HOOKS or last == "append":
                self._add_hook(owner, call, _HOOKS.get(last, "before_request"))
            elif last == "add_url_rule":
                self._add_url_rule(owner, call)
            elif owner is not None:
                self._add_resource(owner, call)

    def _register(self, owner: Place | None, call: Value) -> None:
        blueprint = call.argument(0, "blueprint") or call.argument(0, "blp")
        prefix = self.values.keyword(call, "url_prefix")
        children = [item for item in self.values.of(blueprint) if self._kind(item)] if blueprint is not None else []
        for child in children:
            text = pattern_of(self.values, prefix) if prefix is not None and prefix.expression.kind != "null" else None
            self._hang(owner, child, text)
        if not children and blueprint is not None:
            self._not_followed(blueprint)

    def _not_followed(self, blueprint: Value) -> None:
        """Keep what is registered without being understood: routes of a library are a gap, others an open end."""
        where = blueprint.code.location(blueprint.expression.start)
        outside = sorted({name for item in self.values.of(blueprint) for name in self.values.kinds(item)})
        outside += [item.expression.name for item in self.values.of(blueprint) if item.expression.kind == "other"]
        if outside:
            detail = f"routes that {outside[0]} adds in line {where.line} are not listed"
            self._project.gaps.append(Gap("not-understood", where.path, detail))
        else:
            self.open.append(where)

    def _namespace(self, owner: Place | None, call: Value) -> None:
        namespace, path = call.argument(0, "ns"), call.argument(1, "path")
        for child in self.values.of(namespace) if namespace is not None else ():
            if self._kind(child) == "namespace":
                self._hang(owner, child, pattern_of(self.values, path) if path is not None else None)

    def _init_app(self, owner: Place | None, call: Value) -> None:
        """Read ``api.init_app(app)``: the API hangs below what it is given."""
        target = call.argument(0, "app")
        if owner is not None and self.objects[owner][0] == "api" and target is not None:
            for place in self._owners(target):
                self._hang(place, self.objects[owner][1], None)

    def _add_hook(self, owner: Place | None, call: Value, name: str) -> None:
        hook = call.argument(0, "f")
        for item in self.values.of(hook) if hook is not None else ():
            self._hook(
                owner, name, GuardUse(item.code.reference(item.expression.start, item.expression.end), "application")
            )

    def _hook(self, owner: Place | None, name: str, use: GuardUse) -> None:
        self.hooks.setdefault((owner, name), []).append(use)

    def _add_url_rule(self, owner: Place | None, call: Value) -> None:
        rule, view = call.argument(0, "rule"), call.argument(2, "view_func")
        if rule is not None and view is not None:
            self._add(
                owner, call, rule, self.views.given(view) or [View((), None, view.expression.name)], "add_url_rule"
            )

    def _add_resource(self, owner: Place, call: Value) -> None:
        arguments: list[Value] = []
        for item in call.expression.arguments:
            spread = self.values.items(call.at(item.arguments[0])) if item.kind == "spread" else [call.at(item)]
            arguments += spread if spread is not None else []
        resource = arguments[0] if arguments else call.argument(0, "resource")
        views = [view for item in self.values.of(resource) for view in self.views.given(item)] if resource else []
        for url in arguments[1:]:
            self._add(owner, call, url, views, "add_resource")

    def _add_resource_wrappers(self, codes: Iterable[Code]) -> frozenset[str]:
        """Return the methods of API classes in the repository that pass resources on (``add_org_resource``)."""
        found = set()
        for code in codes:
            for call in code.calls_named("add_resource"):
                klass = code.enclosing_class(call.start)
                method = code.enclosing_function(call.start)
                if (
                    klass is not None
                    and method is not None
                    and call.callee in {"self.add_resource", "super().add_resource"}
                ):
                    bases = self.values.symbols.external_bases(code, klass)
                    if any(_KINDS.get(base) == "api" for base in bases) and method.name != "add_resource":
                        found.add(method.name)
        return frozenset(found)

    # --- endpoints ------------------------------------------------------------------------------------------------

    def _add(self, owner: Place | None, call: Value, rule: Value, views: list[View], last: str) -> None:
        if self._is_never_given(rule):
            return
        path = pattern_of(self.values, rule)
        listed = self._methods(call)
        name = self.values.keyword(call, "endpoint") or (call.argument(1) if last == "add_url_rule" else None)
        endpoint = text_of(self.values, name) if name is not None else None
        where = _declared_at(call, rule)
        for view in views:
            methods = (last.upper(),) if last in VERBS else view.methods or listed or ("GET",)
            if last not in VERBS and view.methods and listed:
                methods = tuple(method for method in view.methods if method in listed or listed == ("ANY",))
            usual = tuple(method for method in methods if method not in _AUTOMATIC)
            short = view.name.lower() if view.methods else view.name.rpartition(".")[2]
            answering = replace(view, methods=usual or methods)
            self.endpoints.setdefault(owner, []).append(Endpoint(path, where, answering, endpoint or short))

    def _is_never_given(self, rule: Value) -> bool:
        """Tell whether a path is the parameter of a function that nobody calls, so that the route never comes to be."""
        name = rule.expression.name if rule.expression.kind == "name" else ""
        if not name or name in rule.given:
            return False
        symbol = self.values.symbols.name(rule.code, name, rule.expression.start)
        return symbol.kind == "parameter" and not self.values.of(rule)

    def _methods(self, call: Value) -> tuple[str, ...]:
        listed = self.values.keyword(call, "methods")
        if listed is None or listed.expression.kind == "null":
            return ()
        items = self.values.items(listed)
        texts = [text_of(self.values, item) or item.expression.last_name for item in items or ()]
        return tuple(dict.fromkeys(text.upper() for text in texts if text)) or ("ANY",)


def _owner(call: Expression) -> Expression:
    """Return what a method is called on: ``app`` of ``app.route(...)`` and of ``app.before_request``."""
    inner = call.callee.callee if call.kind == "call" and call.callee is not None else call.callee
    if inner is not None and inner.kind == "call":
        return inner
    name = call.name.rpartition(".")[0]
    return Expression("name", call.start, call.start + len(name.encode()), name=name)


def _declared_at(call: Value, rule: Value) -> Location:
    """Return where a route is declared: the call, or the place its path comes from when a loop or caller brings it."""
    while rule.expression.kind == "name" and rule.expression.name in rule.given:
        rule = rule.given[rule.expression.name]
    inside = rule.code is call.code and call.expression.start <= rule.expression.start < call.expression.end
    origin = call if inside else rule
    return origin.code.location(origin.expression.start)
