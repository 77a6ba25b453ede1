"""The policies a SOC 2 report usually rests on."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from trustwright.catalog.reading import SLUG, read


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy an auditor expects to find.

    Attributes:
        id: such as ``access-control``.
        title: its name.
        states: what an auditor expects to read in it.
        criteria: ids of the criteria it supports.
    """

    id: str
    title: str
    states: str
    criteria: tuple[str, ...]


def load_policies(root: Traversable, criteria: Collection[str]) -> tuple[Policy, ...]:
    """Read ``policies.yaml`` below the catalog's folder ``root``; ``criteria`` are the ids of all criteria.

    Raises:
        CatalogError: the file is wrong.
    """
    policies: dict[str, Policy] = {}
    file = read(root, "policies.yaml", ("policies",))
    for entry in file.entries("policies", ("id", "title", "states", "criteria")):
        key = entry.identifier(SLUG, policies)
        policies[key] = Policy(key, entry.text("title"), entry.text("states"), entry.references("criteria", criteria))
    return tuple(policies.values())
