"""Database migrations in SQL: which of them has a way back, and what the others lose."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.model import Location
from trustwright.review.source.sql import Statement

Parsed = Sequence[tuple[str, Sequence[Statement]]]

PRACTISED: Final = 0.2
"""The share of migrations with a way back from which on those without are exceptions."""

_FOLDER: Final = re.compile(
    r"(?:^|/)(?:db_?)?(?:migrations?|migrate|drizzle|changelogs?|changesets?|versions|sqitch)(?:/|$)"
)
# A migration that is a folder keeps its way there in one of these files, and its way back in the one beside it.
_FORTH: Final[Mapping[str, str]] = {"migration.sql": "down.sql", "up.sql": "down.sql"}
# Endings of a way there, each with that of the way back; Flyway's undo scripts differ in their first letter.
_PAIRS: Final = ((".up.sql", ".down.sql"), ("_up.sql", "_down.sql"), ("-up.sql", "-down.sql"))
_BACK: Final = re.compile(r"(?:^|[._-])(?:down|undo|revert|rollback)\.sql$|\.undo\.|^U\d[\w.]*__", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"^(?:V|B)?\d[\w.-]*\.sql$", re.IGNORECASE)
# The comment after which a file says how to take it back: goose, dbmate, sql-migrate, MyBatis, Liquibase, tern.
_MARK: Final = re.compile(
    rb"^[ \t]*--[ \t]*(?:\+(?:goose|migrate)[ \t]+down|migrate:down|//@undo|rollback\b|-- create above)",
    re.IGNORECASE | re.MULTILINE,
)
_CONTENT: Final = re.compile(rb"^(?![ \t]*(?:--|$))", re.MULTILINE)
_ROLLBACK_TEXT: Final = re.compile(rb"^[ \t]*--[ \t]*rollback[ \t]+\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """A change of a database's shape.

    Attributes:
        location: where it stands: what cannot be taken back, or its first line.
        name: how to call it.
        reversible: whether it has a way back; None when that does not settle in the files.
        loses: what it takes away that a way back would have to restore ("drops the column phone"); empty when nothing.
        practised: whether the migrations around it have ways back, so that one without is an exception.
        reason: why it has none, in a few words; empty when it has one.
    """

    location: Location
    name: str
    reversible: bool | None
    loses: str = ""
    practised: bool = True
    reason: str = ""


def sql_migrations(statements: Parsed, corpus: Corpus) -> tuple[Migration, ...]:
    """Return the migrations written in SQL, by place; ``statements`` are those of the repository's SQL files."""
    histories: dict[str, list[tuple[str, Sequence[Statement]]]] = {}
    for path, found in statements:
        folder, _, name = path.rpartition("/")
        if corpus.files[path].role != "production" or not _FOLDER.search(folder) or _BACK.search(name):
            continue
        history = folder.rpartition("/")[0] if name in _FORTH else folder
        if name in _FORTH or _NUMBERED.match(name) or name.endswith(tuple(forth for forth, _ in _PAIRS)):
            histories.setdefault(history, []).append((path, found))
    return tuple(one for _, members in sorted(histories.items()) for one in _history(members, corpus))


def _history(members: Sequence[tuple[str, Sequence[Statement]]], corpus: Corpus) -> Iterator[Migration]:
    """Yield the migrations of one history; without a single way back its tool only knows the way forth."""
    ways = {path: _way_back(path, corpus) for path, _ in members}
    practised = sum(ways.values()) >= PRACTISED * len(ways)
    for path, found in members:
        lost = next(_losses(found), None)
        name = path.rpartition("/")[2] if path.rpartition("/")[2] not in _FORTH else path.split("/")[-2]
        line = lost[0] if lost is not None and not practised else 1
        yield Migration(
            Location(path, line),
            name,
            ways[path] or (None if not found else False),
            lost[1] if lost is not None else "",
            practised,
            "" if ways[path] else "there is no script for the way back",
        )


def _way_back(path: str, corpus: Corpus) -> bool:
    """Tell whether a migration has a script for the way back that does something."""
    folder, _, name = path.rpartition("/")
    beside = [_FORTH[name]] if name in _FORTH else []
    beside += [name[: -len(forth)] + back for forth, back in _PAIRS if name.endswith(forth)]
    beside += ["U" + name[1:]] if re.match(r"V\d", name) else []
    beside += [name.replace(".do.", ".undo.")] if ".do." in name else []
    for other in beside:
        if f"{folder}/{other}" in corpus.files:
            return bool(_CONTENT.search(corpus.read(f"{folder}/{other}")))
    text = corpus.read(path)
    mark = _MARK.search(text)
    return mark is not None and bool(_CONTENT.search(text, mark.end()) or _ROLLBACK_TEXT.search(text))


def _losses(statements: Iterable[Statement]) -> Iterator[tuple[int, str]]:
    """Yield what the statements take away that they did not themselves put there: tables, columns, rows."""
    made: set[str] = set()
    for one in statements:
        table = one.table.rpartition(".")[2]
        if one.kind == "create-table":
            made.add(table.lower())
        elif one.kind in {"drop-table", "truncate", "delete"} and table.lower() not in made:
            # SQLite changes a table by building a new one and dropping the old.
            if f"new_{table.lower()}" not in made:
                what = {"drop-table": "drops the table", "truncate": "empties the table"}.get(
                    one.kind, "deletes rows of"
                )
                yield one.line, f"{what} {table}"
        elif one.kind == "alter-table" and table.lower() not in made:
            dropped = next((change for change in one.changes if change.kind == "drop-column"), None)
            if dropped is not None:
                yield dropped.line, f"drops the column {dropped.name} of {table}"
