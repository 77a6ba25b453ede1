"""Findings: each threat once, in one order; of many problems the rest is counted."""

from trustwright.trail.findings import MOST_NAMED, Findings, Threat


def test_nothing_wrong_is_intact() -> None:
    assert Findings().intact
    assert Findings().threats == []


def test_threats_are_named_once_in_their_order() -> None:
    found = Findings()
    for threat in (Threat.DAMAGED, Threat.ROW_EDITED, Threat.DAMAGED):
        found.add(threat, "where", "what")
    assert found.threats == [Threat.ROW_EDITED, Threat.DAMAGED]
    assert not found.intact


def test_of_many_problems_the_rest_is_counted() -> None:
    found = Findings()
    for number in range(MOST_NAMED + 5):
        found.add(Threat.ROW_DELETED, f"event {number}", "gone")
    found.add(Threat.FORK, "a file", "another")
    assert len(found.problems) == MOST_NAMED + 1
    assert found.more == {Threat.ROW_DELETED: 5}
