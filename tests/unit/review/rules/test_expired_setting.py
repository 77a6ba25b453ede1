"""An entry past its date is reported at its place; one that holds is not."""

from datetime import date
from pathlib import Path

import pytest

from trustwright.review.link.corpus import Corpus
from trustwright.review.project import Project
from trustwright.review.rules import expired_setting
from trustwright.review.settings import parse

SETTINGS = b"""\
[[public_routes]]
pattern = "/feed"
reason = "Pilot with three partners."
owner = "Partnerships"
expires = 2026-03-31

[[left_out]]
path = "legacy"
reason = "Switched off."
"""


@pytest.mark.parametrize(("today", "lines"), [("2026-03-31", []), ("2026-04-01", [5])])
def test_an_entry_is_reported_from_the_day_after_its_date(tmp_path: Path, today: str, lines: list[int]) -> None:
    settings = parse(SETTINGS).on(date.fromisoformat(today))
    found = list(expired_setting.check(Project(Corpus(tmp_path, [], []), settings)))
    assert [(item.location.path, item.location.line) for item in found] == [
        ("trustwright.toml", line) for line in lines
    ]
    assert all("public_routes entry /feed ended on 2026-03-31" in item.detail for item in found)
