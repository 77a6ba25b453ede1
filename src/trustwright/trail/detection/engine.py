"""Runs rules over the entries of a log, in their order.

What a rule says of an event depends on the entries up to it alone, so the same alerts come whether the entries are
handed over one by one as they come, in batches, or all at once from history.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final
from uuid import UUID

from trustwright.trail.detection.rules import Correlation, Rule, Selection
from trustwright.trail.detection.seen import Firing, Group, Kind, Seen, seen
from trustwright.trail.verify import Entry

NAMED: Final = 50
"""Leaves that an alert names: the first ones and the last."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule's statement on a group of events.

    Attributes:
        rule: the rule's id.
        title: the rule's title.
        level: how bad it is.
        group: whose events these are: the values of the rule's ``group-by``.
        time: when, in milliseconds since 1970 UTC.
        leaf: the entry that made it known.
        leaves: the entries that it rests on, in order, at most 50 of them.
        events: how many they are.
        detail: a sentence on what was seen.
    """

    rule: str
    title: str
    level: str
    group: Group
    time: int
    leaf: int
    leaves: tuple[int, ...]
    events: int
    detail: str

    @property
    def id(self) -> UUID:
        """The same for the same rule, group and entries, whenever and however often it is found."""
        said = "\0".join([self.rule, *self.group, *map(str, self.leaves), str(self.leaf)])
        number = int.from_bytes(hashlib.sha256(said.encode()).digest()[:16])
        return UUID(int=number & ~(0xF << 76 | 3 << 62) | 8 << 76 | 2 << 62)  # version 8 of RFC 9562: a hash of our own


class Engine:
    """Rules with what they remember.

    Args:
        rules: they belong to this engine alone from now on.
        zone: whose hours ``local.hour`` tells.
    """

    def __init__(self, rules: Sequence[Rule], zone: tzinfo = UTC) -> None:
        self._rules = rules
        self._zone = zone
        self._newest = 0
        self._concerned: dict[Kind, list[Rule]] = {}
        self._told: dict[tuple[str, Group], int] = {}
        self.next = 0
        """The index of the entry after the last one seen."""

    def feed(self, entries: Iterable[Entry]) -> Iterator[Alert]:
        """Take entries in their order and yield alerts, each when its entry came."""
        for entry in entries:
            one = seen(entry, self._newest, self._zone)
            self.next = entry.index + 1
            rules = self._concerned.get(one.kind)
            if rules is None:
                rules = self._concerned[one.kind] = [rule for rule in self._rules if rule.top.concerns(one.kind)]
            for rule in rules:
                for firing in _fired(rule.top, one):
                    if self._is_news(rule, firing):
                        yield _alert(rule, firing, one.leaf)
            self._newest = max(self._newest, one.time)

    def _is_news(self, rule: Rule, firing: Firing) -> bool:
        """Say whether the rule was quiet about the group for long enough, and remember that it no longer is."""
        key = (rule.id, firing.group)
        last = self._told.get(key)
        if last is not None and abs(firing.time - last) <= rule.quiet:
            return False
        self._told[key] = firing.time
        return True


def _fired(source: Selection | Correlation, one: Seen) -> list[Firing]:
    """Return what an event completes."""
    if isinstance(source, Correlation):
        return _correlated(source, one)
    found = source.detector.passed(one) if source.detector is not None else []
    if source.possible(one.kind) and source.matches(one.fields):
        group = source.group(one.fields)
        if source.detector is None:
            found = [Firing(one.time, group or (), (one.leaf,), "")]
        elif group is not None:
            found = [*found, *source.detector.selected(one, group)]
    return found


def _correlated(correlation: Correlation, one: Seen) -> list[Firing]:
    found: dict[Group, tuple[int, ...]] = {}
    # The later kind first: an event of two kinds does not follow itself.
    for kind, part in reversed(list(enumerate(correlation.parts))):
        if not _fired(part.source, one):
            continue
        group = part.group(one.fields)
        tag = kind if correlation.values is None else correlation.values(one.fields)
        if group is None or tag is None:
            continue
        leaves = correlation.window.add(group, one.time, one.leaf, tag if correlation.many else str(tag))
        if leaves:
            found[group] = leaves
    return [Firing(one.time, group, leaves, "") for group, leaves in found.items()]


def _alert(rule: Rule, firing: Firing, leaf: int) -> Alert:
    count, half = len(firing.leaves), NAMED // 2
    leaves = firing.leaves if count <= NAMED else firing.leaves[:half] + firing.leaves[-half:]
    detail = firing.detail or (f"{count} events" if count > 1 else rule.title)
    return Alert(rule.id, rule.title, rule.level, firing.group, firing.time, leaf, leaves, count, detail)
