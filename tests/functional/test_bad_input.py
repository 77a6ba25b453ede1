"""Whatever lies in a folder and happens to a run: a report or a sentence, the right exit code, no traceback."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.functional.test_review import COMMAND, OPEN_SHOP, Done, document, lay, run
from trustwright.review import engine

BIG = 2_100_000  # bytes: more than is read of one file
STARTED = "from trustwright.cli.main import main\nprint('ready', flush=True)\nmain()\n"
NOBODY = 65534  # the user to whom most files are closed


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return lay(tmp_path, OPEN_SHOP)


def outside(*words: str | Path, **options: object) -> Done:
    """Run the command in a process of its own."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(  # type: ignore[call-overload]
        [COMMAND, *words], capture_output=True, check=False, timeout=120, **options
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def gaps(folder: Path) -> dict[str, str]:
    """Review a folder and return what was not read, by path."""
    return {gap["path"]: gap["kind"] for gap in document(folder)["gaps"]}


def told_in_one_sentence(done: Done) -> bool:
    return done.returncode == 2 and done.stderr.startswith("trustwright: ") and done.stderr.count("\n") == 1


# --- files that are not what their names say -------------------------------------------------------------------------

SUFFIXES = (
    "py", "ts", "tsx", "js", "json", "yaml", "yml", "toml", "tf", "tfvars", "sql", "md", "env", "ini", "properties",
)  # fmt: skip
NAMES = (
    "Dockerfile", "package.json", "package-lock.json", "requirements.txt", "pyproject.toml", "tsconfig.json",
    "docker-compose.yml", "CODEOWNERS", ".gitlab-ci.yml", ".github/workflows/ci.yml", ".github/dependabot.yml",
    "Chart.yaml", "template.yaml", "next.config.js", "settings.py", ".env", "main.tf.json", ".gitignore",
)  # fmt: skip
CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "mark": b"\xef\xbb\xbf",
    "zeros": b"\0" * 100,
    "utf-16": "x = 1\n".encode("utf-16"),
    "latin": "password = 'é'\n".encode("latin-1"),
    "carriage": b"a: 1\rb: 2\rx = 3\r",
    "quotes": b'"' * 9_999,
    "list": b"[1, null, {}]",
    "null": b"null",
    "number": b"1",
    "other shapes": (
        b'{"dependencies": [1], "scripts": null, "name": 3, "workspaces": {"a": 1}, "resource": [], '
        b'"jobs": {"a": null, "b": [1]}, "on": 1, "services": [null], "Resources": [1], "compilerOptions": 2}'
    ),
    "other steps": (
        b"on: {push: [1], workflow_run: x}\npermissions: [a]\njobs:\n  a: {steps: {a: 1}}\n  b: [x]\n"
        b"  c: {steps: [1, null, {run: [1]}, {uses: 3}], needs: {a: 1}, env: [x], if: {a: b}, environment: [1]}\n"
    ),
}
"""Texts that no reader expects, in files whose names make readers expect something."""


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_a_file_of_any_name_may_hold_anything(tmp_path: Path, content: bytes) -> None:
    folder = lay(tmp_path, OPEN_SHOP)
    for name in (*(f"a.{suffix}" for suffix in SUFFIXES), *(f"deep/{name}" for name in NAMES)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    found = [one["rule"] for one in document(folder)["findings"]]
    assert "route-without-authentication" in found, "what can be read is still reviewed"


@pytest.mark.parametrize("size", [10_000])
@pytest.mark.parametrize("pair", ["()", "[]", "{}"])
def test_ten_thousand_brackets(tmp_path: Path, pair: str, size: int) -> None:
    nested = pair[0] * size + pair[1] * size
    files = {
        "a.py": f"from flask import Flask\napp = Flask(__name__)\n@app.route({nested})\ndef a():\n    md5({nested})\n",
        "a.ts": f"import express from 'express'\nconst app = express()\napp.get('/a', {nested}, {pair[0] * size}",
        "a.json": nested,
        "package.json": nested,
        "a.yaml": f"a: {nested}",
        ".github/workflows/a.yml": f"on: push\njobs: {nested}",
        "a.toml": f"a = {nested}",
        "a.tf": f'resource "aws_s3_bucket" "a" {{ b = {nested} }}',
        "a.sql": f"CREATE TABLE a (b int DEFAULT {nested});",
        "a.md": nested,
        ".env": f"A={nested}",
        "Dockerfile": f"FROM a\nRUN {nested}",
        "app.js": OPEN_SHOP["src/app.js"],
    }
    made = document(lay(tmp_path, files))
    assert [row["path"] for row in made["routes"]].count("/orders/{id}") == 1


def test_operators_and_calls_in_a_row_of_thousands(tmp_path: Path) -> None:
    long = {
        "a.py": "x = " + " + ".join(["a"] * 9_000) + "\ny = a" + ".b()" * 9_000 + "\nz = not " + "not " * 900 + "a\n",
        "a.ts": "const x = " + " + ".join(["'a'"] * 9_000) + "\napp" + ".get('/a', b)" * 9_000 + "\n"
        "const y = " + "a ? b : " * 9_000 + "c\n" + "if (a) {} " + "else if (b) {} " * 9_000,
    }
    assert document(lay(tmp_path, {**OPEN_SHOP, **long}))["routes"]


CYCLES = {
    "imports": {
        "a.ts": "export * from './b'\nimport { x } from './b'\nexport const y = x\n",
        "b.ts": "export * from './a'\nimport { y } from './a'\nexport const x = y\nexport { default } from './a'\n",
        "c.js": "const { x } = require('./a')\nconst r = require('express').Router()\nr.use('/r', r)\n"
        "r.get('/c', x, x)\n",
        "p/__init__.py": "from p import *\nfrom p.q import x\n",
        "p/q.py": "from p import x\nclass A(A): pass\nclass B(C): pass\nclass C(B): pass\ny = y\ndef f(): return f()\n",
    },
    "tsconfig": {
        "tsconfig.json": '{"extends": "./other.json", "compilerOptions": {"paths": {"@/*": ["./@/*"]}}}',
        "other.json": '{"extends": "./tsconfig.json"}',
        "in/tsconfig.json": '{"extends": "./tsconfig.json"}',
        "in/a.ts": "import a from '@/a'\na()\n",
    },
    "yaml": {
        "a.yaml": "a: &a\n  b: *a\n",
        "b.yaml": "&x [*x, *x]\n",
        "c.yaml": "a: &a {<<: *a}\n",
        "k8s/bomb.yaml": "kind: Deployment\na: &a [x, x]\n"
        + "".join(f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(9)),
    },
    "infrastructure": {
        "main.tf": 'locals {\n  a = local.b\n  b = local.a\n}\nmodule "m" {\n  source = "./"\n  x = module.m.y\n}\n'
        'resource "aws_s3_bucket" "b" {\n  bucket = local.a\n  tags = aws_s3_bucket.b.tags\n}\n',
        "template.yaml": "AWSTemplateFormatVersion: '2010-09-09'\nConditions: {A: !Condition B, B: !Condition A}\n"
        "Resources:\n  A: {Type: 'AWS::S3::Bucket', Condition: A, Properties: {BucketName: !Ref A}}\n",
        "docker-compose.yml": "services:\n  a: {extends: b}\n  b: {extends: {service: a}}\n",
        "Dockerfile": "FROM a AS a\nFROM a AS b\nCOPY --from=b x y\n",
    },
    "delivery": {
        ".github/workflows/a.yml": "on: [workflow_call, push]\njobs:\n  a: {uses: ./.github/workflows/b.yml}\n"
        "  c: {needs: d, runs-on: x, steps: [{uses: ./act}]}\n  d: {needs: c, runs-on: x, steps: [{run: make x}]}\n",
        ".github/workflows/b.yml": "on: workflow_call\njobs:\n  a: {uses: ./.github/workflows/a.yml}\n",
        "act/action.yml": "name: a\nruns: {using: composite, steps: [{uses: ./act}]}\n",
        ".gitlab-ci.yml": "include: {local: .gitlab-ci.yml}\nj: {extends: k, script: [make x], needs: [j]}\n"
        "k: {extends: j}\n",
        "Makefile": "x: x\n\tmake x\n",
        "package.json": '{"workspaces": ["*"], "scripts": {"a": "npm run b", "b": "npm run a"}}',
    },
    "frameworks": {
        "urls.py": "from django.urls import include, path\nurlpatterns = [path('a/', include('urls'))]\n"
        "urlpatterns += urlpatterns\n",
        "settings.py": "from settings import *\nROOT_URLCONF = 'urls'\nMIDDLEWARE = MIDDLEWARE + ['a.B']\n",
        "flask_app.py": "from flask import Flask, Blueprint\nb = Blueprint('b', __name__)\nb.register_blueprint(b)\n"
        "app = Flask(__name__)\napp.register_blueprint(b, url_prefix=u)\nu = u\n@b.route('/x')\ndef x(): return x()\n",
        "fast.py": "from fastapi import APIRouter, Depends, FastAPI\nr = APIRouter()\nr.include_router(r)\n"
        "app = FastAPI()\napp.include_router(r)\ndef d(x=Depends(d)): return d(x)\n"
        "@r.get('/a')\ndef a(x=Depends(a)): return a()\n",
        "nest.ts": "import { Module, Controller, Get, applyDecorators } from '@nestjs/common'\n"
        "import { NestFactory } from '@nestjs/core'\nconst D = () => applyDecorators(D())\n"
        "@Controller('a') class C { @Get() @D() x() {} }\n@Module({ imports: [M], controllers: [C] }) class M {}\n"
        "NestFactory.create(M)\n",
        "fastify.ts": "import Fastify from 'fastify'\nconst app = Fastify()\n"
        "async function p(a) { a.register(p, { prefix: '/x' }) }\napp.register(p)\napp.listen()\n",
        "middleware.ts": "import middleware from './middleware'\nexport default middleware\n",
        "app/api/route.ts": "export { GET } from './route'\nexport const POST = POST\n",
    },
}


@pytest.mark.parametrize("files", CYCLES.values(), ids=CYCLES.keys())
def test_what_leads_back_to_itself_comes_to_an_end(tmp_path: Path, files: dict[str, str]) -> None:
    assert run("review", lay(tmp_path, {**OPEN_SHOP, **files}), "--no-cache").returncode in {0, 3}


# --- what was not read, and whether that matters ---------------------------------------------------------------------


def test_production_source_that_is_too_large_or_no_text_ends_with_3(shop: Path) -> None:
    (shop / "src/huge.js").write_text("call(1);\n" * (BIG // 9 + 1))
    (shop / "src/binary.py").write_bytes(b"\0\1\2")
    (shop / "k8s").mkdir()
    (shop / "k8s/huge.yaml").write_text("a: b\n" * (BIG // 5 + 1))
    assert run("review", shop).returncode == 3
    found = gaps(shop)
    assert (found["src/huge.js"], found["src/binary.py"]) == ("capped", "unreadable")
    assert found["k8s/huge.yaml"] == "capped"
    assert run("review", shop, "--fail-on", "critical").returncode == 1, "an objection weighs more"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vendor/lib.js", "call(1);\n"),
        ("node_modules/a/index.js", "call(1);\n"),
        ("public/app.min.js", "call(1);"),
        ("src/bundle.js", "call(1);"),
        ("src/made.js", "// @generated by a tool\n" + "call(1);\n"),
        ("src/client.js", "// Do not edit.\n" + "call(1);\n"),
        ("tests/data.js", "call(1);\n"),
        ("package-lock.json", '{"a": "b"},\n'),
        ("data/export.json", '{"a": "b"},\n'),
    ],
)
def test_what_nobody_here_wrote_may_be_as_large_as_it_likes(shop: Path, name: str, text: str) -> None:
    (shop / name).parent.mkdir(parents=True, exist_ok=True)
    (shop / name).write_text(text + text.splitlines(keepends=True)[-1] * (BIG // 8))
    assert run("review", shop, "--no-cache").returncode == 0


def test_a_folder_without_code_and_an_empty_one(tmp_path: Path) -> None:
    for name, files in (("empty", {}), ("papers", {"README.md": "# Hello\n"})):
        (tmp_path / name).mkdir()
        made = document(lay(tmp_path / name, files) if files else tmp_path / name)
        assert {row["status"] for row in made["controls"]} <= {"not-assessed", "partial"}
        assert made["routes"] == []


# --- names and links -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["terminal", "markdown", "json", "sarif"])
def test_odd_names_are_shown_and_harm_nobody(shop: Path, form: str) -> None:
    odd = ["-rf.js", "a\nb.js", "\x1b[31mred.js", "sp ace ?*|[a].js", "a" * 240 + ".js", "'\"`$(x).js", "%s{}.js"]
    for name in odd:
        shutil.copy(shop / "src/app.js", shop / name)
    done = run("review", shop, "--format", form, "--no-cache")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b[31mred" not in done.stdout
    assert len(document(shop)["routes"]) == 2 * (1 + len(odd))


def test_a_name_that_is_no_text_is_told(shop: Path) -> None:
    name = os.fsencode(shop / "src") + b"/\xff\xfe.js"
    try:
        Path(os.fsdecode(name)).write_text("x()\n")
    except OSError:
        pytest.skip("this file system allows text only")
    assert gaps(shop)["src/\\xff\\xfe.js"] == "unreadable"
    assert run("review", shop).returncode == 3
    renamed = Path(os.fsdecode(os.fsencode(shop.parent) + b"/\xff"))
    shop.rename(renamed)
    assert document(renamed)["target"]["name"] == "\\xff"


def test_links_are_not_followed(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/outside.js").write_text("x()\n")
    for name, target in {
        "self": ".", "up": "..", "a.js": "b.js", "b.js": "a.js", "dead.js": "nowhere", "out": "../secret",
        "file.js": "../secret/outside.js",
    }.items():  # fmt: skip
        (shop / name).symlink_to(target)
    assert {gaps(shop)[name] for name in ("self", "up", "a.js", "dead.js", "out", "file.js")} == {"left-out"}
    assert run("review", shop).returncode == 0


def test_a_checkout_that_points_elsewhere_is_read_where_it_is(shop: Path, tmp_path: Path) -> None:
    """Neither its settings nor its index lead out of the folder."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/x.js").write_text(OPEN_SHOP["src/app.js"])
    git = ["git", "-C", str(shop)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    (shop / "real").mkdir()
    (shop / "real/x.js").write_text("x()\n")
    subprocess.run([*git, "add", "."], check=True)
    shutil.rmtree(shop / "real")
    (shop / "real").symlink_to(tmp_path / "elsewhere")
    assert len(document(shop)["routes"]) == 2
    (shop / "real").unlink()
    subprocess.run([*git, "config", "core.worktree", str(tmp_path / "elsewhere")], check=True)
    assert len(document(shop)["routes"]) == 2
    (shop / ".git/index").write_bytes(b"junk")
    assert len(document(shop)["routes"]) == 2


@pytest.mark.slow
def test_pipes_and_folders_in_the_place_of_files(shop: Path) -> None:
    for name in ("x.py", "package-lock.json", "main.tf"):
        os.mkfifo(shop / name)
    (shop / "trustwright.toml").mkdir()
    (shop / "Dockerfile").mkdir()
    assert outside("review", shop).returncode == 0


# --- what may not be read, and what goes away ------------------------------------------------------------------------


@pytest.mark.parametrize("in_git", [True, False])
def test_closed_files_and_folders_are_told(in_git: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rights of an ordinary user, also when the administrator runs the tests."""
    if not in_git:
        monkeypatch.setenv("PATH", "")
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        shop = lay(Path(folder), {**OPEN_SHOP, "closed/a.py": "x = 1\n", "b.py": "x = 1\n"})
        Path(folder).chmod(0o755)
        assert document(shop)["target"]["files"] == 4  # and every module is loaded while it may be
        for name in ("closed", "b.py"):
            (shop / name).chmod(0)
        if administrator := os.geteuid() == 0:
            os.seteuid(NOBODY)
        try:
            found = gaps(shop)
        finally:
            if administrator:
                os.seteuid(0)
            (shop / "closed").chmod(0o700)
    assert {found["closed"], found["b.py"]} == {"unreadable"}


@pytest.mark.parametrize("change", ["vanish", "empty", "shorten", "grow", "pipe"])
def test_files_that_change_while_they_are_read(shop: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing is of a moment ago; so are the facts when an expression is read."""

    def then(*arguments: object, **named: object) -> object:
        made = examine(*arguments, **named)  # type: ignore[arg-type]
        for path in (shop / "src/app.js", shop / "package.json"):
            alter(path)
        return made

    def alter(path: Path) -> None:
        if not path.is_file():
            return
        text = path.read_text()
        path.unlink()
        if change == "pipe":
            os.mkfifo(path)
        elif change != "vanish":
            path.write_text({"empty": "", "shorten": text[:90], "grow": "// a\n" * 500_000}[change])

    examine = engine.examine
    monkeypatch.setattr(engine, "examine", then)
    assert run("review", shop, "--no-cache").returncode in {0, 3}
    assert run("review", shop, "--no-cache").returncode in {0, 3}


# --- the machine -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("home", ["/nonexistent", "/dev/null", "/proc/self", "", "relative"])
def test_a_home_that_cannot_be_written_means_no_cache(shop: Path, tmp_path: Path, home: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"}
    done = outside("review", shop, env={**environment, "HOME": home}, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_a_full_disk_leaves_nothing_behind(shop: Path, tmp_path: Path) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))

    cache = tmp_path / "cache"
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    os.utime(shop, (0, 0))
    done = outside("review", shop, env=environment, preexec_fn=no_room)
    assert (done.returncode, done.stderr) == (0, "")
    output = tmp_path / "review.md"
    output.write_text("the old report")
    done = outside("review", shop, "--output", output, env=environment, preexec_fn=no_room)
    assert told_in_one_sentence(done)
    assert output.read_text() == "the old report"
    assert [path for path in tmp_path.rglob("*") if path.is_file() and shop not in path.parents] == [output]


def test_a_broken_cache_is_no_cache(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("trustwright.review.kept._SETTLED_NS", 0)
    first = run("review", shop, "--format", "json")
    files = sorted((tmp_path / "cache").rglob("*-*"))
    assert len(files) > 1
    for path in files:
        path.write_bytes(b"junk" * 9)
    assert run("review", shop, "--format", "json") == first
    for path in files:
        path.unlink()
        path.mkdir()
    assert run("review", shop, "--format", "json") == first


@pytest.mark.slow
def test_output_that_cannot_be_written_is_one_sentence(shop: Path) -> None:
    assert told_in_one_sentence(outside("review", shop, "--output", "/dev/full"))
    with Path("/dev/full").open("wb") as full:
        command: list[str | Path] = [COMMAND, "review", shop]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert told_in_one_sentence(Done(done.returncode, "", done.stderr))


@pytest.mark.slow
@pytest.mark.parametrize(("descriptor", "code"), [(1, 2), (2, 0)])
def test_closed_streams(shop: Path, descriptor: int, code: int) -> None:
    done = outside("review", shop, preexec_fn=lambda: os.close(descriptor))
    assert done.returncode == code
    assert "Traceback" not in done.stderr + done.stdout


def test_settings_without_end_are_refused(shop: Path) -> None:
    done = outside("review", shop, "--config", "/dev/zero")
    assert told_in_one_sentence(done)
    assert "larger than" in done.stderr


# --- interruption ----------------------------------------------------------------------------------------------------


def running(group: int) -> list[str]:
    """Return the processes of a group that still run; one that ended and waits to be reaped by the system does not."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended just now
            state, _, its_group, *_ = path.read_text().rpartition(")")[2].split()
            if int(its_group) == group and state not in "ZX":
                found.append(path.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("patience", [0.05, 0.4, 0.8])
@pytest.mark.parametrize(
    ("sign", "everybody", "code", "told"),
    [
        (signal.SIGINT, True, 130, "trustwright: interrupted.\n"),
        (signal.SIGINT, False, 130, "trustwright: interrupted.\n"),
        (signal.SIGTERM, False, 143, ""),
        (signal.SIGKILL, False, -9, ""),
    ],
    ids=["Ctrl-C", "interrupted", "ended", "killed"],
)
def test_an_interrupted_run_ends_soon_and_leaves_nothing(
    shop: Path, tmp_path: Path, sign: signal.Signals, everybody: bool, code: int, told: str, patience: float
) -> None:
    """As a terminal sends it, to every process; or to the first one alone."""
    for number in range(12):
        (shop / f"src/module{number}.js").write_text(OPEN_SHOP["src/app.js"] + "call(1, { a: [b.c(d)] });\n" * 20_000)
    output = tmp_path / "review.md"
    output.write_text("the old report")
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED, "review", shop, "--jobs=2", "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(patience)
    (os.killpg if everybody else os.kill)(process.pid, sign)
    _, said = process.communicate(timeout=60)  # ends when the last process has closed its streams
    if process.returncode == 0:
        return  # it was through before the signal came
    assert (process.returncode, said) == (code, told)
    assert output.read_text() == "the old report"
    assert not list(tmp_path.rglob("*.part"))
    assert not running(process.pid)
