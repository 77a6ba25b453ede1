"""Views registered for models, as NetBox and its plugins do: ``@register_model_view(Site, "edit")``.

``get_model_urls("dcim", "site")`` stands in the URL list for all views registered for a model, wherever that happens.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trustwright.review.frameworks.django.classes import Classes
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.endpoints import Endpoint, Mount
from trustwright.review.frameworks.django.paths import from_route
from trustwright.review.frameworks.django.texts import Texts
from trustwright.review.frameworks.django.views import View, Views
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

_REGISTER = "register_model_view"
_LISTS = "get_model_urls"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A view registered for a model, or for all models of a class (``every``)."""

    model: Symbol
    every: bool
    path: str
    detail: bool
    written: Written
    view: View


class Registered:
    """Finds registered views, and the URLs they get."""

    def __init__(self, symbols: Symbols, texts: Texts, views: Views, classes: Classes) -> None:
        """Take what reads names, texts, views and classes; nothing is looked for before a list asks."""
        self._symbols = symbols
        self._texts = texts
        self._views = views
        self._classes = classes
        self._entries: dict[str, list[_Entry]] | None = None
        self._for_all: list[_Entry] = []

    def expand(self, written: Written, mount: Mount) -> Iterator[Endpoint] | None:
        """Return the URLs of ``get_model_urls(app, model, detail)``; ``None`` when the expression is no such call."""
        value = written.expression
        if value.kind != "call" or value.last_name != _LISTS:
            return None
        app = self._texts.constant(written.code, given) if (given := value.argument(0, "app_label")) else None
        name = self._texts.constant(written.code, given) if (given := value.argument(1, "model_name")) else None
        detail = value.argument(2, "detail")
        if app is None or name is None:
            return None
        return self._urls(app, name.lower(), mount, detail=detail is None or detail.value is not False)

    def _urls(self, app: str, name: str, mount: Mount, *, detail: bool) -> Iterator[Endpoint]:
        entries = [entry for entry in self._index().get(name, ()) if self._of_app(entry.model, app)]
        model = next((entry.model for entry in entries if entry.model.kind == "class"), None)
        entries += [entry for entry in self._for_all if model is not None and self._descends(model, entry.model)]
        for entry in entries:
            if entry.detail is detail:
                below = mount.below(from_route(entry.path + "/") if entry.path else "")
                location = entry.written.code.location(entry.written.expression.start)
                yield Endpoint(below, entry.view, location)

    @staticmethod
    def _of_app(model: Symbol, app: str) -> bool:
        return model.code is None or f"/{app}/" in f"/{model.code.path}"

    def _descends(self, model: Symbol, ancestor: Symbol) -> bool:
        if model.code is None or model.klass is None:
            return False
        return any(
            symbol.klass is not None and (symbol.code, symbol.klass) == (ancestor.code, ancestor.klass)
            for symbol in self._classes.lineage(model.code, model.klass)
        )

    # --- what is registered ---------------------------------------------------------------------------------------

    def _index(self) -> dict[str, list[_Entry]]:
        if self._entries is None:
            self._entries = {}
            for code in self._symbols.corpus.production():
                if any(item.name == _REGISTER for item in code.facts.imports):
                    for entry in (*self._decorated(code), *self._called(code)):
                        if entry.every:
                            self._for_all.append(entry)
                        else:
                            self._entries.setdefault(entry.model.name.rpartition(".")[2].lower(), []).append(entry)
        return self._entries

    def _decorated(self, code: Code) -> Iterator[_Entry]:
        for klass in code.facts.classes:
            for item in code.decorators_of(klass):
                if item.name.rpartition(".")[2] == _REGISTER:
                    written = Written(code, code.expression(item.start, item.end))
                    named = code.reference(
                        klass.start + len("class "), klass.start + len("class ") + len(klass.name.encode())
                    )
                    view = View(Symbol("class", klass.name, code, klass=klass), named, options=written)
                    yield from self._entry(written, view)

    def _called(self, code: Code) -> Iterator[_Entry]:
        """Read ``register_model_view(model, "journal")("app.views.JournalView")``."""
        for call in code.facts.calls:
            if not call.callee.endswith(_REGISTER + "()"):
                continue
            written = code.call(call)
            if not written.arguments or written.callee is None:
                continue
            given = written.arguments[0]
            view = self._views.resolve(code, given)
            symbol = self._symbols.expression(code, given) if view is None else None
            if symbol is not None and symbol.kind == "class":
                view = View(symbol, code.reference(given.start, given.end), options=Written(code, given))
            if view is not None:
                yield from self._entry(Written(code, written.callee), view)

    def _entry(self, written: Written, view: View) -> Iterator[_Entry]:
        code, value = written.code, written.expression
        given, path = value.argument(0, "model"), value.argument(2, "path") or value.argument(1, "name")
        detail = value.argument(3, "detail")
        if given is None:
            return
        text = self._texts.shown(code, path) if path is not None else ""
        model = self._symbols.expression(code, given)
        on_object = detail is None or detail.value is not False
        if model.kind == "class" or (model.kind == "external" and not self._looped(code, given)):
            yield _Entry(model, every=False, path=text, detail=on_object, written=written, view=view)
            return
        for ancestor in self._conditions(code, value):
            yield _Entry(ancestor, every=True, path=text, detail=on_object, written=written, view=view)

    @staticmethod
    def _looped(code: Code, value: Expression) -> bool:
        """Tell whether a name is the variable of a loop around it."""
        return any(loop.start <= value.start < loop.end and loop.target == value.name for loop in code.facts.loops)

    def _conditions(self, code: Code, value: Expression) -> Iterator[Symbol]:
        """Yield the classes that ``if issubclass(model, Mixin)`` around a registration asks for."""
        for branch in code.branches_around(value.start):
            condition = code.expression(branch.condition_start, branch.condition_end)
            if condition.kind == "call" and condition.name == "issubclass" and len(condition.arguments) > 1:
                symbol = self._symbols.expression(code, condition.arguments[1])
                if symbol.kind == "class":
                    yield symbol
