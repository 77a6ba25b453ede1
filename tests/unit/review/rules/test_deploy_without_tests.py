"""Deploy without tests: none before production is unmet, tests that must pass are met, tests elsewhere unknown."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import deploy_without_tests

DEPLOY = """on:
  push:
    branches: [main]
jobs:
{before}  deploy: # {outcome}
    runs-on: ubuntu-latest
{needs}    steps:
{steps}      - run: kubectl apply -f k8s/production
"""
TEST_JOB = "  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
ON_PULLS = "on: pull_request\njobs:\n" + TEST_JOB
PATH = ".github/workflows/deploy.yml"


def deploy(outcome: str, before: str = "", needs: str = "", steps: str = "") -> dict[str, str]:
    """Return a repository with one deployment."""
    return {PATH: DEPLOY.format(outcome=outcome, before=before, needs=needs, steps=steps)}


def test_before_the_deployment(tmp_path: Path) -> None:
    """In an earlier step, in a job it needs, in none."""
    check_marks(deploy_without_tests, tmp_path / "none", deploy("unmet high"))
    check_marks(deploy_without_tests, tmp_path / "step", deploy("met", steps="      - run: pytest\n"))
    check_marks(deploy_without_tests, tmp_path / "job", deploy("met", TEST_JOB, "    needs: test\n"))


def test_tests_that_do_not_gate(tmp_path: Path) -> None:
    """Beside the deployment, allowed to fail, or on pull requests only."""
    check_marks(deploy_without_tests, tmp_path / "beside", deploy("unmet", TEST_JOB))
    check_marks(deploy_without_tests, tmp_path / "ignored", deploy("unmet", steps="      - run: pytest || true\n"))
    files = {**deploy("unknown"), ".github/workflows/ci.yml": ON_PULLS}
    check_marks(deploy_without_tests, tmp_path / "pulls", files)
