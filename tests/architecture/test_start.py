"""Starting the command stays quick, because it loads nothing that it does not need; `benchmarks/start.py` times it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reviewing import lay

HEAVY = {"asyncio", "msgspec", "rich", "sqlglot", "tree_sitter", "yaml"}
SERVER = {"django", "duckdb", "psycopg", "sqlglot"}


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


def test_a_review_loads_no_database_and_no_web_framework(tmp_path: Path) -> None:
    """Not even for a repository that is written with them."""
    lay(
        tmp_path,
        {
            "requirements.txt": "django\npsycopg\n",
            "urls.py": "from django.urls import path\nurlpatterns = [path('a', lambda request: None)]\n",
            "m.sql": "CREATE TABLE a (b int);\n",
        },
    )
    modules = modules_after(["review", str(tmp_path), "--no-cache", "--jobs=1"])
    assert "tree_sitter" in modules
    assert modules & SERVER == set()
