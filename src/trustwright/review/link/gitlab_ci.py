"""Reads GitLab CI: stages, jobs, templates (``extends``, ``default``, ``!reference``), local includes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from posixpath import normpath
from typing import Final

from trustwright.review.link.delivery import Act, Job, Pipeline, Purpose, Step, Trigger
from trustwright.review.link.destinations import says_deploy, settled
from trustwright.review.link.purposes import Place, acts_of_script
from trustwright.review.link.scripts import Scripts
from trustwright.review.model import Gap, Location
from trustwright.review.source.tree import Tree

# GitLab itself stops at 11 levels of `extends` and 150 includes.
MAX_EXTENDS: Final = 11
MAX_INCLUDES: Final = 150

_PIPELINE: Final = re.compile(r"^(?:.*/)?\.gitlab-ci[\w.-]*\.ya?ml$|^(?:\.gitlab/|\.gitlab-ci/|ci/).+\.ya?ml$")
_ROOT: Final = re.compile(r"^\.gitlab-ci\.ya?ml$")
_STAGES: Final = (".pre", "build", "test", "deploy", ".post")
_KEYWORDS: Final = frozenset(
    {"after_script", "before_script", "cache", "default", "image", "include", "services", "spec", "stages", "variables"}
    | {"workflow"}
)
_SCRIPTS: Final = ("before_script", "script", "after_script")
_DEFAULTED: Final = ("before_script", "after_script", "image", "services", "tags")
# GitLab's own templates that do one known thing; of the others nothing is assumed.
_TEMPLATES: Final[Mapping[str, Purpose]] = {
    "SAST": Purpose.CODE_SCAN,
    "SAST.latest": Purpose.CODE_SCAN,
    "Dependency-Scanning": Purpose.DEPENDENCY_SCAN,
    "Dependency-Scanning.latest": Purpose.DEPENDENCY_SCAN,
    "Secret-Detection": Purpose.SECRET_SCAN,
    "Secret-Detection.latest": Purpose.SECRET_SCAN,
    "Container-Scanning": Purpose.CONTAINER_SCAN,
    "Container-Scanning.latest": Purpose.CONTAINER_SCAN,
    "SAST-IaC": Purpose.INFRASTRUCTURE_SCAN,
    "SAST-IaC.latest": Purpose.INFRASTRUCTURE_SCAN,
    "DAST": Purpose.DYNAMIC_SCAN,
    "DAST.latest": Purpose.DYNAMIC_SCAN,
}


def is_pipeline(path: str) -> bool:
    """Tell whether a path is that of a GitLab pipeline, or of a file that one usually includes."""
    return bool(_PIPELINE.match(path))


def pipelines(trees: Mapping[str, Tree], scripts: Scripts) -> tuple[tuple[Pipeline, ...], tuple[Gap, ...]]:
    """Return the GitLab pipelines of a repository, and the includes that could not be followed.

    ``trees`` holds the parsed files by path; each ``.gitlab-ci.yml`` is one pipeline, the others are what it includes.
    """
    found: list[Pipeline] = []
    gaps: list[Gap] = []
    for path, tree in sorted(trees.items()):
        if _ROOT.search(path) and tree.is_mapping:
            reader = _Reader(path, tree, trees, scripts)
            found.append(reader.pipeline())
            gaps.extend(reader.gaps)
    return tuple(found), tuple(gaps)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of a pipeline and the file it stands in."""

    path: str
    tree: Tree


