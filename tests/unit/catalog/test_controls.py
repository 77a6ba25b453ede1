from pathlib import Path

import pytest

from tests.unit.catalog.conftest import Spoil
from trustwright.catalog import Catalog, CatalogError, load_catalog
from trustwright.catalog.controls import KEYS, Proof

CONTROLS = {control.id: control for control in load_catalog().controls}


def test_there_are_93_and_each_has_its_file(catalog: Catalog, root: Path) -> None:
    files = sorted(path.stem for path in (root / "src/trustwright/catalog/controls").iterdir())
    assert [control.id for control in catalog.controls] == files
    assert len(files) == 93


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_reads_like_one(control: str) -> None:
    one = CONTROLS[control]
    assert len(one.title) <= 38, "a title must fit a table"
    assert one.statement.endswith(".")
    assert all(step.endswith(".") for step in one.test)
    assert not any(item.endswith(".") for item in (*one.evidence, *one.sources))
    assert one.title[0].isupper()
    assert len(set(one.frequency)) == len(one.frequency)


def test_titles_and_statements_are_not_repeated(catalog: Catalog) -> None:
    assert len({control.title for control in catalog.controls}) == 93
    assert len({control.statement for control in catalog.controls}) == 93


def test_every_criterion_has_a_control(catalog: Catalog) -> None:
    assert [criterion.id for criterion in catalog.criteria if not catalog.controls_for(criterion.id)] == []


def test_controls_for_a_criterion_begin_with_those_made_for_it(catalog: Catalog) -> None:
    ids = [control.id for control in catalog.controls_for("CC7.2")]
    assert ids == ["OPS-05", "OPS-06", "OPS-07", "OPS-08", "AVL-02"]
    assert [criterion.id for criterion in catalog.criteria_of(catalog.control("AVL-02"))] == ["A1.1", "CC7.2"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "frequency:",
            "frequncy:",
            f"line 7: the key 'frequncy' is not known (did you mean 'frequency'?); use one of {', '.join(KEYS)}.",
        ),
        ("proof: automated\n", "", "line 1: the key 'proof' is missing; add it."),
        (
            "proof: automated",
            "proof: automatic",
            f"line 8: proof: 'automatic' is not known (did you mean 'automated'?); use one of {', '.join(Proof)}.",
        ),
        (
            "[CC6.1, CC6.6]",
            "[CC6.1, CC8.2]",
            "line 6: criteria names 'CC8.2', which does not exist (did you mean 'CC8.1'?); name one that exists.",
        ),
        (
            "id: ACC-01",
            "id: ACC-99",
            "line 1: id: 'ACC-99' is not the file's name; rename the file to ACC-99.yaml or mend the id.",
        ),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(old: str, new: str, message: str, spoil: Spoil) -> None:
    catalog = spoil("controls/ACC-01.yaml", old, new)
    with pytest.raises(CatalogError) as caught:
        _ = catalog.controls
    assert str(caught.value) == f"catalog/controls/ACC-01.yaml, {message}"


def test_a_missing_folder_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "criteria.yaml").write_bytes((root / "src/trustwright/catalog/criteria.yaml").read_bytes())
    with pytest.raises(CatalogError, match=r"^catalog/controls: cannot be read"):
        _ = Catalog(tmp_path).controls
