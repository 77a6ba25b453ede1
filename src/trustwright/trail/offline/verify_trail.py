#!/usr/bin/env python3
"""Verifies a Trustwright audit log offline: one file, Python 3.9 or later, nothing but its standard library.

    python3 verify_trail.py --key KEY LOG [--since CHECKPOINT]... [--rows FILE] [--hashes-only] [--all-checkpoints]
    python3 verify_trail.py --key KEY --proof FILE --entry FILE

LOG is the folder of the log's files, or a zip of it. KEY is the log's public key as its owner published it, or a file
with it. CHECKPOINT is one that was kept elsewhere: only such a one shows what somebody did who has the signing key.
--rows compares the rows of system_audit_log, as `trustwright trail export` writes them. Exit code: 0 when all is well,
1 when something was done to the log, 2 when the input is not what it should be.

It shares no code with the program that writes the log. Ed25519 signatures are verified here, in Python, as RFC 8032
says, section 5.1.7, without its cofactor; S must be below the group's order, and a key of small order is refused.
Hashes are RFC 6962's, files c2sp.org/tlog-tiles', notes c2sp.org/signed-note's, proofs c2sp.org/tlog-proof's.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Callable

EDITED, DELETED, INSERTED = "row edited", "row deleted", "row inserted behind"
REWRITTEN, TAIL_CUT, SPLIT_VIEW = "entries rewritten", "tail cut off", "split view"
FORK = "forked: a backup was restored, or two logs share a name"
REMOVED_BEFORE, BACKDATED = "event removed before sequencing", "backdated"
PARTITION_DROPPED, DAMAGED = "partition dropped without a tombstone", "file missing or damaged"

EARLY, LATE = timedelta(hours=1), timedelta(minutes=2)  # how far an event's time may lie outside its checkpoints
MOST_NAMED = 100  # problems of a kind that are named one by one
MOST_CHECKPOINTS = 1000  # of the log's own that are verified unless all are asked for: each takes a millisecond
LARGEST = 1 << 25  # bytes of a file that can be part of a log
FIELDS = [
    "v",
    "id",
    "created_at",
    "actor_id",
    "actor_type",
    "action",
    "resource_type",
    "resource_id",
    "outcome",
    "ip_address",
    "user_agent",
    "metadata",
    "session_id",
]
sha256 = hashlib.sha256


class InputError(Exception):
    """The input is not what it should be: one sentence."""


class DamageError(Exception):
    """A file of the log cannot be read: one sentence."""


# --- Ed25519 (RFC 8032, section 5.1) ------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def point(encoded: bytes) -> Point | None:
    """Decode a point (section 5.1.3)."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def plus(p: Point, q: Point) -> Point:
    """Add two points (section 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def doubles(start: Point) -> list[Point]:
    """Return the point times 1, 2, 4, ... up to the order."""
    found = [start]
    while len(found) < 253:
        found.append(plus(found[-1], found[-1]))
    return found


class Key:
    """A log's public key: its name and what verifies."""

    def __init__(self, text: str) -> None:
        self.name, _, rest = text.strip().partition("+")
        id_, _, encoded = rest.partition("+")
        data = decoded(encoded) or b""
        self.id = sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if len(data) != 33 or data[0] != 1 or not self.name or self.id.hex() != id_:
            raise InputError("--key: this is no log's key; it looks like name+1a2b3c4d+base64, or name a file with it.")
        self.key, place = data[1:], point(data[1:])
        if place is None or doubles(place)[3][0] == 0:
            raise InputError(
                "--key: this is no point of the curve, or one of small order; ask for the log's key again."
            )
        minus = (P - place[0], place[1], 1, P - place[3])
        base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
        assert base is not None
        self._minus, self._base = doubles(minus), doubles(base)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether R = S B - h A (section 5.1.7)."""
        s = int.from_bytes(signature[32:], "little")
        if len(signature) != 64 or s >= ORDER:
            return False
        h = int.from_bytes(hashlib.sha512(signature[:32] + self.key + message).digest(), "little") % ORDER
        total = ZERO
        for scalar, multiples in ((s, self._base), (h, self._minus)):
            for bit, multiple in enumerate(multiples):
                if scalar >> bit & 1:
                    total = plus(total, multiple)
        inverse = pow(total[2], P - 2, P)
        x, y = total[0] * inverse % P, total[1] * inverse % P
        return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- notes, checkpoints, trees ------------------------------------------------------------------------------------


class Checkpoint:
    """What was signed: a size, a root, a time; and where it was found."""

    def __init__(self, note: bytes, key: Key, where: str) -> None:
        try:
            text, blank, lines = note.decode().rpartition("\n\n")
        except UnicodeDecodeError:
            raise DamageError("this is no signed note") from None
        body, good = (text + "\n").encode(), 0
        if not blank or not lines.endswith("\n") or any(c < " " and c != "\n" for c in text + lines):
            raise DamageError("this is no signed note")
        for line in lines[:-1].split("\n"):
            match = re.fullmatch("— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
            data = decoded(match[2]) if match else None
            if match is None or data is None or len(data) < 5:
                raise DamageError("a signature of the note is malformed")
            if (match[1], data[:4]) == (key.name, key.id):
                if not key.verifies(body, data[4:]):
                    raise DamageError("its signature is wrong: the note or the signature was changed")
                good += 1
        said = text.split("\n")
        root = decoded(said[2]) if len(said) > 2 else None
        if not good or said[0] != key.name:
            raise DamageError("it is not signed with the log's key " + key.name)
        if root is None or len(root) != 32 or not re.fullmatch("0|[1-9][0-9]{0,17}", said[1]):
            raise DamageError("this is no checkpoint: the log's name, its size, its root")
        times = [int(line[5:]) for line in said[3:] if re.fullmatch("time [1-9][0-9]{0,10}", line)]
        self.where, self.size, self.root = where, int(said[1]), root
        self.time = datetime.fromtimestamp(times[0], timezone.utc) if times else None


def decoded(text: str) -> bytes | None:
    """Decode base64, of which each value has one spelling only."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def folded(hashes: list[bytes]) -> bytes:
    """Return the root over hashes: pairs become one, an odd one at the end moves up as it is."""
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        whole = b"".join(hashes)
        hashes = [sha256(b"\x01" + whole[at : at + 64]).digest() for at in range(0, len(whole) - 63, 64)] + odd
    return hashes[0]


