"""A small review made by hand, with one of everything that a report has to tell."""

from dataclasses import replace

from trustwright.review.model import (
    Access,
    Audit,
    Confidence,
    ControlStatus,
    CriterionAssessment,
    DeclaredRoute,
    Deletion,
    Finding,
    Gap,
    Location,
    OpenQuestion,
    Population,
    Review,
    Route,
    Rule,
    RuleResult,
    Severity,
    Suppression,
    Target,
    Verdict,
)

OPEN_ROUTE = Rule(
    module="trustwright.review.rules.route_without_authentication",
    title="Route without authentication",
    finding="A route that changes state can be called without signing in.",
    risk="Anyone on the network can change or delete customer data, and nobody can say who did.",
    remediation=(
        "Attach a guard that rejects requests without a valid session to the route or its router.",
        "If the route is meant to be public, declare it in trustwright.toml with reason, owner and expiry.",
    ),
    criteria=("CC6.1", "CC6.6"),
    controls=("ACC-05",),
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    population="routes",
    gap="{unmet} of {examined} routes accept anonymous requests",
)
SWALLOWED = replace(
    OPEN_ROUTE,
    module="trustwright.review.rules.error_swallowed",
    title="Error swallowed",
    finding="An error is caught and only printed.",
    risk="A failure that nobody is told of is not handled.",
    remediation=("Log it with its context and let monitoring see it.",),
    criteria=("CC7.2",),
    controls=(),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="error handlers",
    gap="",
)


def finding(rule: Rule = OPEN_ROUTE, line: int = 12, **changes: object) -> Finding:
    """Return a finding of ``rule`` in ``src/routes/users.js``."""
    made = Finding(
        fingerprint=f"{rule.id}-{line}",
        rule=rule,
        severity=rule.severity,
        confidence=rule.confidence,
        detail="DELETE /users/{id} has no guard that rejects.",
        location=Location("src/routes/users.js", line),
        snippet="router.delete('/users/:id', remove);",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def row(criterion: str, title: str, *findings: Finding, **changes: object) -> CriterionAssessment:
    """Return a row of the Control Assessment."""
    made = CriterionAssessment(
        criterion=criterion,
        title=title,
        status=ControlStatus.NON_COMPLIANT if findings else ControlStatus.COMPLIANT,
        gap="9 of 51 routes accept anonymous requests (3 unknown)" if findings else "no objection in 4 of 4 queues",
        priority=findings[0].severity if findings else None,
        population=Population(51, 39, 3) if findings else Population(4, 4, 0),
        findings=findings,
        evidence_needed=("Access control policy (document)",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def route() -> Route:
    """Return a route whose verdicts differ."""
    place = Location("src/routes/users.js", 12)
    return Route(
        declared=DeclaredRoute("DELETE", "/users/{id}", "express", place, None, "remove"),
        authentication=Verdict(Access.ABSENT, (place,), "nothing before the handler rejects"),
        authorization=Verdict(Access.UNKNOWN),
        audit=Verdict(Audit.ABSENT),
        deletion=Verdict(Deletion.HARD, (Location("src/users.js", 40),)),
        changes_state=True,
        sensitive="deletes a user",
    )


def review() -> Review:
    """Return the review."""
    routes = tuple(finding(line=line) for line in (12, 30, 41, 55))
    swallowed = finding(SWALLOWED, 7, detail="", severity=Severity.MEDIUM, related=(Location("src/pay.js", 2, 4),))
    questions = (OpenQuestion(OPEN_ROUTE, Location("src/app.js", 3), "The guard `check` comes from a package."),)
    return Review(
        target=Target(
            "acme-shop", "1a2b3c4d5e6f", 42, 3120, {"python": 820, "javascript": 2300}, ("fastapi", "express")
        ),
        criteria=(
            row("CC6.1", "Logical access architecture", *routes),
            row("CC6.6", "Protection against external threats", *routes),
            row(
                "CC7.2",
                "Anomaly monitoring",
                swallowed,
                status=ControlStatus.PARTIAL,
                gap="1 of 5 error handlers: error swallowed",
            ),
            row("CC7.4", "Incident response"),
            row(
                "CC9.1",
                "Business disruption mitigation",
                status=ControlStatus.NOT_ASSESSED,
                gap="nothing read speaks to it; would settle it: Risk register (export)",
                evidence_needed=("Risk register (export)",),
                population=Population(),
            ),
        ),
        results=(
            RuleResult(OPEN_ROUTE, Population(51, 39, 3), routes, questions),
            RuleResult(SWALLOWED, Population(5, 4, 0), (swallowed,)),
        ),
        findings=(*routes, swallowed),
        suppressions=(Suppression(finding(line=99, fingerprint="aside"), "Behind the office network only."),),
        routes=(route(),),
        gaps=(
            Gap("parse-error", "src/broken.ts", "line 4 is not TypeScript"),
            Gap("left-out", "vendor", "vendored", 7),
        ),
        complete=False,
        categories=("security",),
    )


def with_findings(*findings: Finding) -> Review:
    """Return a review of one criterion with these findings of ``OPEN_ROUTE`` and nothing else."""
    return replace(
        review(),
        criteria=(row("CC6.1", "Logical access architecture", *findings),),
        results=(RuleResult(OPEN_ROUTE, Population(9, 9 - len(findings), 0), findings),),
        findings=findings,
        suppressions=(),
        gaps=(),
        complete=True,
    )


def with_rows(review: Review, *rows: CriterionAssessment) -> Review:
    """Return ``review`` with other rows in its Control Assessment."""
    return replace(review, criteria=rows)
