"""Conditions on inputs are decided where the inputs are plain values."""

import pytest

from trustwright.review.link.inputs import literals, never
from trustwright.review.source import yaml


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("inputs.production == 'true'", True),
        ("${{ inputs.production == 'true' }}", True),
        ("inputs.production != 'true'", False),
        ("inputs.environment == 'Production'", False),
        ("github.event.inputs.environment != 'production'", True),
        ("inputs.host != '' && inputs.production == 'true'", True),
        ("inputs.production == 'true' || inputs.environment == 'production'", False),
        ("inputs.production", True),
        ("!inputs.production", False),
        ("inputs.unknown == 'true'", False),
        ("github.ref == 'refs/heads/main'", False),
        ("${{ false }}", True),
        ("", False),
    ],
)
def test_what_cannot_run(condition: str, expected: bool) -> None:
    assert never(condition, {"production": "false", "environment": "production", "host": "shop"}) is expected


def test_plain_values_count_and_expressions_do_not() -> None:
    defaults = yaml.first(
        "action.yml", b"production: {default: false}\nhost: {required: true}\nregion: {default: eu}\n"
    )
    given = yaml.first("ci.yml", b"production: true\nregion: '${{ vars.REGION }}'\n")
    assert literals(defaults, given) == {"production": "true", "host": ""}
    assert literals(None) == {}
