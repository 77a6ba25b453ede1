"""The attack kit: what a database's superuser can do to the log, with and without the signing key, and who names it.

Each attack is done on a real PostgreSQL and on the real files. `verify` must name it, and so must the offline verifier
with nothing but a copy of the files, the exported rows, the public key, and a checkpoint that somebody kept.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from tests.offline import run_offline, threats_of
from tests.trail_log import event as event_of
from trustwright.trail import store
from trustwright.trail.event import Event
from trustwright.trail.findings import Threat
from trustwright.trail.identifier import new_id
from trustwright.trail.note import Checkpoint, SigningKey, signed
from trustwright.trail.sequencer import Sequencer
from trustwright.trail.signer import KEY, LAST, Signer, trusted_key
from trustwright.trail.table import canonical_rows
from trustwright.trail.tiles import CHECKPOINT, Folder, Tiles
from trustwright.trail.verify import verify
from trustwright.trail.vocabulary import TOMBSTONE

pytestmark = pytest.mark.slow

AGO = 1200
"""Seconds since the first event; each step of the log is a minute."""

STEPS = 10
EACH = 30


@dataclass
class Victim:
    """A log, and the one who holds the database, the files, and perhaps the key."""

    url: str
    folder: Path
    began: int
    writer: UUID = field(default_factory=uuid4)
    kept: list[bytes] = field(default_factory=list)
    """Checkpoints that somebody outside kept: one for each step."""
    now: float = 0

    def __post_init__(self) -> None:
        self.log, self.keys = self.folder / "log", self.folder / "keys"
        Signer.create(self.keys, "log.example/attacked")
        self.now = self.began

    def connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(self.url, autocommit=True)

    def sql(self, *statements: str) -> None:
        """Do something as the superuser, past every trigger."""
        with self.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())

    def events(self, count: int) -> list[Event]:
        return [replace(event_of(number), id=new_id(int(self.now * 1000) + number)) for number in range(count)]

    def record(self, events: list[Event]) -> None:
        with self.connect() as connection:
            store.append(connection, self.writer, events)

    def sequence(self) -> bytes:
        """Move what waits into the tree and sign it, a minute later."""
        self.now += 60
        with self.connect() as connection:
            sequencer = Sequencer(connection, Folder(self.log), Signer(self.keys, lambda: self.now), lambda: self.now)
            while sequencer.step():
                pass
            return sequencer.publish()

    def step(self, count: int = EACH) -> None:
        self.record(self.events(count))
        self.kept.append(self.sequence())

    def stolen_key(self) -> SigningKey:
        return SigningKey.read((self.keys / KEY).read_text())

    def entries(self) -> list[bytes]:
        size = Checkpoint.read((self.log / CHECKPOINT).read_text()).size
        return [entry for _, entry in Tiles(Folder(self.log), size).entries(0, size)]

    def ids(self) -> list[UUID]:
        return [UUID(json.loads(entry.partition(b"\n")[2])["id"]) for entry in self.entries()]

    def forge(self, entries: list[bytes], seconds: float) -> None:
        """Write the whole log anew and sign it with the stolen key; its own history begins anew as well."""
        shutil.rmtree(self.log)
        storage = Folder(self.log)
        tiles = Tiles(storage)
        tiles.append(entries)
        state = Checkpoint(self.stolen_key().public.name, tiles.size, tiles.root, int(seconds))
        written = signed(state, [self.stolen_key()])
        storage.write({CHECKPOINT: written})
        (self.keys / LAST).write_bytes(written)
        self.sql(f"UPDATE trail.tree SET size = {tiles.size}, root = '\\x{tiles.root.hex()}'")

    def named(self, *, kept: bool = True) -> set[Threat]:
        """Return what `verify` names."""
        known = [(f"kept {number}", note) for number, note in enumerate(self.kept)] if kept else []
        with psycopg.connect(self.url) as table:
            found = verify(Folder(self.log), trusted_key(self.keys), known=known, table=table)
        return set(found.threats)

    def named_offline(self, place: Path, *, kept: bool = True) -> set[str]:
        """Return what the offline verifier names, given copies."""
        since: list[str | Path] = []
        for number, note in enumerate(self.kept if kept else []):
            (place / f"kept{number}").write_bytes(note)
            since += ["--since", place / f"kept{number}"]
        with psycopg.connect(self.url) as table:
            (place / "rows.jsonl").write_bytes(b"".join(row + b"\n" for row in canonical_rows(table)))
        key = str(trusted_key(self.keys))
        return threats_of(run_offline("--key", key, self.log, "--rows", place / "rows.jsonl", *since))


@pytest.fixture
def victim(database: str, tmp_path: Path) -> Victim:
    """A log of ten minutes, thirty events in each."""
    made = Victim(database, tmp_path, int(datetime.now(UTC).timestamp()) - AGO)
    for _ in range(STEPS):
        made.step()
    return made


def test_an_untouched_log_is_left_in_peace(victim: Victim, tmp_path: Path) -> None:
    assert victim.named() == victim.named_offline(tmp_path) == set()
    victim.record(victim.events(5))  # waits for the sequencer
    assert victim.named() == set()


EDITS = [
    "resource_id = 'another'",
    "outcome = 'failure'",
    "actor_id = NULL",
    "ip_address = '192.0.2.8'",
    "metadata = jsonb_set(metadata, '{n}', 'true')",
    "metadata = jsonb_set(metadata, '{n}', '7.0')",
    "metadata = jsonb_set(metadata, '{n}', '1e400')",
    "metadata = jsonb_set(metadata, '{n}', ('1' || repeat('0', 5000))::jsonb)",
    "metadata = (repeat('[', 5000) || repeat(']', 5000))::jsonb",
    "metadata = NULL",
    "session_id = ''",
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_row_edited(victim: Victim, tmp_path: Path, edit: str) -> None:
    victim.sql(f"UPDATE system_audit_log SET {edit} WHERE id = '{victim.ids()[7]}'")
    assert victim.named() == {Threat.ROW_EDITED}
    assert victim.named_offline(tmp_path) == {Threat.ROW_EDITED}


def test_a_row_moved_to_another_time(victim: Victim, tmp_path: Path) -> None:
    victim.sql(
        "ALTER TABLE system_audit_log DROP CONSTRAINT moment_of_id",
        f"UPDATE system_audit_log SET created_at = created_at - interval '1 hour' WHERE id = '{victim.ids()[7]}'",
    )
    assert victim.named() == {Threat.ROW_EDITED}
    assert victim.named_offline(tmp_path) == {Threat.ROW_EDITED}


@pytest.mark.parametrize("places", [[7], [0], [299], [3, 4, 5, 290]])
def test_a_row_deleted(victim: Victim, tmp_path: Path, places: list[int]) -> None:
    ids = victim.ids()
    for place in places:
        victim.sql(f"DELETE FROM system_audit_log WHERE id = '{ids[place]}'")
    assert victim.named() == {Threat.ROW_DELETED}
    assert victim.named_offline(tmp_path) == {Threat.ROW_DELETED}


@pytest.mark.parametrize(
    "claim",
    [
        "",
        "INSERT INTO trail.leaf VALUES ('{id}', 12)",
        "INSERT INTO trail.leaf VALUES ('{id}', 300)",
        "UPDATE trail.leaf SET id = '{id}' WHERE index = 12",
        "INSERT INTO trail.leaf VALUES ('{id}', -1)",
    ],
)
def test_a_row_inserted_behind(victim: Victim, tmp_path: Path, claim: str) -> None:
    id_ = new_id(victim.began * 1000 + 500)
    columns = "actor_type, action, resource_type, outcome"
    victim.sql(
        f"INSERT INTO system_audit_log (id, created_at, {columns}) "
        f"VALUES ('{id_}', trail.moment('{id_}'), 'user', 'login', 'session', 'success')",
        *([claim.format(id=id_)] if claim else []),
    )
    assert victim.named() == {Threat.ROW_INSERTED}
    assert victim.named_offline(tmp_path) == {Threat.ROW_INSERTED}


def test_a_row_that_is_there_twice(victim: Victim, tmp_path: Path) -> None:
    victim.sql(
        "ALTER TABLE system_audit_log DROP CONSTRAINT system_audit_log_pkey",
        f"INSERT INTO system_audit_log SELECT * FROM system_audit_log WHERE id = '{victim.ids()[7]}'",
    )
    assert victim.named() == {Threat.ROW_INSERTED}
    assert victim.named_offline(tmp_path) == {Threat.ROW_INSERTED}


def lie(victim: Victim, place: int) -> list[bytes]:
    """Change what an event did, in its row too; return the entries that say so."""
    entries = victim.entries()
    assert b'"action":"update"' in entries[place]
    victim.sql(f"UPDATE system_audit_log SET action = 'read' WHERE id = '{victim.ids()[place]}'")
    entries[place] = entries[place].replace(b'"action":"update"', b'"action":"read"')
    return entries


@pytest.mark.parametrize("place", [0, 45, 255, 299])
def test_rows_and_tiles_rewritten_and_signed_anew(victim: Victim, tmp_path: Path, place: int) -> None:
    victim.forge(lie(victim, place), victim.now)
    # With the key stolen, only what was kept outside can tell; a checkpoint of the same size shows two views.
    assert victim.named(kept=False) == victim.named_offline(tmp_path, kept=False) == set()
    assert victim.named() == {Threat.REWRITTEN, Threat.SPLIT_VIEW}
    assert victim.named_offline(tmp_path) == {Threat.REWRITTEN, Threat.SPLIT_VIEW}
    victim.kept.pop()
    expected = {Threat.REWRITTEN} if place < EACH * (STEPS - 1) else set()
    assert victim.named() == victim.named_offline(tmp_path) == expected


def test_rows_and_tiles_rewritten_without_the_key(victim: Victim, tmp_path: Path) -> None:
    before = (victim.log / CHECKPOINT).read_bytes()
    victim.forge(lie(victim, 45), victim.now)
    (victim.log / CHECKPOINT).write_bytes(before)
    assert victim.named(kept=False) == {Threat.REWRITTEN}
    assert victim.named_offline(tmp_path, kept=False) == {Threat.REWRITTEN}


def cut(victim: Victim, size: int) -> None:
    """Take the last events out of the database and the files."""
    entries, ids = victim.entries(), victim.ids()
    gone = ", ".join(f"'{id_}'" for id_ in ids[size:])
    victim.sql(
        f"DELETE FROM system_audit_log WHERE id IN ({gone})",
        f"DELETE FROM trail.leaf WHERE index >= {size}",
        f"UPDATE trail.writer SET last = {size}",
    )
    victim.forge(entries[:size], victim.now)


def test_the_tail_cut_off_and_signed_anew(victim: Victim, tmp_path: Path) -> None:
    cut(victim, 250)
    assert victim.named(kept=False) == victim.named_offline(tmp_path, kept=False) == set()
    assert victim.named() == {Threat.TAIL_CUT}
    assert victim.named_offline(tmp_path) == {Threat.TAIL_CUT}


def test_an_older_checkpoint_put_back(victim: Victim, tmp_path: Path) -> None:
    (victim.log / CHECKPOINT).write_bytes(victim.kept[4])
    victim.sql(f"DELETE FROM system_audit_log WHERE id = '{victim.ids()[299 - 150]}'")
    assert victim.named() >= {Threat.TAIL_CUT, Threat.ROW_DELETED}
    assert victim.named_offline(tmp_path) >= {Threat.TAIL_CUT, Threat.ROW_DELETED}


def test_a_backup_restored_that_grew_anew(victim: Victim, tmp_path: Path) -> None:
    """Database, files and the signer's memory are of an earlier day; other events came since."""
    cut(victim, 240)
    for _ in range(4):
        victim.record(victim.events(EACH))
        victim.sequence()
    assert victim.named(kept=False) == victim.named_offline(tmp_path, kept=False) == set()
    assert victim.named() >= {Threat.FORK}
    assert victim.named() <= {Threat.FORK, Threat.SPLIT_VIEW}
    assert victim.named_offline(tmp_path) == victim.named()


