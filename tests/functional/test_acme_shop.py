"""The review of the example shop says what was written down before the rules were: findings, routes, criteria."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tests.acme_shop import Expected, load
from trustwright.review.engine import review
from trustwright.review.model import Review
from trustwright.review.settings import load as load_settings
from trustwright.wiring import rule_ids

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "acme-shop"
EXPECTED = load(ROOT)


@cache
def reviewed() -> Review:
    """Review the shop with its own settings, once."""
    settings = load_settings(SHOP, rules=rule_ids(), as_of=date(2026, 11, 21))
    return review(SHOP, settings, jobs=1, cache=False)


@pytest.mark.parametrize("rule", sorted(EXPECTED.rules))
def test_findings(rule: str) -> None:
    """Each rule fires where it must, and nowhere else."""
    places = [finding.location for finding in reviewed().findings if finding.rule.id == rule]
    found = [(place.path, place.line) for place in places]
    mistakes = EXPECTED.rules[rule].mistakes(SHOP, found)
    assert not mistakes, "\n".join(mistakes)


def test_routes() -> None:
    """Each route is found, with verdicts that are right."""
    found = {(route.declared.method, route.declared.path): route for route in reviewed().routes}
    wrong = []
    for row in EXPECTED.routes:
        route = found.get((row.method, row.path))
        if route is None:
            wrong.append(f"not found: {row.method} {row.path}")
            continue
        for name in ("authentication", "authorization", "audit", "deletion"):
            allowed = getattr(row, name)
            said = getattr(route, name)
            if said.value not in (allowed if isinstance(allowed, tuple) else (allowed,)):
                wrong.append(f"{row.method} {row.path}: {name} is {allowed}, said {said.value} ({said.reason})")
    assert not wrong, "\n".join(wrong)
    assert set(found) == {(row.method, row.path) for row in EXPECTED.routes}


def test_criteria() -> None:
    """Criteria have the status that follows."""
    said = {row.criterion: row.status for row in reviewed().criteria}
    wrong = [
        f"{name}: {said.get(name)} is none of {allowed}"
        for name, allowed in EXPECTED.criteria.items()
        if said.get(name) not in (allowed if isinstance(allowed, tuple) else (allowed,))
    ]
    assert not wrong, "\n".join(wrong)


def test_expectations_are_typed() -> None:
    """The file was read whole."""
    assert isinstance(EXPECTED, Expected)
    assert len(EXPECTED.routes) > 30
