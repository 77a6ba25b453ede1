"""`trustwright review` on small repositories: what it prints, where it writes, how it ends."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from trustwright.cli import main

COMMAND = Path(sys.executable).with_name("trustwright")
OPEN_SHOP = {
    "package.json": '{"name": "shop", "dependencies": {"express": "^4.19.0"}}\n',
    "src/app.js": """\
const express = require('express');
const app = express();

function authenticate(req, res, next) {
  if (!req.session.user) return res.status(401).end();
  next();
}

app.get('/orders', authenticate, (req, res) => res.json([]));
app.delete('/orders/:id', (req, res) => {
  db.orders.destroy({ where: { id: req.params.id } });
  res.end();
});
""",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a run."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: str | Path) -> Done:
    """Run the command in this process, which saves its start, and return what came of it."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main.run([str(word) for word in words])
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def lay(root: Path, files: dict[str, str]) -> Path:
    """Write a repository below ``root`` and return its folder."""
    shop = root / "shop"
    for name, text in files.items():
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text(text, encoding="utf-8")
    return shop


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return lay(tmp_path, OPEN_SHOP)


def document(*words: str | Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(run("review", "--format", "json", "--no-cache", *words).stdout)
    return made


def test_the_first_screen_names_the_open_route(shop: Path) -> None:
    done = run("review", shop)
    assert (done.returncode, done.stderr) == (0, "")
    screen = "\n".join(done.stdout.split("\n")[:24])
    assert "CC6.1" in screen
    assert "src/app.js:10" in screen
    assert "1. " in screen
    assert max(len(line) for line in done.stdout.split("\n")) <= 80


def test_the_json_keeps_its_schema_and_names_no_place_outside(shop: Path, root: Path) -> None:
    made = document(shop)
    schema = json.loads((root / "src/trustwright/reports/review.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(made)] == []
    assert str(shop) not in json.dumps(made)
    found = [(one["rule"], one["locations"][0]["path"], one["locations"][0]["line"]) for one in made["findings"]]
    assert ("route-without-authentication", "src/app.js", 10) in found
    assert ("route-without-authentication", "src/app.js", 9) not in found


def test_the_sarif_keeps_its_schema(shop: Path, root: Path) -> None:
    log = json.loads(run("review", shop, "--format", "sarif").stdout)
    schema = json.loads((root / "tests/data/sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(log)] == []
    assert log["runs"][0]["results"]


@pytest.mark.slow
def test_the_output_is_the_same_whatever_the_processes_the_cache_and_the_order_of_sets(shop: Path) -> None:
    texts = set()
    for seed, words in enumerate((["--jobs=1", "--no-cache"], ["--jobs=2"], []), 1):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        command: list[str | Path] = [COMMAND, "review", shop, "--format", "json", *words]
        texts.add(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
    assert len(texts) == 1
    assert b"src/app.js" in texts.pop()


def test_what_is_outside_the_chosen_categories_is_not_told(shop: Path) -> None:
    rows = {row["id"] for row in document(shop, "--category", "privacy")["controls"]}
    assert {"CC6.1", "P1.1"} <= rows
    assert "A1.2" not in rows
    assert "A1.2" in {row["id"] for row in document(shop)["controls"]}


@pytest.mark.parametrize(("level", "code"), [("critical", 1), ("low", 1)])
def test_fail_on_ends_with_1(shop: Path, level: str, code: int) -> None:
    assert run("review", shop, "--fail-on", level).returncode == code


def test_fail_on_ends_with_0_when_all_is_milder(tmp_path: Path) -> None:
    quiet = lay(tmp_path, {"README.md": "# Shop\n"})
    done = run("review", quiet, "--fail-on", "critical")
    assert done.returncode == 0


def test_a_declared_public_route_is_no_finding_until_its_date(shop: Path) -> None:
    (shop / "trustwright.toml").write_text(
        '[[public_routes]]\npattern = "DELETE /orders/*"\nreason = "r"\nowner = "o"\nexpires = 2027-01-01\n'
    )

    def rules(day: str) -> set[str]:
        return {one["rule"] for one in document(shop, "--as-of", day)["findings"]}

    assert "route-without-authentication" not in rules("2027-01-01")
    assert {"route-without-authentication", "expired-setting"} <= rules("2027-01-02")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["none"], "none: there is no such folder; name the folder to review."),
        (["src/app.js"], "src/app.js: is a file; name the folder to review."),
        ([".", "--config", "none.toml"], "none.toml: No such file or directory; name a readable file of settings."),
        ([".", "--output", "src"], "src: is a folder; name a file for --output."),
        (
            [".", "--output", "none/review.md"],
            "none/review.md: No such file or directory; name a file that can be written.",
        ),
    ],
)
def test_what_the_user_can_put_right_is_one_sentence(
    shop: Path, words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    done = run("review", *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"trustwright: {sentence}\n")


def test_a_wrong_setting_is_told_with_its_line(shop: Path) -> None:
    (shop / "trustwright.toml").write_text('\ncategorys = ["privacy"]\n')
    done = run("review", shop)
    assert done.returncode == 2
    assert done.stderr.endswith("trustwright.toml:2: categorys: there is no such setting; did you mean 'categories'?\n")


def test_an_override_must_name_a_rule_there_is(shop: Path) -> None:
    (shop / "trustwright.toml").write_text('[[severity]]\nrule = "hard-delet"\nseverity = "low"\nreason = "r"\n')
    assert "did you mean 'hard-delete'?" in run("review", shop).stderr


def test_the_file_name_chooses_the_format_and_the_file_is_whole(shop: Path, tmp_path: Path) -> None:
    for name, start in (("r.md", "## "), ("r.json", "{"), ("r.sarif", "{"), ("r.txt", "SOC 2 review of shop")):
        done = run("review", shop, "--output", tmp_path / name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "r.md", "r.sarif", "r.txt", "shop"]


def test_an_empty_folder_is_not_compliant(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert {row["status"] for row in document(tmp_path / "empty")["controls"]} == {"not-assessed"}


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(shop: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run([COMMAND, "review", shop], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (process.returncode, process.stderr) == (141, b"")