def test_a_backup_of_the_database_alone_restored(victim: Victim, tmp_path: Path) -> None:
    ids = victim.ids()
    victim.sql(
        f"DELETE FROM system_audit_log WHERE id IN ({', '.join(repr(str(id_)) for id_ in ids[240:])})",
        "DELETE FROM trail.leaf WHERE index >= 240",
        "UPDATE trail.writer SET last = 240",
        f"UPDATE trail.tree SET size = 240, root = '\\x{Tiles(Folder(victim.log), 240).root.hex()}'",
    )
    assert victim.named() == {Threat.FORK, Threat.ROW_DELETED}
    assert victim.named_offline(tmp_path) == {Threat.ROW_DELETED}  # it cannot see how far the database had got


def test_a_split_view(victim: Victim, tmp_path: Path) -> None:
    """The one who holds the key showed an auditor another log of the same size."""
    entries = victim.entries()
    other = Folder(tmp_path / "shown")
    tiles = Tiles(other)
    tiles.append([*entries[:-1], entries[-1].replace(b"update", b"delete")])
    state = Checkpoint(victim.stolen_key().public.name, tiles.size, tiles.root, int(victim.now))
    victim.kept = [signed(state, [victim.stolen_key()])]
    assert victim.named() == {Threat.SPLIT_VIEW, Threat.REWRITTEN}
    assert victim.named_offline(tmp_path) == {Threat.SPLIT_VIEW, Threat.REWRITTEN}


