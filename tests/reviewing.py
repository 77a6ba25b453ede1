"""What tests of the review share: small repositories laid on disk, and marks that say what a rule must see in them.

A fixture marks its own lines: a comment ending in ``unmet``, ``met`` or ``unknown`` (``// unmet``, ``# met``,
``<!-- unknown -->``) stands on the line where the rule must make that observation. Lines without a mark must have none.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from trustwright.review.engine import examine
from trustwright.review.model import Route
from trustwright.review.project import Project
from trustwright.review.settings import Settings, parse
from trustwright.review.source.discovery import discover

_MARK = re.compile(r"(?:#|//|--|/\*|<!--|;)\s*(unmet|met|unknown)\b(?:\s+(critical|high|medium|low))?")


def lay(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def project_of(folder: Path, files: Mapping[str, str]) -> Project:
    """Lay files and read them, routes judged; a trustwright.toml among them is obeyed."""
    settings = parse(files["trustwright.toml"].encode()) if "trustwright.toml" in files else Settings()
    root = lay(folder, files)
    return examine(root, settings, discover(root, settings.why_left_out), jobs=1, cache=False)[0]


def routes_of(folder: Path, files: Mapping[str, str]) -> dict[str, Route]:
    """Return the routes of a small repository by ``METHOD /path``."""
    return {route.name: route for route in project_of(folder, files).routes}


def check_marks(
    rule: ModuleType, folder: Path, files: Mapping[str, str], expected: Mapping[tuple[str, int], str] | None = None
) -> None:
    """Assert that a rule observes exactly what the marks in the files say.

    Args:
        rule: the rule's module.
        folder: an empty folder.
        files: path to text.
        expected: (path, line) to outcome, for formats that have no comments.
    """
    wanted: dict[tuple[str, int], str] = dict(expected or {})
    severities: dict[tuple[str, int], str] = {}
    for name, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            mark = _MARK.search(line)
            if mark is not None:
                wanted[name, number] = mark[1]
                if mark[2]:
                    severities[name, number] = mark[2]
    seen: dict[tuple[str, int], str] = {}
    for item in rule.check(project_of(folder, files)):
        place = (item.location.path, item.location.line)
        seen[place] = str(item.outcome)
        assert item.detail or item.outcome == "met", f"{place} says nothing"
        if place in severities:
            assert str(item.severity or rule.RULE.severity) == severities[place], place
    assert seen == wanted


def check_silent(rule: ModuleType, folder: Path, files: Mapping[str, str]) -> None:
    """Assert that a rule has nothing to say of these files: they are no part of its population."""
    assert list(rule.check(project_of(folder, files))) == []
