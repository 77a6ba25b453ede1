"""JSON lines: the checkpoint first, then each event as the tree holds it, to the byte.

An entry's leaf is the hash of ``<writer> <number>``, a line feed and the text of ``event`` (RFC 6962, section 2.1), so
a reader can compute it from the line.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from trustwright.trail.reading import Log
from trustwright.trail.verify import Entry


def write(log: Log, entries: Iterable[Entry], output: Path) -> int:
    """Write entries to a file and return how many there were."""
    count = 0
    with output.open("wb") as file:
        file.write(json.dumps({"checkpoint": log.note.decode(), "size": log.checkpoint.size}).encode() + b"\n")
        for entry in entries:
            head = f'{{"leaf":{entry.index},"writer":{json.dumps(entry.writer)},"number":{entry.number},"event":'
            file.write(head.encode() + entry.event + b"}\n")
            count += 1
    return count
