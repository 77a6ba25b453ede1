"""Rows as text: no formula, no terminal command, whatever an application wrote."""

import pytest

from trustwright.trail.showing import as_csv, as_table, cell, visible


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\n@x"])
def test_a_formula_becomes_text(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["a", "1=1", "", "x@y.z"])
def test_plain_text_stays(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("text", ["\x1b[2J", "a\u202eb", "\x07", "\x9b31m"])
def test_a_terminal_command_is_not_shown(text: str) -> None:
    assert visible(text).isprintable()
    assert "\N{REPLACEMENT CHARACTER}" in visible(text)


def test_csv_quotes_and_leaves_nothing_empty_out() -> None:
    assert as_csv(["a", "b"], [{"a": 'x,"y', "b": None}, {"b": {"k": 1}}]) == 'a,b\n"x,""y",\n,"{""k"": 1}"\n'


def test_a_table_is_cut_at_the_width() -> None:
    table = as_table({"a": "A", "b": "B"}, [{"a": "1", "b": "x" * 50}], 20)
    assert table.splitlines()[0] == "A  B"
    assert [len(line) for line in table.splitlines()] == [4, 20]
