"""What a function does: deletes, writes, audit events, in the order they run, followed through services and ORMs."""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from trustwright.review.link.audit_events import is_audit_event
from trustwright.review.link.data_calls import DataCalls, is_memory, is_remote
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Assignment, Call, Function

ActionKind = Literal["audit", "hard-delete", "soft-delete", "deactivate", "write", "remote", "read", "call"]

MAX_DEPTH = 3
"""Calls followed from a handler: into a service, its repository, and what that shares."""
_MAX_CALLS = 150
"""Calls read in one body at most; real handlers and services have far fewer."""

_PLAIN = frozenset(
    {
        "json", "status", "send", "sendStatus", "log", "error", "warn", "info", "debug", "map", "filter", "forEach",
        "push", "join", "split", "trim", "toString", "includes", "indexOf", "slice", "replace", "keys", "values",
        "entries", "some", "every", "reduce", "sort", "concat", "parse", "stringify", "toISOString", "then",
        "catch", "append", "extend", "strip", "lower", "upper", "format", "items", "startswith", "endswith",
        "isoformat", "len", "str", "int", "list", "dict", "isinstance", "getattr", "hasattr", "now", "render",
        "redirect", "Response", "HttpResponse", "JsonResponse", "HTTPException", "Error", "Date", "String",
        "Number", "useState", "useEffect", "toLowerCase", "toUpperCase", "startsWith", "endsWith", "flatMap",
        "from", "isArray", "Object", "Array", "render_template", "url_for", "make_response", "jsonify", "send_file",
        "send_from_directory", "flash", "super", "get_context_data", "gettext", "setHeader", "sendFile",
        "end", "next", "header", "headers", "abort", "type", "getLogger", "bool", "reverse", "cwd",
    }
)  # fmt: skip
"""Methods and functions that do nothing to data, so common that looking them up is most of the work."""

_GETS: Final = re.compile(r"(?:get|load|fetch|find|read|current|resolve)(?:_(?!or_)|[A-Z](?!r[A-Z])|$)")
"""Names of functions that give what is there: ``getSettings``, and not ``getOrCreate``."""
_SETTINGS: Final = re.compile(r"config|settings?$|option|locale|theme|current_?user|feature|flag", re.IGNORECASE)
"""Names of functions that look up how the application is set up, or who asks: no data that a route hands out."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing done, and where.

    ``remote`` is a request to another service: what it does there is not seen; ``call`` leads to what is not seen
    either. ``subject`` is the callee or target as
    written; ``model`` the model or table, in lower case, when it is known.
    """

    kind: ActionKind
    location: Location
    subject: str
    model: str = ""


class Actions:
    """Reads what functions do; each function is read once for each depth."""

    def __init__(self, symbols: Symbols, audit_helpers: tuple[str, ...] = ()) -> None:
        """Take the resolver and the names that the company says write its audit log."""
        self._symbols = symbols
        self._data = DataCalls(symbols)
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
        found = [
            (call.end, self._call(code, call, function, depth))
            for call in code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]
            if not any(item.path == code.path and item.start <= call.start < item.end for item in unreached)
        ]
        found += [
            (item.end, self._assignment(code, item))
            for item in code.within(code.facts.assignments, function.body_start, function.body_end)
        ]
        return [action for _, actions in sorted(found, key=lambda pair: pair[0]) for action in actions]

    def _call(self, code: Code, call: Call, function: Function, depth: int) -> tuple[Action, ...]:
        """Return what a call does: by its name when that tells, else by the body it leads to."""
        if is_audit_event(code, call, self._helpers):
            return (Action("audit", code.location(call.start, call.end), call.callee),)
        if call.callee.rpartition(".")[2] in _PLAIN:
            return ()
        symbol = self._symbols.name(code, call.callee, call.start)
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            if depth <= 0 or (symbol.code is code and symbol.function.start == function.start):
                return ()
            inside = self.of(symbol.code, symbol.function, depth - 1)
            if _SETTINGS.search(symbol.function.name):
                return tuple(one for one in inside if one.kind != "read")
            if _GETS.match(symbol.function.name):  # what a getter makes when it finds nothing is no act of the caller's
                kept = {"audit", "remote", "call"}
                return tuple(one if one.kind in kept else replace(one, kind="read") for one in inside)
            return inside
        done = self._data.of(code, call) if not is_memory(symbol) else None
        if done is None:
            read = self._data.reads(code, call)
            kind: ActionKind = "remote" if is_remote(code, call) else "read" if read else "call"
            return (Action(kind, code.location(call.start, call.end), call.callee),)
        if done.kind == "write" and self._holds_event(code, call):
            return ()
        return (Action(done.kind, code.location(call.start, call.end), call.callee, done.model),)

    def _holds_event(self, code: Code, call: Call) -> bool:
        """Tell whether what is written is an audit event made on the spot: ``session.add(AuditLog(...))``."""
        inside = code.calls_in(call.arguments_start, call.arguments_end)
        return any(is_audit_event(code, item, self._helpers) for item in inside)

    def _assignment(self, code: Code, item: Assignment) -> tuple[Action, ...]:
        if "." not in item.target:
            return ()
        done = self._data.assigned(code, item)
        return (Action(done.kind, code.location(item.start), item.target, done.model),) if done is not None else ()
