"""Starting the command stays quick, because it loads nothing that it does not need."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "trustwright"
HELP_SECONDS = 0.15
HEAVY = {"asyncio", "msgspec", "rich", "sqlglot", "tree_sitter", "yaml"}


def modules_after(arguments: list[str]) -> set[str]:
    """Run one command line in a fresh interpreter and return the top-level modules that it loaded."""
    program = (
        "import sys\n"
        "from trustwright.cli.main import run\n"
        f"code = run({arguments!r})\n"
        "print('\\n'.join(sorted(sys.modules)), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in result.stderr.splitlines()}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_starting_loads_nothing_heavy(arguments: list[str]) -> None:
    modules = modules_after(arguments)
    assert "click" in modules
    assert modules & HEAVY == set()


def test_help_is_there_at_once() -> None:
    def seconds() -> float:
        began = time.perf_counter()
        subprocess.run([COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    # The quickest of several: what the command needs, not what else the machine was doing.
    assert min(seconds() for _ in range(7)) < HELP_SECONDS
