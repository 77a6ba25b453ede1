"""Constant texts of a Django site: literals, what is put together from them, and settings."""

import re

from trustwright.review.frameworks.django.configuration import Site
from trustwright.review.link.symbols import Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

HOLE = "\0"
"""Stands on both sides of the name of a part that the files do not settle."""

_MAX_DEPTH = 8
_TRANSLATED = frozenset({"_", "gettext", "gettext_lazy", "ugettext", "ugettext_lazy", "str", "mark_safe"})
_DEFAULTED = frozenset({"getenv", "get", "env", "config", "str", "getattr"})
_FIELD = re.compile(r"\{(\w*)[^{}]*\}")


class Texts:
    """Reads texts. The settings' values come from the site's modules."""

    def __init__(self, symbols: Symbols, site: Site | None) -> None:
        """Take the resolver and the site, when there is one."""
        self._symbols = symbols
        self._site = site

    def constant(self, code: Code, value: Expression) -> str | None:
        """Return the text an expression comes to, or ``None``."""
        found = self._read(code, value, 0)
        return None if found is None or HOLE in found else found

    def shown(self, code: Code, value: Expression) -> str:
        """Return the text with ``HOLE name HOLE`` for each part that is not settled."""
        found = self._read(code, value, 0)
        return found if found is not None else _hole(value)

    def setting(self, name: str) -> str | None:
        """Return the text of a setting; of several values the last that is known."""
        for value in reversed(self._site.values(name) if self._site is not None else []):
            found = self.constant(value.code, value.expression)
            if found is not None:
                return found
        return None

    def setting_name(self, code: Code, value: Expression) -> str:
        """Return ``X`` for ``settings.X`` and ``getattr(settings, "X", ...)``, else an empty text."""
        if value.kind == "name" and code.qualified(value.name).startswith("django.conf.settings."):
            return value.last_name
        asked = value.arguments if value.kind == "call" and value.name == "getattr" else ()
        if len(asked) > 1 and code.qualified(asked[0].name) == "django.conf.settings":
            return asked[1].text or ""
        return ""

    def _read(self, code: Code, value: Expression, depth: int) -> str | None:
        if value.kind == "string":
            return value.text
        if depth > _MAX_DEPTH:
            return None
        if setting := self.setting_name(code, value):
            found = self.setting(setting)
            default = value.arguments[2] if found is None and len(value.arguments) > 2 else None
            return self._read(code, default, depth + 1) if default is not None else found
        if value.kind == "template" and isinstance(value.value, str):
            pieces = value.value.split("{}")
            return pieces[0] + "".join(
                self._part(code, item, depth) + piece for item, piece in zip(value.arguments, pieces[1:], strict=False)
            )
        if value.kind == "operation" and value.name == "+":
            return "".join(self._part(code, item, depth) for item in value.arguments)
        if value.kind == "name":
            return self._named(code, value, depth)
        return self._called(code, value, depth) if value.kind == "call" else None

    def _part(self, code: Code, value: Expression, depth: int) -> str:
        found = self._read(code, value, depth + 1)
        return found if found is not None else _hole(value)

    def _named(self, code: Code, value: Expression, depth: int) -> str | None:
        """Read a variable; one that a condition may change stands for what it is otherwise."""
        binding = code.binding(value.name, value.start)
        if binding is not None and binding.assignment is not None:
            same = [
                item
                for item in code.facts.assignments
                if item.target == value.name
                and item.value_end
                and item.end <= value.start
                and code.enclosing_function(item.start) == code.enclosing_function(binding.assignment.start)
            ]
            same.sort(key=lambda item: (not code.branches_around(item.start), item.start))
            texts = [self._read(code, code.value(item), depth + 1) for item in reversed(same)]
            return next((text for text in texts if text is not None), None)
        symbol = self._symbols.name(code, value.name, value.start)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            return self._read(symbol.code, symbol.expression, depth + 1)
        return None

    def _called(self, code: Code, value: Expression, depth: int) -> str | None:
        last = value.last_name
        if last == "format" and value.callee is not None:
            return self._formatted(code, value, depth)
        if last in {"strip", "lstrip", "rstrip", "removeprefix", "removesuffix"}:
            return self._stripped(code, value, depth)
        if last in _TRANSLATED and len(value.arguments) == 1:
            return self._read(code, value.arguments[0], depth + 1)
        default = value.get("default") or (value.argument(1) if last in _DEFAULTED else None)
        if default is not None:
            return self._read(code, default, depth + 1)
        return self._declared(code, value, depth) if value.arguments else None

    def _declared(self, code: Code, value: Expression, depth: int) -> str | None:
        """Read the default of ``env("X")`` where ``env = environ.Env(X=(str, "default"))`` says it."""
        symbol = self._symbols.name(code, value.name, value.start)
        made = symbol.expression if symbol.kind in {"value", "external"} else None
        name = value.arguments[0].text
        entry = made.get(name) if made is not None and made.kind == "call" and name else None
        if entry is None or symbol.code is None:
            return None
        given = entry.arguments[1] if entry.kind == "array" and len(entry.arguments) == 2 else entry
        return self._read(symbol.code, given, depth + 1)

    def _owner(self, code: Code, value: Expression, depth: int) -> str | None:
        """Read the text that a method such as ``format`` is called on."""
        callee = value.callee
        if callee is None:
            return None
        if callee.callee is not None:
            return self._read(code, callee.callee, depth + 1)
        owner = callee.name.rpartition(".")[0]
        named = Expression("name", callee.start, callee.start + len(owner.encode()), name=owner)
        return self._read(code, named, depth + 1)

    def _stripped(self, code: Code, value: Expression, depth: int) -> str | None:
        text = self._owner(code, value, depth)
        characters = value.argument(0)
        taken = None if characters is None else characters.text
        if text is None or (characters is not None and taken is None):
            return None
        ways = {"strip": text.strip, "lstrip": text.lstrip, "rstrip": text.rstrip}
        if value.last_name in ways:
            return ways[value.last_name](taken)
        return text.removeprefix(taken or "") if value.last_name == "removeprefix" else text.removesuffix(taken or "")

    def _formatted(self, code: Code, value: Expression, depth: int) -> str | None:
        """Put arguments into ``"...{name}...".format(...)``; a dict passed with ``**`` is looked up."""
        text = self._owner(code, value, depth)
        if text is None:
            return None
        given: dict[str, str] = {}
        for key, item in value.entries:
            if key != "...":
                given[key] = self._part(code, item, depth)
                continue
            symbol = self._symbols.expression(code, item)
            if symbol.code is not None and symbol.expression is not None and symbol.expression.kind == "object":
                for name, entry in symbol.expression.entries:
                    given.setdefault(name, self._part(symbol.code, entry, depth))
        positional = iter([self._part(code, item, depth) for item in value.arguments])

        def put(match: re.Match[str]) -> str:
            if match[1].isdecimal() or not match[1]:
                return next(positional, "")
            return given.get(match[1], f"{HOLE}{match[1]}{HOLE}")

        return _FIELD.sub(put, text)


def _hole(value: Expression) -> str:
    name = re.sub(r"\W+", "", value.last_name) or "any"
    return f"{HOLE}{name}{HOLE}"
