"""Looks for everything that can be done to a log behind its back, and names what it finds.

Nothing is believed but the public key and the checkpoints that were kept elsewhere. The entries are read again, hashed
again and compared with every signed checkpoint, with the numbers of their writers, with the time, and with the table.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import TupleRow

from trustwright.trail.errors import TrailError
from trustwright.trail.event import written
from trustwright.trail.merkle import Growing, leaf_hash
from trustwright.trail.note import Checkpoint, PublicKey, opened
from trustwright.trail.table import compare
from trustwright.trail.tiles import CHECKPOINT, HASH, HEIGHT, WIDTH, Storage, Tiles, tile_name

EARLY: Final = 3600
"""Seconds that an event may be older than the checkpoint before its own: it may have waited in a spool."""

LATE: Final = 120
"""Seconds that an event may be newer than the checkpoint it is in: clocks differ."""

MOST_NAMED: Final = 100
"""Problems of a kind that are named one by one; the rest are counted."""


class Threat(StrEnum):
    """What may have been done to a log."""

    ROW_EDITED = "row edited"
    ROW_DELETED = "row deleted"
    ROW_INSERTED = "row inserted behind"
    REWRITTEN = "entries rewritten"
    TAIL_CUT = "tail cut off"
    FORK = "forked: a backup was restored, or two logs share a name"
    SPLIT_VIEW = "split view"
    REMOVED_BEFORE = "event removed before sequencing"
    BACKDATED = "backdated"
    PARTITION_DROPPED = "partition dropped without a tombstone"
    DAMAGED = "file missing or damaged"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: an entry's index, an event's id, a file."""

    threat: Threat
    where: str
    detail: str


