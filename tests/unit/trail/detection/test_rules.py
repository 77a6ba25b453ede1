"""A rule that cannot be read, or asks for what the trail has not, is refused with a sentence."""

from importlib.resources.abc import Traversable
from itertools import product

import pytest

from tests.trail_events import entry, event
from trustwright.trail.detection.engine import Engine
from trustwright.trail.detection.predicate import CLOSED
from trustwright.trail.detection.rules import Correlation, load, read, shipped
from trustwright.trail.errors import TrailError
from trustwright.trail.vocabulary import ACTIONS, ACTOR_TYPES, OUTCOMES

HEAD = "title: T\nlogsource: {product: trustwright}\n"
BASE = HEAD + "name: b\ndetection: {s: {action: read}, condition: s}\n---\ntitle: C\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no rule"),
        ("title: [", "this is no Sigma rule"),
        (HEAD, "this is no Sigma rule"),
        (HEAD + "detection: {s: {action: read}, condition: t}", "this is no Sigma rule"),
        (HEAD + "detection: {s: [word], condition: s}", "give each value a field"),
        (HEAD + "detection: {s: {action: read}, condition: s}\ntrustwright: {detector: none}", "no detector 'none'"),
        (HEAD + "detection: {s: {action: read}, condition: s}\ntrustwright: {speed: 1}", "no such setting"),
        (HEAD + "detection: {s: {action: read}, condition: s}\ntrustwright: {group-by: x}", "no list of fields"),
        (
            HEAD + "detection: {s: {action: read}, condition: s}\ntrustwright: {detector: dormant, timespan: long}",
            "write a timespan",
        ),
        (BASE + "correlation: {type: event_count, rules: [b], timespan: 1m, condition: {lt: 3}}", "use silence"),
        (BASE + "correlation: {type: value_count, rules: [b], timespan: 1m, condition: {gte: 3}}", "r.yml"),
        (BASE + "correlation: {type: event_count, rules: [c], timespan: 1m, condition: {gte: 3}}", "r.yml"),
        (BASE + "correlation: {type: value_sum, rules: [b], timespan: 1m, condition: {gte: 3, field: x}}", "r.yml"),
    ],
)
def test_a_wrong_rule_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(TrailError, match=sentence):
        read("r", text)


@pytest.mark.parametrize(
    ("detection", "matches"),
    [
        ("{metadata.name: HELLO}", True),
        ("{metadata.name|cased: HELLO}", False),
        ("{metadata.name: 'he*o'}", True),
        ("{metadata.name|startswith: hel}", True),
        ("{metadata.name|endswith: hel}", False),
        ("{metadata.name|contains: [x, ell]}", True),
        ("{metadata.name|contains|all: [x, ell]}", False),
        ("{metadata.name|re: '^h.l'}", True),
        ("{metadata.count|gt: 4}", True),
        ("{metadata.count|gt: 5}", False),
        ("{metadata.count|lte: 5}", True),
        ("{metadata.count: 5}", True),
        ("{metadata.text: 7}", True),
        ("{metadata.flag: true}", True),
        ("{metadata.flag: false}", False),
        ("{metadata.none: null}", True),
        ("{metadata.name: null}", False),
        ("{metadata.name|exists: true}", True),
        ("{metadata.none|exists: true}", False),
        ("{metadata.roles: admin}", True),
        ("{metadata.roles: owner}", False),
        ("{ip_address|cidr: 192.0.2.0/24}", True),
        ("{ip_address|cidr: 198.51.100.0/24}", False),
        ("{metadata.name|fieldref: metadata.other}", True),
        ("{metadata.deep.er: 1}", True),
        ("{metadata.name.er: 1}", False),
        ("{local.hour: 12, local.weekday: wednesday}", True),
        ("{log.late: 0}", True),
    ],
)
def test_sigma_means_what_it_says(detection: str, matches: bool) -> None:
    metadata = {
        "name": "hello", "other": "Hello", "count": 5, "text": "7", "flag": True, "roles": ["admin", "x"],
        "deep": {"er": 1},
    }  # fmt: skip
    made = entry(0, event(ip_address="192.0.2.7", metadata=metadata))
    rule = read("r", HEAD + f"detection: {{s: {detection}, condition: s}}")
    assert bool(list(Engine([rule]).feed([made]))) is matches


@pytest.mark.parametrize("item", shipped(), ids=lambda item: item.name)
def test_no_event_that_matches_is_left_out_for_its_kind(item: Traversable) -> None:
    (rule,) = load([item])
    metadata = [{}, {"mfa": False}, {"break_glass": True}, {"status": "terminated", "role": "admin", "count": 20_000}]
    kinds = list(product(ACTOR_TYPES, ACTIONS, OUTCOMES))
    waiting = [rule.top]
    while waiting:
        top = waiting.pop()
        if isinstance(top, Correlation):
            waiting += [part.source for part in top.parts]
            continue
        for kind, said in product(kinds, metadata):
            fields = dict(zip(CLOSED, kind, strict=True)) | {"metadata": said, "resource_type": "user", "actor_id": "x"}
            matches = top.matches(fields | {"log": {"late": 9999, "writer": "w"}, "local": {"hour": 1}})
            assert not matches or top.possible(kind), kind
