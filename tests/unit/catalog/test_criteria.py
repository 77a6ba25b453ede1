from collections import Counter

import pytest

from tests.unit.catalog.conftest import Spoil
from trustwright.catalog import Catalog, CatalogError

SERIES_SIZES = (
    {"CC1": 5, "CC2": 3, "CC3": 4, "CC4": 2, "CC5": 3, "CC6": 8, "CC7": 5, "CC8": 1, "CC9": 2}
    | {"A1": 3, "C1": 2, "PI1": 5}
    | {"P1": 1, "P2": 1, "P3": 2, "P4": 3, "P5": 2, "P6": 7, "P7": 1, "P8": 1}
)


def test_there_are_exactly_the_61_criteria(catalog: Catalog) -> None:
    expected = [f"{series}.{number}" for series, size in SERIES_SIZES.items() for number in range(1, size + 1)]
    assert [criterion.id for criterion in catalog.criteria] == expected
    assert len(expected) == 61


@pytest.mark.parametrize("invented", ["CC8.2", "CC9.3", "P9.1", "A1.4", "C1.3", "P1.2", "PI1.6"])
def test_what_other_lists_invent_is_not_there(invented: str, catalog: Catalog) -> None:
    assert invented not in {criterion.id for criterion in catalog.criteria}


def test_each_category_has_its_criteria(catalog: Catalog) -> None:
    assert Counter(criterion.category for criterion in catalog.criteria) == {
        "security": 33,
        "availability": 3,
        "confidentiality": 2,
        "processing-integrity": 5,
        "privacy": 18,
    }
    assert {category.id for category in catalog.categories} == {criterion.category for criterion in catalog.criteria}


def test_points_of_focus_are_as_many_as_published(catalog: Catalog) -> None:
    counts: Counter[str] = Counter()
    for criterion in catalog.criteria:
        counts[criterion.id.rstrip("0123456789.")] += criterion.points_of_focus
    assert counts == {"CC": 232, "A": 16, "C": 5, "PI": 19, "P": 58}


def test_cc1_to_cc5_stand_for_the_coso_principles_in_their_own_order(catalog: Catalog) -> None:
    principles = [criterion.coso_principle for criterion in catalog.criteria if criterion.coso_principle]
    assert principles == [1, 2, 3, 4, 5, 13, 14, 15, 6, 7, 8, 9, 16, 17, 10, 11, 12]
    assert {criterion.series for criterion in catalog.criteria if criterion.coso_principle} == {
        *("CC1", "CC2", "CC3", "CC4", "CC5")
    }


@pytest.mark.parametrize(
    ("criterion", "word"),
    [
        ("CC2.1", "information"),
        ("CC2.2", "staff"),
        ("CC6.8", "malicious"),
        ("CC7.1", "vulnerabilities"),
        ("CC7.2", "unusual"),
        ("PI1.1", "processed data means"),
        ("PI1.2", "inputs"),
    ],
)
def test_criteria_that_are_often_mixed_up_say_what_is_theirs(criterion: str, word: str, catalog: Catalog) -> None:
    assert word in catalog.criterion(criterion).meaning


def test_texts_are_sentences_and_titles_fit_a_table(catalog: Catalog) -> None:
    assert [one.id for one in catalog.criteria if not one.meaning.endswith(".") or not one.in_code.endswith(".")] == []
    assert [one.id for one in catalog.criteria if len(one.title) > 44] == []


def test_security_is_always_in_scope(catalog: Catalog) -> None:
    def ids(*categories: str) -> list[str]:
        return [criterion.id for criterion in catalog.criteria_in(categories)]

    assert len(ids()) == 33
    assert ids("confidentiality")[33:] == ["C1.1", "C1.2"]
    assert len(ids("privacy", "availability")) == 33 + 18 + 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  - id: CC1.1\n",
            "  - id: CX1.1\n",
            "id: 'CX1.1' belongs to the series 'CX1', which does not exist; add it under series.",
        ),
        ("  - id: CC1.2\n", "  - id: CC1.1\n", "id: 'CC1.1' is used twice; give this entry another id."),
        (
            "    automation: low\n",
            "    automation: none\n",
            "automation: 'none' is not known; use one of high, partial, low.",
        ),
        (
            "    category: security\n",
            "    category: securty\n",
            "category: 'securty' does not exist (did you mean 'security'?); name one that exists.",
        ),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(old: str, new: str, message: str, spoil: Spoil) -> None:
    catalog = spoil("criteria.yaml", old, new)
    with pytest.raises(CatalogError) as caught:
        _ = catalog.criteria
    place, _, said = str(caught.value).partition(": ")
    assert place.startswith("catalog/criteria.yaml, line ")
    assert said == message
