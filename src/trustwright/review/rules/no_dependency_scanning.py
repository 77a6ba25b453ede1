"""Dependencies that nothing watches for known vulnerabilities."""

import posixpath
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.delivery import Purpose
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source import yaml
from trustwright.review.source.errors import SourceError

RULE = Rule(
    __name__,
    title="No dependency scanning",
    finding="The packages of a manifest are watched by no update service and scanned by no pipeline.",
    risk="Known vulnerabilities stay in production unseen, and patching within the stated time cannot be shown.",
    remediation=(
        "Switch on an update service (Dependabot, Renovate) for the ecosystem and folder.",
        "Add a step to the pipeline that audits dependencies and fails on severe findings.",
        "State how soon findings of each severity are fixed, and record exceptions with an expiry.",
    ),
    criteria=("CC7.1", "CC8.1"),
    controls=("OPS-02", "OPS-03", "CHG-04"),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="sets of dependencies",
    gap="{unmet} of {examined} sets of dependencies are watched by nothing",
)

_ECOSYSTEMS: Final = {
    "npm": "npm", "yarn": "npm", "pnpm": "npm", "bun": "npm", "pip": "pypi", "uv": "pypi", "poetry": "pypi",
    "pipenv": "pypi", "gomod": "go", "cargo": "cargo", "bundler": "rubygems", "maven": "maven", "gradle": "maven",
}  # fmt: skip
_OF_ONE: Final = {
    "npm": ("npm ", "yarn ", "pnpm ", "bun ", "audit-ci", "better-npm-audit", "snyk/actions/node"),
    "pypi": ("pip-audit", "safety", "snyk/actions/python", "uv audit"),
    "go": ("govulncheck", "nancy", "snyk/actions/golang"),
    "cargo": ("cargo audit", "cargo deny"),
    "rubygems": ("bundle audit", "bundler-audit"),
}
"""Signs of scans that look at one ecosystem only; every other scan looks at all."""
_RENOVATE: Final = ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json")
_NAMES: Final = {"npm": "npm", "pypi": "Python", "go": "Go", "cargo": "Rust", "rubygems": "Ruby", "maven": "Java"}


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each ecosystem in each outermost folder that has a manifest of it."""
    scans = [
        act.sign for pipeline in project.pipelines for job in pipeline.flow or pipeline.jobs for act in job.acts
        if act.purpose is Purpose.DEPENDENCY_SCAN
    ]  # fmt: skip
    everything = any(path.rpartition("/")[2] in _RENOVATE for path in project.corpus.files)
    watched = set(_dependabot(project))
    for ecosystem, place in _manifests(project):
        folder = posixpath.dirname(place.path)
        scanned = any(_looks_at(sign, ecosystem) for sign in scans)
        if everything or scanned or any(_covers(*entry, ecosystem, folder) for entry in watched):
            yield met(place)
        else:
            where = f"of {folder}" if folder else "of the repository"
            name = _NAMES.get(ecosystem, ecosystem)
            yield unmet(
                place,
                f"Nothing here watches the {name} packages {where}: no update service, no scan in a pipeline.",
            )


def _manifests(project: Project) -> list[tuple[str, Location]]:
    """Return each ecosystem with its outermost manifests: a workspace's packages belong to its root."""
    found: dict[tuple[str, str], Location] = {}
    for item in project.manifests.dependencies:
        folder = posixpath.dirname(item.location.path)
        found.setdefault((item.ecosystem, folder), Location(item.location.path, 1))
    return [
        (ecosystem, place)
        for (ecosystem, folder), place in sorted(found.items())
        if not any(
            other == ecosystem and outer != folder and (not outer or folder.startswith(outer + "/"))
            for other, outer in found
        )
    ]


def _dependabot(project: Project) -> Iterator[tuple[str, str]]:
    """Yield (ecosystem, folder pattern) of each entry of a Dependabot configuration."""
    for path in (".github/dependabot.yml", ".github/dependabot.yaml"):
        if path not in project.corpus.files:
            continue
        try:
            documents = yaml.parse(path, project.corpus.read(path))
        except SourceError as error:
            project.gaps.append(error.gap())
            continue
        for entry in (item for document in documents for item in document.each("updates")):
            ecosystem = _ECOSYSTEMS.get(entry.text_at("package-ecosystem"))
            for folder in (*entry.texts("directory"), *entry.texts("directories")):
                if ecosystem is not None:
                    yield ecosystem, folder.strip("/")


def _covers(ecosystem: str, pattern: str, wanted: str, folder: str) -> bool:
    if ecosystem != wanted:
        return False
    if "*" in pattern:
        return folder.startswith(pattern.partition("*")[0].rstrip("/"))
    return folder == pattern or folder.startswith(pattern + "/") or not pattern


def _looks_at(sign: str, ecosystem: str) -> bool:
    own = [name for name, signs in _OF_ONE.items() if sign.startswith(signs)]
    return not own or ecosystem in own
