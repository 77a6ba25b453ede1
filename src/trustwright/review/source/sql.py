"""Reads SQL (migrations, schemas) into statements: what they do, to which table, with which columns.

PostgreSQL first, MySQL tolerated. No grammar is needed for what a review asks: statements are told apart by their
delimiters, and their parts by words and brackets. What is written differently keeps its kind and table.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from trustwright.review.source.errors import SourceError, text_of
from trustwright.review.source.sql_tables import Change, Column, ForeignKey, altered, created, unquoted

# Schemas and migrations stay far below; what lies above is a dump of data.
MAX_BYTES: Final = 2_000_000
MAX_STATEMENTS: Final = 20_000
# What a statement is and does is said in so many characters of it; longer routines are cut at their first semicolon.
MAX_HEAD: Final = 2_000
MAX_ROUTINE: Final = 50_000

_PIECE: Final = (
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|(?P<dollar>\$\w*\$).*?(?:(?P=dollar)|\Z)"
    r"|\"[^\"]*(?:\"|\Z)|`[^`]*(?:`|\Z)|(?P<end>;)|(?P<plain>[^-/$'\"`;#]+)|(?P<string>{string})|."
)
_PIECES: Final = re.compile(_PIECE.format(string=r"'[^']*(?:'|\Z)"), re.DOTALL)
# MySQL escapes quotes with a backslash; PostgreSQL does not.
_PIECES_MYSQL: Final = re.compile(_PIECE.format(string=r"'(?:[^'\\]|\\.)*(?:'|\Z)") + r"|#[^\n]*", re.DOTALL)
_COPY: Final = re.compile(r"\s*COPY\b[^;]*\bFROM\s+STDIN\b", re.IGNORECASE)
_ROUTINE: Final = re.compile(r"\s*CREATE\b[^(]*\b(?:TRIGGER|FUNCTION|PROCEDURE)\b", re.IGNORECASE)
_BLOCK_START: Final = re.compile(r"\b(?:BEGIN|CASE)\b", re.IGNORECASE)
_BLOCK_END: Final = re.compile(r"\bEND\b(?!\s+(?:IF|LOOP|WHILE|REPEAT)\b)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
# A command to psql, not to the database.
_CLIENT: Final = re.compile(r"\\[^\n]*")
_NAME: Final = r'(?:(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+)\.)*(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+)'
_OPTIONS: Final = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+|ONLY\s+|CONCURRENTLY\s+)*"
_KINDS: Final = tuple(
    (kind, re.compile(pattern.replace("NAME", _NAME).replace("OPTS", _OPTIONS), re.IGNORECASE | re.DOTALL))
    for kind, pattern in (
        ("create-table", r"CREATE\s+(?:\w+\s+){0,2}TABLE\s+OPTS(?P<table>NAME)"),
        ("enable-row-security", r"ALTER\s+TABLE\s+OPTS(?P<table>NAME)\s+(?:ENABLE|FORCE)\s+ROW\s+LEVEL\s+SECURITY"),
        ("disable-row-security", r"ALTER\s+TABLE\s+OPTS(?P<table>NAME)\s+(?:DISABLE|NO\s+FORCE)\s+ROW\s+LEVEL"),
        ("disable-trigger", r"ALTER\s+TABLE\s+OPTS(?P<table>NAME)\s+DISABLE\s+TRIGGER"),
        ("alter-table", r"ALTER\s+TABLE\s+OPTS(?P<table>NAME)"),
        ("drop-table", r"DROP\s+TABLE\s+OPTS(?P<table>NAME)"),
        ("truncate", r"TRUNCATE\s+(?:TABLE\s+)?OPTS(?P<table>NAME)"),
        ("update", r"(?:WITH\b.*\)\s*)?UPDATE\s+OPTS(?P<table>NAME)\s.*?\bSET\b"),
        ("delete", r"(?:WITH\b.*\)\s*)?DELETE\s+FROM\s+OPTS(?P<table>NAME)"),
        ("insert", r"(?:INSERT\s+(?:\w+\s+)?INTO|REPLACE\s+INTO)\s+(?P<table>NAME)"),
        ("create-trigger", r"CREATE\s+(?:\w+\s+){0,3}?TRIGGER\s+OPTS(?P<name>NAME)\s.*?\bON\s+(?P<table>NAME)"),
        ("drop-trigger", r"DROP\s+TRIGGER\s+OPTS(?P<name>NAME)(?:\s+ON\s+(?P<table>NAME))?"),
        ("create-policy", r"CREATE\s+POLICY\s+(?P<name>NAME)\s+ON\s+(?P<table>NAME)"),
        ("drop-policy", r"DROP\s+POLICY\s+OPTS(?P<name>NAME)\s+ON\s+(?P<table>NAME)"),
        ("create-rule", r"CREATE\s+(?:OR\s+REPLACE\s+)?RULE\s+(?P<name>NAME)\s+AS\s+ON\s+\w+\s+TO\s+(?P<table>NAME)"),
        (
            "create-function",
            r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:FUNCTION|PROCEDURE)\s+OPTS(?P<name>NAME)",
        ),
        ("grant", r"GRANT\s+(?P<privileges>.+?)\s+ON\s+(?P<table>.+?)\s+TO\s+(?P<grantee>.+)"),
        ("revoke", r"REVOKE\s+(?P<privileges>.+?)\s+ON\s+(?P<table>.+?)\s+FROM\s+(?P<grantee>.+)"),
        ("grant-role", r"GRANT\s+(?P<privileges>.+?)\s+TO\s+(?P<grantee>.+)"),
        ("alter-default-privileges", r"ALTER\s+DEFAULT\s+PRIVILEGES\b"),
        ("do", r"DO\b"),
        ("comment", r"COMMENT\s+ON\b"),
        ("transaction", r"(?:BEGIN|START\s+TRANSACTION|COMMIT|ROLLBACK|END)\b"),
        ("create-index", r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+OPTS(?P<name>NAME)?\s*ON\s+(?P<table>NAME)"),
        ("drop-index", r"DROP\s+INDEX\s+OPTS(?P<name>NAME)"),
        ("create-type", r"CREATE\s+TYPE\s+(?P<name>NAME)"),
        ("alter-type", r"ALTER\s+TYPE\s+(?P<name>NAME)"),
        ("create-view", r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:MATERIALIZED\s+)?VIEW\s+OPTS(?P<name>NAME)"),
        ("create-extension", r"CREATE\s+EXTENSION\s+OPTS(?P<name>NAME)"),
        ("create-role", r"CREATE\s+(?:ROLE|USER)\s+OPTS(?P<name>NAME)"),
        ("alter-role", r"ALTER\s+(?:ROLE|USER)\s+(?P<name>NAME)"),
        ("drop-database", r"DROP\s+(?:DATABASE|SCHEMA)\s+OPTS(?P<name>NAME)"),
        ("drop-type", r"DROP\s+TYPE\s+OPTS(?P<name>NAME)"),
        ("drop-view", r"DROP\s+(?:MATERIALIZED\s+)?VIEW\s+OPTS(?P<name>NAME)"),
        ("drop-function", r"DROP\s+(?:FUNCTION|PROCEDURE)\s+OPTS(?P<name>NAME)"),
        ("select", r"(?:SELECT|WITH)\b"),
    )
)
_WORD: Final = re.compile(r"\w+")
_BY_WORD: Final = {
    word: tuple((kind, pattern) for kind, pattern in _KINDS if word in pattern.pattern[:40].upper())
    for word in (
        *("CREATE", "ALTER", "DROP", "TRUNCATE", "UPDATE", "DELETE", "INSERT", "REPLACE", "GRANT", "REVOKE", "SELECT"),
        *("WITH", "DO", "COMMENT", "BEGIN", "START", "COMMIT", "ROLLBACK", "END"),
    )
}
_TABLE_WORD: Final = re.compile(r"TABLE\s+", re.IGNORECASE)
_TRIGGER: Final = re.compile(
    r"\b(?P<timing>BEFORE|AFTER|INSTEAD\s+OF)\s+(?P<events>(?:INSERT|UPDATE|DELETE|TRUNCATE)\b.*?)\bON\b", re.IGNORECASE
)
_EXECUTES: Final = re.compile(rf"\bEXECUTE\s+(?:FUNCTION|PROCEDURE)\s+(?P<name>{_NAME})", re.IGNORECASE)
_EVENT: Final = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE)\b", re.IGNORECASE)


class Statement(Struct, frozen=True):
    """One statement.

    Attributes:
        kind: ``create-table``, ``alter-table``, ``drop-table``, ``update``, ``delete``, ``truncate``, ``insert``,
            ``create-trigger``, ``create-policy``, ``enable-row-security``, ``grant``, ``revoke``, ... or ``other``.
        table: the table it is about, without quotes, with its schema if given; else empty.
        line: its first line, from 1.
        end_line: its last line.
        text: the statement as written, without the delimiter.
        name: of a trigger, policy, function, role, ...: its name.
        columns: the columns it creates or adds.
        foreign_keys: the references it creates.
        changes: of ``alter-table``: what it changes.
        primary_key: of ``create-table``: the columns of a primary key declared apart.
        timing: of a trigger: ``BEFORE``, ``AFTER`` or ``INSTEAD OF``.
        events: of a trigger: ``INSERT``, ``UPDATE``, ``DELETE``, ``TRUNCATE``.
        function: of a trigger: the function it executes; empty when the body stands in the trigger itself.
        privileges: of a grant or revoke, in upper case.
        grantee: of a grant or revoke.
    """

    kind: str
    table: str
    line: int
    end_line: int
    text: str
    name: str = ""
    columns: tuple[Column, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    changes: tuple[Change, ...] = ()
    primary_key: tuple[str, ...] = ()
    timing: str = ""
    events: tuple[str, ...] = ()
    function: str = ""
    privileges: tuple[str, ...] = ()
    grantee: str = ""


def parse(path: str, data: bytes) -> tuple[Statement, ...]:
    """Return the statements of an SQL file in order.

    ``data`` is the file's bytes. Raises SourceError for files that are not UTF-8 or above the limits.
    """
    text = text_of(path, data, MAX_BYTES)
    found: list[Statement] = []
    for line, written in _split(text):
        if len(found) >= MAX_STATEMENTS:
            raise SourceError(path, line, f"more than {MAX_STATEMENTS} statements", "capped")
        found.append(_statement(line, written))
    return tuple(found)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement's first line and text; comments before it are left out."""
    line, counted = 1, 0
    for start, end in _spans(text):
        line += text.count("\n", counted, start)
        counted = start
        yield line, text[start:end].rstrip()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each statement begins and ends."""
    pieces = _PIECES_MYSQL if "`" in text else _PIECES
    start = position = 0
    while match := pieces.match(text, position):
        position = match.end()
        if not match["end"]:
            continue
        written = text[start : match.start()]
        if len(written) < MAX_ROUTINE and _ROUTINE.match(_uncommented(written[:MAX_HEAD])) and _open_blocks(written):
            continue
        for begin, end in _one(text, start, match.start()):
            yield begin, end
            if _COPY.match(text[begin : begin + MAX_HEAD]):
                closing = text.find("\n\\.", position)
                position = closing + 3 if closing >= 0 else len(text)
        start = position
    yield from _one(text, start, len(text))


def _uncommented(text: str) -> str:
    return _COMMENT.sub(" ", text)


def _open_blocks(text: str) -> bool:
    """Tell whether a routine's body has a BEGIN whose END is still to come; dollar-quoted bodies have none."""
    plain = re.sub(r"(?s)(\$\w*\$).*?(?:\1|\Z)|'[^']*'", " ", _uncommented(text))
    return len(_BLOCK_START.findall(plain)) > len(_BLOCK_END.findall(plain))


