"""No health check: a service without a health route and a workload without a probe are unmet."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import no_health_check

APP = "import express from 'express'\nconst app = express()\napp.get('/{}', (req, res) => res.json(1))\napp.listen(1)\n"
MANIFEST = '{"name": "shop", "dependencies": {"express": "^4"}}'


def test_services(tmp_path: Path) -> None:
    """A route, or the image's own check."""
    for name, outcome in (("orders", "unmet"), ("healthz", "met"), ("api/v1/ready", "met"), ("already", "unmet")):
        folder = tmp_path / name.replace("/", "-")
        files = {"package.json": MANIFEST, "server.ts": APP.format(name)}
        check_marks(no_health_check, folder, files, {("package.json", 1): outcome})
    image = "FROM node:22\nHEALTHCHECK CMD curl -f localhost\n"
    files = {"package.json": MANIFEST, "server.ts": APP.format("orders"), "Dockerfile": image}
    check_marks(no_health_check, tmp_path / "image", files, {("package.json", 1): "met"})


def test_workloads(tmp_path: Path) -> None:
    """Kubernetes deployments with and without a probe."""
    text = """apiVersion: apps/v1 # {outcome}
kind: Deployment
metadata: {{name: a}}
spec:
  template:
    spec:
      containers:
        - name: a
          image: a
{probe}"""
    check_marks(no_health_check, tmp_path / "a", {"k8s/a.yaml": text.format(outcome="unmet", probe="")})
    probe = "          readinessProbe: {httpGet: {path: /x, port: 80}}\n"
    check_marks(no_health_check, tmp_path / "b", {"k8s/a.yaml": text.format(outcome="met", probe=probe)})
