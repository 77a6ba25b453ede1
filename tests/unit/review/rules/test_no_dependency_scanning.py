"""No dependency scanning: packages that no service and no pipeline watches are unmet, by ecosystem and folder."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import no_dependency_scanning

NPM = '{"dependencies": {"express": "^4"}}'
DEPENDABOT = "version: 2\nupdates:\n  - {package-ecosystem: npm, directory: /api, schedule: {interval: weekly}}\n"
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "


def test_update_services(tmp_path: Path) -> None:
    """Dependabot by ecosystem and folder, Renovate for all."""
    files = {"api/package.json": NPM, "worker/requirements.txt": "flask==3\n", ".github/dependabot.yml": DEPENDABOT}
    expected = {("api/package.json", 1): "met", ("worker/requirements.txt", 1): "unmet"}
    check_marks(no_dependency_scanning, tmp_path / "a", files, expected)
    everything = {("api/package.json", 1): "met", ("worker/requirements.txt", 1): "met"}
    check_marks(no_dependency_scanning, tmp_path / "b", {**files, "renovate.json": "{}"}, everything)


def test_scans_in_a_pipeline(tmp_path: Path) -> None:
    """An audit of one ecosystem leaves the other unwatched."""
    files = {
        "package.json": NPM,
        "requirements.txt": "flask==3\n",
        ".github/workflows/ci.yml": WORKFLOW + "npm audit\n",
    }
    expected = {("package.json", 1): "met", ("requirements.txt", 1): "unmet"}
    check_marks(no_dependency_scanning, tmp_path, files, expected)


def test_a_workspace_is_one_set(tmp_path: Path) -> None:
    """Packages below a root with a manifest of the same kind belong to it."""
    files = {"package.json": NPM, "packages/a/package.json": NPM}
    check_marks(no_dependency_scanning, tmp_path, files, {("package.json", 1): "unmet"})


def test_nothing_to_say(tmp_path: Path) -> None:
    """Without dependencies there is nothing to watch."""
    check_silent(no_dependency_scanning, tmp_path, {"package.json": '{"name": "a"}'})
