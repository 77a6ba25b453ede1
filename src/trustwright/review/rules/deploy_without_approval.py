"""Deployments to production that nobody has to approve."""

from collections.abc import Iterator, Sequence
from typing import Final

from trustwright.review.link.delivery import Purpose, Tier
from trustwright.review.link.deployments import Deployment, deployments, worst
from trustwright.review.link.protections import Protection, environment_reviewed, protections
from trustwright.review.link.tiers import tier_of_environment
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Deployment without approval",
    finding="A change reaches production without a person having to approve the deployment.",
    risk=(
        "One person, or one stolen account, can put anything into production unseen; and there is no record of who let "
        "a change through, which is what an auditor samples."
    ),
    remediation=(
        "Give the job an environment (`environment: production`), and require reviewers for that environment.",
        "Do not let the author approve: switch self-review off.",
        "Keep the environment's rules as code, so that they are reviewed too and can be shown for every day.",
    ),
    criteria=("CC8.1", "CC6.3"),
    controls=("CHG-05",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="pipelines that deploy to production",
    gap="{unmet} of {examined} pipelines deploy to production without approval",
)

_BY_HAND: Final = frozenset({"workflow_dispatch", "repository_dispatch"})
_NOT_PRODUCTION: Final = frozenset({Tier.STAGING, Tier.PREVIEW})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each pipeline that deploys to production."""
    rules = protections(project.resources, project.corpus)
    for group in deployments(project.pipelines):
        yield worst(_judge(deployment, project, rules) for deployment in group)


def _judge(deployment: Deployment, project: Project, rules: Sequence[Protection]) -> Observation:
    """Say whether a person stands before a deployment: an approval step, a manual job, a guarded environment."""
    place, name = deployment.location, deployment.name
    approvals = [act for act in deployment.gates if act.purpose is Purpose.APPROVAL]
    if any(not act.by_name and not act.tolerated for act in approvals):
        return met(place)
    if any(job.manual for job in (deployment.job, *deployment.before)):
        return met(place)
    for environment in _environments(deployment):
        reviewed, where = environment_reviewed(environment, project.resources)
        if reviewed:
            return met(place)
        if reviewed is False and where is not None:
            detail = f"{name} deploys to the environment {environment}, whose rules name no reviewer."
            return unmet(place, detail, severity=Severity.MEDIUM, related=(where,))
        return unknown(
            place,
            f"{name} deploys to the environment {environment}. Whether somebody must approve is a setting of the "
            "platform: an export of the environment's protection rules settles it.",
        )
    if deployment.called_from_elsewhere:
        return unknown(place, f"{name} is started by other repositories; whether they ask for approval is not seen.")
    if approvals or deployment.act.by_name:
        detail = f"{name} calls itself a deployment; what it runs, and who approves it, is not in the files."
        return unknown(place, detail)
    return _unapproved(deployment, rules)


def _environments(deployment: Deployment) -> Iterator[str]:
    """Yield the environments entered on the way that are not those of an earlier stage."""
    for job in (deployment.job, *deployment.before):
        if job.environment and tier_of_environment(job.environment) not in _NOT_PRODUCTION:
            yield job.environment


def _unapproved(deployment: Deployment, rules: Sequence[Protection]) -> Observation:
    """Object, more mildly when a person at least starts it or the change itself had to be approved."""
    name, act = deployment.name, deployment.act
    events = {trigger.event for trigger in deployment.starts} - {"workflow_call"}
    tagged = all(trigger.event == "push" and trigger.tags and not trigger.branches for trigger in deployment.starts)
    severity: Severity | None = Severity.MEDIUM
    if events and events <= _BY_HAND:
        detail = f"{name} deploys to production ({act.sign}) for whoever starts it; nobody else has to approve."
    elif events and events <= {"release"} | _BY_HAND:
        detail = f"{name} deploys to production ({act.sign}) for whoever publishes a release; nobody else approves."
    elif deployment.starts and tagged:
        detail = f"{name} deploys to production ({act.sign}) for whoever pushes a tag; nobody else has to approve."
    elif any(rule.in_force and rule.approvals for rule in rules):
        detail = (
            f"{name} deploys to production ({act.sign}) as soon as a change is merged; the review of the change is "
            "the only approval."
        )
    else:
        severity = None
        detail = f"{name} deploys to production ({act.sign}) without anybody having to approve it."
    return unmet(
        deployment.location, detail, severity=severity, confidence=deployment.confidence, related=_shown(deployment)
    )


def _shown(deployment: Deployment) -> tuple[Location, ...]:
    return (deployment.act.location,) if deployment.act.location.path != deployment.location.path else ()
