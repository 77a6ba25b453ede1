"""The review as SARIF 2.1.0, for code hosts and editors that show findings at their place.

Criteria are tags and taxa of the rules. Gaps and open questions are notifications, not results: a host would show a
result as something wrong.
"""

from typing import Any

from trustwright import __version__
from trustwright.reports import indented, uri, visible
from trustwright.review.model import Confidence, Finding, Location, Review, Rule, Severity

ENDINGS = (".sarif", ".sarif.json")
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TAXONOMY = "SOC 2 Trust Services Criteria"
LEVEL = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# What code hosts sort by: over 9.0 is critical to them, from 7.0 high, from 4.0 medium.
SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}
FINGERPRINT = "trustwright/v1"


def render(review: Review) -> bytes:
    """Return the review as a UTF-8 SARIF 2.1.0 log with one run; same review, same bytes."""
    rules = sorted((result.rule for result in review.results), key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    taxa = {row.criterion: number for number, row in enumerate(review.criteria)}
    results = [_result(finding, index) for finding in review.findings]
    for one in review.suppressions:
        aside = [{"kind": "inSource", "justification": visible(one.reason)}]
        results.append({**_result(one.finding, index), "suppressions": aside})
    run = {
        "tool": {
            "driver": {
                "name": "Trustwright",
                "semanticVersion": __version__,
                "supportedTaxonomies": [{"name": TAXONOMY, "index": 0}],
                "rules": [_rule(rule, taxa) for rule in rules],
            }
        },
        "taxonomies": [
            {
                "name": TAXONOMY,
                "version": "2017",
                "isComprehensive": False,
                "taxa": [{"id": row.criterion, "shortDescription": {"text": row.title}} for row in review.criteria],
            }
        ],
        "invocations": [{"executionSuccessful": review.complete, "toolExecutionNotifications": _notifications(review)}],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The reviewed folder."}}},
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return indented(log)


def _rule(rule: Rule, taxa: dict[str, int]) -> dict[str, Any]:
    steps = [f"{number}. {step}" for number, step in enumerate(rule.remediation, 1)]
    return {
        "id": rule.id,
        "name": rule.title,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.finding} {rule.risk}"},
        "help": {
            "text": "\n".join([rule.finding, "", f"Risk: {rule.risk}", "", "Remediation:", *steps]),
            "markdown": "\n".join([rule.finding, "", f"**Risk:** {rule.risk}", "", "**Remediation:**", "", *steps]),
        },
        "defaultConfiguration": {"level": LEVEL[rule.severity]},
        "relationships": [
            {
                "target": {"id": name, "index": taxa[name], "toolComponent": {"name": TAXONOMY, "index": 0}},
                "kinds": ["relevant"],
            }
            for name in rule.criteria
            if name in taxa
        ],
        "properties": {
            "tags": ["security", *rule.criteria, *rule.controls],
            "precision": PRECISION[rule.confidence],
            "security-severity": SCORE[rule.severity],
        },
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    rule = finding.rule
    result: dict[str, Any] = {
        "ruleId": rule.id,
        "ruleIndex": index[rule.id],
        "level": LEVEL[finding.severity],
        "message": {"text": _message(finding.detail or rule.finding)},
        "locations": [_location(finding.location, finding.snippet)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "severity": finding.severity.value,
            "severity_reason": finding.severity_reason,
            "confidence": finding.confidence.value,
            "security-severity": SCORE[finding.severity],
        },
    }
    if finding.related:
        result["relatedLocations"] = [_location(place) for place in finding.related]
    return result


def _location(place: Location, snippet: str = "") -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(1, place.line), "endLine": max(1, place.end_line)}
    if snippet:
        region["snippet"] = {"text": snippet}
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": "SRCROOT"}


def _notifications(review: Review) -> list[dict[str, Any]]:
    gaps = [
        {
            "descriptor": {"id": gap.kind},
            "level": "note" if gap.kind == "left-out" else "warning",
            "message": {"text": _message(f"{gap.path}: {gap.detail}" if gap.path else gap.detail)},
            **({"locations": [{"physicalLocation": {"artifactLocation": _artifact(gap.path)}}]} if gap.path else {}),
        }
        for gap in review.gaps
    ]
    questions = [
        {
            "descriptor": {"id": "open-question"},
            "associatedRule": {"id": result.rule.id},
            "level": "note",
            "message": {"text": _message(question.detail)},
            "locations": [_location(question.location)],
        }
        for result in review.results
        for question in result.questions
    ]
    return gaps + questions


def _message(text: str) -> str:
    """Return a message on one line in which nothing reads as a link: SARIF gives ``[text](target)`` a meaning."""
    return visible(text).replace("](", "] (")
