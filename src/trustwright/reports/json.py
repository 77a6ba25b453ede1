"""The review as JSON for other programs; ``review.schema.json`` beside this file is its contract."""

from typing import Any

from trustwright import __version__
from trustwright.reports import indented
from trustwright.review.model import (
    CriterionAssessment,
    Finding,
    Gap,
    Location,
    Population,
    Review,
    Route,
    RuleResult,
    Verdict,
)

ENDINGS = (".json",)
SCHEMA = "trustwright.review/1"


def render(review: Review) -> bytes:
    """Return the review as UTF-8 JSON of the schema ``trustwright.review/1``; same review, same bytes."""
    target = review.target
    document = {
        "schema": SCHEMA,
        "tool": {"name": "trustwright", "version": __version__},
        "target": {
            "name": target.name,
            "commit": target.commit,
            "files": target.files,
            "lines": target.lines,
            "languages": dict(sorted(target.languages.items())),
            "frameworks": sorted(target.frameworks),
        },
        "categories": list(review.categories),
        "complete": review.complete,
        "controls": [_control(row) for row in review.criteria],
        "findings": [_finding(finding) for finding in review.findings],
        "suppressions": [{**_finding(one.finding), "reason": one.reason} for one in review.suppressions],
        "questions": [question for result in review.results for question in _questions(result)],
        "routes": [route_row(route) for route in review.routes],
        "rules": [_rule(result) for result in review.results],
        "gaps": [_gap(gap) for gap in review.gaps],
    }
    return indented(document)


def _control(row: CriterionAssessment) -> dict[str, Any]:
    return {
        "id": row.criterion,
        "title": row.title,
        "status": row.status.value,
        "gap": row.gap,
        "priority": row.priority.value if row.priority else None,
        "population": _population(row.population),
        "findings": [finding.fingerprint for finding in row.findings],
        "evidence_needed": list(row.evidence_needed),
    }


def _population(population: Population) -> dict[str, int]:
    return {"examined": population.examined, "met": population.met, "unknown": population.unknown}


def _finding(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "fingerprint": finding.fingerprint,
        "rule": rule.id,
        "criteria": list(rule.criteria),
        "controls": list(rule.controls),
        "severity": finding.severity.value,
        "severity_reason": finding.severity_reason,
        "confidence": finding.confidence.value,
        "title": rule.title,
        "finding": finding.detail or rule.finding,
        "risk": rule.risk,
        "remediation": list(rule.remediation),
        "locations": [{**_location(finding.location), "snippet": finding.snippet}],
        "related": [_location(place) for place in finding.related],
    }


def _location(place: Location) -> dict[str, Any]:
    return {"path": place.path, "line": place.line, "end_line": place.end_line}


def _questions(result: RuleResult) -> list[dict[str, Any]]:
    return [
        {
            "rule": question.rule.id,
            "path": question.location.path,
            "line": question.location.line,
            "detail": question.detail,
        }
        for question in result.questions
    ]


def route_row(route: Route) -> dict[str, Any]:
    """Return one row of the route map: the route, its four verdicts and the places they rest on."""
    declared = route.declared
    return {
        "method": declared.method,
        "path": declared.path,
        "framework": declared.framework,
        "file": declared.location.path,
        "line": declared.location.line,
        "handler": declared.handler_name,
        "changes_state": route.changes_state,
        "sensitive": route.sensitive,
        "authentication": _verdict(route.authentication),
        "authorization": _verdict(route.authorization),
        "audit": _verdict(route.audit),
        "deletion": _verdict(route.deletion),
    }


def _verdict(verdict: Verdict[Any]) -> dict[str, Any]:
    return {
        "verdict": str(verdict.value),
        "evidence": [_location(place) for place in verdict.evidence],
        "reason": verdict.reason,
    }


def _rule(result: RuleResult) -> dict[str, Any]:
    return {
        "id": result.rule.id,
        "title": result.rule.title,
        "examines": result.rule.population,
        "population": _population(result.population),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {"kind": gap.kind, "path": gap.path, "detail": gap.detail, "count": gap.count}