class _Reader:
    """Reads one pipeline with its includes."""

    def __init__(self, path: str, tree: Tree, trees: Mapping[str, Tree], scripts: Scripts) -> None:
        self.gaps: list[Gap] = []
        self._path = path
        self._tree = tree
        self._trees = trees
        self._scripts = scripts
        self._entries: dict[str, _Entry] = {}
        # The file each script stands in; the trees live as long as the reader, so their ids are theirs alone.
        self._origins: dict[int, str] = {}
        self._templates: list[Job] = []
        self._included: list[str] = []
        self._collect(path, tree)

    def _collect(self, path: str, tree: Tree) -> None:
        """Add a file's keys, after those of what it includes: the file itself wins."""
        self._included.append(path)
        for include in tree.each("include"):
            self._include(path, include)
        for key, value in tree.items():
            self._entries[key] = _Entry(path, value)
            for script in (value, *(value.at(name) for name in _SCRIPTS)):
                if script is not None:
                    self._origins[id(script)] = path

    def _include(self, path: str, include: Tree) -> None:
        for local in (include,) if include.is_scalar else include.each("local"):
            target = normpath(local.text.lstrip("/"))
            wanted = [target] if "*" not in target else sorted(name for name in self._trees if _matches(target, name))
            for name in wanted:
                if name in self._trees and name not in self._included and len(self._included) < MAX_INCLUDES:
                    self._collect(name, self._trees[name])
                elif name not in self._trees:
                    self._missing(path, include.line, name)
        for template in include.each("template"):
            name = template.text.rpartition("/")[2].removesuffix(".gitlab-ci.yml")
            location = Location(path, template.line)
            if purpose := _TEMPLATES.get(name):
                step = Step(location, name, uses=template.text, acts=(Act(purpose, template.text, location),))
                self._templates.append(Job(name, location, steps=(step,), uses=template.text))
            else:
                self._templates.append(Job(name, location, kind="external-call", uses=template.text))
                self._missing(path, template.line, template.text)
        for key in ("project", "remote", "component"):
            if named := include.text_at(key):
                files = " ".join(include.texts("file"))
                self._missing(path, include.line, f"{named} {files}".strip())

    def _missing(self, path: str, line: int, name: str) -> None:
        detail = f"line {line}: includes {name}, which is not in this repository"
        self.gaps.append(Gap("not-understood", path, detail))

    def pipeline(self) -> Pipeline:
        """Return the pipeline with its jobs, the stages before a job among what it needs."""
        stages = self._entries["stages"].tree.texts() if "stages" in self._entries else ()
        order = {stage: at for at, stage in enumerate((".pre", *(stages or _STAGES[1:4]), ".post"))}
        written = {
            key: self._merged(key, 0)
            for key, entry in self._entries.items()
            if key not in _KEYWORDS and not key.startswith(".") and entry.tree.is_mapping
        }
        at = {key: order.get(tree.text_at("stage") or "test", 0) for key, tree in written.items()}
        at.update({job.id: order.get("test", 0) for job in self._templates})
        triggers = tuple(self._triggers(written.values()))
        jobs = [self._job(key, tree, at, triggers) for key, tree in written.items()]
        jobs.extend(replace(job, needs=tuple(key for key in at if at[key] < at[job.id])) for job in self._templates)
        flow = tuple(jobs)
        variables = self._entries["variables"].tree if "variables" in self._entries else None
        location = Location(self._path, 1, self._tree.end_line)
        return Pipeline(self._path.rpartition("/")[2], location, "gitlab-ci", triggers, None, flow, flow, variables)

    def _merged(self, key: str, depth: int) -> Tree:
        """Return a job with what it extends and the defaults merged in: mappings deeply, all else replaced."""
        entry = self._entries[key]
        tree = entry.tree
        merged: dict[str, Tree] = {}
        for name in tree.texts("extends"):
            if depth < MAX_EXTENDS and name in self._entries and self._entries[name].tree.is_mapping:
                merged = _merge(merged, dict(self._merged(name, depth + 1).items()))
        merged = _merge(merged, dict(tree.items()))
        if depth == 0:
            default = self._entries.get("default")
            for name in _DEFAULTED:
                found = (default.tree.at(name) if default else None) or (
                    self._entries[name].tree if name in self._entries else None
                )
                if found is not None:
                    merged.setdefault(name, found)
        return Tree(merged, tree.line, tree.end_line)

    def _triggers(self, jobs: Iterable[Tree]) -> Iterator[Trigger]:
        location = Location(self._path, 1)
        yield Trigger("push", location)
        words = " ".join(_conditions(job) for job in (self._tree.at("workflow") or self._tree, *jobs))
        if "merge_request" in words:
            yield Trigger("merge_request", location)

    def _job(self, key: str, tree: Tree, stages: Mapping[str, int], triggers: Sequence[Trigger]) -> Job:
        path = self._entries[key].path
        location = Location(path, self._entries[key].tree.line, self._entries[key].tree.end_line)
        environment = tree.text_at("environment", "name") or tree.text_at("environment")
        stopping = tree.text_at("environment", "action") == "stop"
        conditions = _conditions(tree)
        manual = tree.text_at("when") == "manual" or any(
            rule.text_at("when") == "manual" for rule in tree.each("rules")
        )
        allowed = tree.at("allow_failure")
        tolerated = allowed.truth is not False if allowed is not None else tree.text_at("when") == "manual"
        names = (key, tree.text_at("stage"))
        deploying = any(says_deploy(name) for name in names) and not stopping
        calls = tree.at("trigger") is not None
        job = Job(
            id=key,
            location=location,
            kind="external-call" if calls else "steps",
            steps=tuple(self._steps(path, key, tree, deploying, tolerated and not manual)),
            environment="" if stopping else environment,
            needs=_needs(key, tree, stages),
            if_=conditions,
            uses=tree.text_at("trigger") or tree.text_at("trigger", "project") or tree.text_at("trigger", "include"),
            runs_on=tree.texts("tags"),
            manual=manual,
            tolerated=tolerated and not manual,
            env=tree.at("variables"),
            services=tree.at("services"),
        )
        # A GitLab pipeline runs on every branch, so its triggers say nothing of where a job goes.
        return settled(job, names, () if "merge_request" not in conditions else triggers[1:])

    def _steps(self, path: str, key: str, tree: Tree, deploying: bool, tolerated: bool) -> Iterator[Step]:
        for name in _SCRIPTS:
            listed = tree.at(name)
            origin = self._origins.get(id(listed), path)
            items = list(self._flat(origin, listed, 0)) if listed is not None else []
            for where, group in groupby(items, key=lambda item: item[0]):
                trees = [item for _, item in group]
                line, text = _joined(trees)
                place = Place(where, line, "", deploying, deploying)
                acts = acts_of_script(text, place, self._scripts)
                location = Location(where, trees[0].line, max(item.end_line for item in trees))
                marked = tuple(replace(act, tolerated=act.tolerated or tolerated) for act in acts)
                yield Step(location, name, run=text, env=tree.at("variables"), tolerated=tolerated, acts=marked)
        published = [("release", Purpose.PUBLISH, tree.at("release"))]
        if key == "pages":
            published.append((key, Purpose.PUBLISH_PAGES, tree.at("script")))
        for name, purpose, keyword in published:
            if keyword is not None:
                where = Location(path, keyword.line)
                yield Step(where, name, acts=(Act(purpose, name, where),))

    def _flat(self, path: str, item: Tree, depth: int) -> Iterator[tuple[str, Tree]]:
        """Yield the commands of a script with their files: lists in lists, and what ``!reference`` names."""
        if depth > MAX_EXTENDS:
            return
        if isinstance(item.value, tuple):
            for child in item.value:
                yield from self._flat(path, child, depth + 1)
        elif (reference := item.at("!reference")) is not None:
            names = reference.texts()
            entry = self._entries.get(names[0]) if names else None
            found = entry.tree.at(*names[1:]) if entry else None
            if entry is not None and found is not None:
                yield from self._flat(entry.path, found, depth + 1)
        elif item.is_scalar:
            yield path, item


