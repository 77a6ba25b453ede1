"""Dangerous workflow triggers: a stranger's code and a stranger's text."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import dangerous_workflow_trigger

HEAD = "with: {ref: '${{ github.event.pull_request.head.sha }}'}"


def steps(on: str, step: str, after: str = "run: npm ci", job: str = "") -> str:
    """Return a workflow that takes something in and then goes on."""
    return f"on: {on}\njobs:\n  go:\n    runs-on: x\n{job}    steps:\n      - {step}\n      - {after}\n"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (steps("pull_request_target", f"{{uses: actions/checkout@v4, {HEAD}}} # unmet critical"), ""),
        (steps("pull_request_target", f"{{uses: actions/checkout@v4, {HEAD}}} # unmet high", "run: cat README.md"), ""),
        (
            steps(
                "pull_request_target",
                f"{{uses: actions/checkout@v4, {HEAD}}} # unmet high",
                job="    permissions: {contents: read}\n",
            ),
            "",
        ),
        (
            steps(
                "pull_request_target",
                f"{{uses: actions/checkout@v4, {HEAD}}} # unmet critical",
                "{run: npm ci, env: {T: '${{ secrets.TOKEN }}'}}",
                "    permissions: {contents: read}\n",
            ),
            "",
        ),
        (
            steps(
                "{pull_request_target: {types: [labeled]}}",
                f"{{uses: actions/checkout@v4, {HEAD}}} # unmet high",
                job="    if: github.event.label.name == 'preview'\n",
            ),
            "",
        ),
        (
            steps(
                "pull_request_target",
                "{uses: actions/checkout@v4, with: {ref: '${{ github.head_ref }}', "
                "repository: '${{ github.event.pull_request.head.repo.full_name }}'}} # unmet critical",
            ),
            "",
        ),
        (steps("issue_comment", "run: gh pr checkout 7 # unmet critical"), ""),
        (
            steps(
                "{workflow_run: {workflows: [CI]}}",
                "{uses: actions/checkout@v4, "
                "with: {ref: '${{ github.event.workflow_run.head_sha }}'}} # unmet critical",
            ),
            "",
        ),
        (steps("pull_request_target", "uses: actions/checkout@v4"), "met"),
        (steps("pull_request_target", "{uses: actions/checkout@v4, with: {ref: '${{ github.head_ref }}'}}"), "met"),
        (steps("pull_request", f"{{uses: actions/checkout@v4, {HEAD}}}"), "met"),
        (steps("pull_request_target", f"{{uses: actions/checkout@v4, {HEAD}}}", "uses: actions/labeler@v5"), "met"),
        (
            steps(
                "pull_request_target",
                f"{{uses: actions/checkout@v4, {HEAD}}}",
                job="    if: github.event.pull_request.head.repo.full_name == github.repository\n",
            ),
            "met",
        ),
        (
            steps(
                "{pull_request_target: {types: [closed]}}",
                f"{{uses: actions/checkout@v4, {HEAD}}}",
                job="    if: github.event.pull_request.merged == true\n",
            ),
            "met",
        ),
        (
            steps(
                "[pull_request, workflow_run]",
                "{uses: actions/checkout@v4, with: {ref: 'refs/pull/${{ github.event.number }}/merge'}}",
                job="    if: github.event.pull_request\n",
            ),
            "met",
        ),
    ],
)
def test_a_strangers_code(text: str, mark: str, tmp_path: Path) -> None:
    """The checkout is the place of the finding; the first line is that of a workflow without one."""
    path = ".github/workflows/a.yml"
    check_marks(dangerous_workflow_trigger, tmp_path, {path: text}, {(path, 1): mark} if mark else None)


@pytest.mark.parametrize(
    ("on", "step", "mark"),
    [
        ("issues", "run: echo ${{ github.event.issue.title }} # unmet critical", ""),
        ("issue_comment", "run: echo '${{ github.event.comment.body }}' # unmet critical", ""),
        ("pull_request_target", "run: echo ${{ github.event.pull_request.body }} # unmet critical", ""),
        ("pull_request", "run: git push origin ${{ github.head_ref || github.ref_name }} # unmet medium", ""),
        ("push", "run: echo ${{ github.event.head_commit.message }} # unmet medium", ""),
        ("workflow_run", "run: echo ${{ github.event.workflow_run.head_branch }} # unmet critical", ""),
        (
            "issues",
            (
                "{uses: actions/github-script@v7, "
                "with: {script: 'log(`${{ github.event.issue.body }}`)'}} # unmet critical"
            ),
            "",
        ),
        ("issues", "{run: 'echo $T', env: {T: '${{ github.event.issue.title }}'}}", "met"),
        ("push", "run: echo ${{ github.event.workflow_run.head_branch }}", "met"),
        ("issues", "run: echo ${{ contains(github.event.issue.title, 'x') }}", "met"),
        ("issues", "run: echo ${{ github.event.issue.number }}", "met"),
        ("pull_request", "run: echo ${{ github.event.pull_request.base.ref }}", "met"),
        ("workflow_dispatch", "run: echo ${{ inputs.name }}", "met"),
    ],
)
def test_a_strangers_text(on: str, step: str, mark: str, tmp_path: Path) -> None:
    path = ".github/workflows/a.yml"
    text = f"on: {on}\njobs:\n  go:\n    steps:\n      - {step}\n"
    check_marks(dangerous_workflow_trigger, tmp_path, {path: text}, {(path, 1): mark} if mark else None)


def test_a_token_that_only_reads_makes_it_less(tmp_path: Path) -> None:
    text = (
        "on: issues\npermissions: {contents: read}\njobs:\n  go:\n    steps:\n"
        "      - run: echo ${{ github.event.issue.title }} # unmet high\n"
    )
    check_marks(dangerous_workflow_trigger, tmp_path, {".github/workflows/a.yml": text})


def test_gitlab_has_no_such_triggers(tmp_path: Path) -> None:
    check_silent(dangerous_workflow_trigger, tmp_path, {".gitlab-ci.yml": "t:\n  script: [make]\n"})
