"""JSON is read with its lines, its comments and its limits."""

import json as reference
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.source import json
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import MAX_BYTES, MAX_NODES

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_reads_what_the_standard_library_reads(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = reference.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json.parse("f.json", text.encode()).plain() == reference.loads(text)


def test_values_have_the_lines_of_their_keys() -> None:
    tree = json.parse("f.json", b'{\n  "a": {\n    "b": [1,\n      2]\n  },\n  "c": "x"\n}\n')
    places = [(one.line, one.end_line) for one in tree.walk()]
    assert places == [(1, 7), (2, 5), (3, 4), (3, 3), (4, 4), (6, 6)]


def test_comments_and_trailing_commas_are_allowed() -> None:
    text = b'\xef\xbb\xbf// settings\n{ /* a\nb */ "strict": true, "paths": ["x", /* y */], }\n// end'
    assert json.parse("tsconfig.json", text).plain() == {"strict": True, "paths": ["x"]}


def test_the_last_of_two_equal_keys_wins() -> None:
    assert json.parse("f.json", b'{"a": 1, "a": 2}').plain() == {"a": 2}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", 1),
        (b"{", 1),
        (b"[1,\n2", 2),
        (b"{'a': 1}", 1),
        (b'{"a" 1}', 1),
        (b'{"a": 1\n"b": 2}', 2),
        (b"[1 2]", 1),
        (b"[,1]", 1),
        (b"{} {}", 1),
        (b"]", 1),
        (b"[1}", 1),
        (b'{"a": }', 1),
        (b'{"a": 1, :}', 1),
        (b'"\\x"', 1),
        (b"01", 1),
        (b"nul", 1),
        (b"\xff", 0),
        (b"/* open", 1),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: bytes, line: int) -> None:
    with pytest.raises(SourceError) as caught:
        json.parse("f.json", text)
    assert caught.value.line == line
    assert caught.value.kind == "parse-error"


@pytest.mark.parametrize("text", [b"[" * 200_000, b"1" + b" " * MAX_BYTES, b"[" + b"1," * MAX_NODES + b"1]"])
def test_depth_size_and_number_are_capped(text: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        json.parse("f.json", text)
    assert caught.value.kind == "capped"


def test_our_own_json_files_are_read_as_the_standard_library_reads_them(root: Path) -> None:
    files = [path for path in sorted(root.glob("examples/**/*.json")) if path.stat().st_size < MAX_BYTES]
    for path in files:
        assert json.parse(path.name, path.read_bytes()).plain() == reference.loads(path.read_bytes())
