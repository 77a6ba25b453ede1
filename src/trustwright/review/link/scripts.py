"""Finds the script a command stands for: package.json scripts, make and just targets, tox environments, shell files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Final

from trustwright.review.link.script_files import Targets, make_targets, python_tasks, task_targets, tox_commands
from trustwright.review.source import json
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

# A task that runs in every package of a monorepo is looked up in this many of them, in the order of their paths.
MAX_PACKAGES: Final = 60

_PACKAGE_RUNNERS: Final = frozenset({"npm", "pnpm", "yarn", "bun", "cnpm"})
# What a package runner understands itself, so that it is no script.
_OWN_COMMANDS: Final = frozenset(
    {"add", "audit", "bin", "cache", "ci", "config", "create", "dedupe", "dlx", "exec", "global", "help", "i", "import"}
    | {
        "info",
        "init",
        "install",
        "link",
        "list",
        "login",
        "ls",
        "npm",
        "outdated",
        "pack",
        "patch",
        "plugin",
        "pm",
        "x",
    }
    | {"prune", "publish", "rebuild", "remove", "rm", "set", "store", "uninstall", "unlink", "up", "update", "upgrade"}
    | {"version", "view", "why", "workspaces", "approve-builds", "deploy", "fetch", "licenses", "root", "tag", "node"}
)
_TASK_RUNNERS: Final = frozenset({"turbo", "nx", "lerna", "wsrun", "rush", "moon", "lage"})
_VALUE_OPTIONS: Final = frozenset(
    {"--prefix", "--workspace", "--filter", "-F", "--dir", "-C", "--cwd", "--scope", "--concurrency", "-c", "-e", "-p"}
    | {"--directory", "-f", "--file", "--makefile", "--exclude", "--parallel", "--base", "--head", "--projects"}
)
_FOLDER_OPTIONS: Final = frozenset({"--prefix", "--dir", "-C", "--cwd", "--directory"})
_CHOICE_OPTIONS: Final = frozenset({"--workspace", "--filter", "-F", "--scope", "-w"})
_DELEGATES: Final = re.compile(r"(?:yarn workspace|pnpm (?:--filter|-F)|bun (?:--filter|-F)|yarn --cwd) \S+")
_MAKEFILES: Final = ("Makefile", "makefile", "GNUmakefile")
# Programs that run a target of a file, and the files' names.
_TARGET_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "make": _MAKEFILES,
    "gmake": _MAKEFILES,
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "pyproject.toml"),
    "go-task": ("Taskfile.yml", "Taskfile.yaml"),
    "poe": ("pyproject.toml",),
    "taskipy": ("pyproject.toml",),
}
# Of these the words after the target are its arguments.
_SINGLE: Final = frozenset({"task", "poe", "taskipy", "just"})
# What an Nx executor runs, when its package's name does not say it.
_EXECUTORS: Final[Mapping[str, str]] = {
    "vite:test": "vitest",
    "playwright:playwright": "playwright test",
    "cypress:cypress": "cypress run",
    "js:tsc": "tsc -b",
    "vite:build": "vite build",
    "webpack:webpack": "webpack",
    "angular:webpack-browser": "ng build",
    "angular:application": "ng build",
    "build-angular:application": "ng build",
    "build-angular:browser": "ng build",
    "storybook:build": "storybook build",
    "next:build": "next build",
}
_SHELL_ENDS: Final = (".sh", ".bash")
_SHELLS: Final = frozenset({"bash", "sh", "zsh", "source", "."})


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was found: its text, the file and line it begins at, and the folder it runs in."""

    text: str
    path: str
    line: int
    folder: str


@dataclass(frozen=True, slots=True)
class Call:
    """A command that runs a script by name. ``found`` is empty when no file that was read has a script of that name."""

    name: str
    found: tuple[Script, ...]


@dataclass(frozen=True, slots=True)
class _Arguments:
    """A command's arguments, sorted."""

    words: tuple[str, ...]
    options: Mapping[str, str]
    flags: frozenset[str]


