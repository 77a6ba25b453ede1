"""Deploy without approval: a push to production is unmet, a person in between is met, an environment unknown."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import deploy_without_approval

GITHUB = """on:
  push:
    branches: [main]
jobs:
  deploy: # {outcome}
    runs-on: ubuntu-latest
{more}    steps:
      - run: kubectl apply -f k8s/production
"""
RULES = """
resource "github_repository_environment" "production" {
  repository  = "shop"
  environment = "production"
  reviewers {
    teams = [1]
  }
}
"""


def test_github(tmp_path: Path) -> None:
    """Nothing in between; an environment whose rules are a setting; an environment with reviewers as code."""
    path = ".github/workflows/deploy.yml"
    check_marks(deploy_without_approval, tmp_path / "a", {path: GITHUB.format(outcome="unmet high", more="")})
    environment = "    environment: production\n"
    files = {path: GITHUB.format(outcome="unknown", more=environment)}
    check_marks(deploy_without_approval, tmp_path / "b", files)
    files = {path: GITHUB.format(outcome="met", more=environment), "github.tf": RULES}
    check_marks(deploy_without_approval, tmp_path / "c", files)


def test_gitlab(tmp_path: Path) -> None:
    """A job that a person starts."""
    text = "deploy: # {}\n  stage: deploy\n  environment: production\n  script: [kubectl apply -f k8s]\n"
    check_marks(deploy_without_approval, tmp_path, {".gitlab-ci.yml": text.format("met") + "  when: manual\n"})


def test_nothing_to_say(tmp_path: Path) -> None:
    """Staging is no production."""
    text = GITHUB.replace("k8s/production", "k8s/staging").format(outcome="", more="    environment: staging\n")
    check_silent(deploy_without_approval, tmp_path, {".github/workflows/staging.yml": text})
