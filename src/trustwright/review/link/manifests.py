"""What a repository depends on: the dependencies of every manifest with version and line, and the lock files."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from trustwright.review.model import Gap, Location
from trustwright.review.source import json, settings, toml
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

MAX_BYTES: Final = 1_000_000

_REQUIREMENTS: Final = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements[\w.-]*|requirements/[\w.-]+|constraints)\.(?:txt|in)$"
)
_REQUIREMENT: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<version>(?:[=<>!~]=?=?\s*[^;#\s,()]+\s*,?\s*)*)(?P<at>@\s*\S+)?"
)
_GO: Final = re.compile(r"^\s*(?:require\s+)?(?P<name>[\w.-]+\.[\w./~-]+)\s+(?P<version>v[\w.+-]+)")
_GEM: Final = re.compile(r"""^\s*gem\s+["'](?P<name>[\w.-]+)["'](?P<rest>.*)$""")
_QUOTED: Final = re.compile(r"""["']([^"']*\d[^"']*)["']""")
_GEM_GROUP: Final = re.compile(r"^\s*group\s+(.+?)\s+do\b")
_POM: Final = re.compile(r"<dependency>(?P<body>.*?)</dependency>", re.DOTALL)
_POM_FIELD: Final = re.compile(r"<(groupId|artifactId|version|scope)>\s*([^<]*?)\s*</\1>")

LOCK_FILES: Final = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "npm",
    "pnpm-lock.yaml": "npm",
    "bun.lock": "npm",
    "bun.lockb": "npm",
    "deno.lock": "npm",
    "poetry.lock": "pypi",
    "uv.lock": "pypi",
    "pdm.lock": "pypi",
    "Pipfile.lock": "pypi",
    "pylock.toml": "pypi",
    "go.sum": "go",
    "Gemfile.lock": "rubygems",
    "Cargo.lock": "cargo",
    "composer.lock": "composer",
    "gradle.lockfile": "maven",
}


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something a manifest asks for.

    Attributes:
        name: the package's name as its registry spells it; Python names in lower case with dashes.
        ecosystem: ``npm``, ``pypi``, ``go``, ``cargo``, ``rubygems`` or ``maven``.
        version: the constraint as written, or empty.
        location: where it stands.
        group: ``runtime``, or the group's name (``dev``, ``test``, an extra, ``peer``, ``optional``).
    """

    name: str
    ecosystem: str
    version: str
    location: Location
    group: str = "runtime"


@dataclass(frozen=True, slots=True)
class Manifests:
    """All dependencies, sorted by place, and the lock files: path → ecosystem."""

    dependencies: tuple[Dependency, ...]
    lock_files: dict[str, str]

    def find(self, *names: str) -> tuple[Dependency, ...]:
        """Return the dependencies with one of ``names``; a trailing ``*`` stands for the rest of a name."""
        exact = {name for name in names if not name.endswith("*")}
        starts = tuple(name[:-1] for name in names if name.endswith("*"))
        return tuple(
            one for one in self.dependencies if one.name in exact or (bool(starts) and one.name.startswith(starts))
        )


def is_candidate(path: str) -> bool:
    """Tell by its path alone whether a file is a manifest or a lock file."""
    name = path.rpartition("/")[2]
    return name in _READERS or name in LOCK_FILES or bool(_REQUIREMENTS.search(path))


def manifests(documents: Iterable[tuple[str, bytes]]) -> tuple[Manifests, tuple[Gap, ...]]:
    """Return the dependencies of a repository, and the manifests that could not be read.

    ``documents`` are path and bytes of the files that ``is_candidate`` accepts; of lock files only the path counts.
    """
    found: list[Dependency] = []
    locks: dict[str, str] = {}
    gaps: list[Gap] = []
    for path, data in sorted(documents):
        name = path.rpartition("/")[2]
        if name in LOCK_FILES:
            locks[path] = LOCK_FILES[name]
            continue
        reader = _READERS.get(name, _requirements)
        if len(data) > MAX_BYTES:
            gaps.append(Gap("capped", path, f"larger than {MAX_BYTES} bytes"))
            continue
        try:
            found.extend(reader(path, data))
        except SourceError as error:
            gaps.append(error.gap())
    return Manifests(tuple(sorted(found, key=lambda one: (one.location, one.group, one.name))), locks), tuple(gaps)


_NPM_GROUPS: Final = {
    "dependencies": "runtime",
    "devDependencies": "dev",
    "peerDependencies": "peer",
    "optionalDependencies": "optional",
}


def _npm(path: str, data: bytes) -> Iterator[Dependency]:
    tree = json.parse(path, data)
    for key, group in _NPM_GROUPS.items():
        for name, version in (tree.at(key) or tree).items() if tree.at(key) else ():
            yield Dependency(name, "npm", version.text, Location(path, version.line), group)


def python_name(name: str) -> str:
    """Return a Python package's name in its normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _requirement(text: str, location: Location, group: str) -> Iterator[Dependency]:
    """Yield the dependency that a line in the form of PEP 508 states."""
    match = _REQUIREMENT.match(text.strip())
    if match:
        version = "".join((match["version"] or match["at"] or "").split()).rstrip(",")
        yield Dependency(python_name(match["name"]), "pypi", version, location, group)


