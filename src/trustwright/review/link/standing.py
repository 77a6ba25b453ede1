"""How checks stand to a deployment: before it, on the pull requests that lead to it, beside it, or nowhere."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from trustwright.review.link.delivery import Act, Job, Pipeline, Purpose, Trigger
from trustwright.review.link.deployments import Deployment
from trustwright.review.link.protections import Protection
from trustwright.review.model import Observation, Severity, met, unknown, unmet

_PROPOSALS: Final = ("pull_request", "pull_request_target", "merge_request", "merge_group")


class Standing(StrEnum):
    """How checks stand to a deployment, the best first."""

    BEFORE = "before"
    """They must have succeeded before it."""
    REQUIRED = "required"
    """They run on pull requests, and the rules of the branch require them."""
    CLAIMED = "claimed"
    """Only the name of a script before it says so."""
    OUTSIDE = "outside"
    """Part of what runs before it stands in another repository or in a pipeline that is not read."""
    PROPOSED = "proposed"
    """They run on pull requests; whether they must pass is no part of the files."""
    IGNORED = "ignored"
    """They run before it and may fail."""
    OPTIONAL = "optional"
    """They run on pull requests, and the rules of the branch do not require them."""
    BESIDE = "beside"
    """They run, and it does not wait for them."""
    ABSENT = "absent"
    """None were found."""


def standing(
    deployment: Deployment,
    purposes: frozenset[Purpose],
    pipelines: Sequence[Pipeline],
    rules: Sequence[Protection],
    *,
    unread: bool,
) -> tuple[Standing, Act | None]:
    """Tell how the checks of some purposes stand to a deployment, and name one of them.

    Args:
        deployment: what is deployed.
        purposes: the checks looked for.
        pipelines: all pipelines of the repository.
        rules: the branch rules kept as code.
        unread: whether the repository has pipelines of a system that is not read.
    """
    wanted = [act for act in deployment.gates if act.purpose in purposes]
    solid = [act for act in wanted if not act.by_name and not act.tolerated]
    scope = _scope(deployment)
    proposed = [act for one in pipelines for act in _proposed(one, scope) if act.purpose in purposes]
    beside = [act for one in pipelines for act in _firm(one.flow, scope) if act.purpose in purposes]
    named = [act for act in wanted if act.by_name]
    required = {rule.checks for rule in rules if rule.in_force}
    if solid:
        return Standing.BEFORE, solid[0]
    if required == {True} and any(not act.by_name for act in proposed):
        return Standing.REQUIRED, proposed[0]
    if named:
        return Standing.CLAIMED, named[0]
    outside = any(job.kind == "external-call" for job in deployment.before)
    if outside or deployment.called_from_elsewhere or deployment.act.by_name or (unread and not proposed):
        return Standing.OUTSIDE, None
    if proposed:
        return (Standing.OPTIONAL if required == {False} else Standing.PROPOSED), proposed[0]
    if wanted:
        return Standing.IGNORED, wanted[0]
    return (Standing.BESIDE, beside[0]) if beside else (Standing.ABSENT, None)


def judged(deployment: Deployment, how: Standing, act: Act | None, check: str, mild: Severity) -> Observation:
    """Return what a rule about checks has to say of a deployment.

    Args:
        deployment: what is deployed.
        how: how the checks stand to it.
        act: one of the checks.
        check: what one of them is called ("test").
        mild: the severity when there are checks, and nothing waits for them.
    """
    sign = act.sign if act is not None else ""
    if how in {Standing.BEFORE, Standing.REQUIRED}:
        return met(deployment.location)
    questions = {
        Standing.CLAIMED: f"Whether {sign}, which runs before it, is a {check} is not in the files.",
        Standing.OUTSIDE: f"Part of what runs before it is not in the files, so a {check} may or may not be there.",
        Standing.PROPOSED: (
            f"{check.capitalize()}s run on pull requests ({sign}); whether they must pass before a merge is a setting "
            "of the platform: an export of the branch rules settles it."
        ),
    }
    if how in questions:
        return unknown(deployment.location, f"{deployment.name} deploys to production. {questions[how]}")
    objections = {
        Standing.IGNORED: f"{sign} runs before it, but may fail.",
        Standing.OPTIONAL: f"{check.capitalize()}s run on pull requests ({sign}), but no branch rule requires them.",
        Standing.BESIDE: f"{check.capitalize()}s run ({sign}), but it does not wait for them.",
        Standing.ABSENT: f"No {check} runs before.",
    }
    return unmet(
        deployment.location,
        f"{deployment.name} deploys to production ({deployment.act.sign}). {objections[how]}",
        severity=None if how is Standing.ABSENT else mild,
        confidence=deployment.confidence,
        related=(act.location,) if act is not None else (),
    )


def _scope(deployment: Deployment) -> tuple[str, ...]:
    """Return the folders whose changes are deployed; empty when any change is, or when that is not said."""
    if not all(trigger.paths for trigger in deployment.starts if trigger.event == "push"):
        return ()
    patterns = [path for trigger in deployment.starts for path in trigger.paths if not path.startswith(("!", "."))]
    folders = {pattern.partition("*")[0].rpartition("/")[0] for pattern in patterns}
    return () if "" in folders else tuple(sorted(folders))


def _concerns(folder: str, scope: tuple[str, ...]) -> bool:
    """Tell whether what runs in ``folder`` looks at code of ``scope``."""
    return (
        not scope
        or not folder
        or any(f"{one}/".startswith(f"{folder}/") or f"{folder}/".startswith(f"{one}/") for one in scope)
    )


def _proposed(pipeline: Pipeline, scope: tuple[str, ...]) -> Iterator[Act]:
    """Yield what a pipeline does to a change of ``scope`` that is still a pull request."""
    if any(trigger.event in _PROPOSALS or _on_every_branch(trigger) for trigger in pipeline.triggers):
        yield from _firm(pipeline.flow, scope)


def _on_every_branch(trigger: Trigger) -> bool:
    """Tell whether a push to any branch starts a pipeline, and so to that of a pull request."""
    if trigger.event != "push" or (trigger.tags and not trigger.branches):
        return False
    return not trigger.branches or any(branch in {"*", "**"} for branch in trigger.branches)


def _firm(jobs: Iterable[Job], scope: tuple[str, ...]) -> Iterator[Act]:
    """Yield what jobs do to code of ``scope``, without what may fail."""
    for job in jobs:
        for step in job.steps if not job.tolerated else ():
            if _concerns(step.folder, scope):
                yield from (act for act in step.acts if not act.tolerated)
