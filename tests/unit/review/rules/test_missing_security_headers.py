"""Missing security headers: a service that sets none or some is unmet; a library or a server in front is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import missing_security_headers

APP = "import express from 'express'\nconst app = express()\napp.get('/x', (req, res) => res.json({}))\napp.listen(1)\n"
MANIFEST = '{"name": "shop", "dependencies": {"express": "^4"}}'
FILES = {"package.json": MANIFEST, "server.ts": APP}
NGINX = (
    "add_header Strict-Transport-Security max-age=63072000;\nadd_header X-Content-Type-Options nosniff;\n"
    "add_header X-Frame-Options DENY;\n"
)


def test_services(tmp_path: Path) -> None:
    """None, some, a library, a server in front."""
    place = ("package.json", 1)
    check_marks(missing_security_headers, tmp_path / "none", FILES, {place: "unmet"})
    helmet = {**FILES, "server.ts": "import helmet from 'helmet'\n" + APP}
    check_marks(missing_security_headers, tmp_path / "library", helmet, {place: "met"})
    check_marks(missing_security_headers, tmp_path / "front", {**FILES, "nginx/site.conf": NGINX}, {place: "met"})
    some = {**FILES, "nginx/site.conf": "add_header X-Frame-Options DENY;\n"}
    check_marks(missing_security_headers, tmp_path / "some", some, {place: "unmet"})


def test_nothing_to_say(tmp_path: Path) -> None:
    """A library answers no browser."""
    check_silent(missing_security_headers, tmp_path, {"package.json": MANIFEST, "index.ts": "export const a = 1\n"})
