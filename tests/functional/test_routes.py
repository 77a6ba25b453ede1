"""`trustwright routes` prints the route map."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.functional.test_review import OPEN_SHOP, lay, run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return lay(tmp_path, OPEN_SHOP)


def test_the_table_fits_80_columns_and_ends_with_denominators(shop: Path) -> None:
    done = run("routes", shop)
    assert done.returncode == 0
    lines = done.stdout.split("\n")
    assert lines[0].split() == ["AUTHN", "AUTHZ", "AUDIT", "DELETE", "ROUTE"]
    assert max(map(len, lines)) <= 80
    enforced = next(line for line in lines if line.endswith("GET /orders"))
    assert enforced.split()[0] == "enforced"
    assert "authentication :5" in lines[lines.index(enforced) + 1]
    assert "  authentication: 1 absent, 1 enforced of 2" in lines


def test_the_json_has_the_rows_of_the_review(shop: Path) -> None:
    made = json.loads(run("routes", shop, "--format", "json").stdout)
    assert made["schema"] == "trustwright.routes/1"
    review = json.loads(run("review", shop, "--format", "json").stdout)
    assert made["routes"] == review["routes"]
    assert [(row["method"], row["path"]) for row in made["routes"]] == [("GET", "/orders"), ("DELETE", "/orders/{id}")]


def test_the_csv_has_a_line_for_each_route_and_no_formula(shop: Path) -> None:
    """A spreadsheet runs a cell that begins with ``=``; a file may be called like one."""
    (shop / "src/app.js").rename(shop / "=cmd().js")
    rows = list(csv.DictReader(io.StringIO(run("routes", shop, "--format", "csv").stdout)))
    assert {row["file"] for row in rows} == {"'=cmd().js"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {row["authentication"] for row in rows} == {"absent", "enforced"}


def test_it_writes_to_a_file(shop: Path, tmp_path: Path) -> None:
    done = run("routes", shop, "--output", tmp_path / "routes.txt")
    assert done.stdout == ""
    assert "DELETE /orders/{id}" in (tmp_path / "routes.txt").read_text(encoding="utf-8")


def test_without_routes_it_says_so(tmp_path: Path) -> None:
    assert run("routes", lay(tmp_path, {"a.txt": ""})).stdout.startswith("No route found.")
