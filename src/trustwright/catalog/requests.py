"""What an auditor asks the company to provide."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from trustwright.catalog.reading import read

REQUEST_ID = re.compile(r"PBC-[A-Z]{3}-[0-9]{2}")
DESCRIPTION_ID = re.compile(r"DC[1-9]")


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """One item of the auditor's request list.

    Attributes:
        id: such as ``PBC-ACC-01``.
        group: the part of the list it stands in.
        request: what is asked for.
        criteria: ids of the criteria it is evidence for; empty when it concerns the report as a whole.
        description_criteria: the parts of the system description it is evidence for (``DC1`` to ``DC9``).
        cadence: which stretch of time, or which items, it must cover.
        form: what is accepted.
    """

    id: str
    group: str
    request: str
    criteria: tuple[str, ...]
    description_criteria: tuple[str, ...]
    cadence: str
    form: str


@dataclass(frozen=True, slots=True)
class DescriptionCriterion:
    """One of the nine parts of a system description: ``DC1`` to ``DC9`` and what it covers."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Requests:
    """What ``requests.yaml`` holds, in its order."""

    description_criteria: tuple[DescriptionCriterion, ...]
    requests: tuple[EvidenceRequest, ...]


def load_requests(root: Traversable, criteria: Collection[str]) -> Requests:
    """Read ``requests.yaml`` below the catalog's folder ``root``; ``criteria`` are the ids of all criteria.

    Raises:
        CatalogError: the file is wrong.
    """
    file = read(root, "requests.yaml", ("description_criteria", "requests"))
    descriptions: dict[str, DescriptionCriterion] = {}
    for entry in file.entries("description_criteria", ("id", "title")):
        key = entry.identifier(DESCRIPTION_ID, descriptions)
        descriptions[key] = DescriptionCriterion(key, entry.text("title"))
    requests: dict[str, EvidenceRequest] = {}
    keys = ("id", "group", "request", "criteria", "description_criteria", "cadence", "form")
    for entry in file.entries("requests", keys):
        key = entry.identifier(REQUEST_ID, requests)
        requests[key] = EvidenceRequest(
            id=key,
            group=entry.text("group"),
            request=entry.text("request"),
            criteria=entry.references("criteria", criteria, optional=True),
            description_criteria=entry.references("description_criteria", descriptions, optional=True),
            cadence=entry.text("cadence"),
            form=entry.text("form"),
        )
    return Requests(tuple(descriptions.values()), tuple(requests.values()))
