"""Whatever small repository is reviewed, a review comes out that every report format can tell, and none raises."""

# ruff: noqa: E501 - samples of code stay on their lines

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustwright import reports
from trustwright.review.engine import review
from trustwright.review.settings import Settings

EVERY = Settings(categories=("security", "availability", "processing-integrity", "confidentiality", "privacy"))
SEEDS: dict[str, tuple[str, ...]] = {
    "ts": (
        "import express from 'express'\nconst app = express()\n",
        "const guard = (req, res, next) => { if (!req.user) return res.status(401).end(); next() }\n",
        "app.use('/api', guard, require('./b'))\napp.delete('/users/:id', guard, (req, res) => { db.user.destroy({}) })\n",
        "export class A extends B { @Get(':id') @UseGuards(G) async get(@Param('id') id: string) { return this.s.x(id) } }\n",
        "try { jwt.verify(token, 'secret', { algorithms: ['none'] }) } catch (e) { console.log(e) }\n",
        "export const password = crypto.createHash('md5').update(`${a}${b}`).digest('hex')\n",
    ),
    "py": (
        "from fastapi import Depends, FastAPI\napp = FastAPI()\n@app.post('/a/{id}')\ndef a(id, u=Depends(g)):\n    db.delete(id)\n",
        "from flask import Flask\napp = Flask(__name__)\n@app.before_request\ndef b():\n    if not session: abort(401)\n",
        "urlpatterns = [path('a/<int:k>', V.as_view()), re_path(r'^b', include('c.urls'))]\n",
        "class V(LoginRequiredMixin, APIView):\n    permission_classes = [IsAuthenticated]\n    def get(self, r): return 1\n",
        "try:\n    requests.get(u, verify=False)\nexcept Exception as e:\n    print(e)\n",
        "DEBUG = True\nMIDDLEWARE = ['a.B']\nclass M(models.Model):\n    ssn = models.CharField(max_length=9)\n",
    ),
    "yaml": (
        "on: [push]\njobs:\n  a:\n    runs-on: x\n    needs: [b]\n    steps:\n      - uses: a/b@v1\n      - run: npm test && ./deploy.sh\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: b, env: []}]}}}\n",
        "services:\n  db:\n    image: postgres\n    environment: {POSTGRES_PASSWORD: x}\n    ports: ['5432:5432']\n",
        "Resources:\n  A: {Type: 'AWS::RDS::DBInstance', Properties: {StorageEncrypted: !Ref B}}\n",
    ),
    "tf": (
        'resource "aws_s3_bucket" "a" {\n  bucket = var.b\n  versioning { enabled = false }\n}\n',
        'variable "b" { default = "x-${local.c}" }\nlocals { c = [for x in y : x] }\n',
    ),
    "sql": (
        "CREATE TABLE audit_log (id int PRIMARY KEY, ssn text);\nDELETE FROM audit_log;\n",
        "ALTER TABLE a DROP COLUMN b;",
    ),
    "json": ('{"name": "a", "dependencies": {"express": "4", "django": null}, "scripts": {"a": "b"}}',),
    "toml": ('[project]\nname = "a"\ndependencies = ["flask"]\n[[tool.x]]\ny = {z = 1}\n',),
    "md": ("# Incident plan\n\n| severity | response |\n|---|---|\n| high | 1 hour |\n\n1. Detect\n2. Contain\n",),
    "env": ("DATABASE_URL=postgres://u:p@h/d?sslmode=disable\nSECRET_KEY=changeme\n",),
}
NAMES = {
    "ts": ("a.ts", "b.js", "src/c.tsx", "app/api/x/route.ts", "middleware.ts"),
    "py": ("a.py", "settings.py", "urls.py", "migrations/0001_a.py"),
    "yaml": (".github/workflows/a.yml", "k8s/a.yaml", "docker-compose.yml", "template.yaml", ".gitlab-ci.yml"),
    "tf": ("main.tf", "infra/b.tf"),
    "sql": ("migrations/1.sql", "a.sql"),
    "json": ("package.json", "tsconfig.json", "template.json"),
    "toml": ("pyproject.toml", "b.toml"),
    "md": ("docs/incident-response.md", "README.md"),
    "env": (".env", ".env.production", "Dockerfile", "requirements.txt", "CODEOWNERS"),
}
NOISE = st.binary(max_size=6) | st.sampled_from(
    [
        b"{",
        b"}",
        b"(",
        b")",
        b"[",
        b"]",
        b"'",
        b'"',
        b"`",
        b"\n",
        b"\n  ",
        b":",
        b"@",
        b"${",
        b"#",
        b"=>",
        b"\x00",
        b"*",
    ]
)


@st.composite
def content(draw: st.DrawFn, form: str) -> bytes:
    """Some of a format's pieces, in any order, damaged in a few places."""
    text = "".join(draw(st.lists(st.sampled_from(SEEDS[form]), max_size=4))).encode()
    for at, gone, added in draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9), NOISE), max_size=4)):
        text = text[:at] + added + text[at + gone :]
    return text


@st.composite
def repository(draw: st.DrawFn) -> dict[str, bytes]:
    """A few files of a few formats, each under a name that makes a reader look at it."""
    forms = draw(st.lists(st.sampled_from(sorted(SEEDS)), min_size=1, max_size=6))
    return {draw(st.sampled_from(NAMES[form])): draw(content(form)) for form in forms}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files=repository())
def test_any_small_repository_is_reviewed(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        made = review(Path(folder), EVERY, jobs=1, cache=False)
        for form in reports.formats():
            assert reports.renderer(form)(made)
    for one in made.findings:
        assert one.detail
        assert one.location.path in files
        assert (
            1 <= one.location.line <= files[one.location.path].count(b"\n") + files[one.location.path].count(b"\r") + 1
        )
