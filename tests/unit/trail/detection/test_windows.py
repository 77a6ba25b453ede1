"""Windows agree with a naive reference that compares every event with every other, whatever the order they come in."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.trail.detection import windows
from trustwright.trail.detection.windows import Counted, Ordered

SPAN = 10
GRACE = 40
G = ("g",)

# Moments that mostly go forward, sometimes far back, often equal; and what each event counts as.
steps = st.lists(st.tuples(st.integers(-60, 12), st.integers(0, 2)), max_size=40)


@pytest.fixture(autouse=True)
def grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "GRACE", GRACE)
    monkeypatch.setattr(windows, "_MANY", 3)


def timed(said: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return events as (moment, leaf, tag)."""
    found, now = [], 1000
    for leaf, (step, tag) in enumerate(said):
        now = max(0, now + max(step, 0))
        found.append((now + min(step, 0), leaf, tag))
    return found


def candidates(events: list[tuple[int, int, int]], at: int) -> list[tuple[int, int, int]]:
    """Return what an event is judged with: itself, and those before it in the log that are not too old."""
    newest = max(time for time, _, _ in events[: at + 1])
    kept = [one for one in events[:at] if one[0] >= newest - SPAN - GRACE]
    return sorted([*kept, events[at]])


def holding(events: list[tuple[int, int, int]], at: int) -> list[list[tuple[int, int, int]]]:
    """Return every stretch of at most the span that holds the event and begins with an event."""
    known = candidates(events, at)
    stretches = [[one for one in known if start <= one[0] <= start + SPAN] for start in {one[0] for one in known}]
    return [stretch for stretch in stretches if events[at] in stretch]


@pytest.mark.parametrize("different", [False, True])
@given(said=steps, least=st.integers(1, 4))
def test_counts_are_those_of_the_reference(different: bool, said: list[tuple[int, int]], least: int) -> None:
    events = timed(said)
    window = Counted(SPAN, least, different=different)
    for at, (time, leaf, tag) in enumerate(events):
        found = window.add(G, time, leaf, tag)
        counts = [len({one[2] for one in stretch}) if different else len(stretch) for stretch in holding(events, at)]
        assert bool(found) == (max(counts) >= least), at
        if found:
            assert leaf in found
            moments = [events[one][0] for one in found]
            assert max(moments) - min(moments) <= SPAN


@given(said=steps, kinds=st.integers(2, 3))
def test_sequences_are_those_of_the_reference(said: list[tuple[int, int]], kinds: int) -> None:
    events = [(time, leaf, tag % kinds) for time, leaf, tag in timed(said)]
    window = Ordered(SPAN, kinds)
    for at, (time, leaf, tag) in enumerate(events):
        found = window.add(G, time, leaf, tag)
        expected = any(
            events[at] in chain
            and [one[2] for one in chain] == list(range(kinds))
            and chain[-1][0] - chain[0][0] <= SPAN
            for chain in combinations(candidates(events, at), kinds)
        )
        assert bool(found) == expected, at


@pytest.mark.parametrize(("last", "fires"), [(10, True), (11, False)])
def test_both_edges_belong_to_the_window(last: int, fires: bool) -> None:
    counted, ordered = Counted(SPAN, 2, different=False), Ordered(SPAN, 2)
    assert counted.add(G, 0, 0, "") == ordered.add(G, 0, 0, 0) == ()
    assert counted.add(G, last, 1, "") == ordered.add(G, last, 1, 1) == ((0, 1) if fires else ())


def test_a_late_event_completes_the_window_in_the_middle() -> None:
    window = Counted(SPAN, 3, different=False)
    for leaf, time in enumerate([100, 108]):
        assert window.add(G, time, leaf, "") == ()
    assert window.add(G, 104, 2, "") == (0, 2, 1)


def test_an_event_of_two_kinds_does_not_follow_itself() -> None:
    window = Ordered(SPAN, 2)
    assert [window.add(G, 5, 0, tag) for tag in (1, 0)] == [(), ()]
    assert [window.add(G, 6, 1, tag) for tag in (1, 0)] == [(0, 1), ()]


def test_what_is_old_is_forgotten() -> None:
    window: Any = Counted(SPAN, 5, different=False)
    for leaf in range(1000):
        window.add(G, leaf * 20, leaf, "")
    assert len(window._groups[G].items) <= 3 + (SPAN + GRACE) // 20 + 2
