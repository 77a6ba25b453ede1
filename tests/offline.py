"""The offline verifier as an auditor runs it: a file of its own, an interpreter without any package."""

import subprocess
import sys
from pathlib import Path

from trustwright.trail.offline import verify_trail

FILE = Path(verify_trail.__file__)


def run_offline(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the file with ``python -I -S``; whatever happens, there is no traceback."""
    command = [sys.executable, "-I", "-S", str(FILE), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1, 2}
    return done


def threats_of(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the threats that a run named."""
    known = {value for name, value in vars(verify_trail).items() if name.isupper() and isinstance(value, str)}
    found = {threat for line in done.stdout.splitlines() for threat in known if line.startswith(threat + ": ")}
    assert (done.returncode == 1) == bool(found)
    return found
