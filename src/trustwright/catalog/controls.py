"""The controls a company runs to meet the criteria: one file each."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable

from trustwright.catalog.reading import CatalogError, read

FOLDER = "controls"
CONTROL_ID = re.compile(r"[A-Z]{3}-[0-9]{2}")
KEYS = ("id", "title", "statement", "criteria", "frequency", "proof", "test", "evidence", "sources")


class Proof(StrEnum):
    """What can show that a control operated over a period."""

    AUTOMATED = "automated"
    """Records of systems alone."""
    HYBRID = "hybrid"
    """Records of systems, and something a person wrote."""
    DOCUMENT = "document"
    """Only what people wrote and signed."""


class Frequency(StrEnum):
    """When a control is performed; one with several is performed on each of them."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    PER_CHANGE = "per change"
    PER_CUSTOMER = "per customer"
    PER_DEPLOYMENT = "per deployment"
    PER_EVENT = "per event"
    PER_HIRE = "per hire"
    PER_LEAVER = "per leaver"
    PER_MAJOR_INCIDENT = "per major incident"
    PER_RELEASE = "per release"
    PER_REQUEST = "per request"
    PER_VENDOR = "per vendor"


@dataclass(frozen=True, slots=True)
class Control:
    """What a company does to meet one or more criteria.

    Attributes:
        id: such as ``ACC-01``; also the name of its file.
        title: a few words, for tables.
        statement: what is done, as a report would state it.
        criteria: ids of the criteria it helps to meet, the main one first.
        frequency: when it is performed.
        proof: what can show that it operated.
        test: how an auditor tests it, step by step.
        evidence: what the test needs.
        sources: the systems the evidence comes from.
    """

    id: str
    title: str
    statement: str
    criteria: tuple[str, ...]
    frequency: tuple[Frequency, ...]
    proof: Proof
    test: tuple[str, ...]
    evidence: tuple[str, ...]
    sources: tuple[str, ...]


def load_controls(root: Traversable, criteria: Collection[str]) -> tuple[Control, ...]:
    """Read every file of the folder ``controls``, sorted by name.

    Args:
        root: the catalog's folder.
        criteria: the ids of all criteria.

    Raises:
        CatalogError: a file is wrong, or its name is not its control's id.
    """
    try:
        names = sorted(file.name for file in root.joinpath(FOLDER).iterdir() if file.name.endswith(".yaml"))
    except OSError as error:
        raise CatalogError(f"catalog/{FOLDER}: cannot be read ({error.strerror}); put the folder back.") from error
    return tuple(_load_control(root, name, criteria) for name in names)


def _load_control(root: Traversable, name: str, criteria: Collection[str]) -> Control:
    entry = read(root, f"{FOLDER}/{name}", KEYS)
    key = entry.identifier(CONTROL_ID)
    if name != f"{key}.yaml":
        raise entry.error("id", f"{key!r} is not the file's name; rename the file to {key}.yaml or mend the id")
    return Control(
        id=key,
        title=entry.text("title"),
        statement=entry.text("statement"),
        criteria=entry.references("criteria", criteria),
        frequency=entry.choices("frequency", Frequency),
        proof=entry.choice("proof", Proof),
        test=entry.texts("test"),
        evidence=entry.texts("evidence"),
        sources=entry.texts("sources"),
    )
