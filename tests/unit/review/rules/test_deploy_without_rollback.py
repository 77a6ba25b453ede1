"""Deploy without rollback: no way back is unmet, one that undoes itself is met, a procedure or a platform's unknown."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import deploy_without_rollback

DEPLOY = """on:
  push:
    branches: [main]
jobs:
  deploy: # {outcome}
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: |
{script}
"""
CASES = {
    "unmet": "kubectl apply -f k8s/production",
    "unmet medium": "kubectl set image deployment/api api=acme/api:latest",
    "met": "kubectl apply -f k8s/production || kubectl rollout undo deployment/api",
    "unknown": "kubectl apply -f k8s/production && kubectl rollout status deployment/api",
}


def test_ways_back(tmp_path: Path) -> None:
    """None, an image that cannot be named, an undo, a wait for health."""
    for number, (outcome, script) in enumerate(CASES.items()):
        text = DEPLOY.format(outcome=outcome, script=f"          {script}")
        check_marks(deploy_without_rollback, tmp_path / str(number), {".github/workflows/deploy.yml": text})


def test_a_procedure(tmp_path: Path) -> None:
    """A document that says how leaves open whether it was tried."""
    text = DEPLOY.format(outcome="unknown", script="          kubectl apply -f k8s/production")
    runbook = "# Runbook\n\n## Rollback\n\n1. Find the last good version.\n2. Apply it.\n"
    files = {".github/workflows/deploy.yml": text, "docs/runbook.md": runbook}
    check_marks(deploy_without_rollback, tmp_path, files)
