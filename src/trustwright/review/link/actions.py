"""What a handler does: deletes, writes, audit events, in the order they run, through services and ORM calls."""

import re
from dataclasses import dataclass
from typing import Literal

from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Call, Function

ActionKind = Literal["audit", "hard-delete", "soft-delete", "write", "raw-sql"]

_AUDIT = re.compile(
    r"audit|activity_?log|event_?log|history_?log|change_?log|log_?(activity|action|event|entry|change)|"
    r"(record|track|create|write|emit)_?(audit|activity|security_?event)|security_?log|LogEntry",
    re.IGNORECASE,
)
_DELETES = frozenset(
    {
        "delete", "deleteMany", "destroy", "deleteOne", "findByIdAndDelete", "findOneAndDelete", "findByIdAndRemove",
        "findOneAndRemove", "remove", "del", "delete_one", "delete_many", "delete_instance", "bulk_delete",
        "hardDelete", "hard_delete", "delete_by_id", "deleteById", "find_one_and_delete", "truncate", "_raw_delete",
    }
)  # fmt: skip
_CERTAIN_DELETES = _DELETES - {"delete", "remove", "destroy", "del", "truncate"}
_SOFT = re.compile(r"^(soft_?delete|soft_?remove|archive|discard|mark_?(as_?)?deleted|trash)\w*$", re.IGNORECASE)
_UNMARKED = frozenset({"null", "None", "false", "False"})
_SOFT_FIELD = re.compile(
    r"(deleted_?(at|by|on|time|date)|is_?deleted|archived_?at|is_?archived|removed_?at|^deleted$)$", re.IGNORECASE
)
_WRITES = frozenset(
    {
        "create", "createMany", "insert", "insertOne", "insertMany", "save", "update", "updateOne", "updateMany",
        "upsert", "findOneAndUpdate", "findByIdAndUpdate", "bulk_create", "bulk_update", "bulkCreate", "insert_one",
        "insert_many", "update_one", "update_many", "add", "commit", "get_or_create", "update_or_create",
        "create_user", "set_password",
    }
)  # fmt: skip
_MEMORY = re.compile(
    r"(^|\.)(cache|map|set|headers?|params|searchParams|cookies?|store|localStorage|sessionStorage|formData|classList|"
    r"redis|pending|listeners?|registry|queue|seen|visited|timers?|sockets?|clients?|storage|memo|\w*(Map|Set|Cache|Headers"
    r"|Params|Cookies|Ids|Keys|Timers|Listeners))\.?(\w+)?$"
)
_DATABASE = re.compile(
    r"prisma|\bdb\b|\.db\.|database|repo|repository|model|\.objects|session|query|knex|collection|entity|manager|table|orm|"
    r"[A-Z]\w*$|instance|get_object|\btx\b|\btrx\b|transaction|supabase|\(\)",
)
_SQL_DELETE = re.compile(r"\bdelete\s+from\b", re.IGNORECASE)
_SQL_WRITE = re.compile(r"\b(insert\s+into|update\s+\w+\s+set)\b", re.IGNORECASE)
_SQL_CALLS = frozenset(
    {"query", "execute", "raw", "$executeRaw", "$executeRawUnsafe", "$queryRaw", "run", "exec", "text", "executemany"}
)
MAX_DEPTH = 3
_MAX_CALLS = 120


@dataclass(frozen=True, slots=True)
class Action:
    """One thing done, and where; ``subject`` is the callee as written."""

    kind: ActionKind
    location: Location
    subject: str


