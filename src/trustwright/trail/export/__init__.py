"""Events of the log for other programs, each with its entry's index, beside the checkpoint that signs them.

One module per format; each has ``write(log, entries, output)``.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from trustwright.trail.event import written
from trustwright.trail.reading import Log
from trustwright.trail.search import Query
from trustwright.trail.verify import Entry

FORMATS: Final = ("jsonl", "ocsf", "parquet")

Write = Callable[[Log, Iterable[Entry], Path], int]
"""Writes entries to a file and returns how many there were."""


def writer_of(form: str) -> Write:
    """Return what writes a format of ``FORMATS``."""
    found: Write = importlib.import_module(f"{__name__}.{form}").write
    return found


def chosen(log: Log, query: Query) -> Iterator[Entry]:
    """Yield the entries that a query asks for, in the order of the log; its ``words`` ask nothing here."""
    wanted = {
        name: str(value)
        for name in ("actor_id", "action", "outcome", "resource_type", "resource_id")
        if (value := getattr(query, name)) is not None
    }
    since = written(query.since) if query.since is not None else ""
    until = written(query.until) if query.until is not None else "9999"
    for entry in log.entries(log.since(query.since) if query.since is not None else 0):
        said = entry.said
        if since <= str(said.get("created_at")) < until and all(
            said.get(key) == value for key, value in wanted.items()
        ):
            yield entry
