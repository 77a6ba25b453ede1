"""The samples of good and bad practice that the product was asked for: each bad one is objected to, no good one is.

The files under ``tests/fixtures/samples`` are those samples to the letter. Where one presupposes an application and
guards, the test lays them beside it.
"""

from pathlib import Path

import pytest

from tests.reviewing import lay
from trustwright.review.engine import review
from trustwright.review.model import Audit, Deletion, Review, Severity
from trustwright.review.settings import Settings

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "samples"
SETTINGS = Settings(categories=("security", "availability", "processing-integrity", "confidentiality", "privacy"))
APPLICATION = "import express from 'express';\nconst app = express();\n"
GUARDS = """import { authenticate, authorize } from './guards';
import { auditLog } from './audit';
import { db } from './db';
"""
GUARD_FILE = """
export function authenticate(req, res, next) {
  if (!req.session.user) return res.status(401).end();
  req.user = req.session.user;
  next();
}
export const authorize = (roles) => (req, res, next) => {
  if (!roles.includes(req.user.role)) return res.status(403).end();
  next();
};
"""

BAD = {
    "CC6.1": {"route-without-authentication", "sensitive-action-without-audit", "hard-delete"},
    "CC6.6": {"database-without-tls", "sensitive-field-stored-plain"},
    "CC7.2": {"error-swallowed"},
}


def files_of(folder: Path) -> dict[str, str]:
    """Return a sample's files by path."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def reviewed(tmp_path: Path, files: dict[str, str]) -> Review:
    """Review a sample."""
    return review(lay(tmp_path, files), SETTINGS, jobs=1, cache=False)


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_practice_is_objected_to(tmp_path: Path, name: str) -> None:
    """Each bad sample raises the rules it illustrates."""
    files = files_of(SAMPLES / name / "dont")
    assert files
    if name == "CC6.1":
        files["sample.ts"] = APPLICATION + files["sample.ts"]
    found = {finding.rule.id for finding in reviewed(tmp_path, files).findings}
    assert found >= BAD[name]


# What the bad sample of change management says in comments alone, as a workflow that does it.
DIRECT = """
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: docker push shop:latest
      - run: kubectl rollout restart deployment/shop
"""


def test_changes_without_control_are_objected_to(tmp_path: Path) -> None:
    """Each line of the bad sample of CC8.1 raises its rule: approval, a plan for the way back, and the checks."""
    words = (SAMPLES / "CC8.1" / "dont" / "sample.ts").read_text()
    assert "Deploy without approval" in words
    assert "No rollback plan" in words
    found = reviewed(tmp_path, {"sample.ts": words, ".github/workflows/deploy.yml": DIRECT}).findings
    assert {finding.rule.id for finding in found} >= {
        "deploy-without-approval",
        "deploy-without-rollback",
        "deploy-without-tests",
        "deploy-without-security-scan",
    }


GOOD = ("CC6.1/do", "CC6.6/do", "CC7.2/do", "CC8.1/do", "change-management", "audit-log", "incident-plan")


@pytest.mark.parametrize("name", GOOD)
def test_good_practice_is_not(tmp_path: Path, name: str) -> None:
    """No good sample raises a critical or high finding."""
    files = files_of(SAMPLES / name)
    assert files
    if name == "CC6.1/do":
        files = {"sample.ts": APPLICATION + GUARDS + files["sample.ts"], "guards.ts": GUARD_FILE}
    severe = [
        f"{finding.rule.id} at {finding.location}: {finding.detail}"
        for finding in reviewed(tmp_path, files).findings
        if finding.severity in {Severity.CRITICAL, Severity.HIGH}
    ]
    assert severe == []


def test_the_good_route_is_seen_for_what_it_is(tmp_path: Path) -> None:
    """Guarded, authorized by role, audited before and after, deleted softly."""
    sample = (SAMPLES / "CC6.1" / "do" / "sample.ts").read_text()
    found = reviewed(tmp_path, {"sample.ts": APPLICATION + GUARDS + sample, "guards.ts": GUARD_FILE})
    (route,) = found.routes
    assert route.name == "DELETE /api/users/{id}"
    assert (str(route.authentication.value), str(route.authorization.value)) == ("enforced", "enforced")
    assert route.audit.value is Audit.BEFORE_AND_AFTER
    assert route.deletion.value is Deletion.SOFT


def test_documents_and_tables_are_met(tmp_path: Path) -> None:
    """The plan and the audit table count as examined and met, not as unseen."""
    files = {**files_of(SAMPLES / "incident-plan"), **files_of(SAMPLES / "audit-log")}
    found = {result.rule.id: result.population for result in reviewed(tmp_path, files).results}
    for rule in ("incident-plan-incomplete", "audit-log-mutable"):
        assert (found[rule].examined, found[rule].met) == (1, 1), rule
