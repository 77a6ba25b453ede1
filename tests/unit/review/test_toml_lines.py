"""Every key of a TOML text is found on its line."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.toml_lines import LONGEST_STATEMENT, key_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 1\n\n# b = 2\nb = 2", {"a": 1, "b": 4}),
        ("[t]\na = 1\n[t.u]\nb.c = 1", {"t": 1, "t.a": 2, "t.u": 3, "t.u.b.c": 4}),
        ("[[t]]\na = 1\n[[t]]\na = 1", {"t.0": 1, "t.0.a": 2, "t.1": 3, "t.1.a": 4}),
        ("a = [\n 1,\n[2],\n]\nb = 1", {"a": 1, "b": 5}),
        ('a = """\nb = 1\n[c]\n"""\nd = 1', {"a": 1, "d": 5}),
        ("a = '''\u2028'''\r\nb = 1\r\n", {"a": 1, "b": 2}),
        ("", {}),
    ],
)
def test_keys_are_found_on_their_lines(text: str, lines: dict[str, int]) -> None:
    assert key_lines(text) == lines


def test_a_statement_of_endless_length_is_not_followed() -> None:
    text = "a = 1\nb = [\n" + "1,\n" * (LONGEST_STATEMENT + 10) + "]\nc = 1"
    assert key_lines(text) == {"a": 1}


@given(st.dictionaries(st.text("abc", min_size=1), st.lists(st.integers(), max_size=3), max_size=6))
def test_the_line_of_a_key_holds_the_key(data: dict[str, list[int]]) -> None:
    text = "\n\n".join(f"{key} = {value}".replace(", ", ",\n") for key, value in data.items())
    assert tomllib.loads(text) == data
    lines = key_lines(text)
    assert set(lines) == set(data)
    assert all(text.split("\n")[line - 1].startswith(f"{key} = ") for key, line in lines.items())
