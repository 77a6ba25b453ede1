"""Which requirements of other frameworks are related to a criterion: identifiers only, and a draft."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from trustwright.catalog.reading import SLUG, Entry, read


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework the crosswalk points into.

    Attributes:
        id: such as ``nist-csf``.
        title: its name and version.
    """

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class CrosswalkEntry:
    """What one framework has to do with one criterion.

    Attributes:
        criterion: the criterion's id.
        framework: the framework.
        identifiers: the framework's own identifiers, at least one.
    """

    criterion: str
    framework: Framework
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What ``crosswalk.yaml`` holds.

    Attributes:
        status: ``draft`` until an auditor has reviewed it.
        relation: what an entry claims; ``related`` means that the two overlap, not that meeting one meets the other.
        frameworks: every framework, in the file's order.
        entries: by criterion, then framework.
    """

    status: str
    relation: str
    frameworks: tuple[Framework, ...]
    entries: tuple[CrosswalkEntry, ...]


def load_crosswalk(root: Traversable, criteria: Collection[str]) -> Crosswalk:
    """Read ``crosswalk.yaml`` below the catalog's folder ``root``; ``criteria`` are the ids of all criteria.

    Raises:
        CatalogError: the file is wrong.
    """
    file = read(root, "crosswalk.yaml", ("status", "relation", "frameworks", "criteria"))
    frameworks: dict[str, Framework] = {}
    patterns: dict[str, re.Pattern[str]] = {}
    for entry in file.entries("frameworks", ("id", "title", "pattern")):
        key = entry.identifier(SLUG, frameworks)
        frameworks[key] = Framework(key, entry.text("title"))
        patterns[key] = _pattern(entry)
    seen: set[str] = set()
    entries: list[CrosswalkEntry] = []
    for entry in file.entries("criteria", ("id", *frameworks)):
        criterion = entry.reference("id", criteria)
        if criterion in seen:
            raise entry.error("id", f"{criterion!r} has an entry already; merge the two")
        seen.add(criterion)
        for key, framework in frameworks.items():
            if identifiers := _identifiers(entry, key, patterns[key]):
                entries.append(CrosswalkEntry(criterion, framework, identifiers))
    return Crosswalk(file.text("status"), file.text("relation"), tuple(frameworks.values()), tuple(entries))


def _pattern(entry: Entry) -> re.Pattern[str]:
    try:
        return re.compile(entry.text("pattern"))
    except re.error as error:
        raise entry.error("pattern", f"is not a regular expression ({error}); mend it") from error


def _identifiers(entry: Entry, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    identifiers = entry.texts(key, optional=True)
    for identifier in identifiers:
        if not pattern.fullmatch(identifier):
            raise entry.error(key, f"{identifier!r} is not written as the framework's ids are; match {pattern.pattern}")
    if len(set(identifiers)) < len(identifiers):
        raise entry.error(key, "an identifier is given twice; remove one of them")
    return identifiers
