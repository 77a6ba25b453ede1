"""SARIF output is valid, keeps what it is told, and shows nothing that is not there."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.unit.reports import samples
from trustwright.reports import sarif
from trustwright.review.model import Location


@pytest.fixture(scope="module")
def schema(root: Path) -> jsonschema_rs.Validator:
    text = (root / "tests/data/sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text))


@pytest.fixture(scope="module")
def run() -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif.render(samples.review()))
    return log["runs"][0]  # type: ignore[no-any-return]


def test_it_is_valid(schema: jsonschema_rs.Validator, run: dict[str, Any]) -> None:
    log = json.loads(sarif.render(samples.review()))
    assert [error.message for error in schema.iter_errors(log)] == []
    log["runs"][0]["results"][0]["level"] = "critical"
    assert not schema.is_valid(log)


def test_a_result_names_its_rule_and_its_place(run: dict[str, Any]) -> None:
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/routes/users.js", "uriBaseId": "SRCROOT"}
    assert place["region"]["startLine"] == 12
    assert result["partialFingerprints"] == {"trustwright/v1": "route-without-authentication-12"}
    assert result["level"] == "error"


def test_criteria_are_tags_and_taxa(run: dict[str, Any]) -> None:
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    rule = rules["route-without-authentication"]
    assert {"CC6.1", "CC6.6", "ACC-05"} <= set(rule["properties"]["tags"])
    taxa = run["taxonomies"][0]["taxa"]
    targets = [relation["target"] for relation in rule["relationships"]]
    assert [taxa[target["index"]]["id"] for target in targets] == ["CC6.1", "CC6.6"]


def test_what_is_set_aside_says_why(run: dict[str, Any]) -> None:
    aside = [result for result in run["results"] if "suppressions" in result]
    assert [one["suppressions"] for one in aside] == [
        [{"kind": "inSource", "justification": "Behind the office network only."}]
    ]


def test_gaps_and_questions_are_notifications_and_an_incomplete_run_says_so(run: dict[str, Any]) -> None:
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    told = [(one["descriptor"]["id"], one["level"]) for one in invocation["toolExecutionNotifications"]]
    assert told == [("parse-error", "warning"), ("left-out", "note"), ("open-question", "note")]


def test_a_path_is_a_uri_and_a_message_holds_no_link() -> None:
    odd = samples.finding(location=Location("src/a b%/ä#.js", 1), detail="[click](https://evil.example)\x1b[31m")
    run = json.loads(sarif.render(samples.with_findings(odd)))["runs"][0]
    result = run["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/a%20b%25/%C3%A4%23.js"
    assert result["message"]["text"] == "[click] (https://evil.example)\N{REPLACEMENT CHARACTER}[31m"