class Scripts:
    """The scripts of a repository, read on demand."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        """Keep ``documents``: path → bytes of package.json, project.json, make and just files, tox.ini, shell files."""
        self._documents = documents
        self._packages = sorted(path for path in documents if PurePosixPath(path).name == "package.json")
        self._projects = sorted(path for path in documents if PurePosixPath(path).name == "project.json")
        self._trees: dict[str, Tree | None] = {}
        self._known: dict[str, Targets] = {}

    def call(self, words: tuple[str, ...], folder: str) -> Call | None:
        """Return the script that the command ``words``, run in ``folder``, stands for; None when it runs none."""
        program = words[0].rpartition("/")[2]
        if program in _PACKAGE_RUNNERS:
            return self._package_call(program, words[1:], folder)
        if program in _TASK_RUNNERS:
            return self._task_call(program, words[1:], folder)
        if program in {"run-p", "run-s", "npm-run-all", "npm-run-all2"}:
            names = [word for word in words[1:] if not word.startswith("-")]
            found = [script for name in names for script in self._scripts(_join(folder, "package.json"), name)]
            return Call(" ".join(names), tuple(found))
        if program in _TARGET_FILES:
            return self._target_call(program, words[1:], folder)
        if program == "tox":
            return self._tox_call(words[1:], folder)
        return self._shell_call(words, program, folder)

    def _package_call(self, program: str, words: tuple[str, ...], folder: str) -> Call | None:
        arguments = _sorted(words)
        names = list(arguments.words)
        runs = bool(names) and names[0] in {"run", "run-script"}
        choice = _choice(arguments)
        if program == "yarn" and names[:1] == ["workspace"] and len(names) > 2:
            choice, names = names[1], names[2:]
        elif names[:2] in (["workspaces", "run"], ["workspaces", "foreach"]):
            choice, names = "*", names[2:]
        if names and names[0] in {"run", "run-script"}:
            runs, names = True, names[1:]
        if not names:
            return None
        name = {"t": "test", "tst": "test"}.get(names[0], names[0])
        if not runs and (name in _OWN_COMMANDS or (program, name) == ("bun", "test")):
            return None
        if not runs and program == "npm" and name not in {"test", "start", "stop", "restart"}:
            return None
        if not choice and arguments.flags & {"-r", "--recursive", "--workspaces", "-ws", "--all"}:
            choice = "*"
        inside = _join(folder, _folder(arguments))
        found = self._chosen(choice, name) if choice else self._scripts(_join(inside, "package.json"), name)
        if len(names) > 1:
            found = tuple(_with_arguments(script, names[1:]) for script in found)
        return Call(name, found) if runs or found or program == "npm" else None

    def _chosen(self, choice: str, name: str) -> tuple[Script, ...]:
        """Return the scripts called ``name`` of the packages that ``choice`` names; of all when it names none."""
        wanted = choice.strip(".*{}").strip("/")
        packages = [path for path in self._packages if wanted and wanted in (self._name(path), _parent(path))]
        found = (script for path in packages or self._packages[:MAX_PACKAGES] for script in self._scripts(path, name))
        return tuple(found)

    def _name(self, path: str) -> str:
        tree = self._tree(path)
        return tree.text_at("name") if tree else ""

    def _task_call(self, program: str, words: tuple[str, ...], folder: str) -> Call | None:
        arguments = _sorted(words)
        target = arguments.options.get("--target") or arguments.options.get("--targets") or arguments.options.get("-t")
        names = [
            word for word in arguments.words if word not in {"run", "affected", "run-many", "exec", "build:affected"}
        ]
        if not target and names:
            # `nx run project:target`
            runs = program == "nx" and "run" in arguments.words and ":" in names[0]
            target = names[0].split(":")[1] if runs else names[0]
        if not target:
            return None
        name = target.split(",")[0]
        found = [*self._targets(name), *self._chosen("*", name)]
        # The root script that calls the runner is not what the runner runs.
        own = _join(folder, "package.json")
        return Call(name, tuple(script for script in found if script.path != own))

    def _targets(self, name: str) -> list[Script]:
        """Return the Nx targets called ``name``: the executor's name, which says what it is, or the command."""
        found = []
        for path in self._projects[:MAX_PACKAGES]:
            tree = self._tree(path)
            target = tree.at("targets", name) if tree else None
            if target is None:
                continue
            options = target.texts("options", "command") or target.texts("options", "commands")
            executor = target.text_at("executor").rpartition("/")[2]
            runs = _EXECUTORS.get(executor, executor.partition(":")[0])
            found.append(Script("\n".join(options) or runs, path, target.line, ""))
        return found

    def _scripts(self, path: str, name: str) -> tuple[Script, ...]:
        path = normpath(path)
        tree = self._tree(path)
        script = tree.at("scripts", name) if tree else None
        return (Script(script.text, path, script.line, _parent(path)),) if script else ()

    def _tree(self, path: str) -> Tree | None:
        if path not in self._trees:
            data = self._documents.get(path)
            try:
                self._trees[path] = json.parse(path, data) if data is not None else None
            except SourceError:
                self._trees[path] = None
        return self._trees[path]

    def _target_call(self, program: str, words: tuple[str, ...], folder: str) -> Call:
        arguments = _sorted(words)
        inside = _join(folder, _folder(arguments))
        names = [word for word in arguments.words if "=" not in word] or ["all"]
        given = arguments.options.get("-f") or arguments.options.get("--file")
        files = [given] if given else _TARGET_FILES[program]
        path = next((path for file in files if (path := _join(inside, file)) in self._documents), "")
        targets = self._targets_of(path) if path else {}
        found: list[Script] = []
        waiting, seen = list(names[:1] if program in _SINGLE else names), set(names)
        while waiting:
            name = waiting.pop(0)
            if name not in targets:
                continue
            line, needs, text = targets[name]
            # The script of a make target begins on the line after its name.
            found.append(Script(text, path, line + (program in {"make", "gmake", "just"}), inside))
            waiting.extend(need for need in needs if need not in seen)
            seen.update(needs)
        return Call(" ".join(names[:1] if program in _SINGLE else names), tuple(found))

    def _targets_of(self, path: str) -> Targets:
        """Return the targets of a file; it is read once."""
        if path not in self._known:
            name, data = PurePosixPath(path).name, self._documents[path]
            if name == "pyproject.toml":
                self._known[path] = python_tasks(path, data)
            elif name.lower().startswith("taskfile"):
                self._known[path] = task_targets(path, data)
            else:
                self._known[path] = make_targets(data.decode("utf-8", "replace"))
        return self._known[path]

    def _tox_call(self, words: tuple[str, ...], folder: str) -> Call:
        options = _sorted(words).options
        name = options.get("-e") or options.get("--env") or ""
        path = _join(folder, "tox.ini")
        found: list[Script] = []
        if path in self._documents:
            sections = tox_commands(self._documents[path].decode("utf-8", "replace"))
            wanted = [f"testenv:{one}" for one in name.split(",")] if name else list(sections)
            for section in wanted:
                line, text = sections.get(section) or sections.get("testenv") or (0, "")
                if text:
                    found.append(Script(text, path, line, folder))
        return Call(name or "test", tuple(found))

    def _shell_call(self, words: tuple[str, ...], program: str, folder: str) -> Call | None:
        name = words[0]
        if program in _SHELLS:
            name = next((word for word in words[1:] if not word.startswith("-")), "")
        if not name or " " in name or not (name.endswith(".sh") or "/" in name):
            return None
        if name.startswith("$"):
            name = name.partition("/")[2]
        path = self._file(name, folder)
        if path:
            text = self._documents[path].decode("utf-8", "replace")
            return Call(name, (Script(text, path, 1, folder),))
        own = name.startswith(("./", "bin/", "scripts/", "script/")) and program not in _SHELLS
        return Call(PurePosixPath(name).stem, ()) if name.endswith(".sh") or own else None

    def _file(self, name: str, folder: str) -> str:
        """Return the file a script's name stands for; inside an image its folder is another, so the only one counts."""
        for path in (_join(folder, name), _join("", name)):
            if path in self._documents and (path.endswith(_SHELL_ENDS) or "." not in path.rpartition("/")[2]):
                return path
        ending = "/" + _join("", name.removeprefix("/app/"))
        found = [path for path in self._documents if f"/{path}".endswith(ending)] if name.endswith(_SHELL_ENDS) else []
        return found[0] if len(found) == 1 else ""


