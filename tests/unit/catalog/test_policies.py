import pytest

from tests.unit.catalog.conftest import Spoil
from trustwright.catalog import Catalog, CatalogError


def test_there_are_24_and_each_says_what_it_states(catalog: Catalog) -> None:
    assert len(catalog.policies) == 24
    assert [policy.id for policy in catalog.policies if not policy.states.endswith(".")] == []


def test_policies_for_a_criterion(catalog: Catalog) -> None:
    assert [policy.id for policy in catalog.policies_for("CC6.7")] == [
        *("acceptable-use", "encryption", "network-and-endpoint-security")
    ]


def test_a_wrong_file_is_named_with_line_and_key(spoil: Spoil) -> None:
    catalog = spoil("policies.yaml", "[CC5.3, CC1.3]", "[CC5.4]")
    with pytest.raises(CatalogError) as caught:
        _ = catalog.policies
    assert str(caught.value) == (
        "catalog/policies.yaml, line 10: criteria names 'CC5.4', which does not exist (did you mean 'CC5.3'?); "
        "name one that exists."
    )
