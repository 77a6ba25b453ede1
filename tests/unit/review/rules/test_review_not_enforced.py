"""Review not enforced: branch rules kept as code, and files that nobody owns."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import review_not_enforced

CI = {".github/workflows/ci.yml": "on: push\njobs: {t: {steps: [{run: make}]}}\n"}
SETTLED = (
    'resource "github_branch_protection" "main" {\n  pattern = "main"\n  required_pull_request_reviews {} # met\n}\n'
)


def test_branch_protection_in_terraform(tmp_path: Path) -> None:
    check_marks(
        review_not_enforced,
        tmp_path,
        {
            "main.tf": """
variable "approvals" {}
resource "github_branch_protection" "good" {
  repository_id = "shop"
  pattern       = "main"
  required_pull_request_reviews {
    required_approving_review_count = 2 # met
  }
}
resource "github_branch_protection" "default" {
  repository_id = "web"
  pattern       = "main"
  required_pull_request_reviews { # met
    dismiss_stale_reviews = true
  }
}
resource "github_branch_protection" "none" { # unmet high
  repository_id = "tools"
  pattern       = "main"
}
resource "github_branch_protection" "zero" {
  repository_id = "labels"
  pattern       = "main"
  required_pull_request_reviews {
    required_approving_review_count = 0 # unmet high
  }
}
resource "github_branch_protection" "forced" {
  repository_id       = "docs"
  pattern             = "main"
  allows_force_pushes = true
  required_pull_request_reviews {
    required_approving_review_count = 1 # unmet medium
  }
}
resource "github_branch_protection" "asked" {
  repository_id = "app"
  pattern       = "main"
  required_pull_request_reviews {
    required_approving_review_count = var.approvals # unknown
  }
}
"""
        },
    )


def test_rulesets_add_up(tmp_path: Path) -> None:
    """A ruleset without a rule for pull requests says nothing of reviews when another one does."""
    check_marks(
        review_not_enforced,
        tmp_path,
        {
            "main.tf": """
resource "github_repository_ruleset" "reviews" {
  repository  = "shop"
  target      = "branch"
  enforcement = "active"
  rules {
    pull_request {
      required_approving_review_count = 1 # met
    }
  }
}
resource "github_repository_ruleset" "deletions" {
  repository  = "shop"
  target      = "branch"
  enforcement = "active"
  rules {
    deletion = true
  }
}
resource "github_repository_ruleset" "tags" {
  repository  = "shop"
  target      = "tag"
  enforcement = "active"
}
resource "github_repository_ruleset" "tried" {
  repository  = "web"
  target      = "branch"
  enforcement = "evaluate"
  rules {
    pull_request {
      required_approving_review_count = 1 # unmet high
    }
  }
}
resource "github_repository_ruleset" "empty" {
  repository  = "tools"
  target      = "branch"
  enforcement = "active"
  rules { # unmet high
    deletion = true
  }
}
"""
        },
    )


def test_gitlab_approvals(tmp_path: Path) -> None:
    check_marks(
        review_not_enforced,
        tmp_path,
        {
            "main.tf": """
resource "gitlab_project_approval_rule" "two" {
  project            = "shop"
  approvals_required = 2 # met
}
resource "gitlab_project_approval_rule" "none" {
  project            = "web"
  approvals_required = 0 # unmet high
}
resource "gitlab_branch_protection" "open" {
  project          = "tools"
  branch           = "main"
  allow_force_push = true # unmet medium
}
"""
        },
    )


def test_the_settings_file(tmp_path: Path) -> None:
    check_marks(
        review_not_enforced,
        tmp_path,
        {
            ".github/settings.yml": """
branches:
  - name: main
    protection:
      required_pull_request_reviews:
        required_approving_review_count: 1 # met
  - name: release
    protection:
      required_pull_request_reviews: null # unmet high
  - name: unprotected
"""
        },
    )


def test_owners_without_a_visible_rule_are_an_open_question(tmp_path: Path) -> None:
    files = {**CI, "app/a.py": "a = 1\n", "web/b.ts": "let b = 1\n"}
    everything = "* @acme/all # unknown\n"
    check_marks(review_not_enforced, tmp_path / "a", {**files, ".github/CODEOWNERS": everything})
    part = "/app/ @acme/app # unmet low\n"
    check_marks(review_not_enforced, tmp_path / "b", {**files, "CODEOWNERS": part})
    taken = "* @acme/all # unmet low\n/web/\n"
    check_marks(review_not_enforced, tmp_path / "c", {**files, "CODEOWNERS": taken})
    ruled = {".github/CODEOWNERS": "* @acme/all # met\n", "main.tf": SETTLED}
    check_marks(review_not_enforced, tmp_path / "d", {**files, **ruled})


def test_nothing_says_how_changes_are_reviewed(tmp_path: Path) -> None:
    path = ".github/workflows/ci.yml"
    check_marks(review_not_enforced, tmp_path, CI, {(path, 1): "unknown"})


@pytest.mark.parametrize("files", [{"a.py": "a = 1\n"}, {"a.py": "a = 1\n", "CODEOWNERS": "# nobody yet\n"}])
def test_without_pipelines_there_is_nothing_to_ask(files: dict[str, str], tmp_path: Path) -> None:
    check_silent(review_not_enforced, tmp_path, files)
