"""Times how long the command takes to start, beside the interpreter that it cannot be quicker than.

    python benchmarks/start.py [--runs 15]

Each line is the quickest of several runs, taken in turn, and its ratio to `python -c pass` of the same environment:
that a slow or busy machine leaves as it is.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HELP_SECONDS = 0.150
"""What `trustwright --help` may take on a machine that does nothing else."""
ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).parent / "trustwright")
STARTS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "trustwright --help": [COMMAND, "--help"],
    "trustwright review --help": [COMMAND, "review", "--help"],
    "./tw --help": [str(ROOT / "tw"), "--help"],
}


def seconds(command: list[str]) -> float:
    """Run a command once and return its wall time."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> int:
    """Measure and print the table; exit with 1 when `--help` takes too long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    taken: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(runs):
        for name, command in STARTS.items():
            taken[name].append(seconds(command))
    quickest = {name: min(each) for name, each in taken.items()}
    bare = quickest["python -c pass"]
    print(f"{'command':28}{'ms':>8}{'ratio':>8}")
    for name, least in quickest.items():
        print(f"{name:28}{least * 1000:8.0f}{least / bare:8.1f}")
    return int(quickest["trustwright --help"] > HELP_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
