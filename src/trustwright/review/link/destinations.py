"""Where the deployments of a job go: what its environment, its conditions, its names and its triggers say together."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from trustwright.review.link.delivery import Act, Job, Purpose, Tier, Trigger
from trustwright.review.link.purpose_tables import LOCAL_CLUSTERS
from trustwright.review.link.tiers import (
    first_known,
    tier_of_condition,
    tier_of_environment,
    tier_of_triggers,
    tier_of_words,
)

TIERED: Final = frozenset({Purpose.DEPLOY, Purpose.MIGRATE, Purpose.ROLLBACK})
"""The purposes whose acts have a tier."""

_DEPLOYING: Final = re.compile(r"\b(?:deploy(?:s|ment|ing)?|rollout|ship)\b")
_ROLLING_BACK: Final = re.compile(r"\b(?:rollback|roll back|revert)\b")
_DOCUMENTATION: Final = re.compile(r"\b(?:docs?|documentation|storybook|github pages|gh pages|demo site|blog)\b")
_DELIVERED: Final = frozenset({Purpose.DEPLOY, Purpose.ROLLBACK, Purpose.PUBLISH, Purpose.PUBLISH_PAGES})


def says_deploy(name: str) -> bool:
    """Tell whether a step, job or pipeline of this name calls itself a deployment."""
    return bool(_DEPLOYING.search(_plain(name)))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower())


def settled(job: Job, names: Sequence[str], triggers: Sequence[Trigger]) -> Job:
    """Return the job with the tier of its deployments settled, as far as anything says where they go.

    ``names`` are what the job and its pipeline are called, the job's own first, and other words that speak of it.
    """
    environment = tier_of_environment(job.environment)
    called = first_known(tier_of_words(name) for name in names)
    said = first_known((tier_of_condition(job.if_), called))
    plain = [_plain(name) for name in names]
    documentation = any(_DOCUMENTATION.search(name) for name in plain)
    rolls_back = any(_ROLLING_BACK.search(name) for name in plain)
    tests = any(act.purpose is Purpose.TEST for act in job.acts) or _has_cluster(job)
    delivers = any(_DEPLOYING.search(name) or "migrat" in name for name in plain) or any(
        act.purpose is Purpose.DEPLOY for act in job.acts
    )

    def one(act: Act) -> Act:
        if act.purpose is Purpose.DEPLOY and documentation:
            return replace(act, purpose=Purpose.PUBLISH_PAGES)
        if act.purpose not in TIERED:
            return act
        if act.purpose is Purpose.DEPLOY and rolls_back:
            act = replace(act, purpose=Purpose.ROLLBACK)
        # A migration in a job that tests prepares that test's database; in one that delivers nothing it may do so.
        last = tier_of_triggers(triggers) if delivers or act.purpose is Purpose.DEPLOY else Tier.UNKNOWN
        if tests and (act.purpose is Purpose.MIGRATE or _has_cluster(job)):
            last = Tier.STAGING
        # A script or action may serve several environments: whoever calls it says which.
        shared = act.location.path != job.location.path
        own = (called, act.tier) if shared else (act.tier,)
        return replace(act, tier=first_known((environment, *own, said, last)))

    steps = tuple(replace(step, acts=tuple(one(act) for act in step.acts)) for step in job.steps)
    return _with_hint(replace(job, steps=steps), first_known((environment, said, tier_of_triggers(triggers))))


def _with_hint(job: Job, tier: Tier) -> Job:
    """Return a job that is called a deployment, has an environment and shows none of its means, with a hint of it."""
    named = job.environment and (says_deploy(job.id) or says_deploy(job.name))
    if not named or not job.steps or any(act.purpose in _DELIVERED for act in job.acts):
        return job
    last = job.steps[-1]
    hint = Act(Purpose.DEPLOY, f"environment {job.environment}", job.location, tier, by_name=True)
    return replace(job, steps=(*job.steps[:-1], replace(last, acts=(*last.acts, hint))))


def _has_cluster(job: Job) -> bool:
    """Tell whether a job starts a cluster of its own."""
    return any(sign in step.run or step.uses.lower().startswith(sign) for step in job.steps for sign in LOCAL_CLUSTERS)
