"""What a URL leads to: a function, a class, or something from outside, with the decorators put around it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.link.symbols import UNKNOWN, Symbol, Symbols
from trustwright.review.model import Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class View:
    """The view of a URL.

    Attributes:
        symbol: ``function``, ``class``, ``external`` (a class when ``is_class``) or ``unknown``.
        named: where the view is named: the class in ``X.as_view()``, the function's name.
        wrappers: decorators put around it, outermost first: ``login_required`` of ``login_required(view)``.
        options: the ``as_view(...)`` call, when there is one.
        instance: True for an object of a class that is called itself (a syndication feed).
    """

    symbol: Symbol
    named: Reference
    wrappers: tuple[Written, ...] = ()
    options: Written | None = None
    instance: bool = False

    @property
    def name(self) -> str:
        """What to call the view in reports."""
        return self.symbol.name or "view"

    @property
    def is_class(self) -> bool:
        """True for ``X.as_view()``, wherever ``X`` is from."""
        return self.options is not None


class Views:
    """Resolves view expressions."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver."""
        self._symbols = symbols

    def resolve(self, code: Code, value: Expression, depth: int = 0) -> View | None:
        """Return the view that an expression names or makes, ``None`` when it is no view that can be found."""
        if depth > _MAX_DEPTH:
            return None
        if value.kind == "name":
            return self._named(code, value, depth)
        if value.kind == "function":
            function = code.function_at(value.start)
            symbol = Symbol("function", "lambda", code, function=function) if function is not None else UNKNOWN
            return View(symbol, code.reference(value.start, value.end))
        if value.kind == "string" and value.text:
            return self._at_path(code, value.text, value)
        if value.kind == "conditional":
            found = (self.resolve(code, item, depth + 1) for item in value.arguments[1:])
            return next((view for view in found if view is not None), None)
        return self._called(code, value, depth) if value.kind == "call" else None

    def _at_path(self, code: Code, dotted: str, value: Expression) -> View | None:
        """Resolve ``"app.views.index"``."""
        module, _, name = dotted.rpartition(".")
        path = self._symbols.modules.resolve(code.path, module) if module else None
        if path is None:
            return View(Symbol("external", dotted), code.reference(value.start, value.end)) if module else None
        symbol = self._symbols.exported(path, name)
        if symbol.kind not in {"function", "class"}:
            return None
        reference = code.reference(value.start, value.end)
        return View(symbol, reference, options=Written(code, value) if symbol.kind == "class" else None)

    def _named(self, code: Code, value: Expression, depth: int) -> View | None:
        symbol = self._symbols.name(code, value.name, value.start)
        reference = code.reference(value.start, value.end)
        if symbol.kind in {"value", "external"} and symbol.code is not None and symbol.expression is not None:
            return self.resolve(symbol.code, symbol.expression, depth + 1)
        if symbol.kind in {"function", "external"}:
            return View(symbol, reference)
        if symbol.kind == "instance":
            return View(replace(symbol, kind="class"), reference, instance=True)
        return None

    def _called(self, code: Code, value: Expression, depth: int) -> View | None:
        callee = value.callee
        if callee is None:
            return None
        if callee.kind == "name" and callee.last_name in {"as_view", "as_asgi"}:
            return self._as_view(code, value, callee)
        made = self._symbols.name(code, callee.name, callee.start) if callee.kind == "name" else UNKNOWN
        if made.kind == "class":
            return View(made, code.reference(callee.start, callee.end), instance=True)
        inner = self._inner(code, value, depth)
        if inner is not None:
            if callee.last_name == "partial":
                return inner
            return replace(inner, wrappers=(Written(code, callee), *inner.wrappers))
        if made.kind == "function" and made.code is not None and made.function is not None:
            for item in self.returned(made):
                found = self.resolve(made.code, item, depth + 1)
                if found is not None:
                    return found
            return None
        if made.kind == "external":
            return View(replace(made, code=None, expression=None), code.reference(value.start, value.end))
        return None

    def _as_view(self, code: Code, value: Expression, callee: Expression) -> View:
        owner = callee.name.rpartition(".")[0]
        symbol = self._symbols.name(code, owner, callee.start)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            symbol = self._made_class(symbol)
        end = callee.start + len(owner.encode())
        known = symbol if symbol.kind in {"class", "external"} else replace(UNKNOWN, name=owner)
        return View(known, code.reference(callee.start, end), options=Written(code, value))

    def _made_class(self, symbol: Symbol) -> Symbol:
        """Resolve ``SchemaView = get_schema_view(...)``: a class that an outside function makes."""
        if symbol.code is None or symbol.expression is None or symbol.expression.kind != "call":
            return symbol
        maker = self._symbols.name(symbol.code, symbol.expression.name, symbol.expression.start)
        return Symbol("external", maker.name + "()") if maker.kind == "external" else symbol

    def _inner(self, code: Code, value: Expression, depth: int) -> View | None:
        """Return the view among a decorator's arguments."""
        for item in value.arguments:
            if item.kind in {"name", "call"}:
                found = self.resolve(code, item, depth + 1)
                if found is not None and (found.is_class or found.symbol.kind == "function" or found.wrappers):
                    return found
                if found is not None and item is value.arguments[0] and len(value.arguments) == 1:
                    return found
        return None

    def returned(self, symbol: Symbol) -> Iterator[Expression]:
        """Yield the expressions that a function itself returns."""
        code, function = symbol.code, symbol.function
        if code is None or function is None:
            return
        for item in code.within(code.facts.returns, function.body_start, function.body_end):
            if code.enclosing_function(item.start) == function and item.end > item.start + len("return"):
                yield code.expression(item.start + len("return"), item.end)
