"""Compares the rows of ``system_audit_log`` with the entries of the log."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from trustwright.trail.event import canonical, written
from trustwright.trail.findings import Findings, Threat
from trustwright.trail.vocabulary import TOMBSTONE, VERSION

Read = tuple[int, bytes, dict[str, Any]]
"""An entry's index, its event's canonical JSON, and that JSON read; ``id`` and ``created_at`` in it agree."""

_BATCH: Final = 2_000

_COLUMNS: Final = """
SELECT r.id, r.created_at AT TIME ZONE 'UTC', r.actor_id, r.actor_type, r.action, r.resource_type, r.resource_id,
       r.outcome, host(r.ip_address), r.user_agent, r.metadata::text, r.session_id
"""
_ROWS: Final = f"""{_COLUMNS}
FROM unnest(%s::uuid[], %s::timestamptz[]) AS wanted (id, created_at)
JOIN public.system_audit_log AS r USING (id, created_at)
"""
_MOVED: Final = f"""{_COLUMNS}
FROM public.system_audit_log AS r WHERE r.id = ANY (%s::uuid[]) AND isfinite(r.created_at)
AND r.created_at BETWEEN '0001-01-02' AND '9999-12-30'
"""
_NAMES: Final = (
    "actor_id", "actor_type", "action", "resource_type", "resource_id", "outcome", "ip_address", "user_agent",
    "metadata", "session_id",
)  # fmt: skip
_COUNTED: Final = """
SELECT (SELECT coalesce(sum(last), 0) FROM trail.writer), coalesce((SELECT size FROM trail.tree), 0),
       (SELECT count(*) FROM trail.intake)
"""
_TWICE: Final = "SELECT id::text, count(*) FROM public.system_audit_log GROUP BY id HAVING count(*) > 1 LIMIT 1000"
_PLACED: Final = """
SELECT wanted.id::text, (SELECT min(l.index) FROM trail.leaf AS l WHERE l.id = wanted.id),
       EXISTS (SELECT FROM trail.intake AS i WHERE i.id = wanted.id)
