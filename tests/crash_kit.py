"""Kills whatever takes part in recording, at random moments, and counts what became of every acknowledged event.

    .venv/bin/python -m tests.crash_kit --events 100000      the full run
    (tests/functional/test_trail_crashes.py makes a small one)

Producers, sequencer and PostgreSQL are processes of their own. Each producer writes down the id of an event once it was
told that the event is kept. At the end everything is started once more and left in peace; then each of those ids must
be in the log exactly once, and every checkpoint that was ever published must be a prefix of the last.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from trustwright.trail import schema
from trustwright.trail.merkle import prove_consistency, verify_consistency
from trustwright.trail.note import opened
from trustwright.trail.places import DATA
from trustwright.trail.signer import Signer, trusted_key
from trustwright.trail.tiles import CHECKPOINT, Folder, Tiles
from trustwright.trail.verify import taken_apart, verify

PRODUCER = """
import os, sys, time
from trustwright import trail
from trustwright.trail.recording import _writer, made
from pathlib import Path
trail.configure(url=sys.argv[1], spool=Path(sys.argv[2]))
told = os.open(sys.argv[3], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
left = int(sys.argv[4])
while left > 0:
    events = [made("update", "order", actor_type="user", resource_id=str(n)) for n in range(50)]
    for event, future in [(event, _writer().submit(event)) for event in events]:
        future.result()
        os.write(told, f"{event.id}\\n".encode())
    left -= 50
    time.sleep(0.03)
trail.close()
"""
SEQUENCER = """
import sys, threading
from pathlib import Path
from trustwright.trail.sequencer import open_sequencer
from trustwright.trail.tiles import Folder
open_sequencer(sys.argv[1], Folder(Path(sys.argv[2])), Path(sys.argv[3])).run(threading.Event(), 0.05, 1.0)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    acknowledged: int
    lost: int
    twice: int
    kills: dict[str, int]
    checkpoints: int
    forked: int
    problems: tuple[str, ...]


def run(folder: Path, events: int, seed: int, most_seconds: float) -> Outcome:
    """Record at least so many events while processes are killed.

    Args:
        folder: an empty folder with a short path.
        events: how many each of two producers records.
        seed: of the random moments.
        most_seconds: after which nothing is killed any more.
    """
    os.environ[DATA] = str(folder)
    url = _start_database(folder)
    with psycopg.connect(url) as connection:
        schema.apply(connection)
    Signer.create(folder / "keys", "crash.example/log")
    chance, kills, seen = random.Random(seed), Counter[str](), set[bytes]()
    told = [folder / f"told{number}" for number in range(2)]
    producers = [_producer(url, folder, path, events) for path in told]
    sequencer, ends = _sequencer(url, folder), time.monotonic() + most_seconds
    while not all(_done(path, events) for path in told):
        for _ in range(chance.randrange(5, 120)):
            time.sleep(0.01)
            _collect(folder, seen)
        if time.monotonic() < ends:
            victim = chance.choice(["producer", "producer", "sequencer", "sequencer", "database"])
            if victim == "producer":
                _kill(chance.choice(producers))
            elif victim == "sequencer":
                _kill(sequencer)
            else:
                kill_database(folder)
                url = _start_database(folder)
            kills[victim] += 1
        for number, path in enumerate(told):
            if producers[number].poll() is not None and not _done(path, events):
                producers[number] = _producer(url, folder, path, events - _count(path))
        if sequencer.poll() is not None:
            sequencer = _sequencer(url, folder)
    for process in producers:
        process.wait(60)
    sequencer = _finish(url, folder, sequencer)
    _kill(sequencer)
    return _outcome(url, folder, told, kills, seen)


def _finish(url: str, folder: Path, sequencer: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
    """Let a last producer adopt what killed ones left, then wait until everything is in the tree and signed."""
    last = [sys.executable, "-c", PRODUCER, url, str(folder / "spool"), str(folder / "told-last"), "1"]
    subprocess.run(last, check=True)
    for _ in range(300):
        if sequencer.poll() is not None:
            sequencer = _sequencer(url, folder)
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("SELECT count(*) FROM trail.intake").fetchone()
            size = connection.execute("SELECT size FROM trail.tree").fetchone()
        path = folder / "log" / CHECKPOINT
        state = opened(path.read_bytes(), trusted_key(folder / "keys")) if path.exists() else None
        if row == (0,) and state is not None and size == (state.size,):
            return sequencer
        time.sleep(0.1)
    raise RuntimeError("the sequencer did not finish")


def _outcome(url: str, folder: Path, told: list[Path], kills: Counter[str], seen: set[bytes]) -> Outcome:
    key, storage = trusted_key(folder / "keys"), Folder(folder / "log")
    last = opened(storage.read(CHECKPOINT), key)
    tiles = Tiles(storage, last.size)
    ids = Counter[str]()
    for index, content in tiles.entries(0, last.size):
        entry = taken_apart(index, content)
        ids[str(entry.said["id"]) if entry is not None else f"not understood {index}"] += 1
    forked = 0
    for note in seen:
        state = opened(note, key)
        proof = prove_consistency(state.size, last.size, tiles.node)
        forked += not verify_consistency(state.size, last.size, state.root, last.root, proof)
    acknowledged = {line for path in told for line in path.read_text().split("\n") if len(line) == 36}
    with psycopg.connect(url) as connection:
        findings = verify(storage, key, table=connection)
    return Outcome(
        acknowledged=len(acknowledged),
        lost=sum(id_ not in ids for id_ in acknowledged),
        twice=sum(count > 1 for count in ids.values()),
        kills=dict(kills),
        checkpoints=len(seen),
        forked=forked,
        problems=tuple(f"{problem.threat}: {problem.where}: {problem.detail}" for problem in findings.problems),
    )


def _collect(folder: Path, seen: set[bytes]) -> None:
    path = folder / "log" / CHECKPOINT
    if path.exists():
        seen.add(path.read_bytes())


def _count(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _done(path: Path, events: int) -> bool:
    return _count(path) >= events


def _producer(url: str, folder: Path, told: Path, events: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", PRODUCER, url, str(folder / "spool"), str(told), str(events)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def _sequencer(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", SEQUENCER, url, str(folder / "log"), str(folder / "keys")]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def _start_database(folder: Path) -> str:
    """Start PostgreSQL when it does not run; return its URL."""
    script = "from trustwright.trail.places import address; print(address()[0]); import os; os._exit(0)"
    said = ""
    for _ in range(20):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
        said = done.stderr
        time.sleep(0.3)
    raise RuntimeError(said[-500:])


def kill_database(folder: Path) -> None:
    """Kill every process of the database at once, as a power cut would."""
    try:
        postmaster = int((folder / "postgresql" / "postmaster.pid").read_text().split("\n")[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    except (OSError, ValueError):
        return
    for process in (postmaster, *map(int, children)):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    for _ in range(100):
        if not Path(f"/proc/{postmaster}").exists():
            break
        time.sleep(0.02)
    (folder / "postgresql" / "postmaster.pid").unlink(missing_ok=True)


def main() -> int:
    """Make a full run and print what it came to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600)
    said = parser.parse_args()
    with TemporaryDirectory(prefix="tw", ignore_cleanup_errors=True) as name:
        found = run(Path(name), said.events // 2, said.seed, said.seconds)
        kill_database(Path(name))
    sys.stdout.write(f"{found}\n")
    return int(bool(found.lost or found.twice or found.forked or found.problems))


if __name__ == "__main__":
    raise SystemExit(main())
