"""A kept review is the review, and only for exactly the state it was made of."""

import os
from datetime import date
from pathlib import Path

import pytest

from tests.reviewing import lay
from trustwright.review.engine import review
from trustwright.review.kept import Kept
from trustwright.review.settings import Settings
from trustwright.review.source.discovery import discover
from trustwright.review.source.remembered import folder

SETTINGS = Settings(as_of=date(2026, 11, 21))
APP = (
    "import express from 'express'\nconst app = express()\n"
    "app.delete('/users/:id', async (req, res) => { await db.user.delete({ where: { id: req.params.id } }) })\n"
    "app.listen(1)\n"
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository whose files were last changed a while ago."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("trustwright.review.kept._SETTLED_NS", 0)
    return lay(tmp_path / "shop", {"app.ts": APP, "package.json": '{"dependencies": {"express": "4"}}'})


def test_what_is_kept_is_the_review(shop: Path) -> None:
    """Every part comes back equal: findings, routes, rules, gaps."""
    found = discover(shop)
    made = review(shop, SETTINGS, jobs=1, cache=False, found=found)
    assert made.findings
    assert made.routes
    kept = Kept(shop, SETTINGS, found)
    assert kept.recall() is None
    kept.keep(made)
    assert Kept(shop, SETTINGS, discover(shop)).recall() == made


def test_a_change_is_noticed(shop: Path) -> None:
    """Another content, another file, another setting: nothing is recalled."""
    found = discover(shop)
    Kept(shop, SETTINGS, found).keep(review(shop, SETTINGS, jobs=1, cache=False, found=found))
    assert Kept(shop, SETTINGS, discover(shop)).recall() is not None
    assert Kept(shop, SETTINGS.on(date(2027, 1, 1)), discover(shop)).recall() is None
    (shop / "app.ts").write_text(APP.replace("users", "other"))
    assert Kept(shop, SETTINGS, discover(shop)).recall() is None


def test_a_file_with_its_old_time_is_noticed(shop: Path) -> None:
    """The time of the last change of a file's status cannot be set back."""
    found = discover(shop)
    Kept(shop, SETTINGS, found).keep(review(shop, SETTINGS, jobs=1, cache=False, found=found))
    times = os.stat(shop / "app.ts")
    (shop / "app.ts").write_text(APP.replace("users", "peers"))
    os.utime(shop / "app.ts", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert Kept(shop, SETTINGS, discover(shop)).recall() is None


def test_damage_is_ignored(shop: Path) -> None:
    """A truncated or foreign file is no review."""
    found = discover(shop)
    kept = Kept(shop, SETTINGS, found)
    kept.keep(review(shop, SETTINGS, jobs=1, cache=False, found=found))
    (file,) = folder().glob("review-*")
    for damage in (b"", b"x" * 100, file.read_bytes()[:-1]):
        file.write_bytes(damage)
        assert kept.recall() is None


def test_a_fresh_change_is_not_trusted(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file changed a moment ago may change again within the same tick of the clock."""
    monkeypatch.setattr("trustwright.review.kept._SETTLED_NS", 10**15)
    found = discover(shop)
    kept = Kept(shop, SETTINGS, found)
    kept.keep(review(shop, SETTINGS, jobs=1, cache=False, found=found))
    assert kept.recall() is None
