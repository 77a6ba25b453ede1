"""`trustwright explain`: what it tells of each kind of thing, in text and JSON, and what it says to a wrong name."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from trustwright.catalog import load_catalog
from trustwright.cli.main import run
from trustwright.review.rules import all_rules

CATALOG = load_catalog()
Explain = Callable[..., str]


@pytest.fixture
def explain(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Return a function that runs the command at 80 columns without colour and returns what it printed."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def command(*words: str, exit_code: int = 0) -> str:
        assert run(["explain", *words]) == exit_code
        printed = capfdbinary.readouterr()
        return (printed.out or printed.err).decode()

    return command


def flat(text: str) -> str:
    """Return ``text`` with every run of spaces and line breaks as one space."""
    return " ".join(text.split())


def test_a_criterion_is_told_whole(explain: Explain) -> None:
    page = flat(explain("CC7.2"))
    criterion = CATALOG.criterion("CC7.2")
    assert page.startswith("CC7.2 Anomaly monitoring Security, system operations.")
    assert criterion.meaning in page
    assert criterion.in_code in page
    for control in CATALOG.controls_for("CC7.2"):
        assert f"{control.id} {control.title}" in page
        assert " ".join(control.test) in page
    for request in CATALOG.requests_for("CC7.2"):
        assert f"{request.request} ({request.form})" in page
    assert (
        "Related in other frameworks a draft: overlap only, no auditor reviewed it NIST SP 800-53 Rev. 5 AU-2," in page
    )
    assert "Policies - Logging and monitoring" in page
    assert "sensitive-action-without-audit high" in page


def test_a_control_is_told_whole(explain: Explain) -> None:
    page = flat(explain("ACC-01"))
    control = CATALOG.control("ACC-01")
    assert page.startswith("ACC-01 Single sign-on and MFA Continuous. Shown by records of systems.")
    assert control.statement in page
    assert "Criteria CC6.1 Logical access architecture CC6.6 Protection against external threats" in page
    assert f"How it is tested 1. {control.test[0]} 2. {control.test[1]} 3. {control.test[2]}" in page
    assert "Checklist CHK-01 Multi-factor authentication for all users" in page
    assert "No rule of the review speaks to it: other evidence must settle it." in page


def test_a_checklist_item_is_told_whole(explain: Explain) -> None:
    page = flat(explain("CHK-08"))
    assert page.startswith(
        "CHK-08 Authentication on every API endpoint Checklist, security Records show: The route map"
    )
    assert "Only a person can attest: The signed-off list of routes that are public on purpose." in page
    assert "What an auditor objects to - Routes that act without asking who calls" in page
    assert "route-without-authentication high" in page


def test_a_rule_is_told_whole(explain: Explain) -> None:
    rule = next(rule for rule in all_rules() if rule.id == "hard-delete")
    page = flat(explain("hard-delete"))
    assert rule.finding in page
    assert f"Risk: {rule.risk}" in page
    assert f"How to mend it 1. {rule.remediation[0]} 2. {rule.remediation[1]}" in page
    assert "CC6.1 Logical access architecture" in page
    assert "OPS-06 Audit trail of sensitive actions" in page


def test_a_category_lists_its_criteria(explain: Explain) -> None:
    page = flat(explain("privacy"))
    assert page.startswith("privacy Privacy 18 criteria, in scope when the company chooses it")
    assert "P6 Disclosure and notification P6.1 Disclosure to third parties P6.2" in page
    assert "33 criteria, always in scope" in explain("security")


def test_without_a_name_the_categories_are_listed(explain: Explain) -> None:
    page = explain()
    assert page.startswith("SOC 2 asks 61 criteria in 5 categories.")
    assert [category.id for category in CATALOG.categories if f"\n  {category.id} " not in page] == []


def every_name() -> list[str]:
    kinds = (CATALOG.categories, CATALOG.criteria, CATALOG.controls, CATALOG.checklist, all_rules())
    return [subject.id for kind in kinds for subject in kind]


@pytest.mark.slow
def test_all_that_has_a_name_fits_80_columns(explain: Explain) -> None:
    too_wide = {name: line for name in every_name() for line in explain(name).splitlines() if len(line) > 80}
    assert too_wide == {}


def test_no_name_means_two_things() -> None:
    names = [name.casefold() for name in every_name()]
    assert len(set(names)) == len(names)


def test_upper_and_lower_case_are_the_same(explain: Explain) -> None:
    assert explain("cc6.1") == explain("CC6.1")
    assert explain("Hard-Delete") == explain("hard-delete")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("CC8.2", "did you mean CC8.1, CC9.2 or CC7.2?"),
        ("ACC-1", "did you mean ACC-19, ACC-18 or ACC-17?"),
        ("hard-delte", "did you mean hard-delete?"),
        ("xyzzy", "run 'trustwright explain' for what there is."),
    ],
)
def test_an_unknown_name_is_told_the_nearest(name: str, sentence: str, explain: Explain) -> None:
    said = f"trustwright: {name}: is no category, criterion, control, checklist item or rule; {sentence}\n"
    assert explain(name, exit_code=2) == said


def test_colour_is_for_those_who_want_it(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = explain("CC6.1")
    monkeypatch.delenv("NO_COLOR")
    assert explain("CC6.1") == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in explain("CC6.1")
    assert "\x1b[" not in plain


def as_json(explain: Explain, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(explain(*words, "--format", "json"))
    assert told["schema"] == "trustwright.explain/1"
    return told


@pytest.mark.parametrize(
    ("name", "kind", "parts"),
    [
        ("CC6.1", "criterion", {"meaning", "controls", "evidence_requests", "policies", "crosswalk", "rules"}),
        ("ACC-22", "control", {"statement", "criteria", "test", "evidence", "sources", "checklist", "rules"}),
        ("CHK-08", "checklist-item", {"item", "controls", "machine", "person", "never", "rules"}),
        ("hard-delete", "rule", {"finding", "risk", "remediation", "criteria", "controls", "severity"}),
        ("privacy", "category", {"focus", "in_code", "criteria"}),
    ],
)
def test_json_has_every_part(name: str, kind: str, parts: set[str], explain: Explain) -> None:
    told = as_json(explain, name)
    assert (told["kind"], told["id"]) == (kind, name)
    assert [part for part in sorted(parts) if not told[part]] == []


def test_json_without_a_name_has_the_categories(explain: Explain) -> None:
    assert [category["id"] for category in as_json(explain)["categories"]] == [one.id for one in CATALOG.categories]


def test_json_marks_the_crosswalk_as_a_draft(explain: Explain) -> None:
    crosswalk = as_json(explain, "CC6.1")["crosswalk"]
    assert (crosswalk["status"], crosswalk["relation"]) == ("draft", "related")


def test_every_rule_points_at_criteria_and_controls_that_exist() -> None:
    known = {one.id for one in CATALOG.criteria} | {one.id for one in CATALOG.controls}
    strangers = {rule.id: lost for rule in all_rules() if (lost := {*rule.criteria, *rule.controls} - known)}
    assert strangers == {}
    assert [rule.id for rule in all_rules() if not rule.criteria or not rule.controls] == []
