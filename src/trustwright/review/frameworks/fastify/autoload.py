"""``@fastify/autoload``: a folder whose files are plugins, with prefixes made of folder names.

Source: the package's README. A folder's ``index`` file stands for the folder and hides its other files; ``autohooks``
files add hooks to their folder, with ``cascadeHooks`` to those below too; ``_id`` means ``:id`` with ``routeParams``.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.values import Written
from trustwright.review.source.code import Code

NAMES = frozenset(
    {"@fastify/autoload", "@fastify/autoload.default", "@fastify/autoload.fastifyAutoload", "fastify-autoload"}
)
_SCRIPT = re.compile(r"\.[cm]?[jt]s$")
_INDEX = re.compile(r"^index(\.ts|\.js|\.cjs|\.mjs)$")
_HOOKS = re.compile(r"^[_.]?auto_?hooks(\.ts|\.js|\.cjs|\.mjs)$", re.IGNORECASE)
_PLAIN_PATTERN = re.compile(r"[\w\s./$^|()?:\\-]+")


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of plugins: its prefix, its hook files, its plugin files, the folders below it."""

    prefix: str
    hooks: tuple[Code, ...]
    plugins: tuple[Code, ...]
    folders: tuple["Folder", ...]
    cascades: bool


class Autoload:
    """Reads what a registration of autoload loads."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly, which reads the options."""
        self._assembly = assembly

    def folder(self, options: Written) -> Folder | None:
        """Return the folder that the options name, or ``None`` when it is not known."""
        named = self._assembly.entry(options, "dir")
        path = self._assembly.texts.of(named) if named is not None else None
        if path is None:
            return None
        return self._folder(posixpath.normpath(path), "", options)

    def _folder(self, path: str, prefix: str, options: Written) -> Folder:
        names = self._names(path)
        files = [name for name in names if names[name] and _SCRIPT.search(name)]
        hooks = [name for name in files if _HOOKS.match(name)] if self._says(options, "autoHooks") else []
        index = [name for name in files if _INDEX.match(name)]
        plugins = index or [name for name in files if not _HOOKS.match(name)]
        ignored = self._ignored(options)
        below = [
            self._folder(posixpath.join(path, name), prefix + self._part(name, options), options)
            for name, is_file in names.items()
            if not is_file and not (ignored and ignored.search(name))
        ]
        return Folder(
            prefix,
            tuple(self._codes(path, hooks, None)),
            tuple(self._codes(path, plugins, ignored)),
            tuple(below),
            self._says(options, "cascadeHooks"),
        )

    def _names(self, path: str) -> dict[str, bool]:
        """Return the names in a folder, in order, with whether each is a file."""
        start = "" if path == "." else path + "/"
        found: dict[str, bool] = {}
        for file in sorted(self._assembly.symbols.corpus.files):
            if file.startswith(start):
                name, deeper, _ = file[len(start) :].partition("/")
                found[name] = not deeper
        return found

    def _codes(self, folder: str, names: list[str], ignored: re.Pattern[str] | None) -> Iterator[Code]:
        for name in names:
            code = self._assembly.symbols.corpus.code(posixpath.normpath(posixpath.join(folder, name)))
            if code is not None and code.role == "production" and not (ignored and ignored.search(name)):
                yield code

    def _part(self, name: str, options: Written) -> str:
        """Return what a folder's name adds to the prefix."""
        if self._assembly.entry(options, "dirNameRoutePrefix") is not None and not self._says(
            options, "dirNameRoutePrefix"
        ):
            return ""
        if self._says(options, "routeParams"):
            name = re.sub(r"^_", ":", name)
        return "/" + name

    def _says(self, options: Written, name: str) -> bool:
        entry = self._assembly.entry(options, name)
        return entry is not None and entry.expression.value is True

    def _ignored(self, options: Written) -> re.Pattern[str] | None:
        """Return ``ignorePattern`` when it is a plain one; a pattern that repeats is not run."""
        entry = self._assembly.entry(options, "ignorePattern")
        if entry is None:
            return None
        source = entry.code.source(entry.expression.start, entry.expression.end)
        body = source[1 : source.rfind("/")]
        try:
            return re.compile(body) if _PLAIN_PATTERN.fullmatch(body) else None
        except re.error:
            return None
