"""Unpinned actions: names that can be moved, whoever owns them."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import unpinned_action

SHA = "08c6903cd8c0fde910a37f88322edcfb5dd907a8"
DIGEST = f"sha256:{SHA}{SHA[:24]}"


def test_references(tmp_path: Path) -> None:
    """Each action counts once at each of its versions, where it is used first."""
    check_marks(
        unpinned_action,
        tmp_path,
        {
            ".github/workflows/a.yml": f"""
on: push
jobs:
  test:
    steps:
      - uses: actions/checkout@v4 # unmet low
      - uses: actions/setup-node@main # unmet medium
      - name: Named
        uses: docker/login-action@v3.1.0 # unmet medium
      - uses: docker/build-push-action@master # unmet high
      - uses: acme/no-version # unmet high
      - uses: dtolnay/rust-toolchain@stable # unmet high
      - uses: taiki-e/install-action@cargo-hack # unmet medium
      - uses: acme/short@08c6903 # unmet medium
      - uses: acme/pinned@{SHA} # met
      - uses: docker://alpine:3.20 # unmet medium
      - uses: docker://alpine@{DIGEST} # met
      - uses: ./.github/actions/own
      - run: echo actions/cache@v4
      - uses: actions/checkout@v4
""",
            ".github/workflows/b.yml": """
on: push
jobs:
  call:
    uses: acme/pipelines/.github/workflows/deploy.yml@v2 # unmet medium
  local:
    uses: ./.github/workflows/a.yml
  again:
    steps:
      - uses: actions/checkout@v4
""",
            ".github/actions/own/action.yml": """
runs:
  using: composite
  steps:
    - uses: acme/tool@v1 # unmet medium
""",
        },
    )


def test_the_own_organisation_weighs_less(tmp_path: Path) -> None:
    files = {
        ".github/CODEOWNERS": "* @acme/engineering\n",
        "package.json": '{"repository": {"url": "git+https://github.com/Initech/shop.git"}}',
        ".github/workflows/a.yml": "on: push\njobs:\n"
        "  a:\n    uses: acme/ci/.github/workflows/a.yml@main # unmet medium\n"
        "  b:\n    uses: initech/ci/.github/workflows/b.yml@v1 # unmet low\n",
    }
    check_marks(unpinned_action, tmp_path, files)


def test_pipelines_without_actions(tmp_path: Path) -> None:
    files = {
        ".github/workflows/a.yml": "on: push\njobs: {t: {steps: [{run: make}]}}\n",
        ".gitlab-ci.yml": "t:\n  script: [make]\n",
    }
    check_silent(unpinned_action, tmp_path, files)
