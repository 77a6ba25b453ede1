"""YAML keeps its keys and lines, and no file makes it explode."""

import pytest

from trustwright.review.source import yaml
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import MAX_BYTES, MAX_DEPTH, Tree


def first(text: str) -> Tree:
    tree = yaml.first("f.yml", text.encode())
    assert tree is not None
    return tree


def lines(tree: Tree, *path: str | int) -> tuple[int, int]:
    found = tree.at(*path)
    assert found is not None
    return found.line, found.end_line


def test_keys_stay_as_written() -> None:
    assert list(first("on: push\nyes: 1\n1: a\nnull: b\n").items()) != []
    assert [key for key, _ in first("on: push\nyes: 1\n1: a\nnull: b\n").items()] == ["on", "yes", "1", "null"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("~", None),
        ("yes", "yes"),
        ("on", "on"),
        ("12", 12),
        ("1_000", 1000),
        ("0644", 0o644),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("22:22", "22:22"),
        ("2024-01-01", "2024-01-01"),
        ('"12"', "12"),
        ("-", [None]),
        (".", "."),
        ("!!str 12", "12"),
    ],
)
def test_scalars_are_what_yaml_1_2_says_with_the_octals_of_1_1(text: str, value: object) -> None:
    assert first(f"key: {text}" if text != "-" else "key:\n-").plain() == {"key": value}


def test_a_number_remembers_how_it_was_written() -> None:
    assert first("python: 3.10").text_at("python") == "3.10"


def test_a_value_has_the_line_of_its_key_and_ends_where_it_ends() -> None:
    tree = first("a:\n  b:\n    - x\n    - y\n\n\nc: |\n  one\n  two\n\nd: [1,\n  2]\ne: f\n")
    assert lines(tree, "a") == (1, 4)
    assert lines(tree, "a", "b", 1) == (4, 4)
    assert lines(tree, "c")[0] == 7
    assert lines(tree, "d") == (11, 12)
    assert lines(tree, "e") == (13, 13)


def test_every_document_is_read_and_empty_ones_are_left_out() -> None:
    assert [tree.plain() for tree in yaml.parse("f.yml", b"a: 1\n---\n---\nb: 2\n")] == [{"a": 1}, {"b": 2}]
    assert yaml.first("f.yml", b"# nothing\n") is None


def test_anchors_are_shared_and_merged_with_the_own_keys_first() -> None:
    tree = first("base: &b {image: x, cpu: 1}\njob:\n  <<: *b\n  image: y\nlist: [*b]\n")
    assert tree.at("job").plain() == {"image": "y", "cpu": 1}  # type: ignore[union-attr]
    assert tree.text_at("list", 0, "image") == "x"


def test_an_alias_stands_where_it_is_used() -> None:
    tree = first("a: &a\n  x: 1\nb: 2\nc: *a\n")
    assert lines(tree, "c") == (4, 4)


def test_the_short_forms_of_cloudformation_become_its_long_ones() -> None:
    tree = first("a: !Ref X\nb: !Sub 'y-${X}'\nc: !GetAtt X.Arn\nd: !If [C, 1, 2]\ne: !vault z\n")
    assert tree.plain() == {
        "a": {"Ref": "X"},
        "b": {"Fn::Sub": "y-${X}"},
        "c": {"Fn::GetAtt": "X.Arn"},
        "d": {"Fn::If": ["C", 1, 2]},
        "e": {"!vault": "z"},
    }


def refused(text: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        yaml.parse("f.yml", text)
    return caught.value


def test_malformed_yaml_is_refused_with_its_line() -> None:
    error = refused(b"a: 1\nb: [1\nc: 2\n")
    assert (error.path, error.kind) == ("f.yml", "parse-error")
    assert error.line == 3


@pytest.mark.parametrize("text", [b"{{- if x }}\na: 1\n", b"a: {{ .Values.x }}\n"])
def test_templates_are_not_understood(text: bytes) -> None:
    assert refused(text).kind == "not-understood"


def test_aliases_may_not_multiply_without_end() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    error = refused("\n".join(levels).encode())
    assert error.kind == "capped"
    assert "aliases" in error.what


@pytest.mark.parametrize("text", [b"a: &a [*a]", b"a: *b", b"&a a: *c"])
def test_an_alias_must_stand_for_something_that_ended_before_it(text: bytes) -> None:
    assert refused(text).kind == "parse-error"


@pytest.mark.parametrize("text", [b"[" * 100_000, b"{a: " * 50_000, b"- " * 50_000, b"? " * 50_000])
def test_depth_is_capped(text: bytes) -> None:
    assert refused(text).kind in {"capped", "not-understood"}
    assert str(MAX_DEPTH) in str(refused(text)) or refused(text).kind == "not-understood"


def test_size_is_capped_without_reading() -> None:
    assert refused(b"a" * (MAX_BYTES + 1)).kind == "capped"


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"a: \x00", b"a: \x80\x81", b'a: "\\ud800"'])
def test_bytes_that_are_no_text_are_refused(text: bytes) -> None:
    assert refused(text).kind == "parse-error"
