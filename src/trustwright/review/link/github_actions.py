"""Reads GitHub Actions: workflows, local reusable workflows, local composite actions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import normpath
from typing import Final

from trustwright.review.link.delivery import Act, Job, Pipeline, Step, Tier, Trigger
from trustwright.review.link.destinations import TIERED, says_deploy, settled
from trustwright.review.link.inputs import literals, never
from trustwright.review.link.purposes import Place, acts_of_action, acts_of_script, hint_of_name
from trustwright.review.link.scripts import Scripts
from trustwright.review.link.tiers import (
    first_known,
    tier_of_condition,
    tier_of_environment,
    tier_of_triggers,
    tier_of_words,
)
from trustwright.review.model import Location
from trustwright.review.source.tree import Tree

# A called workflow may call another; GitHub itself stops at ten.
MAX_CALLS: Final = 4

# Workflows of a nested copy of another repository never run.
_WORKFLOW: Final = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$")
_ACTION: Final = re.compile(r"(?:^|/)action\.ya?ml$")
_INPUT: Final = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")
_SECRET: Final = re.compile(r"\b(?:secrets|vars)\.([A-Za-z_]\w*)")
_ENVIRONMENT_INPUT: Final = re.compile(r"env|stage|target", re.IGNORECASE)
# Variables whose value names the environment; NODE_ENV is a build mode and says nothing.
_ENVIRONMENT_KEYS: Final = frozenset(
    {"ENVIRONMENT", "ENV", "STAGE", "DEPLOY_ENV", "TARGET_ENV", "APP_ENV", "ENV_NAME", "DEPLOYMENT_ENVIRONMENT"}
)


def is_workflow(path: str) -> bool:
    """Tell whether a path is that of a workflow."""
    return bool(_WORKFLOW.search(path))


def is_action(path: str) -> bool:
    """Tell whether a path is that of an action's definition."""
    return bool(_ACTION.search(path))


def workflows(trees: Mapping[str, Tree], scripts: Scripts) -> tuple[Pipeline, ...]:
    """Return the pipelines of a repository's workflows and composite actions, sorted by path.

    ``trees`` holds the parsed workflows and actions by path. Calls of local workflows are expanded in ``flow``.
    """
    reader = _Reader(trees, scripts)
    written = {path: reader.pipeline(path, tree) for path, tree in sorted(trees.items()) if tree.is_mapping}
    by_path = {path: pipeline for path, pipeline in written.items() if pipeline is not None}
    return tuple(replace(pipeline, flow=_flow(pipeline, by_path, 0)) for pipeline in by_path.values())


