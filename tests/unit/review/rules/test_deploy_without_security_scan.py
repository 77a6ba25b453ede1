"""Deploy without security scan: none before production is unmet, a scan that must pass is met."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import deploy_without_security_scan

DEPLOY = """on:
  push:
    branches: [main]
jobs:
  deploy: # {outcome}
    runs-on: ubuntu-latest
    steps:
{steps}      - run: kubectl apply -f k8s/production
"""


def test_before_the_deployment(tmp_path: Path) -> None:
    """No scan, an audit, a scanner's action, an audit that may fail."""
    steps = {
        "unmet medium": "      - run: npm test\n",
        "met": "      - run: npm audit --audit-level=high\n",
        "met ": "      - uses: aquasecurity/trivy-action@0.24.0\n",
        "unmet": "      - run: npm audit || true\n",
    }
    for number, (outcome, step) in enumerate(steps.items()):
        files = {".github/workflows/deploy.yml": DEPLOY.format(outcome=outcome, steps=step)}
        check_marks(deploy_without_security_scan, tmp_path / str(number), files)