class Actions:
    """Reads what functions do; each function is read once for each depth."""

    def __init__(self, symbols: Symbols, audit_helpers: tuple[str, ...] = ()) -> None:
        """Take the resolver and the names that the company says write its audit log."""
        self._symbols = symbols
        self._helpers = audit_helpers
        self._known: dict[tuple[str, int, int], tuple[Action, ...]] = {}

    def of(
        self, code: Code, function: Function, depth: int = MAX_DEPTH, unreached: tuple[Reference, ...] = ()
    ) -> tuple[Action, ...]:
        """Return what a function does, in order, calls into the repository replaced by what they do.

        ``unreached`` are stretches of the function that do not run.
        """
        if unreached:
            return tuple(self._read(code, function, depth, unreached))
        key = (code.path, function.start, depth)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()
            known = self._known[key] = tuple(self._read(code, function, depth))
        return known

    def _read(self, code: Code, function: Function, depth: int, unreached: tuple[Reference, ...] = ()) -> list[Action]:
        found: list[tuple[int, tuple[Action, ...]]] = []
        for call in code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]:
            if any(item.path == code.path and item.start <= call.start < item.end for item in unreached):
                continue
            action = self.action(code, call)
            if action is not None:
                found.append((call.end, (action,)))
            elif depth > 0:
                symbol = self._symbols.name(code, call.callee, call.start)
                if symbol.kind != "function" or symbol.code is None or symbol.function is None:
                    continue
                if symbol.function.start != function.start or symbol.code is not code:
                    found.append((call.end, self.of(symbol.code, symbol.function, depth - 1)))
        found += [
            (item.end, (Action("soft-delete", code.location(item.start), item.target),))
            for item in code.within(code.facts.assignments, function.body_start, function.body_end)
            if "." in item.target and _SOFT_FIELD.search(item.target.rpartition(".")[2])
        ]
        return [action for _, actions in sorted(found, key=lambda pair: pair[0]) for action in actions]

    def action(self, code: Code, call: Call) -> Action | None:
        """Say what a single call does by itself, if anything."""
        last = call.callee.rpartition(".")[2]
        receiver = call.callee[: -len(last) - 1]
        kind: ActionKind | None = None
        if self._audits(call.callee):
            kind = "audit"
        elif _SOFT.match(last):
            kind = "soft-delete"
        elif last in _DELETES:
            kind = "hard-delete" if self._deletes(code, call, last, receiver) else None
        elif last in _WRITES and (receiver or last == "update_or_create"):
            holds = any(self._audits(inner.callee) for inner in code.calls_in(call.arguments_start, call.arguments_end))
            kind = "audit" if holds else self._write(code, call, receiver)
        elif last in _SQL_CALLS:
            text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + 600))
            if _SQL_DELETE.search(text):
                kind = "hard-delete"
            elif _SQL_WRITE.search(text):
                kind = (
                    "soft-delete" if re.search(r"\bset\s+\"?(deleted_at|is_deleted)", text, re.IGNORECASE) else "write"
                )
        return Action(kind, code.location(call.start, call.end), call.callee) if kind is not None else None

    def _audits(self, callee: str) -> bool:
        if any(callee == helper or callee.endswith("." + helper) for helper in self._helpers):
            return True
        return bool(_AUDIT.search(callee)) and not re.search(
            r"\.(find|get|list|count|search|filter|map|query)\w*$", callee
        )

    def _deletes(self, code: Code, call: Call, last: str, receiver: str) -> bool:
        """Tell a delete in a database from one in memory (``map.delete(key)``, ``headers.delete``)."""
        if last in _CERTAIN_DELETES:
            return bool(receiver)
        if _MEMORY.search(receiver):
            return False
        text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + 200))
        if last == "delete" and not receiver:
            return code.qualified("delete") == "sqlalchemy.delete"
        if re.search(r"\bwhere\b", text):
            return True
        if code.is_python:
            return last == "delete" and (not text.strip("()") or bool(re.search(r"session|\bdb\b|conn", receiver)))
        return bool(_DATABASE.search(receiver)) and last in {"delete", "destroy", "remove", "del"}

    def _write(self, code: Code, call: Call, receiver: str) -> ActionKind | None:
        if _MEMORY.search(receiver):
            return None
        pairs = code.within(code.facts.pairs, call.arguments_start, call.arguments_end)
        asked = [(item.value_start, item.value_end) for item in pairs if item.key in {"where", "filter"}]
        for pair in pairs:
            marks = _SOFT_FIELD.search(pair.key) and code.source(pair.value_start, pair.value_end) not in _UNMARKED
            if marks and not any(start <= pair.start < end for start, end in asked):
                return "soft-delete"
        return "write" if _DATABASE.search(receiver) else None
