"""Database migrations in Python and JavaScript: Alembic, Django, and the up and down of Knex, Sequelize and others."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.migrations import Migration
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

TRIGGERS: Final = (
    *("down_revision", "RunPython", "RunSQL", "queryInterface", "MigrationInterface", "exports.up", " up(", "const up"),
)
"""Texts of which each migration that is told here holds one."""

_FOLDER: Final = re.compile(r"(?:^|/)(?:db_?)?migrations?(?:/|$)|(?:^|/)migrate/")
_IRREVERSIBLE: Final = "it says that it cannot be taken back"
_DROPS: Final = {
    "drop_table": "drops a table", "drop_column": "drops a column", "dropTable": "drops a table",
    "dropTableIfExists": "drops a table", "dropColumn": "drops a column", "dropColumns": "drops columns",
    "removeColumn": "drops a column", "bulkDelete": "deletes rows", "dropCollection": "drops a collection",
}  # fmt: skip
_LOSING_SQL: Final = re.compile(r"\b(?:DROP\s+(?:TABLE|COLUMN)|DELETE\s+FROM|TRUNCATE)\b", re.IGNORECASE)
_NO_WORK: Final = frozenset({"Promise.resolve", "console.log", "print"})


def code_migrations(code: Code) -> Iterator[Migration]:
    """Yield the migration that a file is, when it is one; of Django's only those whose steps do not undo themselves."""
    if code.is_python:
        if any(item.target.partition(":")[0] == "down_revision" for item in code.facts.assignments):
            yield _alembic(code)
        elif any(name in {"django.db", "django.db.migrations"} for name in code.modules):
            yield from _django(code)
    elif _FOLDER.search(code.path) and any(text.encode() in code.text for text in TRIGGERS):
        yield from _up_and_down(code)


def _alembic(code: Code) -> Migration:
    functions = {function.name: function for function in code.facts.functions}
    upgrade, downgrade = functions.get("upgrade"), functions.get("downgrade")
    name = code.path.rpartition("/")[2]
    if upgrade is None or not _works(code, upgrade):
        return Migration(Location(code.path, 1), name, True)
    return _judged(code, name, upgrade, downgrade, "downgrade")


def _up_and_down(code: Code) -> Iterator[Migration]:
    up = next((function for function in code.facts.functions if function.name == "up"), None)
    if up is None or not _works(code, up):
        return
    down = next((function for function in code.facts.functions if function.name == "down"), None)
    yield _judged(code, code.path.rpartition("/")[2], up, down, "down")


def _judged(code: Code, name: str, forth: Function, back: Function | None, called: str) -> Migration:
    """Return a migration with its way back judged by its body."""
    loses = _losses(code, forth)
    place = Location(code.path, code.line((back or forth).start))
    if back is None:
        return Migration(place, name, False, loses, reason=f"there is no {called}")
    if _works(code, back):
        return Migration(place, name, True)
    raises = bool(code.within(code.facts.raises, back.body_start, back.body_end))
    return Migration(place, name, False, loses, reason=_IRREVERSIBLE if raises else f"{called} does nothing")


def _works(code: Code, function: Function) -> bool:
    """Tell whether a function does anything: it calls something beside what it raises and prints."""
    raised = code.within(code.facts.raises, function.body_start, function.body_end)
    return any(
        call.callee not in _NO_WORK and not any(one.start <= call.start < one.end for one in raised)
        for call in code.calls_in(function.body_start, function.body_end)
    )


def _losses(code: Code, function: Function) -> str:
    for call in code.calls_in(function.body_start, function.body_end):
        last = call.callee.rpartition(".")[2]
        if last in _DROPS:
            return _DROPS[last]
        if last in {"execute", "query", "raw", "sql"}:
            match = _LOSING_SQL.search(code.source(call.arguments_start, call.arguments_end))
            if match is not None:
                return f"runs {' '.join(match[0].upper().split())}"
    return ""


def _django(code: Code) -> Iterator[Migration]:
    """Yield a Django migration that runs code or SQL of its own; the first step without a way back decides."""
    steps = [
        call
        for call in code.calls_named("RunPython", "RunSQL")
        if code.target(call).rpartition(".")[0].endswith("migrations")
    ]
    if not steps:
        return
    folders = code.path.split("/")
    name = "/".join((*folders[-3:-2], folders[-1]))
    for call in steps:
        step = code.call(call)
        python = call.callee.endswith("RunPython")
        back = step.argument(1, "reverse_code" if python else "reverse_sql")
        if back is None or back.kind == "null":
            kind = "RunPython has no reverse_code" if python else "RunSQL has no reverse_sql"
            text = code.source(call.arguments_start, call.arguments_end)
            match = None if python else _LOSING_SQL.search(text)
            loses = f"runs {' '.join(match[0].upper().split())}" if match is not None else ""
            yield Migration(code.location(call.start), name, False, loses, reason=kind)
            return
    yield Migration(code.location(steps[0].start), name, True)
