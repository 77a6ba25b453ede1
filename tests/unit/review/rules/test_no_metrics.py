"""No metrics: a service that measures nothing is unmet; a metrics library in use is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import no_metrics

APP = "import express from 'express'\nconst app = express()\napp.get('/x', (req, res) => res.json({}))\napp.listen(1)\n"
MANIFEST = '{"name": "shop", "dependencies": {"express": "^4", "prom-client": "^8"}}'


def test_a_dependency_that_is_never_used_measures_nothing(tmp_path: Path) -> None:
    """Listed in the manifest, imported nowhere."""
    files = {"package.json": MANIFEST, "server.ts": APP}
    check_marks(no_metrics, tmp_path, files, {("package.json", 1): "unmet"})


def test_a_metrics_library_in_use(tmp_path: Path) -> None:
    """Imported by the service's code."""
    files = {"package.json": MANIFEST, "server.ts": "import * as metrics from 'prom-client'\n" + APP}
    check_marks(no_metrics, tmp_path, files, {("package.json", 1): "met"})


def test_a_library_is_no_service(tmp_path: Path) -> None:
    """Without routes there is nothing to measure."""
    check_silent(no_metrics, tmp_path, {"package.json": MANIFEST, "index.ts": "export const a = 1\n"})
