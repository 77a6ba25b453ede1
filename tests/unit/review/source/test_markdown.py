"""Markdown documents: the parts a policy or plan is read by."""

import pytest

from trustwright.review.source import markdown
from trustwright.review.source.errors import SourceError

DOCUMENT = b"""---
title: Incident response
owner: security
---
# Incident response plan #

Some text
over two lines.

## Severities

| Severity | Response time |
|:---------|--------------:|
| SEV1     | 15 minutes    |
| SEV2 \\| x |             |

Steps
-----

1. Detect
2. Triage
   and more
   - nested
- [x] done
- [ ] open

```yaml
# no heading
- no item
```

## Roles
* Incident commander
"""


@pytest.fixture(scope="module")
def document() -> markdown.Document:
    return markdown.parse("plan.md", DOCUMENT)


def test_front_matter_and_title(document: markdown.Document) -> None:
    assert document.title == "Incident response"
    assert document.front_matter is not None
    assert document.front_matter.text_at("owner") == "security"
    assert document.front_matter.at("owner").line == 3  # type: ignore[union-attr]


def test_headings_of_both_kinds_know_what_stands_below_them(document: markdown.Document) -> None:
    found = [(one.level, one.text, one.line, one.end_line) for one in document.headings]
    assert found == [
        (1, "Incident response plan", 5, 34),
        (2, "Severities", 10, 16),
        (2, "Steps", 17, 31),
        (2, "Roles", 32, 34),
    ]


def test_items_with_depth_number_and_check(document: markdown.Document) -> None:
    steps = document.section("steps")
    assert steps is not None
    found = [(one.text, one.line, one.number, one.checked) for one in document.items_in(steps)]
    assert found == [
        ("Detect", 20, 1, None),
        ("Triage\nand more", 21, 2, None),
        ("nested", 23, 0, None),
        ("done", 24, 0, True),
        ("open", 25, 0, False),
    ]
    assert document.items[2].depth > document.items[1].depth


def test_tables_with_their_columns(document: markdown.Document) -> None:
    severities = document.section("severit")
    assert severities is not None
    (table,) = document.tables_in(severities)
    assert table.header == ("Severity", "Response time")
    assert table.rows == ((14, ("SEV1", "15 minutes")), (15, ("SEV2 | x", "")))
    assert table.column("response") == ("15 minutes", "")
    assert table.column("owner") == ()


def test_paragraphs_and_code(document: markdown.Document) -> None:
    assert [(one.text, one.line, one.end_line) for one in document.paragraphs] == [("Some text over two lines.", 7, 8)]
    assert [(one.language, one.line) for one in document.code] == [("yaml", 27)]


def test_text_in_a_section_is_as_written(document: markdown.Document) -> None:
    roles = document.section("role")
    assert roles is not None
    assert document.text_in(roles).strip() == "* Incident commander"


def test_a_rule_after_a_blank_line_is_no_heading() -> None:
    assert markdown.parse("f.md", b"text\n\n---\n\nmore\n").headings == ()


@pytest.mark.parametrize("data", [b"", b"---\n", b"---\na: [\n---\n# T\n", b"| a |\n", b"```\nopen"])
def test_odd_documents_are_read(data: bytes) -> None:
    assert markdown.parse("f.md", data).front_matter is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\xff", "parse-error"), (b"a" * (markdown.MAX_BYTES + 1), "capped"), (b"\n" * 60_000, "capped")],
)
def test_bad_input_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(SourceError) as caught:
        markdown.parse("f.md", data)
    assert caught.value.kind == kind