@dataclass(slots=True)
class Findings:
    """What was looked at, and what is wrong."""

    problems: list[Problem] = field(default_factory=list)
    more: dict[Threat, int] = field(default_factory=dict)
    entries: int = 0
    checkpoints: int = 0
    rows: int | None = None
    """Rows compared; ``None`` when no table was."""
    dropped: int = 0
    """Entries whose rows were lawfully dropped."""
    agreed: int = 0
    """The size of the largest signed state that the entries were found to have."""

    def add(self, threat: Threat, where: str, detail: str) -> None:
        """Note a problem."""
        if sum(item.threat is threat for item in self.problems) < MOST_NAMED:
            self.problems.append(Problem(threat, where, detail))
        else:
            self.more[threat] = self.more.get(threat, 0) + 1

    @property
    def intact(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf, taken apart."""

    index: int
    writer: str
    number: int
    event: bytes
    said: dict[str, Any]


def taken_apart(index: int, content: bytes) -> Entry | None:
    """Return what an entry holds; ``None`` when it is not of the form ``<writer> <number>``, line feed, JSON."""
    head, _, event = content.partition(b"\n")
    writer, _, number = head.decode("ascii", "replace").partition(" ")
    try:
        said = json.loads(event)
        return Entry(index, writer, int(number), event, said) if isinstance(said, dict) else None
    except ValueError:
        return None


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
    try:
        last = opened(storage.read(CHECKPOINT), key)
    except FileNotFoundError:
        raise TrailError("there is no checkpoint; name a log's folder, or let the sequencer publish one.") from None
    bracket = _Bracket(last)
    others = [*_history(storage), *known]
    expected: dict[int, list[tuple[str, Checkpoint]]] = {last.size: [("the checkpoint", last)]}
    for where, note in others:
        try:
            checkpoint = opened(note, key)
        except TrailError as error:
            findings.add(Threat.REWRITTEN, where, str(error))
            continue
        findings.checkpoints += 1
        bracket.add(checkpoint)
        if checkpoint.size > last.size:
            cut = f"{checkpoint.size} entries were signed here, and the log has {last.size}"
            findings.add(Threat.TAIL_CUT, where, cut)
        else:
            expected.setdefault(checkpoint.size, []).append((where, checkpoint))
    for size, several in expected.items():
        if len({checkpoint.root for _, checkpoint in several}) > 1:
            where = " and ".join(name for name, _ in several[:2])
            findings.add(Threat.SPLIT_VIEW, where, f"two roots were signed for {size} entries")
    entries = _followed(_entries(storage, last, expected, findings), bracket, findings)
    if table is None:
        for _ in entries:
            pass
        return findings
    compared = compare(table, ((entry.index, entry.event, entry.said) for entry in entries), last.size)
    for threat, where, detail in compared.problems:
        findings.add(Threat(threat), where, detail)
    findings.rows, findings.dropped = compared.rows, compared.dropped
    return findings


def _history(storage: Storage) -> Iterator[tuple[str, bytes]]:
    """Yield the checkpoints that the log keeps itself, a file a day."""
    for name in storage.names("checkpoints"):
        for number, line in enumerate(storage.read(name).splitlines(), 1):
            try:
                text = json.loads(line)
            except ValueError:
                text = ""
            yield f"{name}:{number}", str(text).encode()


def _entries(
    storage: Storage, last: Checkpoint, expected: dict[int, list[tuple[str, Checkpoint]]], findings: Findings
) -> Iterator[Entry]:
    """Yield every entry while the tree is built anew and compared with tiles and checkpoints."""
    growing = Growing()
    tiles: dict[tuple[int, int], list[bytes]] = {}
    _compare(growing, expected, findings)
    try:
        for index, content in Tiles(storage, last.size).entries(0, last.size):
            for level, place, hash_ in growing.append(leaf_hash(content)):
                if level % HEIGHT == 0:
                    held = tiles.setdefault((level // HEIGHT, place // WIDTH), [])
                    held.append(hash_)
                    if len(held) == WIDTH:
                        _compare_tile(storage, level // HEIGHT, place // WIDTH, held, findings)
                        del tiles[level // HEIGHT, place // WIDTH]
            _compare(growing, expected, findings)
            entry = taken_apart(index, content)
            if entry is None:
                findings.add(Threat.REWRITTEN, f"entry {index}", "the entry is not of the form that a writer gives it")
            else:
                findings.entries += 1
                yield entry
    except TrailError as error:
        findings.add(Threat.DAMAGED, f"entry {growing.size}", str(error))
    for (level, number), held in tiles.items():
        _compare_tile(storage, level, number, held, findings)
    if growing.size < last.size:
        findings.add(Threat.DAMAGED, f"entry {growing.size}", f"{last.size - growing.size} entries cannot be read")


def _compare(growing: Growing, expected: dict[int, list[tuple[str, Checkpoint]]], findings: Findings) -> None:
    for where, checkpoint in expected.get(growing.size, ()):
        if growing.root == checkpoint.root:
            findings.agreed = max(findings.agreed, growing.size)
        elif findings.agreed and where != "the checkpoint":
            said = f"the log went on differently after {findings.agreed} entries than what was signed here"
            findings.add(Threat.FORK, where, said)
        else:
            said = f"the first {growing.size} entries are not those that were signed here"
            findings.add(Threat.REWRITTEN, where, said)


def _compare_tile(storage: Storage, level: int, number: int, held: Sequence[bytes], findings: Findings) -> None:
    name = tile_name(level, number, len(held))
    try:
        content = storage.read(name)
    except FileNotFoundError:
        findings.add(Threat.DAMAGED, name, "the tile is missing")
        return
    if content != b"".join(held):
        at = next((i for i, hash_ in enumerate(held) if content[i * HASH : (i + 1) * HASH] != hash_), len(held))
        findings.add(Threat.REWRITTEN, name, f"hash {at} of the tile is not that of the entries")


class _Numbers:
    """Follows the numbers that each writer gave its events."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[str, int] = {}
        self._ahead: dict[str, set[int]] = {}

    def see(self, entry: Entry) -> None:
        """Note an entry's number; one writer's events may come a little out of order."""
        ahead = self._ahead.setdefault(entry.writer, set())
        ahead.add(entry.number)
        last = self._last.get(entry.writer, 0)
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

    def __init__(self, last: Checkpoint) -> None:
        self._signed = {last}

    def add(self, checkpoint: Checkpoint) -> None:
        """Take another checkpoint."""
        self._signed.add(checkpoint)

    def check(self, entries: Iterable[Entry], findings: Findings) -> Iterator[Entry]:
        """Hand entries on; name those whose time lies outside the checkpoints around them."""
        marks = sorted((item.size, item.seconds) for item in self._signed if item.seconds)
        at, before = 0, 0
        for entry in entries:
            while at < len(marks) and marks[at][0] <= entry.index:
                before = max(before, marks[at][1])
                at += 1
            said = str(entry.said.get("created_at", ""))
            try:
                seconds = datetime.fromisoformat(said).timestamp()
            except ValueError:
                seconds = 0.0
            if before and seconds < before - EARLY:
                signed = written(datetime.fromtimestamp(before, UTC))
                findings.add(
                    Threat.BACKDATED,
                    f"entry {entry.index}",
                    f"it says {said}, and came after the checkpoint of {signed}",
                )
            elif at < len(marks) and seconds > marks[at][1] + LATE:
                findings.add(
                    Threat.BACKDATED, f"entry {entry.index}", f"it says {said}, after the checkpoint that holds it"
                )
            yield entry


def _followed(entries: Iterable[Entry], bracket: _Bracket, findings: Findings) -> Iterator[Entry]:
    numbers = _Numbers(findings)
    for entry in bracket.check(entries, findings):
        numbers.see(entry)
        yield entry
    numbers.finish()
