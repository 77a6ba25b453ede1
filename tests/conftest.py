"""What every test shares."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.trail_database", "tests.trail_spool"]

# The same examples on every machine and every run: a failure is the change's, not the dice's.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent
