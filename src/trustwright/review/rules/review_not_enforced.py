"""Branch rules that let a change in without anybody's approval, and code that nobody owns."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from trustwright.review.link.code_owners import CodeOwners, code_owners
from trustwright.review.link.protections import Protection, protections
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Review not enforced",
    finding="A branch's rules let a change in without another person's approval, or part of the code has no owner.",
    risk=(
        "A change can reach the released branch that only its author has seen. Auditors compare author and approver of "
        "every merged change; without a rule there are exceptions."
    ),
    remediation=(
        "Require at least one approval, dismiss it when new commits are pushed, and forbid force pushes.",
        "Name owners for everything in CODEOWNERS, with a line for `*`, and require their review.",
        "Keep the branch rules as code (Terraform, the Settings app), so that changes of the rules are reviewed too.",
    ),
    criteria=("CC8.1",),
    controls=("CHG-01", "CHG-02", "CHG-07"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="branch rules and owner files",
    gap="{unmet} of {examined} branch rules and owner files leave changes unreviewed",
)

_FEW: Final = 0.05  # a share of files without owners that nobody would object to
_SETTLES: Final = "is a setting of the platform: an export of the branch rules settles it."


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each branch rule kept as code, and one for the owner file.

    A repository that has pipelines and neither of them gets one open question.
    """
    rules = protections(project.resources, project.corpus)
    by_repository = groupby(sorted(rules, key=lambda one: one.repository), key=lambda one: one.repository)
    for _, group in by_repository:
        yield from _judge(list(group))
    owners = code_owners(project.corpus)
    if owners is not None and owners.entries:
        yield _owned(owners, project, rules)
    elif not rules and project.pipelines:
        first = next((one for one in project.pipelines if one.triggers), project.pipelines[0])
        place = Location(first.location.path, 1)
        yield unknown(place, f"Whether changes must be approved before they are merged {_SETTLES}")


def _judge(rules: Sequence[Protection]) -> Iterator[Observation]:
    """Judge the branch rules of one repository: several may add up, and those about other things are no members."""
    members = [rule for rule in rules if rule.about_reviews] or list(rules)[:1]
    for rule in members:
        if rule.force_pushes:
            detail = (
                f"The rules of {rule.name} allow force pushes, which put unreviewed history in the place of reviewed."
            )
            if rule.approvals == 0:
                detail = f"The rules of {rule.name} require no approval and allow force pushes."
            yield unmet(rule.location, detail, severity=None if rule.approvals == 0 else Severity.MEDIUM)
        elif rule.approvals is None:
            yield unknown(rule.location, f"How many people must approve by the rules of {rule.name} is not settled.")
        elif not rule.in_force:
            yield unmet(rule.location, f"The rules of {rule.name} are written down but not in force.")
        elif rule.approvals == 0:
            yield unmet(rule.location, f"The rules of {rule.name} require no approval.")
        else:
            yield met(rule.location)


def _owned(owners: CodeOwners, project: Project, rules: Sequence[Protection]) -> Observation:
    """Judge the owner file by the files in production that it leaves out."""
    files = [path for path, file in sorted(project.corpus.files.items()) if file.role == "production" and file.language]
    unowned = owners.unowned(files)
    place = Location(owners.path, owners.entries[0][2])
    if len(unowned) > _FEW * len(files):
        detail = f"{len(unowned)} of {len(files)} source files have no owner in {owners.path}, such as {unowned[0]}."
        return unmet(place, detail, severity=Severity.LOW)
    if any(rule.in_force and (rule.approvals or rule.owners) for rule in rules):
        return met(place)
    return unknown(place, f"The source files have owners; whether these must approve {_SETTLES}")
