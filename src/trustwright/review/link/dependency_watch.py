"""What watches a repository's dependencies for known vulnerabilities: update bots and scans in the pipelines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from posixpath import normpath
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.delivery import Act, Pipeline, Purpose
from trustwright.review.link.manifests import Manifests
from trustwright.review.model import Location
from trustwright.review.source import json, yaml
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

_DEPENDABOT: Final = (".github/dependabot.yml", ".github/dependabot.yaml")
_RENOVATE: Final = (
    *("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"),
    *(".github/renovate.json", ".github/renovate.json5", ".gitlab/renovate.json", ".gitlab/renovate.json5"),
)
# Files of services that scan from outside; that they are switched on is no part of the files.
_SERVICES: Final[dict[str, str]] = {
    ".snyk": "Snyk", "socket.yml": "Socket", ".whitesource": "Mend", ".mend": "Mend", ".fossa.yml": "FOSSA",
    ".pyup.yml": "PyUp", ".deepsource.toml": "DeepSource", "sonar-project.properties": "Sonar",
}  # fmt: skip
# The names that Dependabot and Renovate give the package managers of an ecosystem.
_DEPENDABOT_NAMES: Final[dict[str, str]] = {
    "npm": "npm", "bun": "npm", "pip": "pypi", "uv": "pypi", "gomod": "go", "cargo": "cargo", "bundler": "rubygems",
    "composer": "composer", "maven": "maven", "gradle": "maven",
}  # fmt: skip
_RENOVATE_NAMES: Final[dict[str, str]] = {
    "npm": "npm", "bun": "npm", "pep621": "pypi", "pip_requirements": "pypi", "pip-compile": "pypi", "poetry": "pypi",
    "pipenv": "pypi", "setup-cfg": "pypi", "pip_setup": "pypi", "gomod": "go", "cargo": "cargo", "bundler": "rubygems",
    "composer": "composer", "maven": "maven", "gradle": "maven",
}  # fmt: skip
# Tools that scan one ecosystem; the others look at all they find.
_OF_ONE: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"npm|yarn|pnpm|bun|audit-ci|retire|auditjs|snyk/actions/node"), "npm"),
    (re.compile(r"pip-audit|safety|uv audit|snyk/actions/python"), "pypi"),
    (re.compile(r"govulncheck|nancy|snyk/actions/golang"), "go"),
    (re.compile(r"cargo|rustsec"), "cargo"),
    (re.compile(r"bundle|snyk/actions/ruby"), "rubygems"),
    (re.compile(r"composer|snyk/actions/php"), "composer"),
    (re.compile(r"mvn|gradle|snyk/actions/(?:maven|gradle)"), "maven"),
)
_WATCHING: Final = frozenset({Purpose.DEPENDENCY_SCAN, Purpose.CONTAINER_SCAN})


@dataclass(frozen=True, slots=True)
class DependencySet:
    """The dependencies of one ecosystem that are installed together.

    ``folder`` is empty for the root; ``location`` is where the first of them is named; ``parts`` are the folders of its
    manifests.
    """

    ecosystem: str
    folder: str
    location: Location
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Watch:
    """Something that watches dependencies: of one ecosystem or of ``""`` all, in folders or, when None, anywhere.

    ``act`` is the scan of a pipeline, None for an update bot.
    """

    name: str
    location: Location
    ecosystem: str = ""
    folders: tuple[str, ...] | None = None
    act: Act | None = None

    def covers(self, dependencies: DependencySet) -> bool:
        """Tell whether it watches a set of dependencies."""
        if self.ecosystem not in {"", dependencies.ecosystem}:
            return False
        return self.folders is None or any(_reaches(pattern, dependencies.folder) for pattern in self.folders)

    def touches(self, dependencies: DependencySet) -> bool:
        """Tell whether it watches a part of a set of dependencies."""
        folders = self.folders or ()
        return self.ecosystem == dependencies.ecosystem and any(
            _reaches(pattern, part) for pattern in folders for part in dependencies.parts
        )


def dependency_sets(manifests: Manifests, corpus: Corpus) -> tuple[DependencySet, ...]:
    """Return the sets of dependencies of a repository that its own production code is built from, by place.

    Packages of a workspace belong to the lock file above them.
    """
    locked: dict[str, set[str]] = {}
    for path, ecosystem in manifests.lock_files.items():
        locked.setdefault(ecosystem, set()).add(_folder(path))
    first: dict[tuple[str, str], Location] = {}
    parts: dict[tuple[str, str], set[str]] = {}
    for one in manifests.dependencies:
        path = one.location.path
        if corpus.files[path].role != "production":
            continue
        folder = _folder(path)
        homes = [lock for lock in locked.get(one.ecosystem, ()) if _within(folder, lock)]
        key = (one.ecosystem, max(homes, key=len, default=folder))
        parts.setdefault(key, set()).add(folder)
        known = first.get(key)
        if known is None or (len(path), one.location) < (len(known.path), known):
            first[key] = one.location
    found = (DependencySet(*key, place, frozenset(parts[key])) for key, place in first.items())
    return tuple(sorted(found, key=lambda one: (one.location, one.ecosystem)))


def watches(corpus: Corpus, pipelines: Sequence[Pipeline]) -> tuple[Watch, ...]:
    """Return all that watches the dependencies of a repository."""
    found = [*_dependabot(corpus), *_renovate(corpus)]
    for step in (step for pipeline in pipelines for job in pipeline.flow for step in job.steps):
        for act in step.acts:
            if act.purpose in _WATCHING:
                one = next((name for pattern, name in _OF_ONE if pattern.search(act.sign)), "")
                ecosystem = one if act.purpose is Purpose.DEPENDENCY_SCAN else ""
                folders = (step.folder,) if ecosystem and step.folder else None
                found.append(Watch(act.sign, act.location, ecosystem, folders, act))
    return tuple(found)


def services(corpus: Corpus) -> tuple[str, ...]:
    """Return the outside scanners of which a settings file lies in the repository, sorted."""
    return tuple(sorted({_SERVICES[name] for path in corpus.files if (name := path.rpartition("/")[2]) in _SERVICES}))


def _dependabot(corpus: Corpus) -> Iterable[Watch]:
    for path in _DEPENDABOT:
        tree = _read(path, corpus)
        for update in tree.each("updates") if tree is not None else ():
            ecosystem = _DEPENDABOT_NAMES.get(update.text_at("package-ecosystem"))
            if ecosystem is not None:
                folders = update.texts("directories") or update.texts("directory") or ("/",)
                yield Watch("Dependabot", Location(path, update.line), ecosystem, tuple(map(_plain, folders)))


def _renovate(corpus: Corpus) -> Iterable[Watch]:
    package = corpus.json("package.json")
    inline = package.at("renovate") if package is not None else None
    found = [(path, _read(path, corpus)) for path in _RENOVATE if path in corpus.files]
    if inline is not None:
        found.append(("package.json", inline))
    for path, tree in found:
        # A file in JSON5 that cannot be read still switches Renovate on.
        enabled = tree.at("enabled") if tree is not None else None
        if enabled is not None and enabled.truth is False:
            continue
        managers = tree.texts("enabledManagers") if tree is not None else ()
        place = Location(path, inline.line if path == "package.json" and inline is not None else 1)
        if not managers:
            yield Watch("Renovate", place)
        for ecosystem in sorted({_RENOVATE_NAMES[name] for name in managers if name in _RENOVATE_NAMES}):
            yield Watch("Renovate", place, ecosystem)


def _read(path: str, corpus: Corpus) -> Tree | None:
    if path not in corpus.files:
        return None
    try:
        data = corpus.read(path)
        return yaml.first(path, data) if path.endswith((".yml", ".yaml")) else json.parse(path, data)
    except SourceError:
        return None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _within(folder: str, above: str) -> bool:
    return not above or folder == above or folder.startswith(f"{above}/")


def _plain(folder: str) -> str:
    plain = normpath(folder.strip("/") or ".")
    return "" if plain == "." else plain


def _reaches(pattern: str, folder: str) -> bool:
    """Tell whether a folder fits a pattern of Dependabot's: ``*`` within one name, ``**`` through any number."""
    if "*" not in pattern:
        return pattern == folder
    parts = re.split(r"(\*\*/?|\*)", pattern)
    wanted = "".join(".*" if part.startswith("**") else "[^/]*" if part == "*" else re.escape(part) for part in parts)
    return re.fullmatch(wanted, folder) is not None
