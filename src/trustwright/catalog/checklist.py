"""What to have in place before an audit, item by item, and what an auditor finds instead."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from trustwright.catalog.reading import SLUG, read

ITEM_ID = re.compile(r"CHK-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to have in place.

    Attributes:
        id: such as ``CHK-01``.
        group: the heading it stands under.
        item: what is in place.
        criteria: ids of the criteria it serves.
        controls: ids of the controls that make it so, the main one first.
        machine: what records of systems can show.
        sources: where those records come from.
        person: what only a person can attest; empty when records settle the item.
        never: what an auditor finds instead, and reports.
    """

    id: str
    group: str
    item: str
    criteria: tuple[str, ...]
    controls: tuple[str, ...]
    machine: str
    sources: tuple[str, ...]
    person: str
    never: tuple[str, ...]


def load_checklist(
    root: Traversable, criteria: Collection[str], controls: Collection[str]
) -> tuple[ChecklistItem, ...]:
    """Read ``checklist.yaml``.

    Args:
        root: the catalog's folder.
        criteria: the ids of all criteria.
        controls: the ids of all controls.

    Raises:
        CatalogError: the file is wrong.
    """
    file = read(root, "checklist.yaml", ("groups", "items"))
    groups: dict[str, str] = {}
    for entry in file.entries("groups", ("id", "title")):
        groups[entry.identifier(SLUG, groups)] = entry.text("title")
    items: dict[str, ChecklistItem] = {}
    keys = ("id", "group", "item", "criteria", "controls", "machine", "sources", "person", "never")
    for entry in file.entries("items", keys):
        key = entry.identifier(ITEM_ID, items)
        items[key] = ChecklistItem(
            id=key,
            group=groups[entry.reference("group", groups)],
            item=entry.text("item"),
            criteria=entry.references("criteria", criteria),
            controls=entry.references("controls", controls),
            machine=entry.text("machine"),
            sources=entry.texts("sources"),
            person=entry.text("person", optional=True),
            never=entry.texts("never"),
        )
    return tuple(items.values())