def leaves_of(content: bytes) -> list[bytes]:
    """Return the leaf hashes of a bundle's entries, each of which follows its length in two bytes."""
    found, at, size, add = [], 0, len(content), sha256
    try:
        while at < size:
            end = at + 2 + (content[at] << 8) + content[at + 1]
            found.append(add(b"\x00" + content[at + 2 : end]).digest())
            at = end
    except IndexError:
        at = -1
    if at != size:
        raise DamageError("the bundle breaks off")
    return found


def entries_of(content: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle that does not break off."""
    at = 0
    while at < len(content):
        end = at + 2 + (content[at] << 8) + content[at + 1]
        yield content[at + 2 : end]
        at = end


# --- the log's files ----------------------------------------------------------------------------------------------


class Files:
    """A folder, or a zip of it."""

    def __init__(self, path: str) -> None:
        self._path, self._prefix = path, ""
        self._zip: zipfile.ZipFile | None = None
        if os.path.isdir(path):
            return
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile):
            raise InputError(path + ": this is neither a folder nor a zip; name the log.") from None
        names = self._zip.namelist()
        if len(set(names)) != len(names):
            raise InputError(path + ": the zip has two files of one name; make it again.")
        tops = [name[: -len(end)] for name in names for end in ("checkpoint", "tile/entries/000") if name.endswith(end)]
        self._prefix = min(tops, key=len, default="")

    def names(self, folder: str) -> list[str]:
        """Return the names of the files below a folder, sorted."""
        if self._zip is not None:
            start = self._prefix + folder + "/"
            inside = (one for one in self._zip.namelist() if one.startswith(start) and not one.endswith("/"))
            return sorted(name[len(self._prefix) :] for name in inside)
        found = []
        for top, _, files in os.walk(os.path.join(self._path, folder)):
            found += [os.path.relpath(os.path.join(top, one), self._path).replace(os.sep, "/") for one in files]
        return sorted(name for name in found if not name.endswith(".new"))

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        try:
            if self._zip is not None:
                if self._zip.getinfo(self._prefix + name).file_size > LARGEST:
                    raise DamageError(name + " is too large")
                return self._zip.read(self._prefix + name)
            with open(os.path.join(self._path, name), "rb") as file:
                content = file.read() if os.fstat(file.fileno()).st_size <= LARGEST else None
        except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError):
            raise DamageError(name + " is missing or cannot be read") from None
        if content is None:
            raise DamageError(name + " is too large")
        return content

    def tile(self, level: str, number: int, width: int) -> bytes:
        """Return a tile or bundle of this width; the whole one when the partial one has gone."""
        name = f"{number % 1000:03d}"
        while number >= 1000:
            number //= 1000
            name = f"x{number % 1000:03d}/{name}"
        name = f"tile/{level}/{name}"
        if width < 256:
            try:
                return self.read(f"{name}.p/{width}")
            except DamageError:
                pass
        return self.read(name)


# --- what is looked for -------------------------------------------------------------------------------------------


class Report:
    """What was found."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}

    def add(self, threat: str, where: str, detail: str) -> None:
        """Name a problem."""
        self.count[threat] = self.count.get(threat, 0) + 1
        if self.count[threat] <= MOST_NAMED:
            print(f"{threat}: {where}: {detail}")

    def end(self, looked: str) -> int:
        """Say what was looked at; return the exit code."""
        for threat, count in sorted(self.count.items()):
            if count > MOST_NAMED:
                print(f"{threat}: {count - MOST_NAMED} more")
        print("looked at " + looked)
        if not self.count:
            print("nothing was changed, removed or added behind what was looked at")
        return 1 if self.count else 0


HEAD = re.compile(rb"([0-9a-f-]{36}) ([1-9][0-9]{0,17})\n")
ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
EPOCH = datetime.fromtimestamp(0, timezone.utc)


def read_event(entry: bytes) -> tuple[str, int, dict[str, Any], datetime]:
    """Take an entry apart: its writer, its number there, its event, the moment of the event's id."""
    match = HEAD.match(entry)
    said: dict[str, Any] = {}
    try:
        said = json.loads(entry[match.end() :].decode()) if match else {}
        milliseconds = int(said["id"].replace("-", "")[:12], 16) if ID.fullmatch(said["id"]) else -1
        moment = EPOCH + timedelta(milliseconds=milliseconds)
        good = said["created_at"] == moment.isoformat(timespec="milliseconds")[:-6] + "Z"
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, AttributeError):
        moment, good = EPOCH, False
    if match is None or not good:
        raise DamageError("the entry is not of the form that a writer gives it")
    return match[1].decode(), int(match[2]), said, moment


