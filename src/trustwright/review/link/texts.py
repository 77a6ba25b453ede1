"""The text that an expression comes to: through names, settings, formatting and the arguments of callers."""

from trustwright.review.link.values import MAX_DEPTH, Value, Values
from trustwright.review.source.expression import Expression

_STRIPPING = {"strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip}


def text_of(values: Values, value: Value) -> str | None:
    """Return the constant text that a value comes to, or ``None`` when the files do not settle it."""
    return _Reader(values, holes=False).read(value, 0)


def pattern_of(values: Values, value: Value) -> str:
    """Return a value's text with ``{name}`` in place of each part that the files do not settle."""
    found = _Reader(values, holes=True).read(value, 0)
    return found if found is not None else _hole(value.expression)


def _hole(expression: Expression) -> str:
    return "{" + (expression.last_name.strip("()[]") or "unknown") + "}"


class _Reader:
    """Reads texts; with ``holes``, unsettled parts of a longer text become ``{name}``."""

    def __init__(self, values: Values, *, holes: bool) -> None:
        self._values = values
        self._holes = holes

    def read(self, value: Value, depth: int) -> str | None:
        expression = value.expression
        if expression.kind == "string":
            return expression.text
        if expression.kind == "number" and isinstance(expression.value, float):
            return f"{expression.value:g}"
        if depth > MAX_DEPTH:
            return None
        if expression.kind == "template" and isinstance(expression.value, str):
            return self._joined(expression.value.split("{}"), value, expression.arguments, depth)
        if expression.kind == "operation" and expression.name == "+":
            return self._joined([""] * (len(expression.arguments) + 1), value, expression.arguments, depth)
        if expression.kind == "call":
            return self._called(value, depth)
        if expression.kind == "operation" and expression.name in {"or", "||", "??"}:
            texts = [self.read(value.at(item), depth + 1) for item in expression.arguments]
            return next((item for item in texts if item is not None), None)
        if expression.kind in {"name", "conditional"}:
            return self._agreed([item for item in self._values.of(value, into_calls=False) if item != value], depth)
        return None

    def _joined(self, pieces: list[str], value: Value, arguments: tuple[Expression, ...], depth: int) -> str | None:
        whole = pieces[0]
        for argument, piece in zip(arguments, pieces[1:], strict=False):
            part = self.read(value.at(argument), depth + 1)
            if part is None and not self._holes:
                return None
            whole += (_hole(argument) if part is None else part) + piece
        return whole

    def _agreed(self, values: list[Value], depth: int) -> str | None:
        """Return the text that all values agree on; of ``/x`` and ``/tenant/x`` it is the one the other ends with."""
        texts = [self.read(item, depth + 1) for item in values]
        known = sorted({item for item in texts if item is not None}, key=lambda item: (len(item), item))
        if not known or not all(item.endswith(known[0]) for item in known):
            return None
        return known[0]

    def _called(self, value: Value, depth: int) -> str | None:
        """Read ``str(x)``, ``x.strip("/")``, ``"{}".format(x)``, a setting with a default, what a function returns."""
        call = value.expression
        last = call.last_name
        if call.name == "str" and call.arguments:
            return self.read(value.at(call.arguments[0]), depth + 1)
        if last in _STRIPPING and call.callee is not None:
            return self._stripped(value, last, depth)
        if last == "format" and call.callee is not None and call.callee.callee is not None:
            template = self.read(value.at(call.callee.callee), depth + 1)
            pieces = template.split("{}") if template is not None else []
            return (
                self._joined(pieces, value, call.arguments, depth) if len(pieces) == len(call.arguments) + 1 else None
            )
        default = call.get("default")
        if default is None and last in {"getenv", "get", "env"}:
            default = call.argument(1)
        if default is None and last == "Field":
            default = call.argument(0)
        if default is not None:
            return self.read(value.at(default), depth + 1)
        return self._agreed([item for item in self._values.of(value) if item != value], depth)

    def _stripped(self, value: Value, last: str, depth: int) -> str | None:
        call = value.expression
        name = call.name.rpartition(".")[0]
        owner = call.callee.callee if call.callee is not None else None
        if owner is None:
            owner = Expression("name", call.start, call.start + len(name.encode()), name=name)
        inner = self.read(value.at(owner), depth + 1)
        given = self.read(value.at(call.arguments[0]), depth + 1) if call.arguments else None
        if inner is None or (call.arguments and given is None):
            return None
        return _STRIPPING[last](inner, given)
