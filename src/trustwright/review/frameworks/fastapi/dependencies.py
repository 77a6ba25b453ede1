"""FastAPI's dependency injection: which callables run before a handler, sub-dependencies first."""

from collections.abc import Iterable
from dataclasses import dataclass

from trustwright.review.link.symbols import Symbol
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Access, GuardUse, GuardVerdict, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression, Parameter
from trustwright.review.source.facts import Class, Function

_DEPENDS = frozenset(
    f"{module}.{name}"
    for module in ("fastapi", "fastapi.params", "fastapi.param_functions")
    for name in ("Depends", "Security")
)
_SCHEMES = "fastapi.security."
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Dependency:
    """A callable that runs before the handler, and what is known of it beyond its body."""

    reference: Reference
    verdict: GuardVerdict | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Dependencies in the order they run, and reasons why there may be more."""

    dependencies: tuple[Dependency, ...] = ()
    unresolved: tuple[str, ...] = ()

    def __add__(self, other: "Found") -> "Found":
        """Join two in order; what was found before is not repeated."""
        known = set(self.dependencies)
        fresh = tuple(item for item in other.dependencies if item not in known)
        reasons = tuple(dict.fromkeys(self.unresolved + other.unresolved))
        return Found(self.dependencies + fresh, reasons)

    def guards(self, scope: str) -> tuple[GuardUse, ...]:
        """Return the dependencies as guards attached at ``scope``."""
        return tuple(GuardUse(item.reference, scope, item.verdict) for item in self.dependencies)


NONE = Found()


class Dependencies:
    """Reads dependencies; each callable's own are read once."""

    def __init__(self, values: Values) -> None:
        """Take what follows expressions."""
        self._values = values
        self._symbols = values.symbols
        self._chains: dict[tuple[str, int, int], Found] = {}
        self._aliases: dict[tuple[str, str, int], Found] = {}
        self._of_functions: dict[tuple[str, int], Found] = {}

    def listed(self, value: Value | None) -> Found:
        """Return what ``dependencies=[...]`` names."""
        if value is None or value.expression.kind == "null":
            return NONE
        items = self._values.items(value)
        if items is None:
            where = value.code.location(value.expression.start)
            return Found(unresolved=(f"the dependencies listed at {where} could not be followed",))
        return self._sum(self._depends(item, None, 0) for item in items)

    def of_function(self, code: Code, function: Function, depth: int = 0) -> Found:
        """Return what the parameters of a handler or dependency depend on."""
        key = (code.path, function.start)
        if key not in self._of_functions:
            self._of_functions[key] = NONE
            found = self._sum(self._parameter(code, item, depth) for item in code.parameters(function))
            self._of_functions[key] = found
        return self._of_functions[key]

    def of_class(self, code: Code, klass: Class, depth: int = 0) -> Found:
        """Return what a class-based view's attributes and constructor depend on, its bases' included."""
        seen: set[str] = set()
        found = NONE
        for owner, current in self._symbols.lineage(code, klass):
            for item in owner.attributes_of(current):
                if item.target in seen:
                    continue
                seen.add(item.target)
                default = owner.value(item) if item.value_end else None
                annotation = owner.expression(item.type_start, item.type_end) if item.type_end else None
                found += self._parameter(owner, Parameter(item.target, annotation, default=default), depth)
        constructor = self._symbols.class_member(code, klass, "__init__")
        if constructor.code is not None and constructor.function is not None:
            found += self.of_function(constructor.code, constructor.function, depth)
        return found

    # --- one dependency -------------------------------------------------------------------------------------------

    @staticmethod
    def _sum(parts: Iterable[Found]) -> Found:
        whole = NONE
        for part in parts:
            whole += part
        return whole

    def _parameter(self, code: Code, item: Parameter, depth: int) -> Found:
        annotation = item.annotation
        found = NONE
        if item.default is not None and item.default.kind in {"call", "name"}:
            found += self._depends(Value(code, item.default), annotation, depth)
        return found + self._annotated(code, annotation, depth) if annotation is not None else found

    def _annotated(self, code: Code, annotation: Expression, depth: int) -> Found:
        """Read ``Annotated[User, Depends(f)]``, an alias of it, or either in a union."""
        if depth > _MAX_DEPTH:
            return NONE
        if annotation.kind == "operation":
            return self._sum(self._annotated(code, item, depth + 1) for item in annotation.arguments)
        if annotation.kind != "name":
            return NONE
        name = annotation.last_name.removesuffix("[]")
        if name == "Annotated" and annotation.arguments:
            first, *others = annotation.arguments
            found = self._annotated(code, first, depth + 1)
            return self._sum([found, *(self._depends(Value(code, item), first, depth) for item in others)])
        if name in {"Optional", "Union"}:
            return self._sum(self._annotated(code, item, depth + 1) for item in annotation.arguments)
        around = [item.start for item in code.enclosing_functions(annotation.start)]
        key = (code.path, annotation.name, around[1] if len(around) > 1 else -1)
        if key not in self._aliases:
            self._aliases[key] = NONE
            self._aliases[key] = self._alias(code, annotation, depth)
        return self._aliases[key]

    def _alias(self, code: Code, annotation: Expression, depth: int) -> Found:
        """Read ``CurrentUser`` after ``CurrentUser = Annotated[User, Depends(f)]``; in a scope a name means one."""
        alias = Expression("name", annotation.start, annotation.start, name=annotation.name.removesuffix("[]"))
        found = NONE
        for meant in self._values.of(Value(code, alias)):
            if meant.expression.kind in {"name", "operation"} and meant.expression.arguments:
                found += self._annotated(meant.code, meant.expression, depth + 1)
        return found

    def _depends(self, value: Value, annotation: Expression | None, depth: int) -> Found:
        """Read ``Depends(f)`` or a name for it; ``Depends()`` depends on the annotated class."""
        for marker in self._values.of(value):
            if not self._values.kinds(marker) & _DEPENDS:
                continue
            target = marker.argument(0, "dependency")
            if target is None and annotation is not None:
                target = value.at(annotation)
            return self._chain(target, depth + 1) if target is not None else NONE
        return NONE

    def _chain(self, target: Value, depth: int) -> Found:
        """Return what a dependency depends on, then itself."""
        expression = target.expression
        key = (target.code.path, expression.start, expression.end)
        if key not in self._chains:
            self._chains[key] = NONE
            self._chains[key] = self._read(target, depth) if depth <= _MAX_DEPTH else NONE
        return self._chains[key]

    def _read(self, target: Value, depth: int) -> Found:
        reference = Reference(target.code.path, target.expression.start, target.expression.end)
        meant = [self._values.symbol(item) for item in self._values.of(target)]
        for symbol in meant:
            if symbol.kind == "external" and symbol.name.startswith(_SCHEMES) and symbol.name.endswith("()"):
                return self._scheme(symbol, target, reference)
        before = self._sum(self._before(symbol, depth) for symbol in meant)
        return before + Found((Dependency(reference),))

    def _before(self, symbol: Symbol, depth: int) -> Found:
        """Return what a callable's own parameters depend on."""
        if symbol.code is None:
            return NONE
        if symbol.function is not None and symbol.kind == "function":
            return self.of_function(symbol.code, symbol.function, depth)
        if symbol.klass is not None and symbol.kind in {"class", "instance"}:
            name = "__call__" if symbol.kind == "instance" else "__init__"
            method = self._symbols.class_member(symbol.code, symbol.klass, name)
            if method.code is not None and method.function is not None:
                return self.of_function(method.code, method.function, depth)
        return NONE

    @staticmethod
    def _scheme(symbol: Symbol, target: Value, reference: Reference) -> Found:
        """Read a security scheme: it demands that a token is sent, but whether the token is good it does not check."""
        made = symbol.expression
        optional = made.get("auto_error") if made is not None else None
        if optional is not None and optional.kind == "boolean" and optional.value is False:
            return NONE
        where = target.code.location(target.expression.start)
        name = symbol.name.removesuffix("()").rpartition(".")[2]
        reason = f"{name} demands that credentials are sent; nothing was found that checks them"
        return Found((Dependency(reference, GuardVerdict(Access.UNKNOWN, Access.ABSENT, (where,), reason)),))
