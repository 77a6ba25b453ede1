"""TOML is read by the standard library; the lines are found beside it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.source import toml
from trustwright.review.source.errors import SourceError

DOCUMENT = '''# comment
title = "a # b"
"quoted key" = 1
a.b.c = true

[project]
name = "shop"
dependencies = [
  "one>=1",  # first
  "two[x]",

  """three
  lines""",
]

[project.optional-dependencies]
dev = ["pytest", 'ruff = "1"']

[[tool.list]]
name = "x"
inline = { version = "1", extras = ["e"], nested = { k = 2 } }

[[tool.list]]
name = "y"
[tool.list.sub]
when = 1979-05-27T07:32:00Z
float = 1.50
[tool."dotted.name"]
k = 'v'
'''


def test_values_are_those_of_the_standard_library() -> None:
    expected = tomllib.loads(DOCUMENT)
    expected["tool"]["list"][1]["sub"]["when"] = str(expected["tool"]["list"][1]["sub"]["when"])
    assert toml.parse("f.toml", DOCUMENT.encode()).plain() == expected


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("a", "b", "c"), 4),
        (("a",), 4),
        (("project",), 6),
        (("project", "dependencies"), 8),
        (("project", "dependencies", 0), 9),
        (("project", "dependencies", 1), 10),
        (("project", "dependencies", 2), 12),
        (("project", "optional-dependencies", "dev", 1), 17),
        (("tool",), 19),
        (("tool", "list", 0, "name"), 20),
        (("tool", "list", 0, "inline", "nested", "k"), 21),
        (("tool", "list", 1), 23),
        (("tool", "list", 1, "name"), 24),
        (("tool", "list", 1, "sub", "float"), 27),
        (("tool", "dotted.name", "k"), 29),
    ],
)
def test_every_key_and_item_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    found = toml.parse("f.toml", DOCUMENT.replace("\n", "\r\n").encode()).at(*path)
    assert found is not None
    assert found.line == line


@pytest.mark.parametrize(("text", "line"), [(b"a = 1\nb = ", 2), (b"a = [", 1), (b"\xff", 0), (b"a = 1\na = 2", 2)])
def test_what_is_not_toml_is_refused_with_its_line(text: bytes, line: int) -> None:
    with pytest.raises(SourceError) as caught:
        toml.parse("f.toml", text)
    assert (caught.value.kind, caught.value.line in {line, 0}) == ("parse-error", True)


@pytest.mark.parametrize("text", [b"a = " + b"[" * 5000 + b"]" * 5000, b"a = 1" + b"\n" * toml.MAX_BYTES])
def test_depth_and_size_are_capped(text: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        toml.parse("f.toml", text)
    assert caught.value.kind == "capped"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = [\n 1,\n[2],\n]\nb = 1", {("a",): 1, ("a", 0): 2, ("a", 1): 3, ("a", 1, 0): 3, ("b",): 5}),
        ('a = """\nb = 1\n[c]\n"""\nd = 1', {("a",): 1, ("d",): 5}),
        ("a = '''\u2028'''\r\nb = 1\r\n", {("a",): 1, ("b",): 2}),
        ("", {}),
    ],
)
def test_what_looks_like_a_key_inside_a_value_is_none(text: str, lines: dict[toml.Path, int]) -> None:
    assert toml.key_lines(text) == lines


@given(st.dictionaries(st.text("abc", min_size=1), st.lists(st.integers(), max_size=3), max_size=6))
def test_the_line_of_a_key_holds_the_key(data: dict[str, list[int]]) -> None:
    text = "\n\n".join(f"{key} = {value}".replace(", ", ",\n") for key, value in data.items())
    lines = {path[0]: line for path, line in toml.key_lines(text).items() if len(path) == 1}
    assert set(lines) == set(data)
    assert all(text.split("\n")[line - 1].startswith(f"{key} = ") for key, line in lines.items())
