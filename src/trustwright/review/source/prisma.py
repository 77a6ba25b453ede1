"""Reads Prisma schemas: models with their fields."""

import re
from typing import Final

from msgspec import Struct

from trustwright.review.source.errors import SourceError

MAX_BYTES: Final = 1_000_000

_MODEL: Final = re.compile(r"^\s*(?P<kind>model|type|view)\s+(?P<name>\w+)\s*\{")
_FIELD: Final = re.compile(r"^\s*(?P<name>\w+)\s+(?P<type>\w+|Unsupported\([^)]*\))(?P<mark>\[\]|\?)?(?P<rest>.*)$")
_MAP: Final = re.compile(r"@@?map\(\s*(?:name:\s*)?\"(?P<name>[^\"]+)\"")
_COMMENT: Final = re.compile(r"//.*$")


class Field(Struct, frozen=True):
    """One field of a model.

    Attributes:
        name: its name in the schema.
        type: its type without marks (``String``, another model's name, an enum's).
        line: from 1.
        column: the column's name in the database.
        optional: True for ``?``.
        listed: True for ``[]``.
        attributes: what follows the type, as written.
        comment: the ``///`` or ``//`` comment on the field's line or above it.
    """

    name: str
    type: str
    line: int
    column: str
    optional: bool = False
    listed: bool = False
    attributes: str = ""
    comment: str = ""


class Model(Struct, frozen=True):
    """One model; ``table`` is its name in the database."""

    name: str
    line: int
    end_line: int
    table: str
    fields: tuple[Field, ...]


def parse(path: str, data: bytes) -> tuple[Model, ...]:
    """Return the models of a Prisma schema in order; enums, sources and generators are passed over.

    ``data`` is the file's bytes. Raises SourceError for files that are not UTF-8 or above the limit.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(path, 0, f"larger than {MAX_BYTES} bytes", "capped")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise SourceError(path, 0, "not UTF-8") from None
    found: list[Model] = []
    name, first = "", 0
    fields: list[Field] = []
    table, comment = "", ""
    for number, line in enumerate(lines, start=1):
        written = _COMMENT.sub("", line).rstrip()
        said = line[len(written) :].lstrip(" \t/") if len(written) < len(line.rstrip()) else ""
        if not name:
            if opened := _MODEL.match(written):
                name, first, fields, table, comment = opened["name"], number, [], opened["name"], ""
        elif written.strip() == "}":
            found.append(Model(name, first, number, table, tuple(fields)))
            name = ""
        elif written.strip().startswith("@@"):
            table = mapped["name"] if (mapped := _MAP.search(written)) else table
        elif not written.strip():
            comment = f"{comment} {said}".strip() if said else ""
        elif field := _FIELD.match(written):
            fields.append(_field(field, number, f"{comment} {said}".strip()))
            comment = ""
    return tuple(found)


def _field(match: re.Match[str], line: int, comment: str) -> Field:
    mapped = _MAP.search(match["rest"])
    return Field(
        match["name"],
        match["type"],
        line,
        mapped["name"] if mapped else match["name"],
        optional=match["mark"] == "?",
        listed=match["mark"] == "[]",
        attributes=match["rest"].strip(),
        comment=comment,
    )