class _Reader:
    """Reads the files of one repository; composite actions are read once."""

    def __init__(self, trees: Mapping[str, Tree], scripts: Scripts) -> None:
        self._trees = trees
        self._scripts = scripts
        self._reading: set[str] = set()

    def pipeline(self, path: str, tree: Tree) -> Pipeline | None:
        """Return one file's pipeline, or None when it is neither a workflow nor a composite action."""
        name = tree.text_at("name") or path.rpartition("/")[2]
        location = Location(path, 1, tree.end_line)
        if is_action(path):
            if tree.at("runs", "steps") is None:
                return None
            steps = self._steps(path, tree.each("runs", "steps"), Place(path, 1))
            job = Job("runs", Location(path, _line(tree, "runs")), steps=steps)
            return Pipeline(name, location, "github-action", jobs=(job,), flow=(job,))
        jobs = tree.at("jobs")
        if jobs is None:
            return None
        triggers = _triggers(path, tree)
        read = tuple(self._job(path, key, job, tree, triggers) for key, job in jobs.items() if job.is_mapping)
        return Pipeline(name, location, "github-actions", triggers, tree.at("permissions"), read, read, tree.at("env"))

    def _job(self, path: str, key: str, tree: Tree, workflow: Tree, triggers: Sequence[Trigger]) -> Job:
        names = (key, tree.text_at("name"), workflow.text_at("name"), path.rpartition("/")[2])
        runs_on = tree.texts("runs-on") or tree.texts("runs-on", "labels")
        folder = tree.text_at("defaults", "run", "working-directory") or workflow.text_at(
            "defaults", "run", "working-directory"
        )
        deploying = any(says_deploy(name) for name in names)
        place = Place(path, tree.line, _inside(folder), "self-hosted" in runs_on and deploying, deploying)
        environment = tree.text_at("environment", "name") or tree.text_at("environment")
        job = Job(
            id=key,
            location=Location(path, tree.line, tree.end_line),
            kind=_kind(tree, self._trees),
            steps=self._job_steps(path, tree, place),
            environment=environment,
            needs=tree.texts("needs"),
            permissions=tree.at("permissions"),
            if_=tree.text_at("if"),
            uses=tree.text_at("uses"),
            runs_on=runs_on,
            tolerated=_is_true(tree, "continue-on-error"),
            env=tree.at("env"),
            services=tree.at("services"),
            name=tree.text_at("name"),
            inputs=tree.at("with"),
        )
        return settled(job, [*names, *_environment_words(tree)], triggers)

    def _job_steps(self, path: str, tree: Tree, place: Place) -> tuple[Step, ...]:
        """Return a job's steps; those of a job or a step that is switched off (``if: false``) do nothing."""
        steps = self._steps(path, tree.each("steps"), place, _is_true(tree, "continue-on-error"))
        off = never(tree.text_at("if"), {})
        return tuple(replace(step, acts=()) if off or never(step.if_, {}) else step for step in steps)

    def _steps(self, path: str, trees: Sequence[Tree], place: Place, tolerated: bool = False) -> tuple[Step, ...]:
        return tuple(self._step(path, tree, place, tolerated) for tree in trees if tree.is_mapping)

    def _step(self, path: str, tree: Tree, place: Place, tolerated: bool) -> Step:
        uses, run = tree.text_at("uses"), tree.at("run")
        tolerated = tolerated or _is_true(tree, "continue-on-error")
        deploying = place.deploying or says_deploy(tree.text_at("name"))
        here = replace(place, line=tree.line, deploying=deploying)
        acts: tuple[Act, ...] = ()
        action = ""
        if run is not None:
            folder = tree.text_at("working-directory")
            first = run.line + 1 if run.end_line > run.line else run.line
            here = replace(here, line=first, folder=_inside(folder) or here.folder)
            acts = acts_of_script(run.text, here, self._scripts) or hint_of_name(tree.text_at("name"), here)
        elif uses.startswith("./"):
            action = self._action_path(uses)
            acts = self._action_acts(action, tree.line, place, tree.at("with"))
        elif uses:
            acts = acts_of_action(uses, tree.at("with"), replace(here, whole=Location(path, tree.line)), self._scripts)
        step = Step(
            location=Location(path, tree.line, tree.end_line),
            name=tree.text_at("name"),
            uses=uses,
            run=run.text if run else "",
            env=tree.at("env"),
            with_=tree.at("with"),
            if_=tree.text_at("if"),
            tolerated=tolerated,
            acts=acts,
            action=action,
            folder=here.folder,
        )
        words = [step.name, *_environment_words(tree)]
        return replace(step, acts=tuple(_in_step(act, step, words) for act in acts))

    def _action_path(self, uses: str) -> str:
        folder = normpath(uses.partition("@")[0])
        return next((path for name in ("action.yml", "action.yaml") if (path := f"{folder}/{name}") in self._trees), "")

    def _action_acts(self, path: str, line: int, place: Place, inputs: Tree | None) -> tuple[Act, ...]:
        """Return what the steps of a local action do that run with these inputs."""
        if not path or path in self._reading:
            return ()
        self._reading.add(path)
        steps = self._steps(path, self._trees[path].each("runs", "steps"), replace(place, path=path, line=line))
        self._reading.discard(path)
        given = literals(self._trees[path].at("inputs"), inputs)
        return tuple(act for step in steps if not never(step.if_, given) for act in step.acts)


def _flow(pipeline: Pipeline, by_path: Mapping[str, Pipeline], depth: int) -> tuple[Job, ...]:
    """Return a pipeline's jobs with the calls of local workflows replaced by the called jobs."""
    found: list[Job] = []
    last: dict[str, tuple[str, ...]] = {}
    for job in pipeline.jobs:
        called = by_path.get(normpath(job.uses.partition("@")[0])) if job.kind == "call" else None
        if called is None or depth >= MAX_CALLS:
            found.append(job)
            continue
        inner = _flow(called, by_path, depth + 1)
        ids = {one.id: f"{job.id} / {one.id}" for one in inner}
        last[job.id] = tuple(ids.values())
        for one in inner:
            needs = tuple(ids[need] for need in one.needs if need in ids)
            entered = replace(one, id=ids[one.id], needs=needs or job.needs, if_=one.if_ or job.if_)
            found.append(_as_called(entered, job, pipeline))
    return tuple(
        replace(job, needs=tuple(one for need in job.needs for one in last.get(need, (need,)))) for job in found
    )


