"""Recording without a database: events wait on the disk, where a test reads them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trustwright import trail
from trustwright.trail.spool import Spool

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
"""A database that refuses every connection at once."""

Spooled = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def spooled(tmp_path: Path) -> Iterator[Spooled]:
    """Record into a spool; the function given closes the writer and returns what was recorded."""
    trail.configure(url=NOWHERE, spool=tmp_path)

    def read() -> list[dict[str, Any]]:
        trail.close()
        found = []
        for path in tmp_path.glob("*.spool"):
            spool = Spool(path)
            found += [json.loads(entry) for entry in spool.waiting]
            spool.close()
        return found

    yield read
    trail.close()
    trail.configure()
