"""`trustwright checklist`: every item in every form, with its controls and the rules that look at code for it."""

import json
from collections.abc import Callable

import pytest

from trustwright.catalog import load_catalog
from trustwright.cli.main import run

CHECKLIST = load_catalog().checklist
Checklist = Callable[..., str]


@pytest.fixture
def checklist(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Checklist:
    """Return a function that runs the command at 80 columns without colour and returns what it printed."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def command(*words: str) -> str:
        assert run(["checklist", *words]) == 0
        return capfdbinary.readouterr().out.decode()

    return command


def test_the_table_has_every_item_with_its_controls(checklist: Checklist) -> None:
    table = checklist()
    assert table.startswith(f"Checklist: {len(CHECKLIST)} items, ")
    starts = [line.split()[0] for line in table.splitlines() if line.startswith("CHK-")]
    assert starts == [item.id for item in CHECKLIST]
    row = table[table.index("CHK-34") : table.index("CHK-35")]
    assert "Quarterly access reviews" in row
    assert "ACC-07" in row


def test_the_table_fits_80_columns(checklist: Checklist) -> None:
    assert [line for line in checklist().splitlines() if len(line) > 80] == []


def test_the_table_names_the_rules_of_an_item(checklist: Checklist) -> None:
    table = checklist()
    assert "route-without-authentication" in table[table.index("CHK-08") : table.index("CHK-09")]
    assert "route-" not in table[table.index("CHK-34") : table.index("CHK-35")]


def test_markdown_is_a_task_list_under_headings(checklist: Checklist) -> None:
    lines = checklist("--format", "markdown").splitlines()
    assert lines[:3] == ["# Checklist", "", "## Security"]
    assert sum(line.startswith("- [ ] **") for line in lines) == len(CHECKLIST)
    assert [line[3:] for line in lines if line.startswith("## ")] == list(dict.fromkeys(one.group for one in CHECKLIST))
    at = lines.index("- [ ] **Authentication on every API endpoint** (CHK-08; CC6.1, CC6.6; ACC-22)")
    assert lines[at + 1].startswith("  - Records show: The route map")
    assert lines[at + 2 : at + 4] == [
        "  - A person attests: The signed-off list of routes that are public on purpose.",
        "  - Never: routes that act without asking who calls.",
    ]
    assert lines[at + 4].startswith("  - Rules: `")
    assert "`route-without-authentication`" in lines[at + 4]


def test_markdown_leaves_out_what_an_item_does_not_have(checklist: Checklist) -> None:
    text = checklist("--format", "markdown")
    items = dict(zip((item.id for item in CHECKLIST), text.split("- [ ] **")[1:], strict=True))
    assert "A person attests" not in items["CHK-39"]  # staging before production: records alone show it
    assert "Rules:" not in items["CHK-17"]  # an uptime commitment is a contract: no code shows it


def test_json_has_every_item_with_its_rules(checklist: Checklist) -> None:
    told = json.loads(checklist("--format", "json"))
    assert told["schema"] == "trustwright.checklist/1"
    assert [item["id"] for item in told["items"]] == [item.id for item in CHECKLIST]
    rules = {item["id"]: item["rules"] for item in told["items"]}
    assert "route-without-authentication" in rules["CHK-08"]
    assert rules["CHK-34"] == []
