"""A file that cannot be read becomes a gap that says why."""

import pickle

from trustwright.review.model import Gap
from trustwright.review.source.errors import SourceError


def test_an_error_becomes_a_gap_with_its_line() -> None:
    assert SourceError("a.yml", 3, "not YAML").gap() == Gap("parse-error", "a.yml", "line 3: not YAML")
    assert SourceError("a.yml", 0, "too large", "capped").gap() == Gap("capped", "a.yml", "too large")


def test_an_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(SourceError("a.yml", 3, "not YAML", "capped")))  # noqa: S301 - our own bytes
    assert str(error) == "a.yml:3: not YAML"
    assert error.kind == "capped"
