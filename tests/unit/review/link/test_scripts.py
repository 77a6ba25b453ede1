"""The script a command stands for, in all the places people keep them."""

import pytest

from trustwright.review.link.scripts import Call, Scripts

PACKAGE = """{"scripts": {"test": "turbo run test",
  "lint": "eslint .", "both": "run-s lint test"}, "name": "root"}
"""
PROJECT = """{"targets": {"unit": {"executor": "@nx/jest:jest"}, "pack": {"options": {"command": "zip"}}}}"""
MAKEFILE = """PYTHON ?= python3
.PHONY: all
all: lint test
lint:
\truff check .
test: lint
\t@$(PYTHON) -m pytest \\
\t  -q
\t-rm x
y := z
"""
TASKFILE = """tasks:
  'py:test':
    deps: [setup]
    cmds:
      - pytest
      - task: more
  setup: pip install .
  more: {cmd: mypy .}
"""
FILES = {
    "package.json": PACKAGE,
    "apps/api/package.json": '{"name": "@acme/api", "scripts": {"test": "jest", "start": "node ."}}',
    "apps/web/package.json": '{"name": "web", "scripts": {"test": "vitest"}}',
    "apps/nx/project.json": PROJECT,
    "Makefile": MAKEFILE,
    "justfile": "test *args:\n    pytest {{args}}\n",
    "Taskfile.yml": TASKFILE,
    "pyproject.toml": '[tool.taskipy.tasks]\nunit = "pytest -q"\n[tool.poe.tasks]\nall.sequence = ["a", "b"]\n',
    "tox.ini": "[tox]\nenvlist = py\n[testenv]\ncommands =\n    pytest\n[testenv:lint]\ncommands = flake8\n",
    "scripts/deploy.sh": "#!/bin/sh\nkubectl apply -f k8s\n",
    "broken/package.json": "{",
}


@pytest.fixture(scope="module")
def scripts() -> Scripts:
    return Scripts({path: text.encode() for path, text in FILES.items()})


def found(call: Call | None) -> list[tuple[str, int, str]]:
    assert call is not None
    return [(script.path, script.line, script.text) for script in call.found]


@pytest.mark.parametrize(
    ("command", "folder", "expected"),
    [
        ("npm test", "apps/api", [("apps/api/package.json", 1, "jest")]),
        ("npm run lint -- --fix", "", [("package.json", 2, "eslint .")]),
        ("npm --prefix apps/api run test", "", [("apps/api/package.json", 1, "jest")]),
        ("npm run test --workspace=@acme/api", "", [("apps/api/package.json", 1, "jest")]),
        ("yarn lint", "", [("package.json", 2, "eslint .")]),
        ("yarn workspace web test", "", [("apps/web/package.json", 1, "vitest")]),
        ("yarn --cwd apps/web test", "", [("apps/web/package.json", 1, "vitest")]),
        ("pnpm --filter web run test", "", [("apps/web/package.json", 1, "vitest")]),
        ("pnpm -C apps/web test", "", [("apps/web/package.json", 1, "vitest")]),
        ("bun run lint", "", [("package.json", 2, "eslint .")]),
        ("turbo run test", "", [("apps/api/package.json", 1, "jest"), ("apps/web/package.json", 1, "vitest")]),
        ("nx run-many --target=unit", "", [("apps/nx/project.json", 1, "jest")]),
        ("nx run nx:pack:production", "", [("apps/nx/project.json", 1, "zip")]),
        ("make test", "", [("Makefile", 7, "python3 -m pytest \\\n-q\nrm x || true"), ("Makefile", 5, "ruff check .")]),
        ("make -C . lint", "", [("Makefile", 5, "ruff check .")]),
        ("just test -q", "", [("justfile", 2, "pytest {{args}}")]),
        (
            "task py:test",
            "",
            [("Taskfile.yml", 2, "pytest"), ("Taskfile.yml", 7, "pip install ."), ("Taskfile.yml", 8, "mypy .")],
        ),
        ("poe all", "", [("pyproject.toml", 4, "a\nb")]),
        ("tox -e lint", "", [("tox.ini", 7, "flake8")]),
        ("tox", "", [("tox.ini", 4, "\npytest"), ("tox.ini", 7, "flake8")]),
        ("./scripts/deploy.sh prod", "", [("scripts/deploy.sh", 1, FILES["scripts/deploy.sh"])]),
        ("bash deploy.sh", "scripts", [("scripts/deploy.sh", 1, FILES["scripts/deploy.sh"])]),
        ("bash /app/scripts/deploy.sh", "x", [("scripts/deploy.sh", 1, FILES["scripts/deploy.sh"])]),
        ("run-s lint test", "", [("package.json", 2, "eslint ."), ("package.json", 1, "turbo run test")]),
    ],
)
def test_a_command_is_its_script(
    scripts: Scripts, command: str, folder: str, expected: list[tuple[str, int, str]]
) -> None:
    assert found(scripts.call(tuple(command.split()), folder)) == expected


@pytest.mark.parametrize(
    "command",
    ["npm ci", "npm install jest", "yarn add x", "yarn jest", "bun test", "pnpm audit", "kubectl apply"],
)
def test_other_commands_run_no_script(scripts: Scripts, command: str) -> None:
    assert scripts.call(tuple(command.split()), "apps/api") is None


@pytest.mark.parametrize("command", ["npm run missing", "make missing", "./missing.sh", "npm test", "task missing -x"])
def test_a_script_that_is_not_there_is_said_to_be_missing(scripts: Scripts, command: str) -> None:
    call = scripts.call(tuple(command.split()), "broken")
    assert call is not None
    assert call.found == ()
