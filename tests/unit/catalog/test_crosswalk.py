from collections import Counter

import pytest

from tests.unit.catalog.conftest import Spoil
from trustwright.catalog import Catalog, CatalogError


def test_it_says_that_it_is_a_draft_of_related_requirements(catalog: Catalog) -> None:
    assert (catalog.crosswalk.status, catalog.crosswalk.relation) == ("draft", "related")


def test_every_criterion_is_in_it_in_order(catalog: Catalog) -> None:
    seen = list(dict.fromkeys(entry.criterion for entry in catalog.crosswalk.entries))
    assert seen == [criterion.id for criterion in catalog.criteria]


def test_it_holds_the_pairs_that_were_drawn(catalog: Catalog) -> None:
    pairs: Counter[str] = Counter()
    for entry in catalog.crosswalk.entries:
        pairs[entry.framework.id] += len(entry.identifiers)
    assert pairs == {
        "nist-800-53": 255,
        "nist-csf": 205,
        "iso-27001-annex-a": 188,
        "iso-27001-clauses": 36,
        "cis-controls": 123,
    }


def test_identifiers_stay_as_they_are_written(catalog: Catalog) -> None:
    related = {entry.framework.id: entry.identifiers for entry in catalog.crosswalk_for("CC6.6")}
    assert "IA-2(1)" in related["nist-800-53"]
    assert "13.10" in related["cis-controls"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[PL-4, PS-6",
            "[PL4, PS-6",
            "nist-800-53: 'PL4' is not written as the framework's ids are; match [A-Z]{2}-",
        ),
        ("[PL-4, PS-6", "[PL-4, PL-4", "nist-800-53: an identifier is given twice; remove one of them."),
        (
            "nist-csf: [GV.RR-01, GV.RR-04, GV.PO-01]",
            "nist-cfs: [GV.RR-01]",
            "the key 'nist-cfs' is not known (did you mean 'nist-csf'?); use one of id, nist-800-53, nist-csf, ",
        ),
        ("- id: CC1.2", "- id: CC1.1", "id: 'CC1.1' has an entry already; merge the two."),
        ("pattern: '[A-Z]", "pattern: '([A-Z]", "pattern: is not a regular expression (missing ),"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(old: str, new: str, message: str, spoil: Spoil) -> None:
    catalog = spoil("crosswalk.yaml", old, new)
    with pytest.raises(CatalogError) as caught:
        _ = catalog.crosswalk
    place, _, said = str(caught.value).partition(": ")
    assert place.startswith("catalog/crosswalk.yaml, line ")
    assert said.startswith(message)
