"""The only place where the engines meet the catalog, the settings and the report formats."""

import dataclasses
import pkgutil
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from trustwright.errors import TrustwrightError

if TYPE_CHECKING:
    from trustwright.review.model import Review
    from trustwright.review.settings import Category

Progress = Callable[[str, int, int], None]


def review(
    root: Path,
    *,
    config: Path | None = None,
    categories: Collection["Category"] = (),
    as_of: date | None = None,
    jobs: int = 0,
    cache: bool = True,
    progress: Progress | None = None,
) -> "Review":
    """Review the folder ``root``.

    Args:
        root: the folder.
        config: the settings file; ``trustwright.toml`` in the folder, if there is one, when not given.
        categories: the categories in scope instead of those the settings name.
        as_of: the day by which entries of the settings expire; today when not given.
        jobs: number of processes; 0 lets the engine choose.
        cache: whether facts of unchanged files may be taken from an earlier run.
        progress: called with what is being done, how many are done and how many there are.

    Raises:
        TrustwrightError: there is no such folder, or the settings are wrong.
    """
    from trustwright.review import settings
    from trustwright.review.kept import Kept
    from trustwright.review.source.discovery import discover

    if not root.is_dir():
        wrong = "is a file" if root.exists() else "there is no such folder"
        raise TrustwrightError(f"{root}: {wrong}; name the folder to review.")
    chosen = settings.load(root, config, rules=rule_ids(), as_of=as_of)
    if categories:
        chosen = dataclasses.replace(chosen, categories=settings.in_scope(categories))
    found = discover(root, chosen.why_left_out)
    kept = Kept(root, chosen, found) if cache else None
    known = kept.recall() if kept is not None else None
    if known is not None:
        return known
    from trustwright.review import engine

    made = engine.review(root, chosen, jobs=jobs, cache=cache, found=found, progress=progress)
    if kept is not None:
        kept.keep(made)
    return made


def rule_ids() -> tuple[str, ...]:
    """Name every rule there is, sorted, without importing one."""
    from trustwright.review import rules

    modules = (module.name for module in pkgutil.iter_modules(rules.__path__))
    return tuple(sorted(name.replace("_", "-") for name in modules if not name.startswith("_")))
