"""No alerting: a service that calls nobody is unmet; an error tracker in use or an alert rule is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import no_alerting

APP = "import express from 'express'\nconst app = express()\napp.get('/x', (req, res) => res.json({}))\napp.listen(1)\n"
MANIFEST = '{"name": "shop", "dependencies": {"express": "^4", "@sentry/node": "^8"}}'


def test_a_dependency_that_is_never_used_alerts_nobody(tmp_path: Path) -> None:
    """Listed in the manifest, imported nowhere."""
    files = {"package.json": MANIFEST, "server.ts": APP}
    check_marks(no_alerting, tmp_path, files, {("package.json", 1): "unmet"})


def test_an_error_tracker_in_use(tmp_path: Path) -> None:
    """Imported by the service's code."""
    files = {"package.json": MANIFEST, "server.ts": "import * as Sentry from '@sentry/node'\n" + APP}
    check_marks(no_alerting, tmp_path, files, {("package.json", 1): "met"})


def test_an_alarm_as_code(tmp_path: Path) -> None:
    """A metric alarm in the repository's infrastructure."""
    alarm = 'resource "aws_cloudwatch_metric_alarm" "errors" {\n  alarm_name = "errors"\n}\n'
    files = {"package.json": MANIFEST, "server.ts": APP, "infra/alarms.tf": alarm}
    check_marks(no_alerting, tmp_path, files, {("package.json", 1): "met"})


def test_a_library_is_no_service(tmp_path: Path) -> None:
    """Without routes there is nothing to watch."""
    check_silent(no_alerting, tmp_path, {"package.json": MANIFEST, "index.ts": "export const a = 1\n"})
