"""Deployments to production of code that no test had to pass."""

from collections.abc import Iterator
from typing import Final

from trustwright.review.link.delivery import Purpose
from trustwright.review.link.deployments import deployments, worst
from trustwright.review.link.pipelines import unread_pipelines
from trustwright.review.link.protections import protections
from trustwright.review.link.standing import judged, standing
from trustwright.review.model import Confidence, Observation, Rule, Severity
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Deployment without tests",
    finding="A change reaches production although no automated test had to pass on it.",
    risk=(
        "Broken or unsafe changes are found by customers. An auditor who picks a deployment cannot be shown that the "
        "commit was tested."
    ),
    remediation=(
        "Run the tests in the pipeline that deploys, in a job that the deployment needs (`needs: test`).",
        "Let a failing test fail the job: no `continue-on-error`, no `|| true`.",
        "Where tests run on pull requests only, require them by a branch rule, and keep that rule as code.",
    ),
    criteria=("CC8.1",),
    controls=("CHG-03",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="pipelines that deploy to production",
    gap="{unmet} of {examined} pipelines deploy to production untested",
)

_TESTS: Final = frozenset({Purpose.TEST})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each pipeline that deploys to production."""
    rules = protections(project.resources, project.corpus)
    unread = bool(unread_pipelines(project.corpus.files))
    for group in deployments(project.pipelines):
        found = [(one, *standing(one, _TESTS, project.pipelines, rules, unread=unread)) for one in group]
        yield worst(judged(*one, "test", Severity.MEDIUM) for one in found)
