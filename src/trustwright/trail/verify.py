"""Looks for everything that can be done to a log behind its back, and names what it finds.

Nothing is believed but the public key and the checkpoints that were kept elsewhere. The entries are read again, hashed
again and compared with every signed checkpoint, with the numbers of their writers, with the time, and with the table.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from trustwright.trail.errors import TrailError
from trustwright.trail.event import written
from trustwright.trail.findings import Findings, Threat
from trustwright.trail.identifier import milliseconds_of, moment_of
from trustwright.trail.merkle import leaf_hash
from trustwright.trail.note import Checkpoint, PublicKey, opened
from trustwright.trail.rebuilt import Rebuilt
from trustwright.trail.table import compare
from trustwright.trail.tiles import CHECKPOINT, WIDTH, Storage, entries_of, hashes_of

EARLY: Final = 3600
"""Seconds that an event may be older than the checkpoint before its own: it may have waited in a spool."""

LATE: Final = 120
"""Seconds that an event may be newer than the checkpoint it is in: clocks differ."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf, taken apart."""

    index: int
    writer: str
    number: int
    event: bytes
    said: dict[str, Any]


_HEAD: Final = re.compile(rb"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([1-9][0-9]{0,17})\n")


def taken_apart(index: int, content: bytes) -> Entry | None:
    """Return what an entry holds.

    ``None`` when it is not of the form ``<writer> <number>``, line feed, JSON with an id and the moment of that id.
    """
    head = _HEAD.match(content)
    if head is None:
        return None
    event = content[head.end() :]
    try:
        said = json.loads(event)
        id_ = said["id"]
        if UUID(id_).urn != f"urn:uuid:{id_}" or written(moment_of(UUID(id_))) != said["created_at"]:
            return None
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError, TrailError):
        return None
    return Entry(index, head[1].decode(), int(head[2]), event, said)


def verify(
    storage: Storage,
    key: PublicKey,
    *,
    known: Iterable[tuple[str, bytes]] = (),
    table: Connection[TupleRow] | None = None,
) -> Findings:
    """Look at a whole log.

    Args:
        storage: its files.
        key: the log's public key.
        known: checkpoints that were kept elsewhere, each with a name for where.
        table: a connection that may read ``system_audit_log``, to compare it with the log; may be left out.

    Raises:
        TrailError: there is no checkpoint to verify.
    """
    findings = Findings()
    signed = _signed(storage, key, known, findings)
    if not signed:
        raise TrailError(findings.problems[0].detail)
    where, last = signed[0] if signed[0][0] == CHECKPOINT else max(signed, key=lambda one: one[1].size)
    expected: dict[int, list[tuple[str, Checkpoint]]] = {}
    for where, checkpoint in signed:
        if checkpoint.size > last.size:
            cut = f"{checkpoint.size} entries were signed here, and the log has {last.size}"
            findings.add(Threat.TAIL_CUT, where, cut)
        expected.setdefault(checkpoint.size, []).append((where, checkpoint))
    for size, several in sorted(expected.items()):
        if len({checkpoint.root for _, checkpoint in several}) > 1:
            other = next(name for name, one in several if one.root != several[0][1].root)
            findings.add(Threat.SPLIT_VIEW, f"{several[0][0]} and {other}", f"two roots were signed for {size} entries")
    bracket = _Bracket(checkpoint for _, checkpoint in signed)
    entries = _followed(_entries(storage, last.size, expected, findings), bracket, findings)
    if table is None:
        for _ in entries:
            pass
    else:
        compare(table, ((entry.index, entry.event, entry.said) for entry in entries), last.size, findings)
    return findings


def _signed(
    storage: Storage, key: PublicKey, known: Iterable[tuple[str, bytes]], findings: Findings
) -> list[tuple[str, Checkpoint]]:
    """Return every checkpoint that the key signed: the log's own, those of its history, those kept elsewhere."""
    found = []
    try:
        found.append((CHECKPOINT, opened(storage.read(CHECKPOINT), key)))
    except FileNotFoundError:
        said = "there is no checkpoint; name a log's folder, or let the sequencer publish one."
        findings.add(Threat.DAMAGED, CHECKPOINT, said)
    except TrailError as error:
        findings.add(Threat.DAMAGED, CHECKPOINT, str(error))
    for where, note in [*_history(storage), *known]:
        try:
            found.append((where, opened(note, key)))
            findings.checkpoints += 1
        except TrailError as error:
            findings.add(Threat.DAMAGED, where, str(error))
    return found


