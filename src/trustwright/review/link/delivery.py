"""The delivery map's facts: pipelines, their jobs and steps, and what each step does."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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


# Conditions under which a job starts although one that it needs has failed, and those that exclude it again.
_REGARDLESS: Final = re.compile(r"(?<!!)\b(?:always|failure)\(\)|!\s*cancelled\(\)")
_AFTER_SUCCESS: Final = re.compile(r"(?<!!)\bsuccess\(\)(?!\s*\|\|)|!\s*failure\(\)")
_RESULT: Final = re.compile(r"needs(?:\.([\w-]+)|\['([\w-]+)'\]|\.\*)\.result\b")
_AFTER_GREEN_RUN: Final = re.compile(r"\.conclusion\s*(?:==\s*['\"]success|!=\s*['\"]failure)")
_ON_MERGE_REQUESTS: Final = "merge_request"


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
        folder: the folder its script runs in; empty for the repository's root, or when an expression names it.
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
    folder: str = ""


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
        inputs: the names of what a person who starts it by hand is asked for.
        paths: the path patterns that a change must touch; empty means any.
        environments: what a person who starts it by hand may choose from, when it is asked for an environment.
    """

    event: str
    location: Location
    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


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
        """Return the jobs of ``flow`` that must have succeeded before ``job`` starts, nearest first.

        A job that starts whatever became of those it needs (``if: always()``) has none. Of GitLab's jobs those are left
        out that only run for merge requests when ``job`` runs for other pipelines: there it does not wait for them.
        """
        by_id = {other.id: other for other in self.flow}
        found: dict[str, Job] = {}
        waiting = list(_awaited_needs(job))
        while waiting:
            name = waiting.pop(0)
            if name in by_id and name not in found and name != job.id:
                found[name] = by_id[name]
                waiting.extend(_awaited_needs(by_id[name]))
        if self.system == "gitlab-ci" and not _only_for_merge_requests(job):
            return tuple(other for other in found.values() if not _only_for_merge_requests(other))
        return tuple(found.values())

    def awaited(self, job: Job, pipelines: Iterable["Pipeline"]) -> tuple["Pipeline", ...]:
        """Return the pipelines that must have succeeded before ``job`` starts: those this one is started by.

        GitHub starts a ``workflow_run`` pipeline also when the other one failed; only a condition makes it a gate.
        """
        names = {name for trigger in self.triggers if trigger.event == "workflow_run" for name in trigger.workflows}
        asks = any(_AFTER_GREEN_RUN.search(one.if_) for one in (job, *self.before(job)))
        return tuple(one for one in pipelines if asks and one.name in names)

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
    another one has succeeded (``workflow_run``), what that one does. Tolerated acts are among them: whoever asks must
    leave them out.
    """
    found: list[Act] = []
    for other in job.acts:
        if other is act or other == act:
            break
        found.append(other)
    found.extend(other for earlier in pipeline.before(job) for other in earlier.acts)
    awaited = pipeline.awaited(job, pipelines)
    found.extend(other for one in awaited for earlier in one.flow for other in earlier.acts)
    return tuple(dict.fromkeys(found))


def _awaited_needs(job: Job) -> tuple[str, ...]:
    """Return those of the jobs it needs without whose success a job does not start."""
    if not _REGARDLESS.search(job.if_) or _AFTER_SUCCESS.search(job.if_):
        return job.needs
    asked = {match[1] or match[2] or "*" for match in _RESULT.finditer(job.if_)}
    return tuple(name for name in job.needs if "*" in asked or name.partition(" / ")[0] in asked)


def _only_for_merge_requests(job: Job) -> bool:
    ways = job.if_.split("||") if job.if_ else []
    return bool(ways) and all(_ON_MERGE_REQUESTS in way for way in ways)
