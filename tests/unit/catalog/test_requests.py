import pytest

from tests.unit.catalog.conftest import Spoil
from trustwright.catalog import Catalog, CatalogError


def test_there_are_82(catalog: Catalog) -> None:
    assert len(catalog.requests) == 82


def test_something_settles_every_criterion(catalog: Catalog) -> None:
    assert [criterion.id for criterion in catalog.criteria if not catalog.requests_for(criterion.id)] == []


def test_something_is_asked_for_every_part_of_the_system_description(catalog: Catalog) -> None:
    assert [one.id for one in catalog.description_criteria] == [f"DC{number}" for number in range(1, 10)]
    assert {part for request in catalog.requests for part in request.description_criteria} == {
        one.id for one in catalog.description_criteria
    }


def test_what_serves_no_criterion_serves_the_report_as_a_whole(catalog: Catalog) -> None:
    assert [request.id for request in catalog.requests if not request.criteria] == ["PBC-SCO-01", "PBC-SCO-02"]


def test_requests_keep_the_order_of_the_list(catalog: Catalog) -> None:
    ids = [request.id for request in catalog.requests_for("CC7.2")]
    assert ids == ["PBC-ACC-14", "PBC-OPS-05", "PBC-OPS-06", "PBC-OPS-07"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PBC-SCO-02", "PBC-SCO-01", "id: 'PBC-SCO-01' is used twice; give this entry another id."),
        ("[DC7]", "[DC0]", "description_criteria names 'DC0', which does not exist"),
        ("form: document", "from: document", "the key 'from' is not known (did you mean 'form'?); use one of id,"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(old: str, new: str, message: str, spoil: Spoil) -> None:
    catalog = spoil("requests.yaml", old, new)
    with pytest.raises(CatalogError) as caught:
        _ = catalog.requests
    place, _, said = str(caught.value).partition(": ")
    assert place.startswith("catalog/requests.yaml, line ")
    assert said.startswith(message)
