"""Audit logs whose rows can be changed or deleted."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source import sql
from trustwright.review.source.code import Code

RULE = Rule(
    __name__,
    title="Audit log can be changed",
    finding="Code or a migration changes, deletes or lets others change the rows of an audit log.",
    risk="Whoever misuses access can remove the trace; the auditor cannot rely on the log for any control.",
    remediation=(
        "Let the application only insert: revoke UPDATE, DELETE and TRUNCATE, and refuse them by trigger.",
        "Take foreign keys that cascade off the audit table; keep the actor's id as plain data.",
        "Delete old rows by dropping whole partitions in one documented job, after the retention period.",
    ),
    criteria=("CC7.2", "CC6.1"),
    controls=("OPS-05", "OPS-06"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="audit log tables, and statements that touch them",
    triggers=("audit", "Audit", "AUDIT", "ctivity_log", "ctivityLog"),
)

_AUDIT: Final = re.compile(r"(^|[_.\"`])(\w*audit_?(log|trail|event|entr|record)\w*|activity_?logs?)$", re.IGNORECASE)
_CODE_CHANGES: Final = frozenset(
    {
        "delete",
        "deleteMany",
        "update",
        "updateMany",
        "destroy",
        "truncate",
        "upsert",
        "deleteOne",
        "updateOne",
        "bulk_update",
    }
)
_RETENTION: Final = re.compile(
    r"retention|purge|prune|expire|older_?than|cleanup|clean_?up|rotate|partition|archive", re.IGNORECASE
)
_IN_TEXT: Final = re.compile(
    r"\b(?P<kind>delete\s+from|update|truncate(?:\s+table)?)\s+(?P<table>[\w.\"`]*?(?:audit_?(?:log|trail|event|entr)\w*|activity_?logs?))\b",
    re.IGNORECASE,
)
_CHANGES: Final = frozenset({"delete", "update", "truncate"})
_PRIVILEGES: Final = frozenset({"UPDATE", "DELETE", "ALL", "ALL PRIVILEGES"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each audit table a migration creates, and each statement or call that changes one."""
    statements = [(path, one) for path, statements in project.statements for one in statements]
    guarded = {_plain(one.table) for _, one in statements if _protects(one)}
    for path, statement in statements:
        table = _plain(statement.table)
        if _AUDIT.search(table):
            yield from _statement(path, statement, table, guarded)
    for code in project.production():
        yield from _calls(code)
        yield from _texts(code, guarded)


def _plain(table: str) -> str:
    return table.rpartition(".")[2].strip('"`')


def _protects(statement: sql.Statement) -> bool:
    """Tell whether a statement keeps rows from being changed: a trigger, a REVOKE, row-level security."""
    if statement.kind == "create-trigger":
        return statement.timing != "AFTER" and bool({"UPDATE", "DELETE"} & set(statement.events))
    if statement.kind == "revoke":
        return bool(_PRIVILEGES & set(statement.privileges))
    return statement.kind in {"enable-row-security", "create-rule"}


def _statement(path: str, statement: sql.Statement, table: str, guarded: set[str]) -> Iterator[Observation]:
    place = Location(path, statement.line, statement.end_line)
    if statement.kind in _CHANGES:
        yield unmet(place, f"A migration runs {statement.kind.upper()} on the audit table {table}.")
    elif statement.kind == "create-table":
        if re.search(r"on\s+delete\s+cascade", statement.text, re.IGNORECASE):
            yield unmet(place, f"Deleting what {table} refers to deletes its audit rows: ON DELETE CASCADE.")
        else:
            yield met(place) if table in guarded else _unguarded(place, table)


def _unguarded(place: Location, table: str) -> Observation:
    detail = f"Nothing keeps rows of {table} from being changed: no trigger, REVOKE or row-level security."
    return unmet(place, detail, severity=Severity.MEDIUM)


def _texts(code: Code, guarded: set[str]) -> Iterator[Observation]:
    """Judge SQL in texts, and tables created by a migration library."""
    lower = code.text.lower()
    text = code.source(0, len(code.text)) if b"audit" in lower or b"activity" in lower else ""
    for match in _IN_TEXT.finditer(text):
        at = len(text[: match.start()].encode())
        quoted = code.source(max(0, at - 200), at).count('"') + code.source(max(0, at - 200), at).count("'")
        if not code.in_comment(at) and quoted:
            kind = match["kind"].split()[0].upper()
            yield unmet(code.location(at), f"{kind} runs on the audit table {_plain(match['table'])}.")
    for call in code.calls_named("create_table", "createTable"):
        first = code.call(call).argument(0)
        table = _plain(first.text) if first is not None and first.text else ""
        if table and _AUDIT.search(table):
            whole = code.source(0, len(code.text))
            kept = re.search(rf"(REVOKE[^;]*|TRIGGER[^;]*|SECURITY[^;]*)\b{re.escape(table)}\b", whole, re.IGNORECASE)
            place = code.location(call.start)
            yield met(place) if kept or table in guarded else _unguarded(place, table)


def _calls(code: Code) -> Iterator[Observation]:
    for call in code.calls_named(*sorted(_CODE_CHANGES)):
        parts = call.callee.replace("()", "").split(".")
        owner = next((part for part in parts[:-1] if _AUDIT.search(_snake(part))), "")
        if not owner:
            continue
        function = code.enclosing_function(call.start)
        name = function.name if function is not None else ""
        severity = Severity.MEDIUM if _RETENTION.search(f"{code.path} {name}") else Severity.HIGH
        detail = f"{call.callee} changes or deletes rows of the audit log."
        yield unmet(code.location(call.start), detail, severity=severity, confidence=Confidence.MEDIUM)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
