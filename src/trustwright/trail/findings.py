"""What may have been done to a log, and what a verification found."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MOST_NAMED: Final = 100
"""Problems of a kind that are named one by one; the rest are counted."""


class Threat(StrEnum):
    """What may have been done to a log."""

    ROW_EDITED = "row edited"
    ROW_DELETED = "row deleted"
    ROW_INSERTED = "row inserted behind"
    REWRITTEN = "entries rewritten"
    TAIL_CUT = "tail cut off"
    FORK = "forked: a backup was restored, or two logs share a name"
    SPLIT_VIEW = "split view"
    REMOVED_BEFORE = "event removed before sequencing"
    BACKDATED = "backdated"
    PARTITION_DROPPED = "partition dropped without a tombstone"
    DAMAGED = "file missing or damaged"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: an entry's index, an event's id, a file."""

    threat: Threat
    where: str
    detail: str


@dataclass(slots=True)
class Findings:
    """What was looked at, and what is wrong."""

    problems: list[Problem] = field(default_factory=list)
    more: dict[Threat, int] = field(default_factory=dict)
    entries: int = 0
    checkpoints: int = 0
    rows: int | None = None
    """Rows compared; ``None`` when no table was."""
    dropped: int = 0
    """Entries whose rows were lawfully dropped."""
    waiting: int = 0
    """Rows whose entries no checkpoint holds yet; nothing is known of them."""
    agreed: int = 0
    """The size of the largest signed state that the entries were found to have."""
    refuted: set[tuple[int, int]] = field(default_factory=set)
    """Size and time of each checkpoint that the entries do not agree with."""
    unread: list[range] = field(default_factory=list)
    """Entries that cannot be read."""

    def add(self, threat: Threat, where: str, detail: str) -> None:
        """Note a problem."""
        if sum(item.threat is threat for item in self.problems) < MOST_NAMED:
            self.problems.append(Problem(threat, where, detail))
        else:
            self.more[threat] = self.more.get(threat, 0) + 1

    @property
    def intact(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems

    @property
    def threats(self) -> list[Threat]:
        """What was found, each once, in the order of :class:`Threat`."""
        found = {problem.threat for problem in self.problems}
        return [threat for threat in Threat if threat in found]
