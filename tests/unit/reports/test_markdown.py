"""Markdown keeps the shape of an auditor's review, and nothing from the reviewed repository becomes markup in it."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.unit.reports import samples
from trustwright.reports import markdown, visible
from trustwright.review.model import ControlStatus, Location, Severity

GOLDEN = Path(__file__).parent / "golden" / "review.md"
MARKUP = st.text("[]()<>!*_`|\\#-+.1&;:/@w \n{}~$=\"'")
GITHUB = MarkdownIt("gfm-like", {"linkify": False})


def test_the_whole_report() -> None:
    assert markdown.render(samples.review()).decode() == GOLDEN.read_text(encoding="utf-8")


def test_the_sections_come_in_the_order_of_the_output_format() -> None:
    text = markdown.render(samples.review()).decode()
    assert re.findall(r"^#{2,3} .*", text, re.MULTILINE)[:4] == [
        "## 🏛️ SOC2 Compliance Review",
        "### Control Assessment",
        "### Findings",
        "### Evidence Requirements",
    ]
    assert "| Control | Status | Gap | Priority |\n|---------|--------|-----|----------|\n| CC6.1 " in text


@pytest.mark.parametrize("status", ControlStatus)
def test_every_status_has_its_words(status: ControlStatus) -> None:
    assert markdown.STATUS[status][1:].strip().replace(" ", "-").lower() == status.value


def test_a_finding_has_its_parts_in_order() -> None:
    text = markdown.render(samples.with_findings(samples.finding())).decode()
    block = text.partition("#### ")[2].partition("###")[0]
    parts = r"CC6\.1: .+\n\*\*Finding:\*\* .+\n\*\*Risk:\*\* .+\n\*\*Remediation:\*\*\n1\. .+\n2\. "
    assert re.match(parts, block)
    assert "[src/routes/users.js:12](src/routes/users.js#L12)" in block


def test_many_places_of_one_rule_are_one_block_with_their_count() -> None:
    findings = [samples.finding(line=line) for line in (40, 3, 17)]
    text = markdown.render(samples.with_findings(*findings)).decode()
    assert text.count("#### ") == 1
    assert "3 places:" in text
    assert re.findall(r"users\.js#L(\d+)", text) == ["3", "17", "40"]


def test_a_review_without_findings_says_so() -> None:
    assert "No finding in what was read." in markdown.render(samples.with_findings()).decode()


@given(st.text() | MARKUP)
@example("[a](https://evil.example) <script>alert(1)</script> ![x](y) | `code` **b** # h\n\n# heading")
@example("see https://evil.example or www.evil.example, ask @security-team, &lt; &#60;")
@example("__0__ snake_case _x_ __init__")
@example("1. one\n2. two")
@example("\\")
@example("`")
def test_a_text_is_shown_as_it_is(text: str) -> None:
    shown = GITHUB.render(f"- {markdown.escape(text)}")
    inner = shown.removeprefix("<ul>\n<li>").removesuffix("</li>\n</ul>\n")
    assert "<" not in inner
    plain = unescape(inner).replace("\N{WORD JOINER}", "").split()
    assert plain == visible(text).replace("\N{WORD JOINER}", "").split()


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1) | MARKUP.filter(bool))
@example("caf\udce9.js")
@example("a b/[x](y)/`c`|d.js")
@example("javascript:alert(1)")
def test_a_link_goes_to_the_file_and_nowhere_else(path: str) -> None:
    shown = GITHUB.render(markdown.link(Location(path, 3)))
    target = re.fullmatch(r'<p><a href="([^"]*)">[^<]*</a></p>\n', shown)
    assert target
    assert unquote(unescape(target[1]), errors="surrogateescape") == f"{path}#L3"
    assert ":" not in target[1]


@given(st.text(min_size=1) | MARKUP.filter(bool))
def test_code_is_shown_as_it_is(text: str) -> None:
    shown = GITHUB.renderInline(markdown.code(text))
    assert shown.startswith("<code>")
    assert unescape(shown[6:-7]).strip() == visible(text).strip()


def test_a_table_cell_stays_one_cell() -> None:
    row = samples.row("CC6.1", "Access | control", gap="a | b\n| c")
    review = samples.with_findings()
    table = GITHUB.render(markdown.render(samples.with_rows(review, row)).decode())
    assert table.count("<td>") == 4


def test_a_severity_that_the_settings_gave_says_so() -> None:
    milder = samples.finding(severity=Severity.LOW, severity_reason="Behind the office network.")
    text = markdown.render(samples.with_findings(milder)).decode()
    assert "Set to low in the settings: Behind the office network." in text
