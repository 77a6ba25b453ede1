"""Keys, tokens and passwords that stand in the repository's files."""

from collections.abc import Iterator

from trustwright.review.link.held_secrets import HeldSecret
from trustwright.review.link.written_keys import TRIGGERS
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Hard-coded secret",
    finding="A key, token or password stands in a file of the repository.",
    risk=(
        "Everybody who can read the repository, a copy or its history holds the secret: it cannot be tied to a person, "
        "does not change when people leave, and cannot be rotated without a release."
    ),
    remediation=(
        "Revoke the secret where it was issued and make a new one: it stays in the history whatever you delete.",
        "Read the new one from the environment or a secret store, and let the program refuse to start without it.",
        "Look through the secret's own access log for uses that were not yours.",
        "Scan for secrets before each commit and in the pipeline.",
    ),
    criteria=("CC6.1",),
    controls=("ACC-11", "ACC-10"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="places that set a secret",
    gap="{unmet} of {examined} secrets stand in the code",
    triggers=TRIGGERS,
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each place that sets a secret; a value read from outside is as it should be."""
    for held in project.secrets:
        observation = _judged(held)
        if observation is not None:
            yield observation


def _judged(held: HeldSecret) -> Observation | None:
    """Judge what stands at one place; passwords that everybody knows are another rule's."""
    secret, place = held.secret, held.location
    what = secret.what[:1].upper() + secret.what[1:]
    named = secret.name.strip("-.$").rpartition(".")[2]
    if secret.kind == "reference":
        return met(place)
    if secret.kind == "fallback":
        if "password" in secret.what:
            return None
        subject = named or secret.what
        detail = f"When nothing is set from outside, {subject} falls back to a value that stands in the file."
        return unmet(place, detail, severity=Severity.MEDIUM)
    if secret.kind in {"provider", "private-key"}:
        grave = secret.grave and not held.development
        return unmet(place, f"{what} stands in the file.", severity=Severity.CRITICAL if grave else Severity.MEDIUM)
    if secret.kind == "well-known" and "password" not in secret.what:
        return unmet(place, f"{named or what} is set to a value that everybody tries.")
    if secret.kind in {"named", "address"}:
        detail = f"{what}{f' ({named})' if named else ''} stands in the file as plain text."
        if held.development:
            detail = detail.removesuffix(".") + ", in a file for development."
            return unmet(place, detail, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)
        return unmet(place, detail)
    return None
