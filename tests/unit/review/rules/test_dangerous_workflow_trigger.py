"""Dangerous workflow trigger: a stranger's code or text that runs with the repository's rights is unmet."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import dangerous_workflow_trigger

PATH = ".github/workflows/a.yml"


def test_foreign_code(tmp_path: Path) -> None:
    """A pull request's code checked out under pull_request_target, and run."""
    text = """on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4 # unmet critical
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: npm ci && npm test
        env:
          KEY: ${{ secrets.KEY }}
"""
    check_marks(dangerous_workflow_trigger, tmp_path / "a", {PATH: text})
    trusted = text.replace(
        "  a:\n", "  a:\n    if: github.event.pull_request.head.repo.full_name == github.repository\n"
    )
    trusted = "# met\n" + trusted.replace(" # unmet critical", "")
    check_marks(dangerous_workflow_trigger, tmp_path / "b", {PATH: trusted})


def test_foreign_text(tmp_path: Path) -> None:
    """A title written into a script; through a variable it is only a text."""
    text = """on: issues
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.issue.title }}" # unmet
"""
    check_marks(dangerous_workflow_trigger, tmp_path / "a", {PATH: text})
    safe = """# met
on: issues
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$TITLE"
        env:
          TITLE: ${{ github.event.issue.title }}
"""
    check_marks(dangerous_workflow_trigger, tmp_path / "b", {PATH: safe})


def test_a_harmless_use(tmp_path: Path) -> None:
    """The event alone does no harm: labelling needs no code of the pull request."""
    steps = "    steps:\n      - uses: actions/labeler@v5\n"
    text = "on: pull_request_target # met\njobs:\n  a:\n    runs-on: ubuntu-latest\n" + steps
    check_marks(dangerous_workflow_trigger, tmp_path, {PATH: text})
