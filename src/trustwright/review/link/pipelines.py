"""Reads the delivery map's facts from a repository's files."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from trustwright.review.link import github_actions, gitlab_ci
from trustwright.review.link.delivery import Pipeline
from trustwright.review.link.scripts import Scripts
from trustwright.review.model import Gap
from trustwright.review.source import yaml
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

_SCRIPTS: Final = re.compile(
    r"(?:^|/)(?:package\.json|project\.json|(?:GNUm|M|m)akefile|\.?[jJ]ustfile|tox\.ini|[tT]askfile\.ya?ml|pyproject\.toml|[^/]+\.(?:sh|bash|mk)|(?:bin|scripts?|ci|\.ci|hack|tools)/[^/.]+)$"
)
_NAMED: Final = re.compile(r"(?:^|/)(?:(?:GNUm|M|m)akefile|[jJ]ustfile)$")
_SHEBANG: Final = re.compile(rb"#![^\n]*\b(?:ba|da|z|k)?sh\b")
# Systems whose files are recognised and not read: (pattern, name).
_NOT_READ: Final = (
    (re.compile(r"^\.circleci/config\.ya?ml$"), "CircleCI"),
    (re.compile(r"^(?:.*/)?Jenkinsfile(?:\.[\w.-]+)?$"), "Jenkins"),
    (re.compile(r"^(?:.*/)?azure-pipelines[\w.-]*\.ya?ml$"), "Azure Pipelines"),
    (re.compile(r"^bitbucket-pipelines\.yml$"), "Bitbucket Pipelines"),
    (re.compile(r"^\.drone\.ya?ml$"), "Drone"),
    (re.compile(r"^\.travis\.yml$"), "Travis CI"),
    (re.compile(r"^\.buildkite/.+\.ya?ml$"), "Buildkite"),
    (re.compile(r"^(?:.*/)?cloudbuild[\w.-]*\.ya?ml$"), "Google Cloud Build"),
    (re.compile(r"^(?:.*/)?buildspec[\w.-]*\.ya?ml$"), "AWS CodeBuild"),
    (re.compile(r"^\.woodpecker(?:/.+)?\.ya?ml$"), "Woodpecker"),
    (re.compile(r"^\.semaphore/.+\.ya?ml$"), "Semaphore"),
    (re.compile(r"^\.tekton/.+\.ya?ml$"), "Tekton"),
)
# A Gap per candidate is for pipelines only; a script that does not parse concerns nobody here.
MAX_SCRIPT_BYTES: Final = 1_000_000


def is_candidate(path: str) -> bool:
    """Tell by its path alone whether a file can matter to the delivery map."""
    return (
        github_actions.is_workflow(path)
        or github_actions.is_action(path)
        or gitlab_ci.is_pipeline(path)
        or bool(_SCRIPTS.search(path))
        or bool(_system(path))
    )


def unread_pipelines(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that hold pipelines of a system that is not read, sorted."""
    return tuple(sorted(path for path in paths if _system(path)))


@lru_cache(maxsize=50_000)
def _system(path: str) -> str:
    return next((name for pattern, name in _NOT_READ if pattern.match(path)), "")


def pipelines(documents: Iterable[tuple[str, bytes]]) -> tuple[tuple[Pipeline, ...], tuple[Gap, ...]]:
    """Return the pipelines of a repository, sorted by path, and what could not be read.

    ``documents`` are path and bytes of the files that ``is_candidate`` accepts; paths are relative to the repository's
    root, which is where workflows run.
    """
    workflows: dict[str, Tree] = {}
    gitlab: dict[str, Tree] = {}
    scripts: dict[str, bytes] = {}
    gaps: list[Gap] = []
    for path, data in sorted(documents):
        if _SCRIPTS.search(path):
            if "." not in path.rpartition("/")[2] and not _SHEBANG.match(data) and not _NAMED.search(path):
                continue
            scripts[path] = data[:MAX_SCRIPT_BYTES]
        elif system := _system(path):
            gaps.append(Gap("not-understood", path, f"{system} pipelines are not read"))
        elif is_candidate(path):
            try:
                tree = yaml.first(path, data)
            except SourceError as error:
                gaps.append(error.gap())
                continue
            if tree is not None:
                (gitlab if gitlab_ci.is_pipeline(path) else workflows)[path] = tree
    known = Scripts(scripts)
    found = github_actions.workflows(workflows, known)
    others, more = gitlab_ci.pipelines(gitlab, known)
    return tuple(sorted((*found, *others), key=lambda one: one.location)), (*gaps, *more)
