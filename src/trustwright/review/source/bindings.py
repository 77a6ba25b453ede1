"""What names are bound by: the kinds of binding, and the names that an assignment binds."""

import re
from dataclasses import dataclass
from typing import Literal

from trustwright.review.source.facts import Assignment, Class, Function, Import

_NAME = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name means at some place in a file.

    ``kind`` says which of the others is set: ``parameter`` (of ``function``), ``assignment``, ``function``, ``class``,
    ``import``.
    """

    kind: Literal["parameter", "assignment", "function", "class", "import"]
    function: Function | None = None
    assignment: Assignment | None = None
    klass: Class | None = None
    imported: Import | None = None


def names_in(target: str) -> list[str]:
    """Return the names that a target binds: one, or those of a pattern (``{ a, b: c }`` binds a and c)."""
    if _NAME.fullmatch(target):
        return [target]
    if target[:1] in "{[(" or ("," in target and "." not in target):
        without_keys = re.sub(r"[\w$\"']+\s*:", "", re.sub(r"=[^,}\]]*", "", target))
        return _NAME.findall(without_keys)
    return []