def _one(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the statement between two positions without what precedes it; nothing when it is only blanks."""
    while start < end:
        if text[start].isspace():
            start += 1
        elif (skipped := _COMMENT.match(text, start, end) or _CLIENT.match(text, start, end)) is not None:
            start = skipped.end()
        else:
            yield start, end
            return


def _statement(line: int, text: str) -> Statement:
    end_line = line + text.count("\n")
    plain = _uncommented(text[:MAX_HEAD])
    first = _WORD.match(plain)
    for kind, pattern in _BY_WORD.get(first[0].upper(), ()) if first else ():
        match = pattern.match(plain)
        if match is None:
            continue
        groups = match.groupdict()
        table, name = unquoted(groups.get("table") or ""), unquoted(groups.get("name") or "")
        table = _TABLE_WORD.sub("", table) if kind in {"grant", "revoke"} else table
        if kind in {"create-table", "alter-table"}:
            return _table(kind, text, line, end_line, table)
        if kind == "create-trigger":
            return _trigger(plain, text, line, end_line, table, name)
        privileges = tuple(word.strip().upper() for word in (groups.get("privileges") or "").split(",") if word.strip())
        grantee = unquoted((groups.get("grantee") or "").split(" WITH ")[0].strip())
        return Statement(kind, table, line, end_line, text, name=name, privileges=privileges, grantee=grantee)
    return Statement("other", "", line, end_line, text)


def _table(kind: str, text: str, line: int, end_line: int, table: str) -> Statement:
    parts = created(text, line) if kind == "create-table" else altered(text, line)
    return Statement(
        kind,
        table,
        line,
        end_line,
        text,
        columns=parts.columns,
        foreign_keys=parts.foreign_keys,
        changes=parts.changes,
        primary_key=parts.primary_key,
    )


def _trigger(plain: str, text: str, line: int, end_line: int, table: str, name: str) -> Statement:
    when, executes = _TRIGGER.search(plain), _EXECUTES.search(plain)
    return Statement(
        "create-trigger",
        table,
        line,
        end_line,
        text,
        name=name,
        timing=" ".join(when["timing"].upper().split()) if when else "",
        events=tuple(dict.fromkeys(event.upper() for event in _EVENT.findall(when["events"]))) if when else (),
        function=unquoted(executes["name"]) if executes else "",
    )
