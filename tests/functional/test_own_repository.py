"""We audit others: our own repository passes our own review."""

from pathlib import Path

import pytest

from trustwright import wiring


@pytest.mark.slow
def test_our_own_repository_passes_our_own_review(root: Path) -> None:
    found = wiring.review(root, cache=False)
    assert [f"{item.rule.id} {item.location}: {item.detail}" for item in found.findings] == []
    assert found.complete
    assert sum(bool(result.population.examined) for result in found.results) > 5, "something was looked at"
