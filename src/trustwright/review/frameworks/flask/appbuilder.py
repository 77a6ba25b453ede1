"""Flask-AppBuilder: classes whose methods are exposed under the class's base path."""

import re
from collections.abc import Iterator

from trustwright.review.frameworks.flask.views import Views
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Access, DeclaredRoute, GuardUse, GuardVerdict, Location
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Class

_VARIABLE = re.compile(r"<(?:[^<>]*:)?(\w+)>")
_MODEL_API = (
    ("info", "GET", "/_info"), ("get", "GET", "/{pk}"), ("get_list", "GET", "/"), ("post", "POST", "/"),
    ("put", "PUT", "/{pk}"), ("delete", "DELETE", "/{pk}"),
)  # fmt: skip
_MODEL_VIEW = (
    ("list", "GET", "/list/"), ("show", "GET", "/show/{pk}"), ("add", "GET", "/add"), ("add", "POST", "/add"),
    ("edit", "GET", "/edit/{pk}"), ("edit", "POST", "/edit/{pk}"), ("delete", "POST", "/delete/{pk}"),
    ("action", "GET", "/action/{name}/{pk}"), ("action_post", "POST", "/action_post"),
    ("download", "GET", "/download/{filename}"),
)  # fmt: skip
_ADDING = ("add_view", "add_view_no_menu", "add_api", "add_separate_view")


class AppBuilder:
    """Reads the views and APIs that are added to an AppBuilder."""

    def __init__(self, project: Project, codes: list[Code]) -> None:
        """Take the project and its Python files."""
        self._project = project
        self._values = Values(project.symbols)
        self._views = Views(self._values)
        self._codes = codes

    def routes(self) -> Iterator[DeclaredRoute]:
        """Yield the routes of every class that is added."""
        seen: set[tuple[str, int]] = set()
        for code in self._codes:
            for call in code.calls_named(*_ADDING):
                target = Value(code, code.call(call)).argument(0, "baseview")
                for item in self._values.of(target, into_calls=False) if target is not None else ():
                    symbol = self._values.symbol(item)
                    if symbol.klass is None or symbol.code is None or (symbol.code.path, symbol.klass.start) in seen:
                        continue
                    seen.add((symbol.code.path, symbol.klass.start))
                    if self._is_view(symbol.code, symbol.klass):
                        yield from self._class(symbol.code, symbol.klass)

    def _is_view(self, code: Code, klass: Class) -> bool:
        bases = self._project.symbols.external_bases(code, klass)
        return any(base.startswith("flask_appbuilder.") for base in bases)

    def _class(self, code: Code, klass: Class) -> Iterator[DeclaredRoute]:
        base = self._base(code, klass)
        seen: set[str] = set()
        for owner, current in self._project.symbols.lineage(code, klass):
            for method in owner.functions_in(current):
                if method.name in seen:
                    continue
                seen.add(method.name)
                for decorator in owner.decorators_of(method):
                    if decorator.name.rpartition(".")[2] == "expose":
                        call = Value(owner, owner.expression(decorator.start, decorator.end))
                        for verb in self._methods(call):
                            view = self._views.function(owner, method, decorator.start)
                            yield DeclaredRoute(
                                verb, self._path(base, call), "flask", owner.location(decorator.start), view.handler,
                                f"{klass.name}.{method.name}", view.guards,
                            )  # fmt: skip
        yield from self._inherited(code, klass, base, seen)

    def _inherited(self, code: Code, klass: Class, base: str, own: set[str]) -> Iterator[DeclaredRoute]:
        """Yield the routes that the library's model views and APIs bring, all behind its permission check."""
        bases = self._project.symbols.external_bases(code, klass)
        names = {name.rpartition(".")[2] for name in bases}
        table = _MODEL_API if "ModelRestApi" in names else _MODEL_VIEW if "ModelView" in names else ()
        included, excluded = (
            self._listed(code, klass, "include_route_methods"),
            self._listed(code, klass, "exclude_route_methods"),
        )
        where = code.location(klass.start)
        verdict = GuardVerdict(Access.ENFORCED, Access.ENFORCED, (where,), "Flask-AppBuilder >=3")
        guard = GuardUse(code.reference(klass.start, klass.start + 1), "route", verdict)
        for name, verb, path in table:
            if name not in own and name not in (excluded or ()) and (included is None or name in included):
                location = Location(where.path, where.line)
                yield DeclaredRoute(verb, base + path, "flask", location, None, f"{klass.name}.{name}", (guard,))

    def _listed(self, code: Code, klass: Class, name: str) -> list[str] | None:
        symbol = self._project.symbols.class_member(code, klass, name)
        if symbol.code is None or symbol.expression is None:
            return None
        items = list(symbol.expression.arguments)
        if symbol.expression.kind == "operation":
            items = [inner for part in items for inner in part.arguments]
        return [text_of(self._values, Value(symbol.code, item)) or item.last_name.lower() for item in items]

    def _base(self, code: Code, klass: Class) -> str:
        """Return a class's base path: ``route_base``, or one made of ``resource_name`` or the class's name."""
        given = self._text(code, klass, "route_base")
        if given is not None:
            return given.rstrip("/")
        resource = self._text(code, klass, "resource_name")
        bases = self._project.symbols.external_bases(code, klass)
        if resource is not None or any(name.endswith("Api") for name in bases):
            version = self._text(code, klass, "version") or "v1"
            return f"/api/{version}/{resource or klass.name.lower()}"
        return f"/{klass.name.lower()}"

    def _text(self, code: Code, klass: Class, name: str) -> str | None:
        symbol = self._project.symbols.class_member(code, klass, name)
        if symbol.code is None or symbol.expression is None:
            return None
        return text_of(self._values, Value(symbol.code, symbol.expression))

    def _path(self, base: str, call: Value) -> str:
        url = call.argument(0, "url") or call.at(
            Expression("string", call.expression.start, call.expression.start, value="/")
        )
        return _VARIABLE.sub(r"{\1}", base + "/" + pattern_of(self._values, url).lstrip("/"))

    def _methods(self, call: Value) -> tuple[str, ...]:
        listed = self._values.keyword(call, "methods") or call.argument(1)
        items = self._values.items(listed) if listed is not None else None
        texts = [text_of(self._values, item) for item in items or ()]
        return tuple(dict.fromkeys(text.upper() for text in texts if text)) or ("GET",)