class Rows:
    """The rows of the table, as they were exported: a JSON object a line."""

    def __init__(self, path: str, report: Report) -> None:
        self._held: dict[str, tuple[bytes, str]] = {}
        self._tombs: list[tuple[int, int]] = []
        self._gone: dict[str, list[tuple[int, str]]] = {}
        self._months: set[str] = set()
        self._report, self.count, self.dropped, self.waiting = report, 0, 0, 0
        try:
            with open(path, "rb") as file:
                for number, line in enumerate(file, 1):
                    self._take(line, f"{path}:{number}")
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}; name a file that can be read.") from None

    def _take(self, line: bytes, where: str) -> None:
        try:
            row = json.loads(line)
            id_, created = str(row["id"]), str(row["created_at"])
            digest = sha256(plain(row)).digest()
        except (ValueError, TypeError, KeyError, RecursionError, AttributeError):
            raise InputError(f"{where}: this is no row; export the rows again.") from None
        if id_ in self._held:
            self._report.add(INSERTED, f"event {id_}", "two rows have its id")
        self._held[id_] = digest, created
        self._months.add(created[:7])
        self.count += 1

    def see(self, index: int, said: dict[str, Any]) -> None:
        """Compare an entry with its row."""
        told = said.get("metadata")
        if (said.get("resource_type"), said.get("action")) == ("system_audit_log.month", "delete") and type(
            told
        ) is dict:
            first, last = told.get("first_leaf"), told.get("last_leaf")
            if type(first) is int and type(last) is int and last < index:
                self._tombs.append((first, last))
        row = self._held.pop(said["id"], None)
        if row is None:
            self._gone.setdefault(said["created_at"][:7], []).append((index, said["id"]))
        elif row[0] != sha256(plain(said)).digest():
            self._report.add(EDITED, f"event {said['id']} (entry {index})", "its row says something else")

    def end(self, last: Checkpoint) -> None:
        """Name rows without an entry, entries without a row, months without rows."""
        settled = (last.time - LATE).strftime("%Y-%m-%dT%H:%M:%S") if last.time else "9"
        for id_, (_, created) in sorted(self._held.items()):
            if created > settled:
                self.waiting += 1
            else:
                self._report.add(INSERTED, "event " + id_, f"a row of {created} that no entry holds")
        for month, gone in sorted(self._gone.items()):
            unsaid = [one for one in gone if not any(first <= one[0] <= end for first, end in self._tombs)]
            self.dropped += len(gone) - len(unsaid)
            for index, id_ in unsaid:
                self._report.add(DELETED, f"event {id_} (entry {index})", "its row is gone")
            if unsaid and month not in self._months:
                self._report.add(
                    PARTITION_DROPPED, month, f"all {len(unsaid)} rows are gone, and the log does not say why"
                )


