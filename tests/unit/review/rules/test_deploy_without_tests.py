"""Deployments without tests: what must have passed before a change reaches production."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import deploy_without_tests

SHIP = "on: {push: {branches: [main]}}\njobs:\n"
CI = "on: pull_request\njobs: {t: {steps: [{run: pytest}]}}\n"
RULE = 'resource "github_branch_protection" "main" {\n  repository_id = "shop"\n  pattern = "main"\n'


@pytest.mark.parametrize(
    "text",
    [
        SHIP + "  deploy: # unmet high\n    steps: [{run: fly deploy}]\n",
        SHIP + "  deploy: # met\n    steps: [{run: npx jest}, {run: fly deploy}]\n",
        SHIP + "  deploy: # unmet medium\n    steps: [{run: fly deploy}, {run: npx jest}]\n",
        SHIP + "  t: {steps: [{run: pytest}]}\n  deploy: # met\n    needs: t\n    steps: [{run: fly deploy}]\n",
        SHIP + "  t: {steps: [{run: pytest}]}\n  deploy: # unmet medium\n    steps: [{run: fly deploy}]\n",
        SHIP + "  deploy: # unmet medium\n    steps: [{run: pytest || true}, {run: fly deploy}]\n",
        SHIP + "  deploy: # unmet high\n    steps: [{run: ruff check .}, {run: fly deploy}]\n",
        SHIP + "  deploy: # unknown\n    steps: [{run: npm test}, {run: fly deploy}]\n",
        SHIP + "  t: {uses: acme/ci/.github/workflows/t.yml@v1}\n  deploy: # unknown\n    needs: t\n"
        "    steps: [{run: fly deploy}]\n",
        SHIP + "  t: {steps: [{run: pytest}]}\n  deploy: # unmet medium\n    needs: t\n    if: always()\n"
        "    steps: [{run: fly deploy}]\n",
    ],
)
def test_what_must_have_passed(text: str, tmp_path: Path) -> None:
    check_marks(deploy_without_tests, tmp_path, {".github/workflows/ship.yml": text})


@pytest.mark.parametrize(
    ("rules", "mark"),
    [
        ("", "unknown"),
        (RULE + "  required_status_checks {\n    contexts = [\"t\"]\n  }\n}\n", "met"),
        (RULE + "}\n", "unmet medium"),
    ],
)  # fmt: skip
def test_tests_on_pull_requests_count_as_far_as_a_branch_rule_requires_them(
    rules: str, mark: str, tmp_path: Path
) -> None:
    ship = f"{SHIP}  deploy: # {mark}\n    steps: [{{run: fly deploy}}]\n"
    files = {".github/workflows/ship.yml": ship, ".github/workflows/ci.yml": CI, "main.tf": rules}
    check_marks(deploy_without_tests, tmp_path, files)


def test_tests_of_another_part_of_the_repository_do_not_count(tmp_path: Path) -> None:
    ship = (
        "on: {push: {branches: [main], paths: [worker/**]}}\njobs:\n  deploy: # unmet high\n"
        "    steps: [{run: fly deploy}]\n"
    )
    ci = "on: pull_request\njobs: {t: {defaults: {run: {working-directory: api}}, steps: [{run: pytest}]}}\n"
    check_marks(deploy_without_tests, tmp_path, {".github/workflows/ship.yml": ship, ".github/workflows/ci.yml": ci})


def test_a_pipeline_that_is_not_read_may_test(tmp_path: Path) -> None:
    ship = f"{SHIP}  deploy: # unknown\n    steps: [{{run: fly deploy}}]\n"
    check_marks(deploy_without_tests, tmp_path, {".github/workflows/s.yml": ship, ".circleci/config.yml": "jobs: {}\n"})


def test_gitlab_jobs_for_merge_requests_are_not_waited_for(tmp_path: Path) -> None:
    text = (
        "unit:\n  stage: test\n  script: [pytest]\n  only: [{}]\n"
        "production: # {}\n  stage: deploy\n  script: [kubectl apply -f k8s/]\n  only: [main]\n"
    )
    check_marks(deploy_without_tests, tmp_path / "a", {".gitlab-ci.yml": text.format("main", "met")})
    check_marks(deploy_without_tests, tmp_path / "b", {".gitlab-ci.yml": text.format("merge_requests", "unknown")})


def test_nothing_is_deployed(tmp_path: Path) -> None:
    check_silent(deploy_without_tests, tmp_path, {".github/workflows/ci.yml": CI})