def _requirements(path: str, data: bytes) -> Iterator[Dependency]:
    name = path.rpartition("/")[2].lower()
    group = next((word for word in ("dev", "test", "docs", "lint", "ci") if word in name), "runtime")
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        if line.strip() and line.strip()[0].isalnum():
            yield from _requirement(line, Location(path, number), group)


def _pyproject(path: str, data: bytes) -> Iterator[Dependency]:
    tree = toml.parse(path, data)
    yield from _listed(path, tree.each("project", "dependencies"), "runtime")
    for table in (("project", "optional-dependencies"), ("dependency-groups",), ("tool", "pdm", "dev-dependencies")):
        found = tree.at(*table)
        for group, items in found.items() if found else ():
            yield from _listed(path, items.children(), group)
    yield from _listed(path, tree.each("tool", "uv", "dev-dependencies"), "dev")
    poetry = tree.at("tool", "poetry")
    if poetry is not None:
        yield from _table(path, poetry.at("dependencies"), "runtime")
        yield from _table(path, poetry.at("dev-dependencies"), "dev")
        groups = poetry.at("group")
        for group, items in groups.items() if groups else ():
            yield from _table(path, items.at("dependencies"), group)


def _listed(path: str, items: Iterable[Tree], group: str) -> Iterator[Dependency]:
    for item in items:
        yield from _requirement(item.text, Location(path, item.line), group)


def _table(path: str, table: Tree | None, group: str) -> Iterator[Dependency]:
    """Yield the dependencies of a table of names and versions, as poetry and pipenv write them."""
    for name, version in table.items() if table else ():
        if name.lower() != "python":
            written = version.text_at("version") if version.is_mapping else version.text
            yield Dependency(python_name(name), "pypi", written, Location(path, version.line), group)


def _pipfile(path: str, data: bytes) -> Iterator[Dependency]:
    tree = toml.parse(path, data)
    yield from _table(path, tree.at("packages"), "runtime")
    yield from _table(path, tree.at("dev-packages"), "dev")


def _setup_cfg(path: str, data: bytes) -> Iterator[Dependency]:
    tree = settings.parse(path, data)
    lists = [("runtime", tree.at("options", "install_requires"))]
    extras = tree.at("options.extras_require")
    lists.extend(extras.items() if extras else ())
    for group, listed in lists:
        for offset, line in enumerate(listed.text.split("\n") if listed else ()):
            yield from _requirement(line, Location(path, (listed.line if listed else 0) + offset), group)


def _cargo(path: str, data: bytes) -> Iterator[Dependency]:
    tree = toml.parse(path, data)
    groups = (("dependencies", "runtime"), ("dev-dependencies", "dev"), ("build-dependencies", "build"))
    for key, group in groups:
        found = tree.at(key)
        for name, version in found.items() if found else ():
            written = version.text_at("version") if version.is_mapping else version.text
            yield Dependency(name, "cargo", written, Location(path, version.line), group)


def _go(path: str, data: bytes) -> Iterator[Dependency]:
    inside = False
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        if line.startswith(("require (", ")")):
            inside = line.startswith("require")
        elif (inside or line.startswith("require ")) and (match := _GO.match(line)):
            group = "indirect" if "// indirect" in line else "runtime"
            yield Dependency(match["name"], "go", match["version"], Location(path, number), group)


def _gemfile(path: str, data: bytes) -> Iterator[Dependency]:
    group = "runtime"
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        if start := _GEM_GROUP.match(line):
            group = start[1].replace(":", "").split(",")[0].strip()
        elif re.match(r"^end\b", line):
            group = "runtime"
        elif match := _GEM.match(line):
            version = _QUOTED.search(match["rest"])
            yield Dependency(match["name"], "rubygems", version[1] if version else "", Location(path, number), group)


def _pom(path: str, data: bytes) -> Iterator[Dependency]:
    text = data.decode("utf-8", "replace")
    for match in _POM.finditer(text):
        fields = dict(_POM_FIELD.findall(match["body"]))
        if "artifactId" in fields:
            name = f"{fields.get('groupId', '')}:{fields['artifactId']}"
            line = text.count("\n", 0, match.start()) + 1
            group = fields.get("scope") or "runtime"
            yield Dependency(name, "maven", fields.get("version", ""), Location(path, line), group)


_READERS: Final[dict[str, Callable[[str, bytes], Iterator[Dependency]]]] = {
    "package.json": _npm,
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "setup.cfg": _setup_cfg,
    "Cargo.toml": _cargo,
    "go.mod": _go,
    "Gemfile": _gemfile,
    "pom.xml": _pom,
}
