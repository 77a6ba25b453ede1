"""A whole review: the same answer whatever the processes, the cache and the prefilter."""

from pathlib import Path

import pytest

from tests.reviewing import lay
from trustwright.review.engine import review
from trustwright.review.settings import Settings

EVERY = Settings(categories=("security", "availability", "processing-integrity", "confidentiality", "privacy"))

FILES = {
    "app.ts": (
        "import express from 'express'\nimport crypto from 'crypto'\nconst app = express()\n"
        "app.delete('/users/:id', async (req, res) => { await db.user.delete({ where: { id: req.params.id } }) })\n"
        "export const h = (password) => crypto.createHash('md5').update(password).digest('hex')\n"
    ),
    "plain.ts": "export const answer = 42\n",
    "worker.py": "try:\n    run()\nexcept Exception as e:\n    print(e)\n",
}


@pytest.mark.slow
def test_the_prefilter_changes_nothing(root: Path) -> None:
    """Parsing every file, or only those with a rule's texts, gives the same review of the example shop."""
    shop = root / "examples" / "acme-shop"
    assert review(shop, EVERY, jobs=1, cache=False) == review(shop, EVERY, jobs=1, cache=False, prefilter=False)


def test_the_prefilter_changes_nothing_in_small(tmp_path: Path) -> None:
    """The same for a few files."""
    lay(tmp_path, FILES)
    assert review(tmp_path, EVERY, jobs=1, cache=False) == review(tmp_path, EVERY, jobs=1, cache=False, prefilter=False)


def test_processes_and_cache_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process or two, first run or second."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = lay(tmp_path / "r", {**FILES, **{f"m{n}.py": "x = f(1)\n" * 40_000 + f"# {n}\n" for n in range(6)}})
    first = review(folder, EVERY, jobs=2)
    assert review(folder, EVERY, jobs=2) == first
    assert review(folder, EVERY, jobs=1, cache=False) == first


def test_every_criterion_in_scope_has_a_row(tmp_path: Path) -> None:
    """An empty folder is not assessed, sixty-one times over."""
    found = review(tmp_path, EVERY, jobs=1, cache=False)
    assert len(found.criteria) == 61
    assert {str(row.status) for row in found.criteria} == {"not-assessed"}
    assert all(row.evidence_needed for row in found.criteria)
    assert found.complete


def test_what_could_not_be_read_makes_a_review_incomplete(tmp_path: Path) -> None:
    """A binary file with a source file's name is told."""
    lay(tmp_path, {"a.py": "x = 1\n"})
    (tmp_path / "b.py").write_bytes(b"\0\0\0")
    found = review(tmp_path, EVERY, jobs=1, cache=False)
    assert not found.complete
    assert ("unreadable", "b.py") in {(gap.kind, gap.path) for gap in found.gaps}
