"""Facts and routes become findings: one module per rule, found by being there.

A rule module holds ``RULE``, what it says of itself, and ``check(project)``, which yields one observation for each
member of its population. ``docs/adding/rule.md`` says how to write one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trustwright.review.model import Observation, Rule
    from trustwright.review.project import Project

Check = Callable[["Project"], "Iterable[Observation]"]


@cache
def checks() -> "tuple[tuple[Rule, Check], ...]":
    """Return every rule with its check, by id."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple((module.RULE, module.check) for module in modules)


def all_rules() -> "tuple[Rule, ...]":
    """Return every rule, by id."""
    return tuple(rule for rule, _ in checks())