FROM unnest(%s::uuid[]) AS wanted (id)
"""


@dataclass(slots=True)
class _Seen:
    """What is kept of the entries that went by."""

    ids: set[str] = field(default_factory=set)
    missing: list[tuple[int, str, str]] = field(default_factory=list)
    """Index, id and month of each entry that has no row."""
    tombstones: list[tuple[int, int]] = field(default_factory=list)
    """First and last entry whose rows the log says were dropped."""


def compare(table: Connection[TupleRow], entries: Iterable[Read], size: int, findings: Findings) -> None:
    """Compare every entry with its row, and look for rows without an entry.

    Args:
        table: may read the audit log's tables; what it answers is believed.
        entries: all entries of the log, in order.
        size: the number of entries that the checkpoint signs.
        findings: takes what is wrong.
    """
    findings.rows = 0
    with table.transaction():
        table.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        gone = table.execute("SELECT to_regclass('public.system_audit_log') IS NULL").fetchone()
        if gone is not None and gone[0]:
            findings.add(Threat.ROW_DELETED, "the database", "the table system_audit_log is gone")
            for _ in entries:
                pass
            return
        committed = _counted(table, size, findings)
        seen = _Seen()
        for batch in _batches(iter(entries)):
            _compare_batch(table, batch, seen, findings)
        _missing(table, seen, findings)
        _strangers(table, seen.ids, range(size, committed), findings)


def _counted(table: Connection[TupleRow], size: int, findings: Findings) -> int:
    """Compare what the database says of itself; return how many entries it committed."""
    row = table.execute(_COUNTED).fetchone()
    numbered, committed, waiting = (int(row[0]), int(row[1]), int(row[2])) if row is not None else (0, 0, 0)
    if committed < size:
        said = f"the database ends at {committed} entries, and {size} were signed: it was restored from a backup"
        findings.add(Threat.FORK, "the database", said)
    elif numbered != committed + waiting:
        said = f"writers numbered {numbered} events; {committed} are in the tree, and {waiting} wait"
        findings.add(Threat.REMOVED_BEFORE, "the database", said)
    return committed


def _compare_batch(table: Connection[TupleRow], batch: Sequence[Read], seen: _Seen, findings: Findings) -> None:
    present = _present(table.execute(_ROWS, [[s["id"] for _, _, s in batch], [s["created_at"] for _, _, s in batch]]))
    absent = [said["id"] for _, _, said in batch if said["id"] not in present]
    if absent:
        present |= _present(table.execute(_MOVED, [absent]))
    for index, event, said in batch:
        id_ = said["id"]
        if id_ in seen.ids:
            findings.add(Threat.ROW_INSERTED, f"entry {index}", f"event {id_} is in the log twice")
        seen.ids.add(id_)
        _note_tombstone(index, said, seen)
        row = present.get(id_)
        if row is None:
            seen.missing.append((index, id_, said["created_at"][:7]))
            continue
        findings.rows = (findings.rows or 0) + 1
        if row != event:
            where = f"event {id_} (entry {index})"
            findings.add(Threat.ROW_EDITED, where, f"its row says {_first_difference(row, event)}")


def _note_tombstone(index: int, said: dict[str, Any], seen: _Seen) -> None:
    told = said.get("metadata")
    if said.get("resource_type") == TOMBSTONE and said.get("action") == "delete" and isinstance(told, dict):
        first, last = told.get("first_leaf"), told.get("last_leaf")
        if isinstance(first, int) and isinstance(last, int) and last < index:
            seen.tombstones.append((first, last))


def _missing(table: Connection[TupleRow], seen: _Seen, findings: Findings) -> None:
    """Name the rows that are gone, and the months of which nothing is left, unless the log says they had to."""
    months: dict[str, list[int]] = {}
    for index, id_, month in seen.missing:
        if any(first <= index <= last for first, last in seen.tombstones):
            findings.dropped += 1
        else:
            months.setdefault(month, []).append(index)
            findings.add(Threat.ROW_DELETED, f"event {id_} (entry {index})", "its row is gone")
    for month, indexes in sorted(months.items()):
        left = table.execute(
            "SELECT EXISTS (SELECT FROM public.system_audit_log WHERE created_at >= %s::timestamptz "
            "AND created_at < %s::timestamptz + interval '1 month')",
            [f"{month}-01T00:00:00Z", f"{month}-01T00:00:00Z"],
        ).fetchone()
        if left is not None and not left[0]:
            where = f"{month} (entries {indexes[0]} to {indexes[-1]})"
            detail = f"all {len(indexes)} rows are gone, and nothing in the log says that they were to be dropped"
            findings.add(Threat.PARTITION_DROPPED, where, detail)


def _strangers(table: Connection[TupleRow], ids: set[str], unsigned: range, findings: Findings) -> None:
    """Name rows that no entry holds; those on their way into the tree are counted."""
    with table.cursor(name="trail_rows") as rows:
        rows.itersize = 10_000
        rows.execute("SELECT id::text FROM public.system_audit_log")
        strangers = sorted({id_ for (id_,) in rows if id_ not in ids})
    for start in range(0, len(strangers), _BATCH):
        for id_, index, waits in table.execute(_PLACED, [strangers[start : start + _BATCH]]).fetchall():
            if waits or index in unsigned:
                findings.waiting += 1
            elif not any(index in unread for unread in findings.unread):
                claim = f" but claims to be entry {index}" if index is not None else ""
                findings.add(Threat.ROW_INSERTED, f"event {id_}", f"a row that no entry holds{claim}")
    for id_, count in table.execute(_TWICE).fetchall():
        findings.add(Threat.ROW_INSERTED, f"event {id_}", f"{count} rows have its id")


def _batches(entries: Iterator[Read]) -> Iterator[list[Read]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch


def _present(rows: Iterable[TupleRow]) -> dict[str, bytes]:
    """Return the canonical JSON of each row by its id."""
    return {str(row[0]): _canonical(row) for row in rows}


def _canonical(row: TupleRow) -> bytes:
    values = (str(value) if isinstance(value, UUID) else value for value in row[2:])
    said = {name: value for name, value in zip(_NAMES, values, strict=True) if value is not None}
    said = {"v": VERSION, "id": str(row[0]), "created_at": written(row[1]), **said}
    try:
        return canonical({**said, "metadata": json.loads(said["metadata"])} if "metadata" in said else said)
    except (ValueError, RecursionError):  # metadata that no event can have stay a text, and differ
        return canonical(said)


def canonical_rows(table: Connection[TupleRow]) -> Iterator[bytes]:
    """Yield every row of the audit log as the canonical JSON of its event, in the order of their ids."""
    with table.transaction(), table.cursor(name="trail_export") as rows:
        rows.itersize = 10_000
        rows.execute(f"{_COLUMNS} FROM public.system_audit_log AS r ORDER BY r.id, r.created_at")
        for row in rows:
            yield _canonical(row)


def _first_difference(row: bytes, event: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(row, event, strict=False)) if a != b), min(len(row), len(event)))
    start = max(0, row.rfind(b',"', 0, at) + 1)
    return (
        f"{row[start : start + 60].decode(errors='replace')}, not {event[start : start + 60].decode(errors='replace')}"
    )
