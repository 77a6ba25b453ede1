import re
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.catalog import CatalogError
from trustwright.catalog.reading import SLUG, Entry, close_to, read

KEYS = ("id", "title", "count", "size", "tags", "parts")


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


def entry_of(folder: Path, text: str) -> Entry:
    (folder / "sample.yaml").write_text(text, encoding="utf-8")
    return read(folder, "sample.yaml", KEYS)


def test_an_entry_gives_each_key_in_its_type(tmp_path: Path) -> None:
    text = "id: a-1\ntitle: >-\n  two\n  lines\ncount: 12\nsize: large\ntags: [6.10, no]\nparts: [{id: b}]\n"
    entry = entry_of(tmp_path, text)
    assert entry.identifier(SLUG) == "a-1"
    assert entry.text("title") == "two lines"
    assert entry.integer("count") == 12
    assert entry.choice("size", Size) is Size.LARGE
    assert entry.texts("tags") == ("6.10", "no")
    assert entry.references("tags", ["no", "6.10"]) == ("6.10", "no")
    assert [part.text("id") for part in entry.entries("parts", ("id",))] == ["b"]


def test_an_optional_key_may_be_missing(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, "id: a\n")
    assert entry.text("title", optional=True) == ""
    assert entry.integer("count", optional=True) == 0
    assert entry.texts("tags", optional=True) == ()
    assert entry.references("tags", [], optional=True) == ()


ALLOWED = "use one of id, title, count, size, tags, parts."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: is empty; write the keys id, title, count, size, tags, parts."),
        (
            "- a\n",
            "line 1: expected an entry with the keys id, title, count, size, tags, parts; write it as 'key: value'.",
        ),
        ("id: a\ntitel: b\n", f"line 2: the key 'titel' is not known (did you mean 'title'?); {ALLOWED}"),
        ("id: a\nquite other: b\n", f"line 2: the key 'quite other' is not known; {ALLOWED}"),
        ("id: a\n[x]: b\n", f"line 2: the key '' is not known; {ALLOWED}"),
        ("id: a\n\nid: b\n", "line 3: the key 'id' is given twice; remove one of them."),
        ("id: 'a\n", "line 2: is not YAML (found unexpected end of stream); mend the line."),
        ("id: *a\n", "line 1: is not YAML (found undefined alias); mend the line."),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        entry_of(tmp_path, text)
    assert str(caught.value) == f"catalog/sample.yaml, {message}"


def read_all(entry: Entry) -> None:
    """Ask for every key in its type."""
    entry.identifier(SLUG, ["taken"])
    entry.text("title")
    entry.integer("count")
    entry.choice("size", Size)
    entry.references("tags", ["red", "green"])
    entry.entries("parts", ("id",))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: a", "id: A b", f"line 1: id: 'A b' is not written as such an id is; match {SLUG.pattern}."),
        ("id: a", "id: taken", "line 1: id: 'taken' is used twice; give this entry another id."),
        ("title: b", "title:", "line 2: title: expected text; write some."),
        ("title: b", "title: [b]", "line 2: title: expected text; write some."),
        ("title: b\n", "", "line 1: the key 'title' is missing; add it."),
        ("count: 5", "count: five", "line 3: count: 'five' is not a number; write one such as 5."),
        (
            "size: small",
            "size: smal",
            "line 4: size: 'smal' is not known (did you mean 'small'?); use one of small, large.",
        ),
        ("[red]", "red", "line 5: tags: expected a list with at least one item; write it as [a, b]."),
        ("[red]", "[]", "line 5: tags: expected a list with at least one item; write it as [a, b]."),
        ("[red]", "[blue]", "line 5: tags names 'blue', which does not exist; name one that exists."),
        (
            "[red]",
            "\n- red\n- gren",
            "line 7: tags names 'gren', which does not exist (did you mean 'green'?); name one that exists.",
        ),
        ("[red]", "[red, red]", "line 5: tags names 'red' twice; remove one of them."),
        ("[{id: c}]", "[c]", "line 6: expected an entry with the keys id; write it as 'key: value'."),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_key(old: str, new: str, message: str, tmp_path: Path) -> None:
    good = "id: a\ntitle: b\ncount: 5\nsize: small\ntags: [red]\nparts: [{id: c}]\n"
    read_all(entry_of(tmp_path, good))
    with pytest.raises(CatalogError) as caught:
        read_all(entry_of(tmp_path, good.replace(old, new)))
    assert str(caught.value) == f"catalog/sample.yaml, {message}"


def test_of_what_looks_alike_that_which_begins_alike_is_meant() -> None:
    assert close_to("CC8.2", ["CC1.2", "CC9.2", "CC8.1"]) == ["CC8.1"]
    assert close_to("CC8.2", ["CC1.2", "CC9.2", "CC8.1"], most=2) == ["CC8.1", "CC9.2"]
    assert close_to("x", ["CC1.2"]) == []
    assert close_to("x", []) == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=re.escape("catalog/none.yaml: cannot be read")):
        read(tmp_path, "none.yaml", KEYS)


@given(content=st.binary() | st.text(alphabet=" -:[]{}&*!|>'\"%#\n\tabid").map(str.encode))
def test_whatever_a_file_holds_the_complaint_is_one_sentence(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "fuzz.yaml").write_bytes(content)
    complaint = ""
    try:
        read(folder, "fuzz.yaml", KEYS)
    except CatalogError as error:
        complaint = str(error)
    assert not complaint or re.fullmatch(r"catalog/fuzz\.yaml(, line [0-9]+)?: [^\n]+\.", complaint)
