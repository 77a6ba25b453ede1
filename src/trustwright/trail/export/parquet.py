"""Parquet: a row per event, compressed, with the signed checkpoint in the file's own metadata (``checkpoint``)."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from trustwright.trail.reading import Log
from trustwright.trail.verify import Entry

COLUMNS: Final = {
    "leaf": "BIGINT", "writer": "VARCHAR", "number": "BIGINT", "id": "UUID", "created_at": "TIMESTAMPTZ",
    "actor_id": "UUID", "actor_type": "VARCHAR", "action": "VARCHAR", "resource_type": "VARCHAR",
    "resource_id": "VARCHAR", "outcome": "VARCHAR", "ip_address": "VARCHAR", "user_agent": "VARCHAR",
    "session_id": "VARCHAR", "metadata": "VARCHAR", "event": "VARCHAR",
}  # fmt: skip
"""The columns; ``metadata`` is JSON, ``event`` the canonical JSON that the tree holds."""


def write(log: Log, entries: Iterable[Entry], output: Path) -> int:
    """Write entries to a file and return how many there were."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "events.jsonl"
        with lines.open("w", encoding="utf-8") as file:
            for entry in entries:
                file.write(json.dumps(_row(entry), ensure_ascii=False) + "\n")
        with duckdb.connect() as database:
            database.execute("SET memory_limit = '1GB'; SET preserve_insertion_order = true; SET TimeZone = 'UTC'")
            database.execute(
                "CREATE TABLE events AS "
                "SELECT * FROM read_json($lines, columns = $columns, format = 'newline_delimited')",
                {"lines": str(lines), "columns": COLUMNS},
            )
            database.execute(
                "COPY (SELECT * FROM events ORDER BY leaf) TO $output "
                "(FORMAT parquet, COMPRESSION zstd, KV_METADATA {checkpoint: $note})",
                {"output": str(output), "note": log.note.decode()},
            )
            row = database.execute("SELECT count(*) FROM events").fetchone()
    return int(row[0]) if row is not None else 0


def _row(entry: Entry) -> dict[str, object]:
    said = {name: value for name, value in entry.said.items() if name in COLUMNS}
    if "metadata" in said:
        said["metadata"] = json.dumps(said["metadata"], ensure_ascii=False, sort_keys=True)
    return {"leaf": entry.index, "writer": entry.writer, "number": entry.number, **said, "event": entry.event.decode()}
