"""A variable that branches assign may hold what any of them gave it."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.branches import bindings_before

TEXT = """\
def setup(items=None):
    if not items:
        items = A
    else:
        items = items + B
    use(items)  # both
    items = C
    use(items)  # one
try:
    app = one()
except ImportError:
    app = two()
use(app)  # either
try:
    from kobo import plugin
except ImportError:
    plugin = None
use(plugin)  # import
"""


@pytest.mark.parametrize(
    ("place", "name", "lines", "parameter"),
    [
        ("# both", "items", [5, 3], True),
        ("# one", "items", [7], False),
        ("# either", "app", [12, 10], False),
        ("# import", "plugin", [17, 15], False),
    ],
)
def test_the_nearest_first(tmp_path: Path, place: str, name: str, lines: list[int], *, parameter: bool) -> None:
    code = project_of(tmp_path, {"a.py": TEXT}).corpus.code("a.py")
    assert code is not None
    found, scope = bindings_before(code, name, TEXT.index(place))
    assert [code.line(item.start) for item in found] == lines
    assert (scope is not None) == parameter