def plain(said: dict[str, Any]) -> bytes:
    """Return the fields of an event in one spelling; null is as good as missing."""
    kept = {"v": 1, **{name: said[name] for name in FIELDS if said.get(name) is not None}}
    return json.dumps(kept, sort_keys=True).encode()


class Events:
    """Follows the events: their form, their writers' numbers, their times."""

    def __init__(self, report: Report, signed: list[Checkpoint], rows: Rows | None) -> None:
        self._report, self._rows, self.count, self.blind = report, rows, 0, False
        self._marks = sorted({(one.size, one.time) for one in signed if one.time is not None})
        self._at = 0
        self._before: datetime | None = None
        self._last: dict[str, int] = {}
        self._ahead: dict[str, set[int]] = {}
        self._late: list[tuple[tuple[int, datetime], str, datetime]] = []
        self.refuted: set[tuple[int, datetime | None]] = set()  # signed, but the entries do not agree with it

    def see(self, index: int, entry: bytes) -> None:
        """Take the next entry."""
        where = f"entry {index}"
        try:
            writer, number, said, moment = read_event(entry)
        except DamageError as error:
            self.blind = True
            return self._report.add(REWRITTEN, where, str(error))
        self.count += 1
        last, ahead = self._last.get(writer, 0), self._ahead.setdefault(writer, set())
        if number <= last or number in ahead:
            self._report.add(INSERTED, where, f"its writer {writer} has another event {number}")
        ahead.add(number)
        while last + 1 in ahead:
            last += 1
            ahead.discard(last)
        self._last[writer] = last
        self._time(index, moment, where)
        if self._rows is not None:
            self._rows.see(index, said)
        return None

    def _time(self, index: int, moment: datetime, where: str) -> None:
        while self._at < len(self._marks) and self._marks[self._at][0] <= index:
            if self._marks[self._at] not in self.refuted:
                self._before = max(self._before or self._marks[self._at][1], self._marks[self._at][1])
            self._at += 1
        if self._before is not None and moment < self._before - EARLY:
            self._report.add(BACKDATED, where, f"it says {moment}, and came after the checkpoint of {self._before}")
        elif self._at < len(self._marks) and moment > self._marks[self._at][1] + LATE:
            self._late.append((self._marks[self._at], where, moment))

    def end(self, last: Checkpoint) -> None:
        """Name times after their checkpoint, and holes between numbers unless these may be where nothing was read."""
        for mark, where, moment in self._late:
            if mark not in self.refuted:
                self._report.add(BACKDATED, where, f"it says {moment}, after the checkpoint that holds it")
        for writer, ahead in sorted(self._ahead.items()):
            number = self._last[writer]
            for found in sorted(one for one in ahead if one > number and not self.blind):
                if found > number + 1:
                    hole = f"{number + 1} to {found - 1}"
                    self._report.add(REMOVED_BEFORE, "writer " + writer, f"the log has its event {found}, not {hole}")
                number = found
        if self._rows is not None:
            self._rows.end(last)


