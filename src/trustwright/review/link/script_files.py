"""Reads the files that hold scripts under names: make and just files, tox.ini, Taskfiles, pyproject.toml."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from trustwright.review.source import toml, yaml
from trustwright.review.source.errors import SourceError

# Name → line of the script, names it needs first, the script.
Targets: TypeAlias = Mapping[str, tuple[int, tuple[str, ...], str]]

_TARGET: Final = re.compile(
    r"^(?P<names>[A-Za-z0-9_./%-]+(?:[ \t]+[^\s:=]+)*)[ \t]*::?(?!=)(?P<needs>[^=\n#]*)(?:#.*)?$"
)
_VARIABLE: Final = re.compile(r"^(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*(?:[:?+]?=)[ \t]*(?P<value>[^\n]*)$")
_REFERENCE: Final = re.compile(r"\$[({](\w+)[)}]|\{\{[ ]*(\w+)[ ]*\}\}")
_SECTION: Final = re.compile(r"^\[(?P<name>[^\]]+)\]")
# Where the task runners of Python keep their tasks.
_TASK_TABLES: Final = (
    ("tool", "taskipy", "tasks"),
    ("tool", "poe", "tasks"),
    ("tool", "pdm", "scripts"),
    ("tool", "rye", "scripts"),
    ("tool", "hatch", "envs", "default", "scripts"),
)


def make_targets(text: str) -> Targets:
    """Return a make or just file's targets: name → (line, names it needs, its script)."""
    variables: dict[str, str] = {}
    targets: dict[str, tuple[int, tuple[str, ...], list[str]]] = {}
    current: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(("\t", " ")) and targets:
            continued = bool(current) and current[-1].endswith("\\")
            current.append(line.strip() if continued else _recipe(line.strip()))
        elif target := _TARGET.match(line):
            names = target["names"].split()
            current = []
            needs = tuple(target["needs"].replace("|", " ").split())
            for name in names if len(names) < 20 else ():
                targets[name] = (number, needs, current)
        elif variable := _VARIABLE.match(line):
            variables[variable["name"]] = variable["value"].strip()

    def value(match: re.Match[str]) -> str:
        return variables.get(match[1] or match[2], match[0])

    return {
        name: (line, needs, _REFERENCE.sub(value, "\n".join(lines))) for name, (line, needs, lines) in targets.items()
    }


def _recipe(line: str) -> str:
    """Return a recipe's line without its marks; a ``-`` means that its failure is passed over."""
    plain = line.lstrip("@-+")
    return f"{plain} || true" if "-" in line[: len(line) - len(plain)] and not plain.endswith("\\") else plain


def tox_commands(text: str) -> Mapping[str, tuple[int, str]]:
    """Return the commands of a tox.ini's environments: section → (line, script)."""
    found: dict[str, tuple[int, str]] = {}
    section, key = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _SECTION.match(line):
            section, key = header["name"], ""
        elif line and not line[0].isspace():
            key, _, value = (part.strip() for part in line.partition("="))
            if key == "commands":
                found[section] = (number, value)
        elif key == "commands" and line.strip():
            first, script = found[section]
            found[section] = (first, f"{script}\n{line.strip()}")
    return {name: value for name, value in found.items() if name.startswith("testenv")}


def python_tasks(path: str, data: bytes) -> Targets:
    """Return the tasks of a pyproject.toml; empty when it cannot be read."""
    try:
        tree = toml.parse(path, data)
    except SourceError:
        return {}
    found: dict[str, tuple[int, tuple[str, ...], str]] = {}
    for table in _TASK_TABLES:
        tasks = tree.at(*table)
        for name, task in tasks.items() if tasks else ():
            steps = task.texts("sequence") if task.is_mapping else task.texts()
            texts = (task.text_at("cmd") or task.text_at("shell"), *steps)
            found.setdefault(name, (task.line, (), "\n".join(text for text in texts if text)))
    return found


def task_targets(path: str, data: bytes) -> Targets:
    """Return the tasks of a Taskfile; empty when it cannot be read."""
    try:
        tree = yaml.first(path, data)
    except SourceError:
        return {}
    tasks = tree.at("tasks") if tree else None
    found: dict[str, tuple[int, tuple[str, ...], str]] = {}
    for name, task in tasks.items() if tasks else ():
        written = task.each("cmds") or task.each("cmd") if task.is_mapping else task.each()
        texts = [one.text_at("cmd") if one.is_mapping else one.text for one in written]
        called = [one.text_at("task") for one in written if one.is_mapping]
        needs = [one.text_at("task") if one.is_mapping else one.text for one in task.each("deps")]
        found[name] = (task.line, tuple(_named([*needs, *called])), "\n".join(text for text in texts if text))
    return found


def _named(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if name)
