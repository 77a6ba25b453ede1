"""Deployments without security scan: which scans stand before production."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import deploy_without_security_scan

SHIP = "on: {push: {branches: [main]}}\njobs:\n"


@pytest.mark.parametrize(
    "scan",
    [
        "run: npm audit --audit-level=high",
        "run: pip-audit",
        "run: trivy image shop",
        "run: semgrep ci",
        "uses: github/codeql-action/analyze@v3",
        "uses: gitleaks/gitleaks-action@v2",
    ],
)
def test_a_scan_in_the_same_job(scan: str, tmp_path: Path) -> None:
    text = f"{SHIP}  deploy: # met\n    steps: [{{{scan}}}, {{run: fly deploy}}]\n"
    check_marks(deploy_without_security_scan, tmp_path, {".github/workflows/ship.yml": text})


@pytest.mark.parametrize(
    "text",
    [
        SHIP + "  deploy: # unmet medium\n    steps: [{run: pytest}, {run: fly deploy}]\n",
        SHIP + "  deploy: # unmet low\n    steps: [{run: npm audit || true}, {run: fly deploy}]\n",
        SHIP + "  scan: {steps: [{run: pip-audit}]}\n  deploy: # unmet low\n    steps: [{run: fly deploy}]\n",
        SHIP + "  deploy: # unknown\n    steps: [{uses: acme/snyk-scan@v1}, {run: fly deploy}]\n",
    ],
)
def test_no_scan_that_stops_anything(text: str, tmp_path: Path) -> None:
    check_marks(deploy_without_security_scan, tmp_path, {".github/workflows/ship.yml": text})


def test_scans_on_pull_requests_are_an_open_question(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ship.yml": SHIP + "  deploy: # unknown\n    steps: [{run: fly deploy}]\n",
        ".github/workflows/scan.yml": "on: pull_request\njobs: {s: {steps: [{run: semgrep ci}]}}\n",
    }
    check_marks(deploy_without_security_scan, tmp_path, files)


def test_nothing_is_deployed(tmp_path: Path) -> None:
    files = {".github/workflows/ci.yml": "on: push\njobs: {t: {steps: [{run: pytest}]}}\n"}
    check_silent(deploy_without_security_scan, tmp_path, files)