class Walk:
    """Goes through the entries, builds the tree anew, compares it with tiles and with what was signed."""

    def __init__(self, files: Files, signed: list[Checkpoint], last: Checkpoint, report: Report) -> None:
        self._files, self._last, self._report = files, last, report
        self._signed = sorted((one for one in signed if one.size <= last.size), key=lambda one: one.size)
        self._edge: list[bytes] | None = []
        self._tops: list[bytes] = []
        self._agreed = self._scanned = 0
        self._latest = EPOCH
        self._refuted: set[tuple[int, datetime | None]] = set()

    def run(self, events: Events | None) -> int:
        """Return the number of entries that could be read."""
        if events is not None:
            events.refuted = self._refuted
        self._compare(0, [])
        read, size = 0, self._last.size
        for first in range(0, size, 256):
            width = min(256, size - first)
            try:
                content = self._files.tile("entries", first // 256, width)
                leaves = leaves_of(content)
                if len(leaves) < width or len(leaves) not in (width, 256):
                    raise DamageError(f"the bundle holds {len(leaves)} entries, not {width}")
                read, leaves = read + width, leaves[:width]
            except DamageError as error:
                self._report.add(DAMAGED, f"entries {first} to {first + width - 1}", str(error))
                content, leaves = b"", []
            self._grow(first, width, leaves)
            if events is not None:
                events.blind |= not content
                for index, entry in zip(range(first, first + width), entries_of(content)):
                    events.see(index, entry)
        self._higher()
        if events is not None:
            events.end(self._last)
        return read

    def _grow(self, first: int, width: int, leaves: list[bytes]) -> None:
        held = self._tile("0", first // 256, width)
        if leaves and held is not None and held != b"".join(leaves):
            self._report.add(REWRITTEN, f"tile/0 {first // 256}", "its hashes are not those of the entries")
        if not leaves:  # the tile stands for entries that cannot be read, so that the rest can be compared
            leaves = [held[at : at + 32] for at in range(0, len(held), 32)] if held is not None else []
            self._edge = self._edge if leaves else None
        if self._edge is None:
            return
        self._compare(first, leaves)
        if width == 256:
            top, count = folded(leaves), len(self._tops)
            self._tops.append(top)
            while count & 1:
                top, count = node(self._edge.pop(), top), count >> 1
            self._edge.append(top)

    def _tile(self, level: str, number: int, width: int) -> bytes | None:
        try:
            content = self._files.tile(level, number, width)
            if len(content) not in (32 * width, 32 * 256):
                raise DamageError(f"the tile has {len(content)} bytes")
            return content[: 32 * width]
        except DamageError as error:
            self._report.add(DAMAGED, f"tile/{level} {number}", str(error))
            return None

    def _compare(self, first: int, leaves: list[bytes]) -> None:
        while self._signed and self._signed[0].size <= first + len(leaves):
            one = self._signed.pop(0)
            root = folded(leaves[: one.size - first]) if one.size > first else sha256().digest()
            for left in reversed(self._edge or []):
                root = node(left, root)
            if root == one.root:
                self._agreed = one.size
                continue
            self._refuted.add((one.size, one.time))
            if one is not self._last and one.time is not None and self._newest(one) > one.time + timedelta(seconds=1):
                told = f"after {self._agreed} entries the log went on differently than what was signed here"
                self._report.add(FORK, one.where, told)
            else:
                told = f"the first {one.size} entries are not those that were signed here"
                self._report.add(REWRITTEN, one.where, told)

    def _newest(self, signed: Checkpoint) -> datetime:
        """Return the latest time of the events up to what was signed."""
        for number in range(self._scanned // 256, -(-signed.size // 256)):
            try:
                content = self._files.tile("entries", number, min(256, self._last.size - 256 * number))
                for index, entry in enumerate(entries_of(content), 256 * number):
                    if self._scanned <= index < signed.size:
                        self._latest = max(self._latest, read_event(entry)[3])
            except (DamageError, IndexError):
                continue
        self._scanned = signed.size
        return self._latest

    def _higher(self) -> None:
        level, hashes = 1, self._tops
        while hashes and self._edge is not None:
            for number in range(-(-len(hashes) // 256)):
                part = b"".join(hashes[256 * number : 256 * number + 256])
                held = self._tile(str(level), number, len(part) // 32)
                if held is not None and held != part:
                    told = "its hashes are not those of the entries"
                    self._report.add(REWRITTEN, f"tile/{level} {number}", told)
            hashes = [folded(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
            level += 1


# --- commands -----------------------------------------------------------------------------------------------------


def checkpoints(files: Files, key: Key, since: list[str], every: bool, report: Report) -> tuple[list[Checkpoint], int]:
    """Return what the key signed, the log's own checkpoint first, and how many of its history were passed over."""
    notes: list[tuple[str, Callable[[], bytes]]] = [("checkpoint", lambda: files.read("checkpoint"))]
    history = []
    for name in files.names("checkpoints"):
        for number, line in enumerate(files.read(name).splitlines(), 1):
            history.append((f"{name}:{number}", partial(quoted, line)))
    step = 1 if every else -(-len(history) // MOST_CHECKPOINTS) or 1
    notes += history[::step] + [(path, partial(contents, path)) for path in since]
    found = []
    for where, note in notes:
        try:
            found.append(Checkpoint(note(), key, where))
        except DamageError as error:
            report.add(DAMAGED, where, str(error))
    return found, len(history) - len(history[::step])


def quoted(line: bytes) -> bytes:
    """Return the note of a line of the log's own history: a JSON text."""
    try:
        return str(json.loads(line)).encode()
    except (ValueError, RecursionError):
        raise DamageError("the line holds no checkpoint") from None


def contents(path: str) -> bytes:
    """Return the bytes of a file that was named."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a file that can be read.") from None


def check_log(options: argparse.Namespace, key: Key) -> int:
    """Verify a whole log; return the exit code."""
    report, files = Report(), Files(options.log)
    signed, passed_over = checkpoints(files, key, options.since, options.all_checkpoints, report)
    if not signed:
        raise InputError(f"{options.log}: no checkpoint in it is signed with this key; name the log and its own key.")
    last = signed[0] if signed[0].where == "checkpoint" else max(signed, key=lambda one: one.size)
    roots: dict[int, Checkpoint] = {}
    for one in signed:
        if one.size > last.size:
            report.add(TAIL_CUT, one.where, f"{one.size} entries were signed here, and the log has {last.size}")
        other = roots.setdefault(one.size, one)
        if other.root != one.root:
            report.add(SPLIT_VIEW, f"{other.where} and {one.where}", f"two roots were signed for {one.size} entries")
    if options.hashes_only and options.rows:
        raise InputError("--rows: rows are compared with events, which --hashes-only leaves unread; choose one.")
    rows = Rows(options.rows, report) if options.rows else None
    events = None if options.hashes_only else Events(report, signed, rows)
    read = Walk(files, signed, last, report).run(events)
    looked = f"{read} entries, {len(signed)} checkpoints"
    looked += f" ({passed_over} of the log's own were passed over)" if passed_over else ""
    looked += f", {events.count} events" if events is not None else ", no events (--hashes-only)"
    if rows is not None:
        looked += f", {rows.count} rows; the log says that {rows.dropped} more were dropped"
        looked += f"; {rows.waiting} may wait for a checkpoint and were not looked at" if rows.waiting else ""
    return report.end(looked + ("" if options.since else "; no checkpoint that was kept elsewhere (--since)"))


def check_proof(options: argparse.Namespace, key: Key) -> int:
    """Verify that an entry is in the log; return the exit code."""
    report, (proof, entry) = Report(), (contents(options.proof), contents(options.entry))
    head, blank, note = proof.partition(b"\n\n")
    match = re.fullmatch(
        rb"c2sp\.org/tlog-proof@v1\n(?:extra [^\n]*\n)?index (0|[1-9][0-9]{0,17})((?:\n[^\n]+)*)", head
    )
    if match is None or not blank:
        raise InputError(f"{options.proof}: this is no proof; it begins with c2sp.org/tlog-proof@v1 and an index.")
    try:
        path = [decoded(line.decode("ascii", "replace")) for line in match[2].split(b"\n")[1:]]
        one, index = Checkpoint(note, key, "the proof's checkpoint"), int(match[1])
        if root_of(index, one.size, sha256(b"\x00" + entry).digest(), path) != one.root:
            report.add(REWRITTEN, f"entry {index}", "the log does not hold this entry there, or the proof was changed")
        when = one.time.isoformat() if one.time else "an unknown time"
        looked = f"the proof of entry {index} under the checkpoint of {one.size} entries signed at {when}"
    except DamageError as error:
        looked = "the proof"
        report.add(DAMAGED, options.proof, str(error))
    return report.end(looked)


def root_of(index: int, size: int, found: bytes, path: Sequence[bytes | None]) -> bytes:
    """Return the root that an audit path leads to (RFC 9162, section 2.1.3.2), nothing when it cannot lead to one."""
    last = size - 1
    for other in path:
        if last <= 0 or index > last or other is None or len(other) != 32:
            return b""
        if index & 1 or index == last:
            found = node(other, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, other)
        index, last = index >> 1, last >> 1
    return found if last == 0 and index == 0 else b""


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    parser = argparse.ArgumentParser(description="Verify a Trustwright audit log offline.", allow_abbrev=False)
    parser.add_argument("log", nargs="?", help="the folder of the log's files, or a zip of it")
    parser.add_argument("--key", required=True, help="the log's public key, or a file with it")
    parser.add_argument("--since", action="append", default=[], help="a checkpoint that was kept elsewhere")
    parser.add_argument("--rows", help="rows of system_audit_log, a JSON object a line")
    parser.add_argument("--hashes-only", action="store_true", help="leave the events unread: faster, sees less")
    parser.add_argument("--all-checkpoints", action="store_true", help="verify every checkpoint of the log's history")
    parser.add_argument("--proof", help="a proof that `trustwright trail prove` wrote")
    parser.add_argument("--entry", help="the entry that the proof is of")
    options = parser.parse_args(words)
    try:
        if (options.log is None) != (options.proof is not None) or (options.proof is None) != (options.entry is None):
            raise InputError("name a log, or --proof and --entry.")
        is_file = os.path.isfile(options.key)
        key = Key(contents(options.key).decode("utf-8", "replace") if is_file else options.key)
        return check_log(options, key) if options.log is not None else check_proof(options, key)
    except (InputError, DamageError) as error:
        sys.stderr.write(f"verify_trail: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
