"""The ways to production: every deployment that may reach it, with what must have happened before."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from posixpath import normpath
from typing import Final

from trustwright.review.link.delivery import Act, Job, Pipeline, Purpose, Tier, Trigger, gates
from trustwright.review.link.destinations import says_deploy
from trustwright.review.link.tiers import first_known, tier_of_environment, tier_of_words
from trustwright.review.model import Confidence, Location, Observation, Outcome

_REACHES: Final = frozenset({Tier.PRODUCTION, Tier.UNKNOWN})
_FALLBACK: Final = re.compile(r"\|\|\s*'([\w-]+)'")
_ORDER: Final = (Outcome.UNMET, Outcome.UNKNOWN, Outcome.MET)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One job of a pipeline that deploys to production, as far as anything says where it goes.

    Attributes:
        pipeline: the pipeline it runs in.
        job: the job as it runs: of a called workflow, the called job.
        act: what deploys; ``by_name`` when only a name says that something does.
        location: the line in the pipeline's own file where the job stands.
        gates: all that must have been done before.
        before: the jobs that must have succeeded before, those of awaited pipelines included.
        starts: what starts it all: of a pipeline that awaits others, what starts those.
    """

    pipeline: Pipeline
    job: Job
    act: Act
    location: Location
    gates: tuple[Act, ...]
    before: tuple[Job, ...]
    starts: tuple[Trigger, ...]

    @property
    def name(self) -> str:
        """The job and its pipeline, as people say it."""
        return f"The job {self.job.id.partition(' / ')[0]} of {self.pipeline.name}"

    @property
    def confidence(self) -> Confidence:
        """How sure it is that this goes to production."""
        return Confidence.HIGH if self.act.tier is Tier.PRODUCTION else Confidence.MEDIUM

    @property
    def called_from_elsewhere(self) -> bool:
        """True when other repositories start it, so that what comes before cannot be seen."""
        return bool(self.starts) and all(trigger.event == "workflow_call" for trigger in self.starts)


def deployments(pipelines: Sequence[Pipeline]) -> tuple[tuple[Deployment, ...], ...]:
    """Return the deployments to production, those of one pipeline together, by place.

    A deployment counts as one to production unless something says that it goes elsewhere. A workflow that others of the
    repository call is judged where it is called.
    """
    called = {
        normpath(job.uses.partition("@")[0]) for one in pipelines for job in one.jobs if job.kind == "call"
    }  # fmt: skip
    found = []
    for pipeline in pipelines:
        inner = pipeline.location.path in called and all(one.event == "workflow_call" for one in pipeline.triggers)
        if pipeline.system != "github-action" and not inner:
            found.append(tuple(_of(pipeline, pipelines)))
    return tuple(group for group in found if group)


def _of(pipeline: Pipeline, pipelines: Sequence[Pipeline]) -> Iterator[Deployment]:
    """Yield a pipeline's deployments: the first of each job; those only a name tells of when there is no other."""
    first: dict[str, tuple[Job, Act]] = {}
    for job, act in chain(pipeline.deployments(), _outside(pipeline)):
        if act.tier in _REACHES and (job.id not in first or (first[job.id][1].by_name and not act.by_name)):
            first[job.id] = (job, act)
    shown = [pair for pair in first.values() if not pair[1].by_name] or list(first.values())
    for job, act in shown:
        awaited = pipeline.awaited(job, pipelines)
        written = next((one for one in pipeline.jobs if one.id == job.id.partition(" / ")[0]), job)
        yield Deployment(
            pipeline,
            job,
            act,
            Location(written.location.path, written.location.line),
            gates(pipeline, job, act, pipelines),
            (*pipeline.before(job), *(earlier for one in awaited for earlier in one.flow)),
            _starts(pipeline, written, awaited),
        )


def _starts(pipeline: Pipeline, job: Job, awaited: Sequence[Pipeline]) -> tuple[Trigger, ...]:
    """Return what starts a deployment to production.

    Where an expression chooses the environment and a person may choose production, that is the one way there that is
    certain, unless production is what the expression falls back to.
    """
    by_hand = [
        trigger
        for trigger in pipeline.triggers
        if any(tier_of_environment(name) is Tier.PRODUCTION for name in trigger.environments)
    ]
    chosen = [text for text in (job.environment, *_environments(job)) if "${{" in text]
    usual = {tier_of_environment(name) for text in chosen for name in _FALLBACK.findall(text)}
    if by_hand and chosen and Tier.PRODUCTION not in usual:
        return tuple(by_hand)
    return tuple(trigger for one in awaited for trigger in one.triggers) or pipeline.triggers


def _environments(job: Job) -> list[str]:
    """Return what a job passes as the environment to the workflow it calls."""
    return [value.text for key, value in job.inputs.items() if "env" in key.lower()] if job.inputs else []


def _outside(pipeline: Pipeline) -> Iterator[tuple[Job, Act]]:
    """Yield the calls of other repositories' workflows that call themselves deployments."""
    for job in pipeline.flow:
        if job.kind != "external-call" or not any(says_deploy(name) for name in (job.id, job.name, job.uses)):
            continue
        tier = first_known(
            (*(tier_of_environment(text) for text in (job.environment, *_environments(job))), tier_of_words(job.id))
        )  # fmt: skip
        yield job, Act(Purpose.DEPLOY, job.uses, job.location, tier, by_name=True)


def worst(observations: Iterable[Observation]) -> Observation:
    """Return the observation of one pipeline: the worst of those of its deployments, of equals the first."""
    return min(
        observations,
        key=lambda one: (_ORDER.index(one.outcome), one.severity.rank if one.severity else -1, one.location),
    )
