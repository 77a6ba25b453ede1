"""Entries of ``trustwright.toml`` whose date has passed."""

from collections.abc import Iterator

from trustwright.review.model import Confidence, Observation, Rule, Severity, unmet
from trustwright.review.project import Project

RULE = Rule(
    module=__name__,
    title="Expired setting",
    finding="An entry of the review's settings is past its date, so what it excused is reported again.",
    risk="An exception that outlives its approval is a departure from policy that nobody decided on; an auditor lists "
    "exceptions past their expiry.",
    remediation=(
        "Mend what the entry excused, then delete the entry.",
        "If it is still needed, have it approved again by someone other than the requester, and set a new date.",
    ),
    criteria=("CC5.3",),
    controls=("GOV-08",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="settings past their date",
    gap="exceptions in the settings past their date: {unmet}",
)


def check(project: Project) -> Iterator[Observation]:
    """Yield each expired entry. One that still holds is no evidence that policies are kept, so it is not counted."""
    for entry in project.settings.expiring():
        if entry.expires < project.settings.as_of:
            ended = f"The {entry.name} ended on {entry.expires.isoformat()} and has no effect any more."
            yield unmet(entry.location, ended)
