"""Unpinned action: tags and branches are unmet, by whose they are; commits and local actions are met or no members."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import unpinned_action

WORKFLOW = """on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4 # unmet low
      - uses: docker/login-action@v3 # unmet medium
      - uses: someone/tool@main # unmet high
      - uses: docker/build-push-action@0123456789abcdef0123456789abcdef01234567 # met
      - uses: ./.github/actions/own
      - uses: docker/login-action@v3
"""


def test_versions(tmp_path: Path) -> None:
    """Each action counts once, where it is used first."""
    check_marks(unpinned_action, tmp_path, {".github/workflows/ci.yml": WORKFLOW})


def test_nothing_to_say(tmp_path: Path) -> None:
    """A pipeline of scripts takes nothing from elsewhere."""
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
    check_silent(unpinned_action, tmp_path, {".github/workflows/ci.yml": text})
