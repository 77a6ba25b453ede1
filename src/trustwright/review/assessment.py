"""From what the rules saw to one row per criterion: status, gap with denominators, priority, evidence still needed.

A status speaks only of what this review looked at. What could not be judged is never counted as good: it keeps a row
from being compliant, and a row where nothing could be judged is not assessed.
"""

from collections.abc import Collection, Sequence
from itertools import groupby

from trustwright.catalog import Catalog, Criterion
from trustwright.review.model import (
    ControlStatus,
    CriterionAssessment,
    Finding,
    Population,
    Rule,
    RuleResult,
    Severity,
)

SHOWN = 3  # phrases in one gap: a table cell that says more is not read


def applies(rule: Rule, catalog: Catalog, categories: Collection[str]) -> bool:
    """Say whether a rule speaks to a criterion in scope; a review runs no other rule."""
    return any(criterion.id in rule.criteria for criterion in catalog.criteria_in(categories))


def assess(
    results: Sequence[RuleResult], catalog: Catalog, categories: Collection[str]
) -> tuple[CriterionAssessment, ...]:
    """Return a row for every criterion in scope, in the catalog's order.

    Args:
        results: what the rules saw, in any order.
        catalog: the criteria and the evidence an auditor asks for.
        categories: the categories in scope, besides security.
    """
    return tuple(
        _row(criterion, [result for result in results if criterion.id in result.rule.criteria], catalog)
        for criterion in catalog.criteria_in(categories)
    )


def _row(criterion: Criterion, speaking: Sequence[RuleResult], catalog: Catalog) -> CriterionAssessment:
    evidence = tuple(f"{request.request} ({request.form})" for request in catalog.requests_for(criterion.id))
    findings = tuple(sorted((one for result in speaking for one in result.findings), key=worst_first))
    return CriterionAssessment(
        criterion=criterion.id,
        title=criterion.title,
        status=status(speaking),
        gap=gap(speaking, evidence),
        priority=findings[0].severity if findings else None,
        population=sum((result.population for result in speaking), Population()),
        findings=findings,
        evidence_needed=evidence,
    )


def worst_first(finding: Finding) -> tuple[int, str, str, int, str]:
    """Sort key: severity, rule, place."""
    place = finding.location
    return finding.severity.rank, finding.rule.id, place.path, place.line, finding.fingerprint


def status(results: Sequence[RuleResult]) -> ControlStatus:
    """Return the status of a criterion to which ``results`` speak, as docs/adr/0002 defines it.

    Something set aside by a comment in the code is not met either: the row is partial at best.
    """
    severities = {finding.severity for result in results for finding in result.findings}
    total = sum((result.population for result in results), Population())
    if severities & {Severity.CRITICAL, Severity.HIGH}:
        return ControlStatus.NON_COMPLIANT
    if severities:
        return ControlStatus.PARTIAL
    if total.unknown == total.examined:
        return ControlStatus.NOT_ASSESSED
    return ControlStatus.COMPLIANT if total.met == total.examined else ControlStatus.PARTIAL


def gap(results: Sequence[RuleResult], evidence: Sequence[str]) -> str:
    """Say what is missing for a criterion, every number beside its denominator.

    Args:
        results: what the rules that speak to the criterion saw.
        evidence: what an auditor will ask for; named when the code says nothing.
    """
    state = status(results)
    if state is ControlStatus.NOT_ASSESSED:
        return _not_assessed(results, evidence)
    if state is ControlStatus.COMPLIANT:
        return f"no objection in {_listed(_examined(results))}"
    objecting = sorted((result for result in results if result.findings), key=_worst)
    parts = [_shortfall(result) for result in objecting[:SHOWN]]
    if len(objecting) > SHOWN:
        rest = len(objecting) - SHOWN
        parts.append(f"{rest} more objection{'s' if rest > 1 else ''}")
    others = [result for result in results if not result.findings]
    unsettled = _unsettled(others)
    if unsettled:
        examined = sum(result.population.examined for result in others)
        parts.append(f"{unsettled} of {examined} {'other ' if parts else ''}{_subject(others)}")
    return "; ".join(parts)


def _unsettled(results: Sequence[RuleResult]) -> str:
    """Say how many members are neither met nor an open objection, or nothing when there are none."""
    unknown = sum(result.population.unknown for result in results)
    aside = sum(_set_aside(result) for result in results)
    words = [f"{unknown} unknown"] * bool(unknown) + [f"{aside} set aside"] * bool(aside)
    return " and ".join(words)


def _subject(results: Sequence[RuleResult]) -> str:
    """Name what the rules examined, when that is one sort of thing."""
    nouns = {result.rule.population for result in results if result.population.examined}
    return nouns.pop() if len(nouns) == 1 else "places"


def _worst(result: RuleResult) -> tuple[int, int, str]:
    rank = min(finding.severity.rank for finding in result.findings)
    return rank, -len(result.findings), result.rule.id


def _shortfall(result: RuleResult) -> str:
    """Say how much of a rule's population is unmet, in the rule's own words when it has some."""
    rule, population = result.rule, result.population
    wording = rule.gap or f"{{unmet}} of {{examined}} {rule.population}: {_uncapitalized(rule.title)}"
    phrase = wording.format(unmet=len(result.findings), examined=population.examined)
    unsettled = _unsettled([result])
    return f"{phrase} ({unsettled})" if unsettled else phrase


def _uncapitalized(title: str) -> str:
    """Return a title for the middle of a sentence; an acronym or a name (JWT, GitHub) keeps its capitals."""
    first = title.partition(" ")[0]
    return title if first[1:] != first[1:].lower() else title[:1].lower() + title[1:]


def _set_aside(result: RuleResult) -> int:
    """Count the objections that comments in the code set aside: neither met nor unknown nor open."""
    population = result.population
    return max(0, population.examined - population.met - population.unknown - len(result.findings))


def _examined(results: Sequence[RuleResult]) -> list[str]:
    """Say how many of each sort of thing were met; rules that look at the same things count once."""
    seen = sorted((result.rule.population, result.population.examined) for result in results)
    largest = [(noun, max(count for _, count in group)) for noun, group in groupby(seen, key=lambda pair: pair[0])]
    return [f"{count} of {count} {noun}" for noun, count in sorted(largest, key=lambda pair: -pair[1]) if count]


def _not_assessed(results: Sequence[RuleResult], evidence: Sequence[str]) -> str:
    unknown = sum(result.population.unknown for result in results)
    if unknown:
        examined = sum(result.population.examined for result in results)
        reason = f"none of {examined} {_subject(results)} could be judged"
    elif results:
        nouns = sorted({result.rule.population for result in results})
        reason = f"none seen: {_listed(nouns)}"
    else:
        reason = "nothing read speaks to it"
    if not evidence:
        return reason
    more = f" and {len(evidence) - 1} more below" if len(evidence) > 1 else ""
    return f"{reason}; would settle it: {evidence[0]}{more}"


def _listed(parts: Sequence[str]) -> str:
    """Join the first few parts and say how many more there are."""
    more = [f"{len(parts) - SHOWN} more"] if len(parts) > SHOWN else []
    return ", ".join([*parts[:SHOWN], *more])
