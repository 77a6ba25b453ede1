"""Review not enforced: branch rules without approvals are unmet, rules with them met, what is a setting unknown."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import review_not_enforced

WORKFLOW = "on: push {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"


def test_branch_rules_as_code(tmp_path: Path) -> None:
    """Terraform: no approval, one approval, force pushes."""
    text = """
resource "github_branch_protection" "good" {
  repository_id = "a"
  pattern       = "main"
  required_pull_request_reviews {
    required_approving_review_count = 1 # met
  }
}
resource "github_branch_protection" "bad" { # unmet
  repository_id       = "b"
  pattern             = "main"
  allows_force_pushes = true
}
"""
    check_marks(review_not_enforced, tmp_path, {"github.tf": text})


def test_owner_file(tmp_path: Path) -> None:
    """Owners for everything leave open whether they must approve; most files without one are unmet."""
    code = {f"src/m{number}.ts": "export {}\n" for number in range(20)}
    check_marks(review_not_enforced, tmp_path / "a", {"CODEOWNERS": "* @acme/core # unknown\n", **code})
    check_marks(review_not_enforced, tmp_path / "b", {"CODEOWNERS": "/docs @acme/core # unmet low\n", **code})


def test_a_setting_of_the_platform(tmp_path: Path) -> None:
    """Pipelines, and nothing about reviews in the files."""
    check_marks(review_not_enforced, tmp_path, {".github/workflows/ci.yml": WORKFLOW.format("# unknown")})


def test_nothing_to_say(tmp_path: Path) -> None:
    """A folder of code without pipelines or rules."""
    check_silent(review_not_enforced, tmp_path, {"a.ts": "export const a = 1\n"})
