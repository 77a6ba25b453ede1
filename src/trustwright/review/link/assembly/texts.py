"""Strings in set-up code: literals, templates and what is put together from them."""

import posixpath
import re
from collections.abc import Callable

from trustwright.review.link.assembly.values import Frame, Text, Value, Written, name_at
from trustwright.review.source.expression import Expression

HOLE = "\0"
"""Stands on both sides of the name of a part that is only known at run time."""

_MAX_DEPTH = 12
_JOINS = frozenset({"join", "resolve"})
_SAME = frozenset({"toLowerCase", "toString", "trim", "String", "fileURLToPath", "toUpperCase", "normalize"})


class Texts:
    """Works strings out."""

    def __init__(self, evaluate: Callable[[Written], Value | None]) -> None:
        """Take the evaluator."""
        self._evaluate = evaluate

    def of(self, written: Written, depth: int = 0) -> str | None:
        """Return the string that an expression gives, with holes for unknown parts; ``None`` when all is unknown."""
        value = written.expression
        if depth > _MAX_DEPTH:
            return None
        if value.kind == "string":
            return value.text
        if value.kind == "number" and isinstance(value.value, float):
            return f"{value.value:g}"
        if value.kind == "template":
            parts = str(value.value).split("{}")
            holes = [self.part(Written(item, written.frame), depth) for item in value.arguments]
            return "".join(one + two for one, two in zip(parts, [*holes, ""], strict=False))
        if value.kind == "operation":
            return self._operation(written, depth)
        if value.kind == "conditional":
            sides = [self.of(Written(item, written.frame), depth + 1) for item in value.arguments[1:]]
            return next((side for side in sides if side is not None), None)
        if value.kind == "call" and (made := self._made(written, depth)) is not None:
            return made
        if value.kind == "name" and value.callee is not None and value.callee.kind == "call":
            return self._piece(written, value.callee, depth)
        if value.kind in {"name", "call"}:
            found = self._evaluate(written)
            if isinstance(found, Text):
                return found.value
            if isinstance(found, Written) and found.expression is not value:
                return self.of(found, depth + 1)
        return None

    def part(self, written: Written, depth: int = 0) -> str:
        """Return the string an expression gives, or a hole with the expression's last name."""
        found = self.of(written, depth + 1)
        if found is not None:
            return found
        names = re.findall(
            r"(?<![\w$])[A-Za-z_]\w*", written.code.source(written.expression.start, written.expression.end)
        )
        return f"{HOLE}{names[-1] if names else 'unknown'}{HOLE}"

    def _operation(self, written: Written, depth: int) -> str | None:
        value, frame = written.expression, written.frame
        sides = [Written(item, frame) for item in value.arguments]
        if value.name == "+":
            known = [self.of(side, depth + 1) for side in sides]
            if all(item is None for item in known):
                return None
            return "".join(
                self.part(side, depth) if item is None else item for side, item in zip(sides, known, strict=True)
            )
        if value.name in {"||", "??"}:
            return next((found for side in sides if (found := self.of(side, depth + 1)) is not None), None)
        return None

    def _made(self, written: Written, depth: int) -> str | None:
        """Work out the few functions that paths are made with."""
        value, frame = written.expression, written.frame
        last = value.last_name
        arguments = [self.of(Written(item, frame), depth + 1) for item in value.arguments]
        if last in _JOINS and arguments and arguments[0] is not None:
            return posixpath.normpath(posixpath.join("", *(item or "" for item in arguments)))
        if last in {"dirname", "basename"} and arguments and arguments[0] is not None:
            found = getattr(posixpath, last)(arguments[0])
            return str(found).removesuffix(arguments[1] or "") if len(arguments) > 1 else str(found)
        if last == "URL" and len(arguments) == 2 and arguments[0] is not None and arguments[1] is not None:
            return posixpath.normpath(posixpath.join(posixpath.dirname(arguments[1]), arguments[0]))
        subject = self._subject(value, frame, depth)
        if last in _SAME:
            return subject if subject is not None else next(iter(arguments), None)
        if last == "replace" and subject is not None and len(value.arguments) == 2:
            return _replaced(subject, arguments, written)
        return None

    def _piece(self, written: Written, call: Expression, depth: int) -> str | None:
        """Work out ``name.split(".")[0]`` and ``path.parse(name).name``."""
        whole = written.code.source(written.expression.start, written.expression.end)
        if call.last_name == "split" and whole.endswith("[0]") and call.arguments:
            subject, mark = self._subject(call, written.frame, depth), call.arguments[0].text
            return subject.split(mark)[0] if subject is not None and mark else subject
        if call.last_name == "parse" and whole.endswith(".name") and call.arguments:
            subject = self.of(Written(call.arguments[0], written.frame), depth + 1)
            return posixpath.splitext(posixpath.basename(subject))[0] if subject is not None else None
        return None

    def _subject(self, value: Expression, frame: Frame, depth: int) -> str | None:
        """Return the string whose method a call calls."""
        callee = value.callee
        if callee is None or callee.kind != "name" or "." not in callee.name:
            return None
        inner = callee.callee or name_at(callee.start, callee.name.rpartition(".")[0])
        return None if inner.name in {"path", "posix"} else self.of(Written(inner, frame), depth + 1)


def _replaced(subject: str, arguments: list[str | None], written: Written) -> str | None:
    """Work out ``name.replace(".js", "")`` and ``name.replace(/[.]js$/, "")``; a pattern that repeats is not run."""
    first = written.expression.arguments[0]
    new = arguments[1]
    if new is None:
        return None
    if arguments[0] is not None:
        return subject.replace(arguments[0], new, 1)
    pattern = re.fullmatch(r"/([\\\w.$()|?\[\]-]+)/[a-z]*", written.code.source(first.start, first.end))
    try:
        return re.sub(pattern[1], lambda _: new, subject) if pattern is not None else None
    except re.error:
        return None
