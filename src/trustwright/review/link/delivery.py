"""The delivery map's facts: pipelines, their jobs and steps, and what each step does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from trustwright.review.model import Location
from trustwright.review.source.tree import Tree


class Purpose(StrEnum):
    """What a step does for the change that passes through it."""

    TEST = "test"
    LINT = "lint"
    TYPE_CHECK = "type-check"
    CODE_SCAN = "code-scan"
    DEPENDENCY_SCAN = "dependency-scan"
    CONTAINER_SCAN = "container-scan"
    SECRET_SCAN = "secret-scan"  # noqa: S105 - a word, not a secret
    INFRASTRUCTURE_SCAN = "infrastructure-scan"
    DYNAMIC_SCAN = "dynamic-scan"
    BUILD = "build"
    DEPLOY = "deploy"
    PUBLISH = "publish"
    PUBLISH_PAGES = "publish-pages"
    MIGRATE = "migrate"
    ROLLBACK = "rollback"
    VERIFY = "verify"
    APPROVAL = "approval"


SECURITY_SCANS = frozenset(
    {
        Purpose.CODE_SCAN,
        Purpose.DEPENDENCY_SCAN,
        Purpose.CONTAINER_SCAN,
        Purpose.SECRET_SCAN,
        Purpose.INFRASTRUCTURE_SCAN,
        Purpose.DYNAMIC_SCAN,
    }
)


class Tier(StrEnum):
    """Where a deployment goes."""

    PRODUCTION = "production"
    STAGING = "staging"
    PREVIEW = "preview"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a step does, and what shows it.

    Attributes:
        purpose: what it does.
        sign: the command or action that says so (``kubectl apply``, ``aquasecurity/trivy-action``).
        location: where that stands: the step, or the script it runs.
        tier: of a deployment, migration or rollback, where it goes; UNKNOWN when nothing says.
        tolerated: True when its failure fails neither the step nor the job (``|| true``, ``continue-on-error``).
        by_name: True when only the name of a script says so, because the script was not found or shows nothing known:
            a hint, not evidence.
    """

    purpose: Purpose
    sign: str
    location: Location
    tier: Tier = Tier.UNKNOWN
    tolerated: bool = False
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job.

    Attributes:
        location: where it stands.
        name: its name, or empty.
        uses: the action it uses, as written (``actions/checkout@v4``), or empty.
        run: its script, or empty.
        env: its environment variables.
        with_: its inputs.
        if_: its condition, as written, or empty.
        tolerated: True when its failure does not fail the job (``continue-on-error``).
        acts: what it does, scripts, make targets and local actions followed.
        action: the file of the local action it uses, when that was read.
    """

    location: Location
    name: str = ""
    uses: str = ""
    run: str = ""
    env: Tree | None = None
    with_: Tree | None = None
    if_: str = ""
    tolerated: bool = False
    acts: tuple[Act, ...] = ()
    action: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a pipeline.

    Attributes:
        id: its key in the file; a job of a called workflow is ``caller / job``.
        location: where it is declared.
        kind: ``steps``; ``call`` when it calls a workflow that was read; ``external-call`` when it calls one that was
            not, so that what it does is unknown.
        steps: its steps in order.
        environment: the deployment environment's name, or empty.
        needs: ids of the jobs that must have succeeded first, direct ones only; GitLab's stages included.
        permissions: the token permissions it asks for; None when it says nothing.
        if_: its condition, as written, or empty.
        uses: the workflow it calls, or empty.
        runs_on: the runner's labels.
        manual: True when a person starts it (GitLab ``when: manual``).
        tolerated: True when its failure does not fail the pipeline.
        env: its environment variables.
        services: the service containers it runs beside itself.
        name: what it is called beside its id, or empty.
        inputs: what it passes to the workflow it calls.
    """

    id: str
    location: Location
    kind: str = "steps"
    steps: tuple[Step, ...] = ()
    environment: str = ""
    needs: tuple[str, ...] = ()
    permissions: Tree | None = None
    if_: str = ""
    uses: str = ""
    runs_on: tuple[str, ...] = ()
    manual: bool = False
    tolerated: bool = False
    env: Tree | None = None
    services: Tree | None = None
    name: str = ""
    inputs: Tree | None = None

    @property
    def acts(self) -> tuple[Act, ...]:
        """All that its steps do, in order."""
        return tuple(act for step in self.steps for act in step.acts)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a pipeline.

    Attributes:
        event: the system's own word (``push``, ``pull_request_target``, ``workflow_run``, ``schedule``).
        location: where it stands.
        branches: the branch patterns it is limited to; empty means any.
        tags: the tag patterns it is limited to.
        workflows: of ``workflow_run``: the names of the pipelines waited for.
        types: the event's types, when limited.
    """

    event: str
    location: Location
    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A file that says what happens to a change.

    Attributes:
        name: its name, or the file's.
        location: the file's first line.
        system: ``github-actions``, ``github-action`` (a local composite action) or ``gitlab-ci``.
        triggers: what starts it; empty for composite actions.
        permissions: the token permissions it asks for; None when it says nothing.
        jobs: its jobs as written.
        flow: its jobs as they run: calls of local workflows replaced by the called jobs.
        env: environment variables of all jobs.
    """

    name: str
    location: Location
    system: str
    triggers: tuple[Trigger, ...] = ()
    permissions: Tree | None = None
    jobs: tuple[Job, ...] = ()
    flow: tuple[Job, ...] = ()
    env: Tree | None = None

    def before(self, job: Job) -> tuple[Job, ...]:
        """Return the jobs of ``flow`` that must have succeeded before ``job`` starts, nearest first."""
        by_id = {other.id: other for other in self.flow}
        found: dict[str, Job] = {}
        waiting = list(job.needs)
        while waiting:
            name = waiting.pop(0)
            if name in by_id and name not in found and name != job.id:
                found[name] = by_id[name]
                waiting.extend(by_id[name].needs)
        return tuple(found.values())

    def deployments(self) -> Iterator[tuple[Job, Act]]:
        """Yield each deployment of ``flow`` with its job, whatever its tier."""
        for job in self.flow:
            for act in job.acts:
                if act.purpose is Purpose.DEPLOY:
                    yield job, act

    def starts_on(self, *events: str) -> bool:
        """Tell whether one of ``events`` starts this pipeline."""
        return any(trigger.event in events for trigger in self.triggers)


def gates(pipeline: Pipeline, job: Job, act: Act, pipelines: Iterable[Pipeline]) -> tuple[Act, ...]:
    """Return all that must have been done before ``act``, a deployment by ``job`` of ``pipeline``, can happen.

    That is what stands before it in its own job, what the jobs it needs do, and, for a pipeline that starts when
    another one is done (``workflow_run``), what that one does. Tolerated acts are among them: whoever asks must leave
    them out.
    """
    found: list[Act] = []
    for other in job.acts:
        if other is act or other == act:
            break
        found.append(other)
    found.extend(other for earlier in pipeline.before(job) for other in earlier.acts)
    awaited = {name for trigger in pipeline.triggers if trigger.event == "workflow_run" for name in trigger.workflows}
    found.extend(
        other for one in pipelines if awaited and one.name in awaited for earlier in one.flow for other in earlier.acts
    )
    return tuple(dict.fromkeys(found))
