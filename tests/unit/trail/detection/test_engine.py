"""The engine says the same of a log however its entries are handed over."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trail_events import NOW, entry, event
from trustwright.trail.detection.engine import Engine
from trustwright.trail.detection.rules import read
from trustwright.trail.verify import Entry

pytestmark = pytest.mark.slow

RULES = {
    "burst": """
title: Failure
name: failure
logsource: {product: trustwright}
detection: {selection: {outcome: failure}, condition: selection}
---
title: Burst
correlation: {type: event_count, rules: [failure], group-by: [actor_id], timespan: 2m, condition: {gte: 3}}
""",
    "many": """
title: Any
name: any
logsource: {product: trustwright}
detection: {selection: {actor_type: user}, condition: selection}
---
title: Many
correlation: {type: value_count, rules: [any], group-by: [actor_id], timespan: 3m, condition: {gt: 2, field:
resource_id}}
""",
    "after": """
title: Login
name: login
logsource: {product: trustwright}
detection: {selection: {action: login}, condition: selection}
---
title: Export
name: export
logsource: {product: trustwright}
detection: {selection: {action: export}, condition: selection}
---
title: Export after login
correlation: {type: temporal_ordered, rules: [login, export], group-by: [actor_id], timespan: 5m}
""",
    "quiet": """
title: Silence
logsource: {product: trustwright}
detection: {selection: {actor_type: user}, condition: selection}
trustwright: {detector: silence, group-by: [actor_id], timespan: 10m, at-least: 2, quiet: 1s}
""",
    "usual": """
title: Volume
logsource: {product: trustwright}
detection: {selection: {actor_type: user}, condition: selection}
trustwright: {detector: baseline, group-by: [actor_id], history: 1, days: 5, at-least: 2, odds: 10}
""",
}

one_event = st.tuples(
    st.integers(-600, 300),
    st.sampled_from(["anna", "bob"]),
    st.sampled_from(["login", "export", "read"]),
    st.sampled_from(["success", "failure"]),
    st.integers(0, 4),
)


def log(said: list[tuple[int, str, str, str, int]], slow: int) -> list[Entry]:
    made, now = [], NOW
    for index, (step, actor, action, outcome, resource) in enumerate(said):
        now += timedelta(seconds=max(step, 0) * slow)
        moment = now + timedelta(seconds=min(step, 0))
        made.append(entry(index, event(moment, actor, action, outcome=outcome, resource_id=str(resource))))
    return made


def engine() -> Engine:
    return Engine([read(name, text) for name, text in RULES.items()])


@settings(max_examples=25)
@given(
    said=st.lists(one_event, min_size=1, max_size=60),
    cuts=st.sets(st.integers(0, 60)),
    slow=st.sampled_from([1, 1000]),
)
def test_any_batches_give_what_history_gives(
    said: list[tuple[int, str, str, str, int]], cuts: set[int], slow: int
) -> None:
    entries = log(said, slow)
    whole = list(engine().feed(entries))
    running = engine()
    edges = sorted({0, len(entries), *(cut for cut in cuts if cut < len(entries))})
    pieces = [alert for start, end in pairwise(edges) for alert in running.feed(entries[start:end])]
    assert pieces == whole
    assert [alert.id for alert in pieces] == [alert.id for alert in whole]
    assert all(alert.leaf == max(alert.leaf, *alert.leaves) for alert in whole)


def test_a_long_burst_alerts_once_in_its_window() -> None:
    entries = log([(10, "anna", "read", "failure", 0)] * 40, 1)
    alerts = list(Engine([read("burst", RULES["burst"])]).feed(entries))
    assert [alert.leaf for alert in alerts] == [2, 15, 28]
    assert alerts[0].leaves == (0, 1, 2)


def test_a_rule_names_a_bounded_number_of_entries() -> None:
    text = RULES["burst"].replace("gte: 3", "gte: 300").replace("2m", "10h")
    (alert,) = Engine([read("burst", text)]).feed(log([(1, "anna", "read", "failure", 0)] * 300, 1))
    assert alert.events == 300
    assert len(alert.leaves) == 50
    assert (alert.leaves[0], alert.leaves[-1]) == (0, 299)
