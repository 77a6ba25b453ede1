"""Every rule of a detection has a same-named file of events that must alert and events that must not."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.trail_events import NOW, entry, event, somebody
from trustwright.trail.detection.engine import Alert, Engine
from trustwright.trail.detection.rules import load, shipped
from trustwright.trail.verify import Entry

HERE = Path(__file__).parent
RULES = {item.name.removesuffix(".yml"): item for item in shipped()}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def length(text: str) -> timedelta:
    return timedelta(seconds=float(text[:-1]) * UNITS[text[-1]])


def entries(said: list[dict[str, Any]]) -> Iterator[Entry]:
    """Make the entries of a case: ``at`` after Wednesday noon, ``times`` times ``every`` so much later.

    In texts ``{n}`` is the turn, ``{n2}`` whether it is odd, and ``@anna`` the id of anna. ``number`` is the first
    number that the writer gives, the next one when it is not said.
    """
    index, number = 0, 0
    for one in said:
        fields = dict(one)
        moment = NOW + length(fields.pop("at", "0s"))
        times, every = fields.pop("times", 1), length(fields.pop("every", "0s"))
        number = fields.pop("number", number + 1)
        for turn in range(times):
            number += bool(turn)
            yield entry(index, event(moment + turn * every, **filled(fields, turn)), number=number)
            index += 1


def filled(value: Any, turn: int) -> Any:
    if isinstance(value, dict):
        return {key: filled(item, turn) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    text = value.replace("{n}", str(turn)).replace("{n2}", str(turn % 2))
    return str(somebody(text[1:])) if text.startswith("@") else text


def cases(word: str) -> list[Any]:
    found = []
    for name in sorted(RULES):
        path = HERE / f"{name}.yml"
        said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        found += [pytest.param(name, events, id=f"{name}: {title}") for title, events in said.get(word, {}).items()]
    return found


def alerts(name: str, said: list[dict[str, Any]]) -> list[Alert]:
    return list(Engine(load([RULES[name]])).feed(entries(said)))


def test_there_are_enough_rules_and_each_has_its_events() -> None:
    assert len(RULES) >= 25
    files = {path.stem for path in HERE.glob("*.yml")}
    assert files == set(RULES)
    for word in ("alert", "quiet"):
        assert {case.values[0] for case in cases(word)} == set(RULES), word


@pytest.mark.parametrize(("name", "said"), cases("alert"))
def test_it_alerts(name: str, said: list[dict[str, Any]]) -> None:
    found = alerts(name, said)
    assert found
    assert {alert.rule for alert in found} == {name}
    for alert in found:
        assert alert.leaves == tuple(sorted(alert.leaves))
        assert alert.detail
        assert len({str(alert.id) for alert in found}) == len(found)


@pytest.mark.parametrize(("name", "said"), cases("quiet"))
def test_it_is_quiet(name: str, said: list[dict[str, Any]]) -> None:
    assert alerts(name, said) == []


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_says_what_it_is_about(name: str) -> None:
    (rule,) = load([RULES[name]])
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rule.level in {"low", "medium", "high", "critical"}
    assert len(rule.description) > 60
    assert rule.description.endswith(".")


def test_nothing_alerts_on_an_alert() -> None:
    said = [
        {
            "actor": None,
            "actor_type": "system",
            "action": "create",
            "resource_type": "alert",
            "times": 300,
            "every": "1s",
        }
    ]
    assert list(Engine(load()).feed(entries(said))) == []