def test_an_event_removed_before_sequencing(victim: Victim, tmp_path: Path) -> None:
    events = victim.events(5)
    victim.record(events)
    victim.sql(
        f"DELETE FROM trail.intake WHERE id = '{events[2].id}'",
        f"DELETE FROM system_audit_log WHERE id = '{events[2].id}'",
    )
    victim.sequence()
    assert victim.named() == {Threat.REMOVED_BEFORE}
    assert victim.named_offline(tmp_path) == {Threat.REMOVED_BEFORE}


def test_a_writer_s_last_event_removed_before_sequencing(victim: Victim) -> None:
    """No later number shows the hole; what the database itself counted does, unless that is changed as well."""
    events = victim.events(5)
    victim.record(events)
    victim.sql(
        f"DELETE FROM trail.intake WHERE id = '{events[4].id}'",
        f"DELETE FROM system_audit_log WHERE id = '{events[4].id}'",
    )
    victim.sequence()
    assert victim.named() == {Threat.REMOVED_BEFORE}


@pytest.mark.parametrize("hours", [-30 * 24, -2, 2])
def test_an_event_dated_outside_its_checkpoints(victim: Victim, tmp_path: Path, hours: int) -> None:
    """An event of today that says it was another day's: the tree holds it where it came."""
    moment = int((victim.now + hours * 3600) * 1000)
    victim.record([replace(event_of(1), id=new_id(moment))])
    victim.sequence()
    assert victim.named() == {Threat.BACKDATED}
    assert victim.named_offline(tmp_path) == {Threat.BACKDATED}


