"""The catalog as it ships, and a copy of its files that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trustwright.catalog import Catalog, load_catalog

Spoil = Callable[[str, str, str], Catalog]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def spoil(root: Path, tmp_path: Path) -> Spoil:
    """Return a function that replaces the first ``old`` in a file of a copied catalog and returns that catalog."""
    copy = tmp_path / "catalog"
    shutil.copytree(root / "src" / "trustwright" / "catalog", copy)

    def replace(file: str, old: str, new: str) -> Catalog:
        path = copy / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return Catalog(copy)

    return replace
