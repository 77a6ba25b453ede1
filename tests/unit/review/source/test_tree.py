"""Nested data knows its lines, and tells absent from unresolved."""

import pytest

from trustwright.review.source import yaml
from trustwright.review.source.tree import Tree

DOCUMENT = b"""
name: shop
on: [push]
blocks:
  - enabled: true
    port: "8080"
  - enabled: false
nothing:
"""


@pytest.fixture
def tree() -> Tree:
    found = yaml.first("f.yml", DOCUMENT)
    assert found is not None
    return found


def test_at_steps_into_mappings_lists_and_single_blocks(tree: Tree) -> None:
    assert tree.text_at("name") == "shop"
    assert tree.text_at("on", 0) == "push"
    assert tree.text_at("blocks", -1, "enabled") == "false"
    assert tree.text_at("blocks", "port") == "8080"


def test_at_returns_none_for_what_is_not_there(tree: Tree) -> None:
    assert tree.at("blocks", 2) is None
    assert tree.at("name", "first") is None
    assert tree.at("on", "push") is None
    assert tree.at("missing", "deeper") is None


def test_below_an_unresolved_value_lies_that_value() -> None:
    unresolved = Tree(None, 3, 3, unresolved="var.settings")
    tree = Tree({"settings": unresolved}, 1, 4)
    assert tree.at("settings", "encrypted") is unresolved
    assert not tree.known


def test_each_counts_a_single_thing_as_a_list_of_one(tree: Tree) -> None:
    assert len(tree.each("blocks")) == 2
    assert [one.text for one in tree.each("name")] == ["shop"]
    assert tree.each("nothing") == ()
    assert tree.each("missing") == ()


@pytest.mark.parametrize(
    ("value", "truth"), [(True, True), ("yes", True), ("Enabled", True), (1, True), ("off", False), ("maybe", None)]
)
def test_truth_reads_the_usual_spellings(value: str | bool | int, truth: bool | None) -> None:
    written = "" if isinstance(value, str) else str(value)
    assert Tree(value, 1, 1, written).truth is truth


def test_an_unresolved_value_is_neither_yes_nor_no() -> None:
    assert Tree(None, 1, 1, unresolved="var.on").truth is None


def test_numbers_are_read_from_quotes_and_never_from_booleans(tree: Tree) -> None:
    port = tree.at("blocks", "port")
    enabled = tree.at("blocks", "enabled")
    assert port is not None
    assert port.number == 8080
    assert enabled is not None
    assert enabled.number is None


def test_walk_visits_everything_in_the_order_of_the_file(tree: Tree) -> None:
    texts = [one.text for one in tree.walk() if one.is_scalar]
    assert texts == ["shop", "push", "true", "8080", "false", ""]


def test_plain_gives_the_data_without_lines(tree: Tree) -> None:
    assert tree.plain() == {
        "name": "shop",
        "on": ["push"],
        "blocks": [{"enabled": True, "port": "8080"}, {"enabled": False}],
        "nothing": None,
    }