def month_of(victim: Victim) -> str:
    return datetime.fromtimestamp(victim.began, UTC).strftime("%Y_%m")


@pytest.mark.parametrize(
    "how",
    [
        "DROP TABLE {partition}",
        "ALTER TABLE system_audit_log DETACH PARTITION {partition}",
        "TRUNCATE {partition}",
    ],
)
@pytest.mark.parametrize("claimed", [False, True])
def test_a_partition_dropped_without_a_tombstone(victim: Victim, tmp_path: Path, how: str, *, claimed: bool) -> None:
    partition = f"public.system_audit_log_{month_of(victim)}"
    victim.sql(f"ALTER TABLE {partition} DISABLE TRIGGER ALL", how.format(partition=partition))
    if claimed:  # a row that says it was lawful is as easily written as the rest
        month = month_of(victim).replace("_", "-")
        victim.sql(f"INSERT INTO trail.dropped VALUES ('{month}-01', 0, 299, 300)")
    assert victim.named() == {Threat.PARTITION_DROPPED, Threat.ROW_DELETED}
    assert victim.named_offline(tmp_path) == {Threat.PARTITION_DROPPED, Threat.ROW_DELETED}


def test_a_partition_whose_tombstone_is_in_the_log_was_dropped_lawfully(victim: Victim, tmp_path: Path) -> None:
    tomb = replace(
        victim.events(1)[0], action="delete", resource_type=TOMBSTONE, metadata={"first_leaf": 0, "last_leaf": 299}
    )
    victim.record([tomb])
    victim.sequence()
    ids = ", ".join(f"'{id_}'" for id_ in victim.ids()[:300])
    victim.sql(f"DELETE FROM system_audit_log WHERE id IN ({ids})")
    assert victim.named() == victim.named_offline(tmp_path) == set()


@pytest.mark.parametrize("how", ["DROP TABLE system_audit_log CASCADE", "TRUNCATE system_audit_log"])
def test_everything_deleted(victim: Victim, how: str) -> None:
    victim.sql("ALTER TABLE system_audit_log DISABLE TRIGGER ALL", how)
    assert Threat.ROW_DELETED in victim.named()


def planted(event: bytes) -> Callable[[Victim], None]:
    def attack(victim: Victim) -> None:
        victim.sql(
            "INSERT INTO trail.intake (writer, number, id, event) "
            f"VALUES (gen_random_uuid(), 1, '{new_id()}', '\\x{event.hex()}')"
        )
        victim.sequence()

    return attack


@pytest.mark.parametrize("content", [b"", b"not json", b"{}", b"[" * 50_000, b'{"id":"nobody"}'])
def test_an_entry_planted_in_the_queue(victim: Victim, tmp_path: Path, content: bytes) -> None:
    planted(content)(victim)
    assert victim.named() >= {Threat.REWRITTEN}
    assert victim.named_offline(tmp_path) >= {Threat.REWRITTEN}


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "checkpoint"])
def test_a_file_deleted(victim: Victim, tmp_path: Path, name: str) -> None:
    (victim.log / name).unlink()
    assert victim.named() == {Threat.DAMAGED}
    assert victim.named_offline(tmp_path) >= {Threat.DAMAGED}
