"""Compares the rows of ``system_audit_log`` with the entries of the log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from trustwright.trail.event import canonical, written
from trustwright.trail.vocabulary import VERSION

Read = tuple[int, bytes, dict[str, Any]]
"""An entry's index, its event's canonical JSON, and that JSON read."""

_BATCH: Final = 2_000

_ROWS: Final = """
SELECT r.id, r.created_at AT TIME ZONE 'UTC', r.actor_id, r.actor_type, r.action, r.resource_type, r.resource_id,
       r.outcome, host(r.ip_address), r.user_agent, r.metadata, r.session_id
FROM unnest(%s::uuid[], %s::timestamptz[]) AS wanted (id, created_at)
JOIN public.system_audit_log AS r USING (id, created_at)
"""
_NAMES: Final = (
    "actor_id", "actor_type", "action", "resource_type", "resource_id", "outcome", "ip_address", "user_agent",
    "metadata", "session_id",
)  # fmt: skip
_UNKNOWN: Final = """
SELECT r.id::text, r.created_at::text FROM public.system_audit_log AS r
WHERE NOT EXISTS (SELECT FROM trail.leaf AS l WHERE l.id = r.id)
AND NOT EXISTS (SELECT FROM trail.intake AS i WHERE i.id = r.id) LIMIT 1000
"""


@dataclass(slots=True)
class Compared:
    """What the comparison found: rows compared, rows lawfully dropped, and (threat, where, detail) of each problem."""

    rows: int = 0
    dropped: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)


def compare(table: Connection[TupleRow], entries: Iterable[Read], size: int) -> Compared:
    """Compare every entry with its row, and look for rows without an entry.

    Args:
        table: may read the audit log's tables.
        entries: all entries of the log, in order.
        size: the number of entries that the checkpoint signs.
    """
    found = Compared()
    ids: set[str] = set()
    with table.transaction():
        table.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _tree(table, size, found)
        dropped = [(int(a), int(b)) for a, b in table.execute("SELECT first_leaf, last_leaf FROM trail.dropped")]
        months: dict[str, list[int]] = {}
        for batch in _batches(iter(entries)):
            present = _present(table, [said for _, _, said in batch])
            for index, event, said in batch:
                id_ = str(said.get("id"))
                if id_ in ids:
                    found.problems.append(("row inserted behind", f"entry {index}", f"event {id_} is in the log twice"))
                ids.add(id_)
                row = present.get(id_)
                if row == event:
                    found.rows += 1
                elif row is not None:
                    detail = f"its row says {_first_difference(row, event)}"
                    found.problems.append(("row edited", f"event {id_} (entry {index})", detail))
                elif any(first <= index <= last for first, last in dropped):
                    found.dropped += 1
                else:
                    months.setdefault(str(said.get("created_at"))[:7], []).append(index)
                    found.problems.append(("row deleted", f"event {id_} (entry {index})", "its row is gone"))
        _months(table, months, found)
        for id_, created in table.execute(_UNKNOWN).fetchall():
            if id_ not in ids:
                found.problems.append(
                    ("row inserted behind", f"event {id_}", f"a row of {created} that no entry holds")
                )
        found.problems += _leaves(table, ids)
    return found


def _tree(table: Connection[TupleRow], size: int, found: Compared) -> None:
    row = table.execute("SELECT size FROM trail.tree").fetchone()
    committed = int(row[0]) if row is not None else 0
    if committed < size:
        said = f"the database ends at {committed} entries, and {size} were signed: it was restored from a backup"
        found.problems.append(("forked: a backup was restored, or two logs share a name", "the database", said))


def _months(table: Connection[TupleRow], missing: dict[str, list[int]], found: Compared) -> None:
    """Name the months of which nothing is left."""
    for month, indexes in sorted(missing.items()):
        left = table.execute(
            "SELECT EXISTS (SELECT FROM public.system_audit_log WHERE created_at >= %s::timestamptz "
            "AND created_at < %s::timestamptz + interval '1 month')",
            [f"{month}-01T00:00:00Z", f"{month}-01T00:00:00Z"],
        ).fetchone()
        if left is not None and not left[0]:
            where = f"{month} (entries {indexes[0]} to {indexes[-1]})"
            detail = f"all {len(indexes)} rows are gone, and nothing in the log says that they were to be dropped"
            found.problems.append(("partition dropped without a tombstone", where, detail))


def _leaves(table: Connection[TupleRow], ids: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield rows that claim an entry which the log has not: the claim was inserted with them."""
    count = table.execute("SELECT count(*) FROM trail.leaf").fetchone()
    if count is None or count[0] <= len(ids):
        return
    for (id_,) in table.execute("SELECT id::text FROM trail.leaf").fetchall():
        if id_ not in ids and table.execute(_ROWED, [id_]).fetchone():
            yield "row inserted behind", f"event {id_}", "a row that no entry holds, with a claim to one"


_ROWED: Final = "SELECT 1 FROM public.system_audit_log WHERE id = %s::uuid"


def _batches(entries: Iterator[Read]) -> Iterator[list[Read]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch


def _present(table: Connection[TupleRow], said: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """Return the canonical JSON of each row that is there, by its id."""
    wanted = [(str(one.get("id")), str(one.get("created_at"))) for one in said]
    wanted = [(id_, at) for id_, at in wanted if _is_uuid(id_)]
    rows = table.execute(_ROWS, [[id_ for id_, _ in wanted], [at for _, at in wanted]])
    return {str(row[0]): _canonical(row) for row in rows}


def _canonical(row: TupleRow) -> bytes:
    values = (str(value) if isinstance(value, UUID) else value for value in row[2:])
    said = {name: value for name, value in zip(_NAMES, values, strict=True) if value is not None}
    return canonical({"v": VERSION, "id": str(row[0]), "created_at": written(row[1]), **said})


def _first_difference(row: bytes, event: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(row, event, strict=False)) if a != b), min(len(row), len(event)))
    start = max(0, row.rfind(b',"', 0, at) + 1)
    return (
        f"{row[start : start + 60].decode(errors='replace')}, not {event[start : start + 60].decode(errors='replace')}"
    )


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
