"""JSON output keeps its contract."""

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from tests.unit.reports import samples
from trustwright.reports import json as report


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Validator:
    contract = json.loads(files("trustwright.reports").joinpath("review.schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(contract)
    return jsonschema_rs.validator_for(contract)


@pytest.fixture
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(report.render(samples.review()))
    return made


def test_it_keeps_the_schema(schema: jsonschema_rs.Validator, document: dict[str, Any]) -> None:
    assert [error.message for error in schema.iter_errors(document)] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.pop("gaps"),
        lambda made: made.update(extra=1),
        lambda made: made["findings"][0].update(extra=1),
        lambda made: made["findings"][0]["locations"][0].update(line=0),
        lambda made: made["controls"][0].update(status="fine"),
        lambda made: made["routes"][0]["audit"].update(verdict="enforced"),
        lambda made: made["suppressions"][0].pop("reason"),
    ],
)
def test_the_schema_refuses_anything_else(
    schema: jsonschema_rs.Validator, document: dict[str, Any], change: Any
) -> None:
    change(document)
    assert not schema.is_valid(document)


def test_a_control_points_at_its_findings(document: dict[str, Any]) -> None:
    known = {finding["fingerprint"] for finding in document["findings"]}
    assert document["controls"][0]["findings"]
    assert all(known.issuperset(control["findings"]) for control in document["controls"])


def test_a_finding_says_what_where_why_and_how_to_mend_it(document: dict[str, Any]) -> None:
    finding = document["findings"][-1]
    assert finding["finding"] == "An error is caught and only printed."
    assert finding["locations"][0]["path"] == "src/routes/users.js"
    assert finding["related"] == [{"path": "src/pay.js", "line": 2, "end_line": 4}]
    assert finding["risk"]
    assert finding["remediation"]


def test_same_review_same_bytes() -> None:
    assert report.render(samples.review()) == report.render(samples.review())
