"""The 61 Trust Services Criteria in their five categories."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable

from trustwright.catalog.reading import SLUG, read

SECURITY = "security"  # the category that is in every SOC 2 report
SERIES_ID = re.compile(r"[A-Z]{1,2}[1-9]")
CRITERION_ID = re.compile(r"[A-Z]{1,2}[1-9]\.[1-9]")


class Automation(StrEnum):
    """How much of a criterion the records of systems can show."""

    HIGH = "high"
    PARTIAL = "partial"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Category:
    """One of the five categories of SOC 2.

    Attributes:
        id: ``security``, ``availability``, ``confidentiality``, ``processing-integrity`` or ``privacy``.
        title: its name.
        focus: what it is about, in a sentence.
        in_code: where it shows in code.
    """

    id: str
    title: str
    focus: str
    in_code: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the Trust Services Criteria.

    Attributes:
        id: such as ``CC6.1``.
        title: a few words, for tables.
        meaning: what it asks for, in our own words.
        in_code: where it shows in code, configuration and systems.
        automation: how much of it the records of systems can show.
        points_of_focus: how many considerations the publication lists; guidance, never a score.
        coso_principle: the number of the COSO principle it stands for; 0 outside CC1 to CC5.
        series: such as ``CC6``.
        series_title: the name of the series.
        category: the id of its category.
    """

    id: str
    title: str
    meaning: str
    in_code: str
    automation: Automation
    points_of_focus: int
    coso_principle: int
    series: str
    series_title: str
    category: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """What ``criteria.yaml`` holds, in its order, which is the publication's."""

    categories: tuple[Category, ...]
    criteria: tuple[Criterion, ...]


def load_criteria(root: Traversable) -> Criteria:
    """Read ``criteria.yaml`` below the catalog's folder ``root``.

    Raises:
        CatalogError: the file is wrong.
    """
    file = read(root, "criteria.yaml", ("categories", "series", "criteria"))
    categories: dict[str, Category] = {}
    for entry in file.entries("categories", ("id", "title", "focus", "in_code")):
        key = entry.identifier(SLUG, categories)
        categories[key] = Category(key, entry.text("title"), entry.text("focus"), entry.text("in_code"))
    series: dict[str, tuple[str, str]] = {}
    for entry in file.entries("series", ("id", "title", "category")):
        key = entry.identifier(SERIES_ID, series)
        series[key] = entry.text("title"), entry.reference("category", categories)
    criteria: dict[str, Criterion] = {}
    keys = ("id", "title", "meaning", "in_code", "automation", "points_of_focus", "coso_principle")
    for entry in file.entries("criteria", keys):
        key = entry.identifier(CRITERION_ID, criteria)
        of = key.partition(".")[0]
        if of not in series:
            raise entry.error("id", f"{key!r} belongs to the series {of!r}, which does not exist; add it under series")
        criteria[key] = Criterion(
            id=key,
            title=entry.text("title"),
            meaning=entry.text("meaning"),
            in_code=entry.text("in_code"),
            automation=entry.choice("automation", Automation),
            points_of_focus=entry.integer("points_of_focus"),
            coso_principle=entry.integer("coso_principle", optional=True),
            series=of,
            series_title=series[of][0],
            category=series[of][1],
        )
    return Criteria(tuple(categories.values()), tuple(criteria.values()))


def in_scope(criteria: Collection[Criterion], categories: Collection[str]) -> tuple[Criterion, ...]:
    """Return the criteria of the named categories; those of security are always among them."""
    return tuple(one for one in criteria if one.category == SECURITY or one.category in categories)
