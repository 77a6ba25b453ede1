"""Deployments to production without a way back."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from trustwright.review.link.delivery import Act, Job, Pipeline, Purpose, Tier
from trustwright.review.link.deployments import Deployment, deployments, worst
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Deployment without rollback",
    finding="A deployment that goes wrong is neither undone by the pipeline nor covered by a procedure.",
    risk=(
        "An outage lasts as long as it takes to invent the way back. Auditors ask for the rollback procedure and for a "
        "record that it was tried."
    ),
    remediation=(
        "Undo a deployment that does not become healthy: `helm upgrade --atomic`, `kubectl rollout undo`.",
        "Tag images with the commit, never only `latest`, so that an earlier version can be deployed again by name.",
        "Write the procedure down, database changes included, try it once a year and keep the record.",
    ),
    criteria=("CC8.1", "A1.2"),
    controls=("CHG-09",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    population="pipelines that deploy to production",
    gap="{unmet} of {examined} pipelines deploy to production without a way back",
)

# Tools that undo a deployment by themselves when it fails.
_UNDOES_ITSELF: Final = (
    *("aws cloudformation deploy", "aws cloudformation update-stack", "aws cloudformation create-stack", "sam deploy"),
    *("cdk deploy", "serverless deploy", "sls deploy", "aws-actions/aws-cloudformation-github-deploy", "copilot"),
)
# Platforms that keep earlier versions, so that a person can go back to one.
_KEEPS_VERSIONS: Final = (
    *("vercel", "netlify", "nwtgck/actions-netlify", "amondnet/vercel-action", "fly", "flyctl", "superfly/", "heroku"),
    *("akhileshns/heroku", "wrangler", "cloudflare/", "gcloud run", "gcloud app", "google-github-actions/", "firebase"),
    *("firebaseextended/", "render", "railway", "eb ", "einaregilsson/beanstalk", "aws elasticbeanstalk", "helm"),
    *("helmfile", "argocd", "kamal", "aws lambda", "appleboy/lambda-action", "aws-actions/amazon-ecs", "ecs"),
    *("az webapp", "az containerapp", "azure/webapps-deploy", "azure/container-apps", "trigger.dev", "convex", "modal"),
    *(
        "fastapi deploy",
        "aws ecs",
        "aws apprunner",
        "awslabs/amazon-app-runner",
        "digitalocean/",
        "doctl",
        "cap deploy",
    ),
    *("dep deploy", "eas", "shopify", "deployctl", "dokku", "cf push", "supabase functions", "koyeb", "zeabur"),
)
_MOVING: Final = re.compile(r":latest\b|--force-new-deployment(?!.*--task-definition)", re.DOTALL)
_FIXED: Final = re.compile(
    r"github\.(?:sha|ref_name|run_number|run_id)|GITHUB_(?:SHA|REF_NAME|RUN_NUMBER)|CI_COMMIT_|\.outputs\.|inputs\.|"
    r"rev-parse|git describe|VERSION|@sha256:",
    re.IGNORECASE,
)
_VERSION_INPUT: Final = re.compile(
    r"^(?!additional).*(?:version|tag|sha|commit|ref|revision|image)(?:_name)?$", re.IGNORECASE
)
_PROCEDURE: Final = ("rollback", "roll back", "rolling back", "back out")
_ELSEWHERE: Final = frozenset({Tier.STAGING, Tier.PREVIEW})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each pipeline that deploys to production."""
    groups = deployments(project.pipelines)
    deploying = {group[0].pipeline.location for group in groups}
    shared = [act for one in project.pipelines if one.location not in deploying for act in _undoing(one)]
    procedure = _procedure(project) if groups else None
    for group in groups:
        undone = [*_undoing(group[0].pipeline), *shared]
        yield worst(_judge(one, undone, procedure, project.resources) for one in group)


def _undoing(pipeline: Pipeline) -> Iterator[Act]:
    """Yield what a pipeline does to take a deployment to production back."""
    for job in pipeline.flow:
        yield from (act for act in job.acts if act.purpose is Purpose.ROLLBACK and act.tier not in _ELSEWHERE)


def _procedure(project: Project) -> Location | None:
    """Return where a document of the repository describes how to go back."""
    for path, document in project.documents:
        heading = document.section(*_PROCEDURE)
        if heading is not None and heading.end_line > heading.line + 1:
            return Location(path, heading.line)
    return None


def _judge(
    deployment: Deployment, undone: Sequence[Act], procedure: Location | None, resources: Sequence[Resource]
) -> Observation:
    """Say whether a deployment can be taken back: by a step, by the tool, by its version's name, by a procedure."""
    place, name, sign = deployment.location, deployment.name, deployment.act.sign
    inputs = [one for trigger in deployment.pipeline.triggers for one in trigger.inputs]
    if any(not act.by_name for act in undone) or sign.startswith(_UNDOES_ITSELF) or _breaks_circuit(sign, resources):
        return met(place)
    if any(_VERSION_INPUT.search(one) for one in inputs):
        return met(place)
    if undone:
        return unknown(
            place, f"{name} can perhaps be taken back by {undone[0].sign}, whose script is not in the files."
        )
    if procedure is not None:
        return unknown(
            place,
            f"{name} has no way back of its own. {procedure} describes one; a record that it was tried settles it.",
        )
    text = "\n".join(_texts((deployment.job, *deployment.before)))
    moving = _MOVING.search(text) and not _FIXED.search(text)
    if deployment.act.by_name or deployment.called_from_elsewhere:
        return unknown(place, f"{name} deploys by means that are not in the files, so its way back is not seen.")
    verified = any(act.purpose is Purpose.VERIFY for act in deployment.job.acts)
    if not moving and (verified or sign.startswith(_KEEPS_VERSIONS)):
        kept = "waits until the new version is healthy" if verified else "leaves earlier versions with the platform"
        return unknown(place, f"{name} {kept}; whether going back to one was ever tried is not seen.")
    why = "the image is always called latest, so an earlier one cannot be named" if moving else "nothing undoes it"
    return unmet(
        place,
        f"{name} deploys to production ({sign}) without a way back: {why}, and no procedure was found.",
        severity=Severity.MEDIUM if moving else None,
        confidence=deployment.confidence if moving else None,
    )


def _breaks_circuit(sign: str, resources: Sequence[Resource]) -> bool:
    """Tell whether every service of Amazon ECS in the files goes back by itself when a deployment fails."""
    services = [one for one in resources if one.kind == "aws_ecs_service" and not one.existing]
    switches = [one.at("deployment_circuit_breaker", "rollback") for one in services]
    on = bool(switches) and all(switch is not None and switch.truth is True for switch in switches)
    return on and "ecs" in sign


def _texts(jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the scripts of jobs and the inputs of their actions."""
    for job in jobs:
        for step in job.steps:
            yield step.run
            if step.with_ is not None:
                yield from (value.text for value in step.with_.walk())
