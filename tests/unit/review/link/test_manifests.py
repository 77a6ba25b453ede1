"""Dependencies with version, group and line, from every manifest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.link.manifests import Dependency, is_candidate, manifests


def read(path: str, text: str) -> list[tuple[str, str, str, int]]:
    found, gaps = manifests([(path, text.encode())])
    assert gaps == ()
    return [(one.name, one.version, one.group, one.location.line) for one in found.dependencies]


def test_package_json() -> None:
    text = (
        '{"dependencies": {\n"helmet": "^7"},\n"devDependencies": {"jest": "29"}, "peerDependencies": {"react": "*"}}'
    )
    assert read("package.json", text) == [
        ("helmet", "^7", "runtime", 2),
        ("jest", "29", "dev", 3),
        ("react", "*", "peer", 3),
    ]


def test_pyproject_in_all_its_dialects() -> None:
    text = """[project]
dependencies = [
  "Django>=5,<6",
  "psycopg[binary] == 3.2 ; python_version > '3'",
  "own @ git+https://example.com/x",
]
[project.optional-dependencies]
aws = ["boto3~=1.0"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "x"}]
[tool.poetry.dependencies]
python = "^3.11"
Flask_Login = "^0.6"
[tool.poetry.group.test.dependencies]
mypy = {version = "1.0", extras = ["x"]}
[tool.uv]
dev-dependencies = ["ruff"]
"""
    assert read("pyproject.toml", text) == [
        ("django", ">=5,<6", "runtime", 3),
        ("psycopg", "==3.2", "runtime", 4),
        ("own", "@git+https://example.com/x", "runtime", 5),
        ("boto3", "~=1.0", "aws", 8),
        ("pytest", ">=8", "dev", 10),
        ("flask-login", "^0.6", "runtime", 13),
        ("mypy", "1.0", "test", 15),
        ("ruff", "", "dev", 17),
    ]


def test_requirements() -> None:
    text = "# top\n-r other.txt\ncelery[redis]==5.4.0 ; x\nflask\n--hash=sha256:x\n"
    assert read("requirements.txt", text) == [("celery", "==5.4.0", "runtime", 3), ("flask", "", "runtime", 4)]
    assert read("requirements/dev.txt", "black")[0][2] == "dev"


def test_setup_cfg_pipfile_go_gemfile_cargo_and_pom() -> None:
    assert read("setup.cfg", "[options]\ninstall_requires =\n  a>=1\n  b\n[options.extras_require]\nx = c\n") == [
        ("a", ">=1", "runtime", 3),
        ("b", "", "runtime", 4),
        ("c", "", "x", 6),
    ]
    assert read("Pipfile", '[packages]\na = "*"\n[dev-packages]\nb = {version = "1"}\n') == [
        ("a", "*", "runtime", 2),
        ("b", "1", "dev", 4),
    ]
    go = (
        "module x\ngo 1.22\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgolang.org/x/c v0.1.0 // indirect\n)\n"
        "require d.io/e v2.0.0\n"
    )
    assert read("go.mod", go) == [
        ("github.com/a/b", "v1.2.3", "runtime", 4),
        ("golang.org/x/c", "v0.1.0", "indirect", 5),
        ("d.io/e", "v2.0.0", "runtime", 7),
    ]
    gems = "gem 'rails', '~> 7.1'\ngroup :development, :test do\n  gem \"rspec\"\nend\ngem 'pg'\n"
    assert read("Gemfile", gems) == [
        ("rails", "~> 7.1", "runtime", 1),
        ("rspec", "", "development", 3),
        ("pg", "", "runtime", 5),
    ]
    cargo = '[dependencies]\nserde = {version = "1"}\n[dev-dependencies]\nx = "2"\n'
    assert read("Cargo.toml", cargo) == [("serde", "1", "runtime", 2), ("x", "2", "dev", 4)]
    pom = (
        "<project>\n<dependency>\n<groupId>g</groupId><artifactId>a</artifactId><version>1</version>"
        "<scope>test</scope></dependency></project>"
    )
    assert read("pom.xml", pom) == [("g:a", "1", "test", 2)]


def test_lock_files_are_listed_and_not_read() -> None:
    found, gaps = manifests([("a/package-lock.json", b"\xff"), ("uv.lock", b"")])
    assert (found.lock_files, found.dependencies, gaps) == ({"a/package-lock.json": "npm", "uv.lock": "pypi"}, (), ())


def test_dependencies_are_found_by_name_or_beginning() -> None:
    found, _ = manifests([("package.json", b'{"dependencies": {"@sentry/node": "8", "express": "4"}}')])
    assert [one.name for one in found.find("@sentry/*", "koa")] == ["@sentry/node"]
    assert [one.name for one in found.find("express")] == ["express"]
    assert isinstance(found.find("express")[0], Dependency)


def test_a_manifest_that_does_not_parse_is_a_gap() -> None:
    _, gaps = manifests([("package.json", b"{"), ("pyproject.toml", b"x" * 2_000_000)])
    assert [(gap.kind, gap.path) for gap in gaps] == [("parse-error", "package.json"), ("capped", "pyproject.toml")]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/package.json", True),
        ("requirements-dev.txt", True),
        ("requirements/base.in", True),
        ("yarn.lock", True),
        ("a.txt", False),
    ],
)
def test_candidates_are_told_by_their_name(path: str, wanted: bool) -> None:
    assert is_candidate(path) is wanted


NAMES = [
    "package.json",
    "pyproject.toml",
    "Pipfile",
    "setup.cfg",
    "go.mod",
    "Gemfile",
    "pom.xml",
    "Cargo.toml",
    "requirements.txt",
]


@given(
    st.sampled_from(NAMES),
    st.binary(max_size=100)
    | st.sampled_from(
        [
            b'{"dependencies": [1]}',
            b"[project]\ndependencies = 3",
            b"[options]\ninstall_requires = \n",
            b'{"dependencies": {"a": {"b": 1}}}',
            b"[tool]\npoetry = 1",
            b"[dependency-groups]\na = {b = 1}",
        ]
    ),
)
def test_damaged_manifests_never_raise(name: str, data: bytes) -> None:
    found, gaps = manifests([(name, data)])
    assert all(one.location.line > 0 for one in found.dependencies)
    assert all(gap.path == name for gap in gaps)
