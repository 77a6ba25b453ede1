"""Incident response plans that leave out severities, response times, steps or roles."""

import re
from collections.abc import Iterator

from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.markdown import Document

RULE = Rule(
    __name__,
    title="Incident plan incomplete",
    finding="The incident response plan leaves out severities with response times, some of the eight steps, or roles.",
    risk=(
        "In an incident people improvise: response is late, notices to customers are missed, and the auditor finds "
        "that the plan could not have been followed."
    ),
    remediation=(
        "Define four severities, each with examples and a time within which somebody responds.",
        "Describe the eight steps: detect, triage, contain, investigate, remediate, communicate, review, document.",
        "Name the roles: who commands, who communicates, who writes the timeline; and how they are reached.",
        "Set the review after the incident within a number of days, and keep the report.",
    ),
    criteria=("CC7.4", "CC7.3", "CC7.5"),
    controls=("OPS-09", "OPS-11"),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="incident response plans",
    gap="{unmet} of {examined} incident response plans are incomplete",
)

_NAME = re.compile(
    r"incident[-_ ]?(response|management|plan|procedure|policy|handling)|security[-_ ]?incident", re.IGNORECASE
)
_RECORD = re.compile(
    r"(^|/)(incidents|postmortems?|post-mortems?)/|\d{4}-\d{2}|template|checklist|readme|changelog", re.IGNORECASE
)
_OF_A_TOOL = re.compile(
    r"(^|/)(rules?|checks?|lint\w*|detectors?|commands?|cli|reference|api|adr|adding|controls?)/[^/]*$"
)
"""Folders that describe what a tool does: a page there about incident plans is none."""
_GENERATED = re.compile(r"<!--\s*(made|generated|auto-?generated)\b", re.IGNORECASE)
_STEPS: dict[str, str] = {
    "detect": r"detect|identif", "triage": r"triage|assess|classif", "contain": r"contain|isolat",
    "investigate": r"investigat|root cause|analy[sz]", "remediate": r"remediat|eradicat|resol|recover|fix",
    "communicate": r"communicat|notif|inform", "review": r"post-?incident|post-?mortem|retrospective|lessons|review",
    "document": r"document|report|record|timeline",
}  # fmt: skip
_SEVERITY = re.compile(r"\b(P|SEV|S|Sev|Severity|Priority)[- ]?([0-4])\b|\b(critical|high|medium|low)\b", re.IGNORECASE)
_TIME = re.compile(r"\b\d+\s*(min|minute|hour|h\b|hr|day|business day)|immediate", re.IGNORECASE)
_ROLES = re.compile(
    r"commander|incident (lead|manager|owner|coordinator)|on-?call|responsible|security officer|responder",
    re.IGNORECASE,
)
_LEAST_SEVERITIES = 3
_LEAST_LENGTH = 300


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each incident response plan among the documents."""
    for path, document in project.documents:
        if _is_plan(path, document):
            missing = _missing(document)
            place = Location(path, document.headings[0].line if document.headings else 1)
            if missing:
                yield unmet(place, f"The incident response plan leaves out {_listed(missing)}.")
            else:
                yield met(place)


def _is_plan(path: str, document: Document) -> bool:
    if _RECORD.search(path) or len(document.text) < _LEAST_LENGTH:
        return False
    title = document.headings[0].text if document.headings else ""
    if _OF_A_TOOL.search(path) or _GENERATED.search(document.text[:400]):
        return False
    return bool(_NAME.search(path.rpartition("/")[2]) or _NAME.search(title))


def _missing(document: Document) -> list[str]:
    """Say what a plan lacks; a step counts when a heading, a list item or a table row is about it."""
    missing = []
    lines = _lines(document)
    levels: dict[str, bool] = {}
    for line in lines:
        for match in _SEVERITY.finditer(line):
            level = (match[2] or match[3]).lower()
            levels[level] = levels.get(level, False) or bool(_TIME.search(line))
    numbered = {level: timed for level, timed in levels.items() if level.isdigit()}
    named = {level: timed for level, timed in levels.items() if not level.isdigit()}
    chosen = numbered if len(numbered) >= len(named) else named
    if len(chosen) < _LEAST_SEVERITIES:
        missing.append("severity levels")
    elif untimed := sorted(level for level, timed in chosen.items() if not timed):
        wording = ", ".join(f"P{level}" if level.isdigit() else level for level in untimed)
        missing.append(f"response times for {wording}")
    prominent = "\n".join([*(heading.text for heading in document.headings), *_step_lines(document)])
    steps = [step for step, pattern in _STEPS.items() if not re.search(pattern, prominent, re.IGNORECASE)]
    if steps:
        missing.append(f"the step{'s' if len(steps) > 1 else ''} {_listed(steps)}")
    if not _ROLES.search(document.text):
        missing.append("roles")
    return missing


def _lines(document: Document) -> list[str]:
    """Return the lines in which a severity and its time stand together."""
    rows = [" ".join(cells) for table in document.tables for _, cells in table.rows]
    return [*document.text.split("\n"), *rows]


def _step_lines(document: Document) -> Iterator[str]:
    """Yield the beginnings of list items and table rows, where steps are named."""
    for item in document.items:
        yield " ".join(item.text.split()[:8])
    for table in document.tables:
        for _, cells in table.rows:
            yield " ".join(" ".join(cells).split()[:8])


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
