"""Conditions about the route are decided for one route; all others are left to who asks."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.values import Values

ITEMS = Asked("POST", "/api/items/{id}", "shop.items", "shop")
RUNS = {
    "equal": ("request.path == '/api/items'", False),
    "may be equal": ("request.path == '/api/items/new'", None),
    "another name": ("request.endpoint == 'shop.items'", True),
    "in a list": ("request.endpoint in ('login', 'shop.items')", True),
    "not in a list": ("request.endpoint not in PUBLIC", True),
    "starts": ("request.url.path.startswith('/api/')", True),
    "starts elsewhere": ("request.path.startswith('/admin')", False),
    "starts with one of two": ("request.path.startswith(('/admin', '/api'))", True),
    "ends": ("request.path.endswith('.js')", None),
    "method": ("request.method in ['GET', 'HEAD']", False),
    "blueprint": ("request.blueprint == 'shop'", True),
    "both": ("request.method == 'POST' and request.path.startswith('/api')", True),
    "either": ("request.method == 'GET' or request.path.startswith('/admin')", False),
    "not": ("not request.path.startswith('/admin')", True),
    "for each": ("any(request.path.startswith(one) for one in PREFIXES)", True),
    "a part of the path": ("request.path.split('/')[1] == 'api'", True),
    "a part that varies": ("request.path.split('/')[3] == 'new'", None),
    "a variable": ("path.startswith('/api')", True),
    "a list from elsewhere": ("request.path in load()", None),
}


@pytest.mark.parametrize(("condition", "expected"), RUNS.values(), ids=RUNS.keys())
def test_a_condition_on_the_route(tmp_path: Path, condition: str, expected: bool | None) -> None:
    """Decided conditions say which stretch does not run; undecided ones are a doubt."""
    text = (
        "PUBLIC = {'login'}\nPREFIXES = ['/x', '/api']\n"
        f"def guard():\n    path = request.path\n    if {condition}:\n        refuse()\n    else:\n        allow()\n"
    )
    project = project_of(tmp_path, {"guard.py": text})
    code = project.corpus.code("guard.py")
    assert code is not None
    reach = Conditions(Values(project.symbols)).reach(code, code.facts.functions[0], ITEMS)
    unreached = [text[item.start : item.end] for item in reach.unreached]
    if expected is None:
        assert reach.doubt
        assert not unreached
    else:
        (left,) = unreached
        assert ("allow" if expected else "refuse") in left
        assert not reach.doubt


def test_who_asks_is_no_condition_on_the_route(tmp_path: Path) -> None:
    text = "def guard():\n    if not session.get('user'):\n        abort(401)\n"
    project = project_of(tmp_path, {"guard.py": text})
    code = project.corpus.code("guard.py")
    assert code is not None
    reach = Conditions(Values(project.symbols)).reach(code, code.facts.functions[0], ITEMS)
    assert not reach.unreached
    assert not reach.doubt


def test_a_variable_of_the_path_that_a_route_does_not_have(tmp_path: Path) -> None:
    text = (
        "def guard(endpoint, values):\n    project = values.pop('project', None)\n    if project:\n        abort(401)\n"
    )
    project = project_of(tmp_path, {"guard.py": text})
    code = project.corpus.code("guard.py")
    assert code is not None
    conditions = Conditions(Values(project.symbols))
    assert conditions.reach(code, code.facts.functions[0], ITEMS).unreached
    assert not conditions.reach(code, code.facts.functions[0], Asked("GET", "/{project}/x")).unreached
