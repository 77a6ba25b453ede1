"""Settings say what a company means, and what is no setting is refused with its place."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import asdict

from trustwright.errors import TrustwrightError
from trustwright.review.model import Location, Severity
from trustwright.review.settings import ENTRIES, KEYS, Settings, Thresholds, below, in_scope, load, matches, parse

FULL = b"""\
categories = ["privacy"]
audit_helpers = ["recordEvent"]

[thresholds]
minimum_tls_version = "1.3"
log_retention_days = 400

[[public_routes]]
pattern = "GET /health"
reason = "The load balancer asks."
owner = "Platform"
expires = 2027-01-31

[[left_out]]
path = "legacy/**"
reason = "Switched off."

[[severity]]
rule = "unpinned-action"
severity = "low"
reason = "Internal registry."
path = ".github"
expires = 2026-12-31

[[severity]]
rule = "unpinned-action"
severity = "high"
reason = "It can publish."
path = ".github/workflows/release.yml"
"""


def full(day: str = "2026-11-22") -> Settings:
    return parse(FULL).on(date.fromisoformat(day))


def refusal(text: str, rules: tuple[str, ...] = ()) -> str:
    with pytest.raises(TrustwrightError) as error:
        parse(text.encode(), rules=rules)
    return str(error.value)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.categories == ("security", "availability", "confidentiality")
    assert settings.thresholds == Thresholds("1.2", 90, 365)
    assert settings.file == ""


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "trustwright.toml").write_bytes(b"\xef\xbb\xbf" + FULL.replace(b"\n", b"\r\n"))
    settings = load(tmp_path, as_of=date(2026, 11, 22))
    assert settings == full()
    assert settings.categories == ("security", "privacy")
    assert settings.thresholds.log_retention_days == 400
    assert settings.audit_helpers == ("recordEvent",)
    assert settings.place("severity.1.reason") == Location("trustwright.toml", 28)
    assert settings.place("severity.1.expires") == Location("trustwright.toml", 25)


def test_another_file_is_called_by_its_name_when_it_lies_outside(tmp_path: Path) -> None:
    inside, outside = tmp_path / "app" / "conf" / "tw.toml", tmp_path / "tw.toml"
    inside.parent.mkdir(parents=True)
    for file in (inside, outside):
        file.write_bytes(FULL)
    assert load(tmp_path / "app", inside).file == "conf/tw.toml"
    assert load(tmp_path / "app", outside).file == "tw.toml"


def test_a_named_file_must_be_readable(tmp_path: Path) -> None:
    with pytest.raises(TrustwrightError, match=r"none\.toml: No such file or directory; name a readable file"):
        load(tmp_path, tmp_path / "none.toml")
    with pytest.raises(TrustwrightError, match="Is a directory"):
        load(tmp_path, tmp_path)


def test_a_public_route_holds_until_its_last_day() -> None:
    assert full("2027-01-31").public_route("GET", "/health") is not None
    assert full("2027-02-01").public_route("GET", "/health") is None
    assert full().public_route("POST", "/health") is None


def test_the_most_exact_override_wins_while_it_holds() -> None:
    def severity(path: str, day: str = "2026-11-22") -> Severity | None:
        override = full(day).override("unpinned-action", path)
        return override.severity if override else None

    assert severity(".github/workflows/ci.yml") is Severity.LOW
    assert severity(".github/workflows/release.yml") is Severity.HIGH
    assert severity(".github/workflows/ci.yml", "2027-01-01") is None
    assert severity("ci.yml") is None
    assert full().override("hard-delete", ".github/workflows/ci.yml") is None


def test_files_left_out_say_why() -> None:
    entry = full().leaves_out("legacy/old/app.js")
    assert entry is not None
    assert entry.reason == "Switched off."
    assert full().leaves_out("src/legacy/app.js") is None


def test_every_entry_with_a_date_is_told_with_its_place() -> None:
    told = [(entry.name, entry.expires.isoformat(), entry.location.line) for entry in full().expiring()]
    assert told == [
        ("public_routes entry GET /health", "2027-01-31", 12),
        ("severity entry unpinned-action", "2026-12-31", 23),
    ]


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/users/*", "/users/{id}", True),
        ("/users/*", "/users/{id}/posts", False),
        ("/users/**", "/users/{id}/posts", True),
        ("**/*.gen.ts", "a/b/c.gen.ts", True),
        ("**/*.gen.ts", "c.gen.ts", True),
        ("src/*.ts", "src/a/b.ts", False),
        ("a.c", "abc", False),
        ("/", "/", True),
        ("**", "anything/at/all", True),
        ("**/" * 60 + "x", "a/" * 60 + "y", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


def test_a_folder_takes_all_below_it() -> None:
    assert below("legacy", "legacy/a/b.js")
    assert below("legacy/", "legacy/a.js")
    assert not below("legacy", "legacy2/a.js")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'catgories = ["privacy"]',
            "trustwright.toml:1: catgories: there is no such setting; did you mean 'categories'?",
        ),
        (
            'categories = ["securty"]',
            "trustwright.toml:1: categories: 'securty' is not a choice; did you mean 'security'?",
        ),
        ("categories = 3", "trustwright.toml:1: categories: expected a list, got a whole number."),
        (
            "[thresholds]\n\nlog_days = 3",
            "trustwright.toml:3: thresholds.log_days: there is no such setting; did you mean 'log_retention_days'?",
        ),
        (
            'thresholds.log_retention_days = "long"',
            "trustwright.toml:1: thresholds.log_retention_days: expected a whole number, got text.",
        ),
        (
            "thresholds.log_retention_days = 0",
            "trustwright.toml:1: thresholds.log_retention_days: expected a whole number >= 1.",
        ),
        (
            '[thresholds]\nminimum_tls_version = "1.5"',
            "trustwright.toml:2: thresholds.minimum_tls_version: '1.5' is not a choice; did you mean '1.3'?",
        ),
        (
            '[[left_out]]\npath = "a"\nreason = "b"\n\n[[left_out]]\npath = "c"',
            "trustwright.toml:5: left_out: reason is missing; add a line `reason = ...`.",
        ),
        (
            '[[left_out]]\npath = "a"\nreason = " "',
            "trustwright.toml:3: left_out.reason: expected text that is not empty.",
        ),
        (
            '[[public_routes]]\npattern = "/"\nreason = "r"\nowner = "o"\nexpires = "soon"',
            "trustwright.toml:5: public_routes.expires: expected a date such as 2027-03-31.",
        ),
        (
            '[[severity]]\nrule = "hard-delet"\nseverity = "low"\nreason = "r"',
            "trustwright.toml:2: severity.rule: there is no rule 'hard-delet'; did you mean 'hard-delete'?",
        ),
        ("left_out = 1", "trustwright.toml:1: left_out: expected entries; begin each with [[left_out]]."),
        ("a = 1\nb =", "trustwright.toml:2: not valid TOML: Invalid value; correct the file's syntax."),
    ],
)
def test_what_is_no_setting_is_refused_with_its_place(text: str, sentence: str) -> None:
    assert refusal(text, ("hard-delete", "error-swallowed")) == sentence


def test_every_entry_that_hides_something_needs_a_reason() -> None:
    entries = {
        "public_routes": 'pattern = "/"\nowner = "o"\nexpires = 2027-01-01',
        "left_out": 'path = "a"',
        "severity": 'rule = "r"\nseverity = "low"',
    }
    for kind, rest in entries.items():
        assert "reason is missing" in refusal(f"[[{kind}]]\n{rest}")
        assert getattr(parse(f'[[{kind}]]\n{rest}\nreason = "r"'.encode()), kind)


def test_security_is_always_in_scope() -> None:
    assert in_scope(["privacy"]) == ("security", "privacy")
    assert parse(b"categories = []").categories == ("security",)


values = st.recursive(
    st.integers().map(str) | st.sampled_from(["true", '"x"', '""', "2027-01-01", "1.5", "07:30:00"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | inner.map(lambda value: f"{{ reason = {value} }}")
    ),
    max_leaves=5,
)
names = st.sampled_from([*KEYS, "reason", "path", "rule", "expires", "pattern", "log_retention_days", '"a.b"', "x"])
lines = st.one_of(
    st.builds("{} = {}".format, names, values),
    st.builds("{}.{} = {}".format, names, names, values),
    st.builds("[{}]".format, names),
    st.builds("[[{}]]".format, names),
)


@given(st.binary() | st.lists(lines, max_size=8).map(lambda made: "\n".join(made).encode()))
@example(b"[" * 5000)
@example(b"a=" + b"[" * 5000)
@example(b"\xff")
def test_whatever_the_file_holds_the_answer_is_settings_or_a_sentence(content: bytes) -> None:
    try:
        settings = parse(content)
    except TrustwrightError as error:
        refused = str(error)
    else:
        refused = ""
        assert "security" in settings.categories
    assert refused == "" or re.fullmatch(r"trustwright\.toml(:\d+)?: .+[.?]", refused)


def test_every_key_is_documented_with_its_default(root: Path) -> None:
    page = (root / "docs/settings.md").read_text(encoding="utf-8")
    for key, kind in ENTRIES.items():
        section = page.partition(f"### {key}\n")[2].partition("\n#")[0]
        assert [name for name in kind.__struct_fields__ if f"| `{name}` |" not in section] == []
    for name, value in asdict(Thresholds()).items():
        shown = f'"{value}"' if isinstance(value, str) else value
        assert f"| `{name}` | `{shown}` |" in page
    assert [key for key in KEYS if f"`{key}`" not in page and f"### {key}\n" not in page] == []
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert parse(example.encode()).public_routes
