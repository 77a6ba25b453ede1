"""What a plain name means at a place of a Python file."""

from pathlib import Path

import pytest

from tests.reviewing import project_of

TEXT = """\
import os
name = "file"
def reassigns(name):
    name = name.strip()  # own value
    return name
class Shelf:
    name = "class"
    label = name
    def method(self):
        return name  # in a method
def typed(user: User, current=User):
    return User
def same(get_user=get_user):
    return get_user
def get_user(): ...
type Alias = Wrapper[int]
for path, router in PAIRS:
    mount(path, router)
"""


@pytest.mark.parametrize(
    ("place", "name", "kind", "line"),
    [
        ("name.strip", "name", "parameter", 3),
        ("return name\nclass", "name", "assignment", 4),
        ("label = name", "name", "assignment", 7),
        ("return name  # in", "name", "assignment", 2),
        ("=get_user)", "get_user", "function", 15),
        ("return get_user", "get_user", "parameter", 13),
        ("mount(", "Alias", "assignment", 16),
        ("mount(", "os", "import", 1),
    ],
)
def test_the_innermost_scope_that_can_see_it(tmp_path: Path, place: str, name: str, kind: str, line: int) -> None:
    code = project_of(tmp_path, {"a.py": TEXT}).corpus.code("a.py")
    assert code is not None
    at = TEXT.index(place)
    binding = code.binding(name, at + 8)
    assert binding is not None
    bound = binding.assignment or binding.function or binding.imported
    assert bound is not None
    assert (binding.kind, code.line(bound.start)) == (kind, line)


def test_a_type_is_no_parameter(tmp_path: Path) -> None:
    code = project_of(tmp_path, {"a.py": TEXT}).corpus.code("a.py")
    assert code is not None
    assert code.binding("User", TEXT.index("return User")) is None


def test_loops_are_read(tmp_path: Path) -> None:
    code = project_of(tmp_path, {"a.py": TEXT}).corpus.code("a.py")
    assert code is not None
    (loop,) = code.facts.loops
    assert (loop.target, code.source(loop.items_start, loop.items_end)) == ("path, router", "PAIRS")
