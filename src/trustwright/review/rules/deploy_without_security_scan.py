"""Deployments to production of code that no security scan has looked at."""

from collections.abc import Iterator

from trustwright.review.link.delivery import SECURITY_SCANS
from trustwright.review.link.deployments import deployments, worst
from trustwright.review.link.pipelines import unread_pipelines
from trustwright.review.link.protections import protections
from trustwright.review.link.standing import judged, standing
from trustwright.review.model import Confidence, Observation, Rule, Severity
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Deployment without security scan",
    finding="A change reaches production although no scan of code, dependencies or images had to pass on it.",
    risk=(
        "Known vulnerabilities are shipped, and nothing shows that anybody would have noticed. Auditors expect the "
        "scan to be part of the pipeline and a serious result to stop the change."
    ),
    remediation=(
        "Scan the code, the dependencies (`npm audit`, pip-audit) or the image (Trivy) in a job that it needs.",
        "Let results from a stated severity on fail the job, and record each exception with a reason and an expiry.",
        "Where scans run on pull requests only, require them by a branch rule, and keep that rule as code.",
    ),
    criteria=("CC8.1", "CC7.1"),
    controls=("CHG-04",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="pipelines that deploy to production",
    gap="{unmet} of {examined} pipelines deploy to production unscanned",
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each pipeline that deploys to production."""
    rules = protections(project.resources, project.corpus)
    unread = bool(unread_pipelines(project.corpus.files))
    for group in deployments(project.pipelines):
        found = [(one, *standing(one, SECURITY_SCANS, project.pipelines, rules, unread=unread)) for one in group]
        yield worst(judged(*one, "security scan", Severity.LOW) for one in found)
