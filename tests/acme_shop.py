"""What a review of ``examples/acme-shop`` must say: the typed reader of ``examples/acme-shop.expected.yaml``."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from trustwright.review.model import Access, Audit, ControlStatus, Deletion


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A file or folder of the shop, or the part of a file from the line of ``text`` to the line where ``to`` ends."""

    path: str
    why: str = ""
    text: str = ""
    to: str = ""
    alternatives: tuple["Place", ...] = ()

    def lines(self, shop: Path) -> range:
        """Return the lines of the file that the place covers; empty when it is a whole file or folder.

        Raises:
            ValueError: ``text`` or ``to`` is not in the file exactly once, or they are in the wrong order.
        """
        if not self.text:
            if self.to:
                raise ValueError(f"{self.path}: `to` without `text`")
            return range(0)
        content = (shop / self.path).read_text(encoding="utf-8")
        for wanted in (self.text, self.to or self.text):
            if content.count(wanted) != 1:
                raise ValueError(f"{self.path}: {wanted!r} is there {content.count(wanted)} times")
        end = self.to or self.text
        first = content.count("\n", 0, content.index(self.text)) + 1
        last = content.count("\n", 0, content.index(end) + len(end)) + 1
        if last < first:
            raise ValueError(f"{self.path}: {self.to!r} comes before {self.text!r}")
        return range(first, last + 1)

    def holds(self, shop: Path, path: str, line: int) -> bool:
        """Say whether ``line`` of the file ``path`` lies in this place, its alternatives not counted."""
        if self.text:
            return path == self.path and line in self.lines(shop)
        return path == self.path or path.startswith(f"{self.path}/")


class RulePlaces(Struct, frozen=True, forbid_unknown_fields=True):
    """Where one rule must, must not and may have a finding."""

    fires: tuple[Place, ...]
    silent: tuple[Place, ...]
    either: tuple[Place, ...] = ()

    def mistakes(self, shop: Path, found: Iterable[tuple[str, int]]) -> list[str]:
        """Compare the rule's findings, each a path and a line, with what is expected.

        Returns:
            One sentence for each place that was missed, must be silent or is not listed; empty when all is right.
        """
        places = sorted(set(found))
        missed = [
            f"missed {place.path} {place.text!r}: {place.why}"
            for place in self.fires
            if not any(one.holds(shop, *at) for one in (place, *place.alternatives) for at in places)
        ]
        rightly = [one for place in self.fires for one in (place, *place.alternatives)]
        wrong = []
        for at in places:
            if any(one.holds(shop, *at) for one in rightly):
                continue
            quiet = next((place for place in self.silent if place.holds(shop, *at)), None)
            if quiet:
                wrong.append(f"must be silent at {at[0]}:{at[1]}: {quiet.why}")
            elif not any(place.holds(shop, *at) for place in self.either):
                wrong.append(f"not listed: {at[0]}:{at[1]}")
        return missed + wrong


class ExpectedRoute(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the route map; of a list of verdicts each is right."""

    method: str
    path: str
    framework: str
    file: str
    authentication: Access | tuple[Access, ...]
    authorization: Access | tuple[Access, ...]
    audit: Audit | tuple[Audit, ...]
    deletion: Deletion | tuple[Deletion, ...]
    why: str = ""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    schema: str
    rules: dict[str, RulePlaces]
    routes: tuple[ExpectedRoute, ...]
    criteria: dict[str, ControlStatus | tuple[ControlStatus, ...]]
    settings: tuple[Place, ...]


def load(root: Path) -> Expected:
    """Read the expectations from the checkout at ``root``."""
    text = (root / "examples" / "acme-shop.expected.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Expected)