def _sorted(words: tuple[str, ...]) -> _Arguments:
    """Sort arguments into words, options with values, and flags; what follows ``--`` belongs to the script."""
    plain: list[str] = []
    options: dict[str, str] = {}
    flags: set[str] = set()
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            break
        if not word.startswith("-"):
            plain.append(word)
        elif "=" in word:
            key, _, value = word.partition("=")
            options[key] = value
        elif word in _VALUE_OPTIONS | {"-t", "--target", "--targets", "--env"} and position < len(words):
            options[word] = words[position]
            position += 1
        else:
            flags.add(word)
    return _Arguments(tuple(plain), options, frozenset(flags))


def _with_arguments(script: Script, words: Sequence[str]) -> Script:
    """Return a script that only names a package ("yarn workspace web") with what is run there; others as they are."""
    if not _DELEGATES.fullmatch(script.text.strip()):
        return script
    return Script(f"{script.text} {' '.join(words)}", script.path, script.line, script.folder)


def _choice(arguments: _Arguments) -> str:
    return next((value for key, value in arguments.options.items() if key in _CHOICE_OPTIONS), "")


def _folder(arguments: _Arguments) -> str:
    return next((value for key, value in arguments.options.items() if key in _FOLDER_OPTIONS), "")


def _join(folder: str, name: str) -> str:
    """Return ``name`` seen from ``folder``, both relative to the repository."""
    path = normpath(f"{folder}/{name}" if folder else name or ".")
    return "" if path == "." else path.lstrip("/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
