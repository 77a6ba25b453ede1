"""Targets of make files, as people write them."""

import pytest

from trustwright.review.link.script_files import make_targets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test:\n\tpytest\n", {"test": (1, (), "pytest")}),
        ("test: build ## Run the tests\n\tpytest\n", {"test": (1, ("build",), "pytest")}),
        ("a: ## First\n\techo a\n\nb: ## Second\n\techo b\n", {"a": (1, (), "echo a"), "b": (4, (), "echo b")}),
        ("RUN = uv run\ntest:\n\t@$(RUN) pytest\n", {"test": (2, (), "uv run pytest")}),
        ("URL := http://localhost\n", {}),
        ("clean:\n\t-rm -r build\n", {"clean": (1, (), "rm -r build || true")}),
    ],
)
def test_make_targets(text: str, expected: dict[str, tuple[int, tuple[str, ...], str]]) -> None:
    assert make_targets(text) == expected
