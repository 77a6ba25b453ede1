"""Times the review beside semgrep running comparable rules and beside the bare parse of the same files.

    python benchmarks/speed.py FOLDER [--runs 3] [--semgrep PATH]

All are measured in one run, in turn, so that a slow machine slows them alike; the medians and their ratios are printed.
CPU seconds are those of the process and all its children; memory is the largest sum of resident sizes seen.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trustwright.review.source.discovery import discover

HERE = Path(__file__).parent
RUN = "from trustwright.cli.main import main; main()"
PARSE = """
import sys
from pathlib import Path
from trustwright.review.source import javascript, python
for line in sys.stdin:
    path, _, language = line.rstrip("\\n").rpartition("\\t")
    parser = python.parser() if language == "python" else javascript.parser(language)
    parser.parse(Path(path).read_bytes())
"""


@dataclass(frozen=True)
class Measured:
    """One run: wall and CPU seconds, and the largest resident memory of all its processes in MB."""

    wall: float
    cpu: float
    memory: float


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--semgrep", default=shutil.which("semgrep") or "", help="the semgrep program")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    files = [file for file in discover(folder).files if file.language and file.role == "production"]
    lines = sum((folder / file.path).read_bytes().count(b"\n") for file in files)
    listing = "".join(f"{folder / file.path}\t{file.language}\n" for file in files)
    size = sum(file.size for file in files) / 1e6
    print(f"{folder.name}: {len(files):,} source files, {lines:,} lines, {size:.1f} MB; {os.cpu_count()} processors\n")
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_CACHE_HOME": home}
        command = [sys.executable, "-c", RUN, "review", str(folder), "--format", "json"]
        runs: dict[str, Callable[[], Measured]] = {
            "review, no cache": lambda: measure([*command, "--no-cache"], environment),
            "bare parse": lambda: measure([sys.executable, "-c", PARSE], environment, listing),
            "review, second run": lambda: measure(command, environment),
        }
        if arguments.semgrep:
            runs["semgrep"] = lambda: measure(semgrep(arguments.semgrep, folder, home), environment)
        measure(command, environment)  # fills the cache
        results = {name: [run() for _ in range(arguments.runs)] for name, run in runs.items()}
    report(results)
    return 0


def semgrep(program: str, folder: Path, home: str) -> list[str]:
    """Return the command that runs the comparable rules over the same production files."""
    left_out = [
        option for name in ("test", "tests", "*.spec.ts", "*.test.ts", "*.d.ts") for option in ("--exclude", name)
    ]
    quiet = ["--metrics=off", "--disable-version-check", "--quiet", "--json", "--output", f"{home}/semgrep.json"]
    return [program, "scan", "--config", str(HERE / "semgrep-rules.yaml"), *quiet, *left_out, str(folder)]


def measure(command: list[str], environment: dict[str, str], given: str = "") -> Measured:
    """Run a command to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    process.communicate(given)
    wall = time.monotonic() - started
    if process.returncode not in {0, 3}:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak[0])


def _watch(pid: int, peak: list[float]) -> None:
    """Note the largest proportional memory of a process and its children, while it lives (Linux only)."""
    while Path(f"/proc/{pid}").exists():
        peak[0] = max(peak[0], sum(_resident(one) for one in _family(pid)))
        time.sleep(0.02)


def _family(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [pid, *(member for child in text.split() for member in _family(int(child)))]


def _resident(pid: int) -> float:
    """Return a process's share of memory in MB: pages shared between processes count once."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)


def report(results: dict[str, list[Measured]]) -> None:
    """Print medians and ratios to the review without a cache."""
    middle = {
        name: Measured(
            statistics.median(run.wall for run in runs),
            statistics.median(run.cpu for run in runs),
            max(run.memory for run in runs),
        )
        for name, runs in results.items()
    }
    base = middle["review, no cache"]
    print("| what | wall s | CPU s | memory MB | wall / review | CPU / review |")
    print("|---|---|---|---|---|---|")
    for name, one in middle.items():
        print(
            f"| {name} | {one.wall:.2f} | {one.cpu:.2f} | {one.memory:.0f} | "
            f"{one.wall / base.wall:.2f} | {one.cpu / base.cpu:.2f} |"
        )
    print(f"\nThe review costs {base.cpu / middle['bare parse'].cpu:.2f} times the CPU of the bare parse.")
    if "semgrep" in middle:
        print(f"semgrep takes {middle['semgrep'].wall / base.wall:.1f} times as long as the review.")


if __name__ == "__main__":
    raise SystemExit(main())