def _history(storage: Storage) -> Iterator[tuple[str, bytes]]:
    """Yield the checkpoints that the log keeps itself, a file a day."""
    for name in storage.names("checkpoints"):
        for number, line in enumerate(storage.read(name).splitlines(), 1):
            try:
                note = str(json.loads(line)).encode()
            except (ValueError, RecursionError):
                note = b""
            yield f"{name}:{number}", note


def _entries(
    storage: Storage, size: int, expected: dict[int, list[tuple[str, Checkpoint]]], findings: Findings
) -> Iterator[Entry]:
    """Yield every entry that can be read, while the tree is built anew."""
    tree = Rebuilt(storage, expected, findings)
    for first in range(0, size, WIDTH):
        width = min(WIDTH, size - first)
        try:
            held = entries_of(storage, first // WIDTH, width)
        except TrailError as error:
            findings.add(Threat.DAMAGED, f"entries {first} to {first + width - 1}", str(error))
            findings.unread.append(range(first, first + width))
            _bridge(storage, first, width, tree)
            continue
        for index, content in enumerate(held, first):
            entry = taken_apart(index, content)
            tree.add(leaf_hash(content), entry.said["created_at"] if entry is not None else "")
            if entry is not None:
                findings.entries += 1
                yield entry
            else:
                said = "the entry is not of the form that a writer gives it"
                findings.add(Threat.REWRITTEN, f"entry {index}", said)
                findings.unread.append(range(index, index + 1))
    tree.finish()


def _bridge(storage: Storage, first: int, width: int, tree: Rebuilt) -> None:
    """Let the hashes of a tile stand for entries that cannot be read, so that the rest can be compared."""
    try:
        for leaf in hashes_of(storage, 0, first // WIDTH, width):
            tree.add(leaf)
    except TrailError:
        tree.give_up()


class _Numbers:
    """Follows the numbers that each writer gave its events."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[str, int] = {}
        self._ahead: dict[str, set[int]] = {}

    def see(self, entry: Entry) -> None:
        """Note an entry's number; one writer's events may come a little out of order."""
        ahead = self._ahead.setdefault(entry.writer, set())
        last = self._last.get(entry.writer, 0)
        if entry.number <= last or entry.number in ahead:
            said = f"its writer {entry.writer} has another event {entry.number}"
            self._findings.add(Threat.ROW_INSERTED, f"entry {entry.index}", said)
            return
        ahead.add(entry.number)
        while last + 1 in ahead:
            last += 1
            ahead.discard(last)
        self._last[entry.writer] = last

    def finish(self) -> None:
        """Name the holes."""
        for writer, ahead in sorted(self._ahead.items()):
            last = self._last[writer]
            for number in sorted(ahead):
                if number > last + 1:
                    missing = f"{last + 1}" if number == last + 2 else f"{last + 1} to {number - 1}"
                    said = f"the log has its event {number} and not {missing}"
                    self._findings.add(Threat.REMOVED_BEFORE, f"writer {writer}", said)
                last = max(last, number)


class _Bracket:
    """The time that checkpoints put around each entry."""

    def __init__(self, signed: Iterable[Checkpoint]) -> None:
        self._marks = sorted((item.size, item.seconds) for item in set(signed) if item.seconds)

    def check(self, entries: Iterable[Entry], findings: Findings) -> Iterator[Entry]:
        """Hand entries on; name those whose time lies outside the checkpoints around them.

        A checkpoint that the entries do not agree with says nothing of their times.
        """
        marks, at, before = self._marks, 0, 0
        late: list[tuple[tuple[int, int], Entry]] = []
        for entry in entries:
            while at < len(marks) and marks[at][0] <= entry.index:
                before = max(before, marks[at][1]) if marks[at] not in findings.refuted else before
                at += 1
            seconds = milliseconds_of(UUID(entry.said["id"])) / 1000
            if seconds < before - EARLY:
                signed = written(datetime.fromtimestamp(before, UTC))
                said = f"it says {entry.said['created_at']}, and came after the checkpoint of {signed}"
                findings.add(Threat.BACKDATED, f"entry {entry.index}", said)
            elif at < len(marks) and seconds > marks[at][1] + LATE:
                late.append((marks[at], entry))
            yield entry
        for mark, entry in late:
            if mark not in findings.refuted:
                said = f"it says {entry.said['created_at']}, after the checkpoint that holds it"
                findings.add(Threat.BACKDATED, f"entry {entry.index}", said)


def _followed(entries: Iterable[Entry], bracket: _Bracket, findings: Findings) -> Iterator[Entry]:
    numbers = _Numbers(findings)
    for entry in bracket.check(entries, findings):
        numbers.see(entry)
        yield entry
    if not findings.unread:  # else the holes may be where nothing can be read
        numbers.finish()
