"""Which files a review looks at, and what each is for.

Git's own view of the folder is used where there is one, so that ignored files and submodules stay out. Nothing outside
the folder is read: symbolic links are not followed.
"""

import hashlib
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from trustwright.review.model import Gap
from trustwright.review.source.facts import Role

LANGUAGES: dict[str, str] = {
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx", ".py": "python",
}  # fmt: skip
"""File suffix to language, for the programming languages that are read."""

NOT_UNDERSTOOD: dict[str, str] = {
    ".go": "Go", ".java": "Java", ".kt": "Kotlin", ".rb": "Ruby", ".php": "PHP", ".cs": "C#", ".rs": "Rust",
    ".scala": "Scala", ".swift": "Swift", ".ex": "Elixir", ".exs": "Elixir", ".clj": "Clojure", ".vue": "Vue",
    ".svelte": "Svelte", ".c": "C", ".cc": "C++", ".cpp": "C++", ".pl": "Perl", ".lua": "Lua", ".dart": "Dart",
    ".groovy": "Groovy", ".bicep": "Bicep", ".ps1": "PowerShell",
}  # fmt: skip
"""Languages whose files are counted and shown as a gap: code may be there that nobody has looked at."""

_VENDORED = re.compile(
    r"(^|/)(node_modules|bower_components|third[_-]?party|site-packages|\.yarn|\.venv|venv|"
    r"dist|\.next|\.nuxt|\.output|static/(lib|libs|vendor|admin|rest_framework)|public/(lib|libs|vendor)|__pypackages__)/"
    r"|(^|/)(vendors?|external)/.*(?<!\.ts)(?<!\.tsx)(?<!\.py)$"
)
"""In TypeScript and Python, ``vendors/`` is more often the company's suppliers than somebody else's code."""
_TEST = re.compile(
    r"(^|/)(tests?|__tests__|__mocks__|spec|specs|e2e|cypress|playwright|testing|testdata|test-data|fixtures?|mocks?|"
    r"(?:unit|integration|end[-_]to[-_]end|functional|acceptance|smoke|e2e)[-_]?tests?|vagrant)/"
    r"|(^|/)settings/(ci|testing)\.py$|(^|/)(testlib|tests?|test_[^/]*|[^/]*_test|conftest|[^/]*[.-](test|tests|spec|e2e-spec|e2e|stories|story|mock|fixture)|"
    r"(jest|vitest|karma|cypress|playwright|protractor)[^/]*\.(config|conf|setup)[^/]*)\.[a-z]+$",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(^|/)(snippets?|codefixes)/"
    r"|^(?:(?!src/)[^/]+/)*(examples?|samples?|demos?|docs?|documentation|tutorials?|playgrounds?|benchmarks?)/",
    re.IGNORECASE,
)
"""Below ``src/`` such a folder is a part of the product: ``src/endpoints/benchmarks/``."""
_GENERATED = re.compile(
    r"(^|/)(__generated__|generated|gen)/|\.d\.[mc]?ts$|\.generated\.[a-z]+$|_pb2(_grpc)?\.py$|\.pb\.[jt]s$"
)
_MINIFIED = re.compile(r"[.-]min\.[mc]?js$|\.bundle\.js$")
_LICENCE = re.compile(r"(^|/)libs?/(?:[^/]+/)+(LICEN[CS]E|COPYING)[^/]*$", re.IGNORECASE)
_PACKAGES = ("package.json", "project.json", "pyproject.toml", "setup.py")
_SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", ".mypy_cache", ".next"}
)


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """A regular file below the reviewed folder.

    ``language`` is empty for a file in no programming language that is read; ``role`` comes from the path alone.
    """

    path: str
    size: int
    language: str
    role: Role


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files found, sorted by path, and what was left out.

    ``state`` is a digest of every path with the size and the times the file system keeps; ``newest`` is the latest of
    those times, in nanoseconds since the epoch.
    """

    files: tuple[SourceFile, ...]
    gaps: tuple[Gap, ...]
    commit: str = ""
    state: bytes = b""
    newest: int = 0


def discover(root: Path, left_out: Callable[[str], str | None] = lambda _: None) -> Discovery:
    """List the files below ``root``.

    Args:
        root: an existing folder.
        left_out: returns why a file is left out by the settings, or ``None``; such files are counted, not read.
    """
    gaps: list[Gap] = []
    names = _git_files(root, gaps)
    files: list[SourceFile] = []
    inside = _Inside(root)
    unread: dict[str, int] = {}
    left: dict[str, int] = {}
    state, newest = hashlib.blake2b(digest_size=16), 0
    for name in sorted(names if names is not None else _walk(root, gaps)):
        shown = printable(name)
        suffix = os.path.splitext(name)[1].lower()
        if shown != name:
            kind = "unreadable" if suffix in LANGUAGES else "left-out"
            gaps.append(Gap(kind, shown, "its name is not UTF-8; rename it to have it reviewed"))
            continue
        if not inside.holds(name):
            gaps.append(Gap("left-out", name, "a symbolic link is not followed"))
            continue
        try:
            info = os.lstat(os.path.join(root, name))
        except OSError:
            continue
        state.update(f"{name}\0{info.st_mode} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}\0".encode())
        newest = max(newest, info.st_mtime_ns, info.st_ctime_ns)
        if stat.S_ISLNK(info.st_mode):
            gaps.append(Gap("left-out", name, "a symbolic link is not followed"))
        elif stat.S_ISDIR(info.st_mode):
            gaps.append(Gap("left-out", name, "a git submodule is reviewed in its own repository"))
        elif stat.S_ISREG(info.st_mode):
            reason = left_out(name)
            if reason is not None:
                left[reason] = left.get(reason, 0) + 1
                continue
            role = role_of(name)
            if suffix in NOT_UNDERSTOOD and role == "production":
                unread[NOT_UNDERSTOOD[suffix]] = unread.get(NOT_UNDERSTOOD[suffix], 0) + 1
            files.append(SourceFile(name, info.st_size, LANGUAGES.get(suffix, ""), role))
    gaps += [Gap("left-out", "", f"left out by trustwright.toml: {why}", count) for why, count in sorted(left.items())]
    gaps += [
        Gap("not-understood", "", f"{language} files are not read yet", count)
        for language, count in sorted(unread.items())
    ]
    files = _without_copies(files)
    commit = _commit(root) if names is not None else ""
    state.update(commit.encode())
    return Discovery(tuple(files), tuple(gaps), commit, state.digest(), newest)


def _without_copies(files: list[SourceFile]) -> list[SourceFile]:
    """Return the files, those of libraries that were copied in as vendored: a licence of their own, no package file."""
    names = {file.path for file in files}
    licensed = {path.rpartition("/")[0] for path in names if _LICENCE.search(path)}
    copies = {folder for folder in licensed if not any(f"{folder}/{name}" in names for name in _PACKAGES)}
    if not copies:
        return files
    found = []
    for file in files:
        parts = file.path.split("/")
        inside = any("/".join(parts[:end]) in copies for end in range(1, len(parts)))
        found.append(replace(file, role="vendored") if inside and file.role == "production" else file)
    return found


def printable(name: str) -> str:
    """Return a file's name as text that can be written down; bytes that are no UTF-8 are spelled out in hex."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class _Inside:
    """Tells names of files below a folder from those that a link, or a hostile checkout's index, leads out of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = {"": True}

    def holds(self, name: str) -> bool:
        """Tell whether the folders on the way to a file are all folders of this tree, none a link."""
        folder = name.rpartition("/")[0]
        known = self._known.get(folder)
        if known is None:
            plain = folder.rpartition("/")[2] not in {"", ".."} and not os.path.islink(os.path.join(self._root, folder))
            known = self._known[folder] = plain and self.holds(folder)
        return known


def role_of(path: str) -> Role:
    """Return what a file is for, judged by its path."""
    if _VENDORED.search(path):
        return "vendored"
    if _MINIFIED.search(path):
        return "minified"
    if _GENERATED.search(path):
        return "generated"
    if _TEST.search(path):
        return "test"
    return "example" if _EXAMPLE.search(path) else "production"


def role_of_text(text: bytes) -> Role | None:
    """Return ``generated``, ``vendored`` or ``minified`` when a file's text says so, else ``None``."""
    head = text[:2000].lower()
    if b"@generated" in head or b"do not edit" in head or b"autogenerated" in head or b"auto-generated" in head:
        return "generated"
    if _BUNDLED.search(head):
        return "vendored"
    longest = max(map(len, text[:60_000].split(b"\n")))
    lines = text.count(b"\n") + 1
    return "minified" if longest > 5_000 and len(text) / lines > 300 else None


