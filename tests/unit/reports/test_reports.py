"""Formats are found by being there, and every finding is told once."""

import json

import pytest

from tests.unit.reports import samples
from trustwright import reports
from trustwright.review.model import Location


def test_the_formats_are_the_modules() -> None:
    assert reports.formats() == ("json", "markdown", "sarif", "terminal")


@pytest.mark.parametrize("name", reports.formats())
def test_same_review_same_bytes_and_one_line_end(name: str) -> None:
    content = reports.renderer(name)(samples.review())
    assert content == reports.renderer(name)(samples.review())
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")


def test_json_is_indented_as_by_the_standard_library() -> None:
    document = {
        "none": [],
        "nothing": {},
        "text": 'a\x00\x1f\x7f"\\/\u2028\ud800é',
        "deep": [[1, 1.5e300], {"a": [None, True]}],
    }
    expected = json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
    assert reports.indented(document) == expected


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("review.md", "markdown"),
        ("review.json", "json"),
        ("review.sarif", "sarif"),
        ("review.sarif.json", "sarif"),
        ("review.txt", "terminal"),
        ("review", None),
    ],
)
def test_a_file_name_chooses_the_format(file: str, name: str | None) -> None:
    assert reports.format_of(file) == name


def test_a_finding_is_told_once_under_its_first_criterion_in_scope() -> None:
    told = reports.blocks(samples.review())
    assert [(block.criterion.criterion, len(block.findings)) for block in told] == [("CC6.1", 4), ("CC7.2", 1)]
    narrow = samples.with_rows(samples.review(), samples.row("CC6.6", "Threats", *samples.review().findings[:4]))
    assert [(block.criterion.criterion, len(block.findings)) for block in reports.blocks(narrow)] == [("CC6.6", 4)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\n c", "a b  c"),
        ("\x1b[2J", "\N{REPLACEMENT CHARACTER}[2J"),
        ("\u202egnp.exe", "\N{REPLACEMENT CHARACTER}gnp.exe"),
    ],
)
def test_what_is_not_shown_is_made_visible(text: str, shown: str) -> None:
    assert reports.visible(text) == shown


@pytest.mark.parametrize("name", reports.formats())
def test_a_file_name_that_is_no_text_breaks_nothing(name: str) -> None:
    odd = samples.finding(location=Location("src/caf\udce9.js", 1), detail="\udce9", snippet="\udce9")
    assert b"src/caf" in reports.renderer(name)(samples.with_findings(odd))
