"""No dependency scanning: which sets of dependencies somebody watches."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import no_dependency_scanning

NPM = '{"dependencies": {\n"express": "^5"}}'
PYPI = '[project]\ndependencies = [\n  "flask", # {}\n]\n'
DEPENDABOT = "version: 2\nupdates:\n  - package-ecosystem: {}\n    directory: {}\n"


def workflow(step: str) -> str:
    """Return a workflow with one step."""
    return f"on: push\njobs: {{t: {{steps: [{{{step}}}]}}}}\n"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({}, "unmet"),
        ({".github/dependabot.yml": DEPENDABOT.format("npm", "/")}, "met"),
        ({".github/dependabot.yml": DEPENDABOT.format("github-actions", "/")}, "unmet"),
        ({".github/dependabot.yml": DEPENDABOT.format("npm", "/web")}, "unmet"),
        ({"renovate.json": "{}"}, "met"),
        ({".github/renovate.json5": "{extends: ['config:base'],}"}, "met"),
        ({"renovate.json": '{"enabled": false}'}, "unmet"),
        ({"renovate.json": '{"enabledManagers": ["dockerfile"]}'}, "unmet"),
        ({".github/workflows/ci.yml": workflow("run: npm audit")}, "met"),
        ({".github/workflows/ci.yml": workflow("run: pip-audit")}, "unmet"),
        ({".github/workflows/ci.yml": workflow("run: trivy fs .")}, "met"),
        ({".github/workflows/ci.yml": workflow("uses: acme/snyk-scan@v1")}, "unmet"),
        ({".gitlab-ci.yml": "include:\n  - template: Security/Dependency-Scanning.gitlab-ci.yml\n"}, "met"),
        ({".snyk": "version: v1\n"}, "unknown"),
        ({".circleci/config.yml": "jobs: {}\n"}, "unknown"),
    ],
)
def test_what_watches_a_package(files: dict[str, str], outcome: str, tmp_path: Path) -> None:
    check_marks(no_dependency_scanning, tmp_path, {"package.json": NPM, **files}, {("package.json", 2): outcome})


def test_each_folder_and_ecosystem_is_a_set_of_its_own(tmp_path: Path) -> None:
    files = {
        "api/package.json": NPM,
        "api/package-lock.json": "{}",
        "worker/pyproject.toml": PYPI.format("unmet"),
        ".github/dependabot.yml": DEPENDABOT.format("npm", "/api"),
    }
    check_marks(no_dependency_scanning, tmp_path, files, {("api/package.json", 2): "met"})


def test_a_workspace_is_one_set(tmp_path: Path) -> None:
    workspace = {"package.json": NPM, "yarn.lock": "", "apps/web/package.json": NPM, "apps/api/package.json": NPM}
    check_marks(no_dependency_scanning, tmp_path / "a", workspace, {("package.json", 2): "unmet"})
    partly = {**workspace, ".github/dependabot.yml": DEPENDABOT.format("npm", "/apps/web")}
    check_marks(no_dependency_scanning, tmp_path / "b", partly, {("package.json", 2): "unknown"})


def test_a_scanner_of_one_ecosystem_sees_the_folder_it_runs_in(tmp_path: Path) -> None:
    files = {"api/package.json": NPM, "web/package.json": NPM}
    inside = {".github/workflows/ci.yml": workflow("run: npm audit, working-directory: api")}
    expected = {("api/package.json", 2): "met", ("web/package.json", 2): "unmet"}
    check_marks(no_dependency_scanning, tmp_path / "a", {**files, **inside}, expected)
    somewhere = {".github/workflows/ci.yml": workflow("run: npm audit")}
    unsettled = dict.fromkeys(expected, "unknown")
    check_marks(no_dependency_scanning, tmp_path / "b", {**files, **somewhere}, unsettled)


def test_patterns_of_folders(tmp_path: Path) -> None:
    files = {
        "services/a/package.json": NPM,
        "services/a/b/package.json": NPM,
        ".github/dependabot.yml": "version: 2\nupdates:\n  - package-ecosystem: npm\n    directories: [/services/*]\n",
    }
    expected = {("services/a/package.json", 2): "met", ("services/a/b/package.json", 2): "unmet"}
    check_marks(no_dependency_scanning, tmp_path, files, expected)


def test_examples_and_empty_manifests_are_no_dependencies(tmp_path: Path) -> None:
    files = {"package.json": '{"name": "a"}', "examples/a/package.json": NPM, "tests/app/package.json": NPM}
    check_silent(no_dependency_scanning, tmp_path, files)