_BUNDLED = re.compile(
    rb"typeof define ?===? ?['\"]function['\"] ?&& ?define\.amd"
    rb"|typeof exports ?===? ?['\"]object['\"] ?&& ?typeof module"
)
"""The wrapper of a library that was built for every loader: nobody writes it by hand."""

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false")
"""Settings that keep a repository's own configuration from running programs while it is listed."""


_CLOSED = re.compile(rb"^warning: could not open directory '(.*?)/?': (.*)$", re.MULTILINE)
"""What git says of a folder that it may not list; it goes on without."""


def _git(root: Path, *arguments: str, gaps: list[Gap] | None = None) -> bytes | None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            ["git", *_SAFE, *arguments],  # noqa: S607 - git of the user's PATH is meant
            cwd=root,
            env={**environment, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    if done.returncode != 0:
        return None
    if gaps is not None:
        gaps += [
            _closed(*(part.decode("utf-8", "backslashreplace") for part in at)) for at in _CLOSED.findall(done.stderr)
        ]
    return done.stdout


def _closed(folder: str, reason: str) -> Gap:
    return Gap("unreadable", folder, f"the folder cannot be listed: {reason}")


def _git_files(root: Path, gaps: list[Gap]) -> list[str] | None:
    """Ask git; outside a checkout, an empty repository beside nothing still gives ``.gitignore`` its meaning."""
    listing = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    top = _git(root, "rev-parse", "--show-toplevel")
    # A checkout's own settings may place its files elsewhere: what is below the folder is what is meant.
    within = top is not None and root.resolve().is_relative_to(os.fsdecode(top.rstrip(b"\n")))
    output = _git(root, *listing, gaps=gaps) if within else None
    if output is None:
        try:
            with tempfile.TemporaryDirectory(prefix="trustwright-") as empty:
                if _git(root, "init", "-q", "--bare", empty) is not None:
                    place = (f"--git-dir={empty}", f"--work-tree={root.resolve()}")
                    output = _git(root, *place, *listing[:2], "--others", listing[4], gaps=gaps)
        except OSError:
            return None
    if output is None:
        return None
    return sorted({os.fsdecode(name).rstrip("/") for name in output.split(b"\0") if name})


def _commit(root: Path) -> str:
    output = _git(root, "rev-parse", "HEAD")
    return output.decode().strip() if output else ""


def _walk(root: Path, gaps: list[Gap]) -> list[str]:
    """List files without git's help."""

    def closed(error: OSError) -> None:
        folder = printable(os.path.relpath(error.filename, root).replace(os.sep, "/"))
        gaps.append(_closed(folder, error.strerror or "no reason given"))

    found = []
    for folder, folders, names in os.walk(root, onerror=closed):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        found += [os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/") for name in names]
    return found