def _merge(base: dict[str, Tree], more: dict[str, Tree]) -> dict[str, Tree]:
    """Return two jobs' keys as one, the second's first; mappings are merged, all else is replaced."""
    merged = dict(base)
    for key, tree in more.items():
        before = merged.get(key)
        if before is not None and before.is_mapping and tree.is_mapping:
            inner = _merge(dict(before.items()), dict(tree.items()))
            merged[key] = Tree(inner, tree.line, tree.end_line)
        else:
            merged[key] = tree
    return merged


def _joined(items: Sequence[Tree]) -> tuple[int, str]:
    """Return a script's first line and its text, each command on its own line where the file allows it."""
    begins = [item.line + 1 if item.end_line > item.line else item.line for item in items]
    first = begins[0]
    lines: list[str] = []
    for begin, item in zip(begins, items, strict=True):
        written = item.text.rstrip("\n").split("\n")
        if lines and begin - first < len(lines):
            # Two commands on one line, in a list in brackets.
            lines[-1] += f" ; {written.pop(0)}"
        lines.extend([""] * (begin - first - len(lines)))
        lines.extend(written)
    return first, "\n".join(lines)


def _needs(key: str, tree: Tree, stages: Mapping[str, int]) -> tuple[str, ...]:
    """Return what must have succeeded first: what the job names, else all jobs of earlier stages."""
    if tree.at("needs") is None:
        return tuple(other for other, stage in stages.items() if stage < stages[key])
    named = (one.text_at("job") if one.is_mapping else one.text for one in tree.each("needs"))
    return tuple(name for name in named if name)


def _conditions(tree: Tree) -> str:
    """Return the conditions of a job's rules, and of the older ``only``, as one text."""
    found = [rule.text_at("if") for rule in tree.each("rules")]
    for name in (*tree.texts("only"), *tree.texts("only", "refs")):
        if name in {"merge_requests", "tags"}:
            found.append("merge_request_event" if name == "merge_requests" else "$CI_COMMIT_TAG")
        elif not name.startswith("/"):
            found.append(f'$CI_COMMIT_BRANCH == "{name}"')
    return " || ".join(condition for condition in found if condition)


def _matches(pattern: str, path: str) -> bool:
    """Tell whether a path fits an include with ``*`` and ``**``."""
    parts = re.split(r"(\*\*/?|\*)", pattern)
    wanted = "".join(".*" if part.startswith("**") else "[^/]*" if part == "*" else re.escape(part) for part in parts)
    return re.fullmatch(wanted, path) is not None
