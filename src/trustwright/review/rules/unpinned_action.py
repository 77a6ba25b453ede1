"""Actions and workflows of others that are taken by a name that can be moved."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.code_owners import code_owners
from trustwright.review.link.corpus import Corpus
from trustwright.review.link.delivery import Job, Pipeline
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Unpinned action",
    finding="A workflow runs another repository's action by a tag or branch that can be moved to other code.",
    risk=(
        "Whoever takes over the action's repository runs code in the pipeline, with its token and secrets, without any "
        "change that could be reviewed here. That is how secrets of thousands of repositories leaked in 2025."
    ),
    remediation=(
        "Name the action by the full commit hash and keep the version as a comment: `uses: owner/name@<sha> # v4.1.0`.",
        "Let Dependabot or Renovate raise the hashes, so that each new version is a reviewed change.",
        "Allow only listed or pinned actions in the organisation's settings.",
    ),
    criteria=("CC8.1", "CC6.8"),
    controls=("CHG-10",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="actions used by workflows",
    gap="{unmet} of {examined} actions are taken by a name that can be moved",
)

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION: Final = re.compile(r"(?:release[/-])?v?\d[\w.+-]*|[\w-]+[-/@]v?\d[\w.+-]*")
_BRANCH: Final = re.compile(
    r"main|master|trunk|develop(?:ment)?|dev|head|latest|stable|beta|edge|next|nightly|canary|unstable", re.IGNORECASE
)
_OFFICIAL: Final = ("actions/", "github/")
_HANDLE: Final = re.compile(r"@([\w-]+)/[\w.-]+")
_HOSTED: Final = re.compile(r"github\.com[:/]([\w-]+)/")
_SHOWN: Final = 5  # further places named in a finding


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each action, at each of its versions, where it is used first."""
    uses: dict[str, list[Location]] = {}
    for pipeline in project.pipelines:
        for text, place in _uses(pipeline, project.corpus):
            uses.setdefault(text, []).append(place)
    familiar = (*_OFFICIAL, *(f"{owner.lower()}/" for owner in _owners(project.corpus)))
    for text, places in uses.items():
        yield _judge(text, places[0], tuple(places[1 : _SHOWN + 1]), familiar)


def _owners(corpus: Corpus) -> list[str]:
    """Return the organisations this repository is known to be of: its code owners' and its package's home."""
    owners = code_owners(corpus)
    found = _HANDLE.findall(corpus.read(owners.path).decode("utf-8", "replace")) if owners is not None else []
    package = corpus.json("package.json")
    home = (package.text_at("repository", "url") or package.text_at("repository")) if package is not None else ""
    return sorted({*found, *_HOSTED.findall(home)})


def _uses(pipeline: Pipeline, corpus: Corpus) -> Iterator[tuple[str, Location]]:
    """Yield what a file takes from other repositories, each with its line."""
    if pipeline.system not in {"github-actions", "github-action"}:
        return
    lines = corpus.read(pipeline.location.path).decode("utf-8", "replace").split("\n")
    for job in pipeline.jobs:
        for text, place in _of_job(job):
            if text and not text.startswith(("./", ".\\", "$")):
                here = range(place.line, min(place.end_line, len(lines)) + 1)
                line = next((number for number in here if text in lines[number - 1]), place.line)
                yield text, Location(place.path, line)


def _of_job(job: Job) -> Iterator[tuple[str, Location]]:
    yield job.uses, job.location
    for step in job.steps:
        yield step.uses, step.location


def _judge(text: str, place: Location, more: tuple[Location, ...], familiar: tuple[str, ...]) -> Observation:
    """Judge a reference: only a commit or a digest stays what it is; one's own organisation and GitHub weigh less."""
    name, _, version = text.partition("@")
    known = name.lower().startswith(familiar)
    if name.startswith("docker://"):
        image = name.removeprefix("docker://")
        pinned = version.startswith("sha256:")
        return met(place) if pinned else unmet(place, f"The image {image} is taken by a tag.", related=more)
    if _COMMIT.fullmatch(version):
        return met(place)
    if not version or _BRANCH.fullmatch(version):
        what = f"the branch or moving tag {version}" if version else "no version at all"
        severity = Severity.MEDIUM if known else Severity.HIGH
        return unmet(place, f"{name} is taken from {what}.", severity=severity, related=more)
    kind = "tag" if _VERSION.fullmatch(version) else "name"
    detail = f"{name} is taken by the {kind} {version}, which can be moved."
    return unmet(place, detail, severity=Severity.LOW if known else None, related=more)