def _as_called(job: Job, caller: Job, pipeline: Pipeline) -> Job:
    """Return a called job with what only its caller knows: the environment, and where a deployment goes."""
    given = caller.inputs

    def value(match: re.Match[str]) -> str:
        return (given.text_at(match[1]) if given else "") or match[0]

    environment = _INPUT.sub(value, job.environment)
    words = [text.text for key, text in given.items() if key.upper() in _ENVIRONMENT_KEYS] if given else []
    said = [tier_of_environment(word) for word in (environment, *words)]
    names = (caller.id, caller.name, pipeline.name, pipeline.location.path.rpartition("/")[2])
    usual = first_known(
        (
            *said,
            tier_of_condition(job.if_),
            *(tier_of_words(name) for name in names),
            *(tier_of_words(name) for name in _secrets(given)),
            tier_of_triggers(pipeline.triggers),
        )
    )

    def one(act: Act) -> Act:
        if act.purpose not in TIERED:
            return act
        return replace(act, tier=first_known((*said, act.tier, usual)))

    plain = literals(given)
    steps = tuple(
        replace(step, acts=() if never(step.if_, plain) else tuple(one(act) for act in step.acts))
        for step in (() if never(job.if_, plain) else job.steps)
    )
    return replace(job, environment=environment, steps=steps)


def _triggers(path: str, tree: Tree) -> tuple[Trigger, ...]:
    on = tree.at("on") or tree.at("true")
    if on is None:
        return ()
    if not on.is_mapping:
        return tuple(Trigger(one.text, Location(path, one.line)) for one in tree.each("on") if one.is_scalar)
    return tuple(
        Trigger(
            event,
            Location(path, limits.line),
            limits.texts("branches"),
            limits.texts("tags"),
            limits.texts("workflows"),
            limits.texts("types"),
            tuple(dict(given.items())) if (given := limits.at("inputs")) is not None else (),
            limits.texts("paths"),
            tuple(_choices(limits.at("inputs"))),
        )
        for event, limits in on.items()
    )


def _choices(inputs: Tree | None) -> Iterator[str]:
    for name, asked in inputs.items() if inputs is not None else ():
        if _ENVIRONMENT_INPUT.search(name):
            yield from asked.texts("options")


def _in_step(act: Act, step: Step, words: Sequence[str]) -> Act:
    """Return an act with what its step says of it."""
    tier = act.tier
    if act.purpose in TIERED and tier is Tier.UNKNOWN:
        tier = first_known((tier_of_condition(step.if_), *(tier_of_words(word) for word in words)))
    return replace(act, tier=tier, tolerated=act.tolerated or step.tolerated)


def _environment_words(tree: Tree) -> list[str]:
    """Return what a step's or job's variables say of the environment: the secrets' names, the variables for it."""
    words: list[str] = []
    for block in ("env", "with"):
        words.extend(_secrets(tree.at(block)))
        for key, value in (tree.at(block) or tree).items() if tree.at(block) else ():
            if key.upper() in _ENVIRONMENT_KEYS:
                words.append(value.text)
    return words


def _secrets(block: Tree | None) -> Iterator[str]:
    """Yield the names of the secrets and variables that a block's values hold."""
    for _, value in block.items() if block is not None else ():
        yield from (match[1] for match in _SECRET.finditer(value.text))


def _kind(tree: Tree, trees: Mapping[str, Tree]) -> str:
    uses = tree.text_at("uses")
    if not uses:
        return "steps"
    return "call" if uses.startswith("./") and normpath(uses.partition("@")[0]) in trees else "external-call"


def _inside(folder: str) -> str:
    return "" if not folder or "${{" in folder else normpath(folder).removeprefix("./").lstrip("/").removeprefix(".")


def _is_true(tree: Tree, key: str) -> bool:
    found = tree.at(key)
    return found is not None and found.truth is True


def _line(tree: Tree, key: str) -> int:
    found = tree.at(key)
    return found.line if found else 1
