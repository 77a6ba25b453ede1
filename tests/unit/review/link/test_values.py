"""Expressions are followed through names, files, loops, callers and what functions return."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values

LIBRARY = (
    "from framework import App\nfrom settings import settings\nROUTERS = ['a', 'b']\n"
    "class Special(App):\n    def __init__(self, name): ...\n"
    "def make():\n    inner = App()\n    return inner\ndef pick(one=None):\n    return one or App()\n"
)
SETTINGS = "class Settings:\n    PREFIX: str = '/api'\n    FIELD: str = Field('/field')\nsettings = Settings()\n"


def follow(folder: Path, text: str, name: str = "it") -> tuple[Values, Value]:
    """Return the value that ``name`` has at the end of a file that imports all of the library."""
    files = {"main.py": "from library import *\n" + text, "library.py": LIBRARY, "settings.py": SETTINGS}
    project = project_of(folder, files)
    code = project.corpus.code("main.py")
    assert code is not None
    binding = code.binding(name, len(code.text) - 1)
    assert binding is not None
    assert binding.assignment is not None
    return Values(project.symbols), Value(code, code.value(binding.assignment))


MADE = {
    "a call": ("it = App()\n", ["framework.App"]),
    "a name": ("app = App()\nit = app\n", ["framework.App"]),
    "a class of the repository": ("it = Special('x')\n", ["framework.App"]),
    "a class that a function makes": (
        "def kind():\n    class Inner(App): ...\n    return Inner\nMine = kind()\nit = Mine()\n",
        ["framework.App"],
    ),
    "what a function returns": ("it = make()\n", ["framework.App"]),
    "either of two": ("import other\nit = App() if x else other.Thing()\n", ["framework.App", "other.Thing"]),
    "an argument, or else": ("it = pick()\n", ["framework.App"]),
    "a copy": ("app = App()\nit = list(app)\n", ["framework.App"]),
    "nothing": ("it = None\n", []),
}


@pytest.mark.parametrize(("text", "kinds"), MADE.values(), ids=MADE.keys())
def test_what_makes_an_object(tmp_path: Path, text: str, kinds: list[str]) -> None:
    values, value = follow(tmp_path, text)
    assert sorted(kind for found in values.of(value) for kind in values.kinds(found)) == kinds


TEXTS = {
    "plain": ("it = '/x'\n", "/x"),
    "joined": ("it = '/a' + f'{settings.PREFIX}/b'\n", "/a/api/b"),
    "a setting with a default": ("it = Settings().FIELD\nfrom settings import Settings\n", "/field"),
    "the environment, or else": ("import os\nit = os.getenv('P', '/x')\n", "/x"),
    "formatted": ("it = '/a/{}'.format('b')\n", "/a/b"),
    "stripped": ("it = '/a/'.strip('/')\n", "a"),
    "or": ("it = missing or '/x'\n", "/x"),
    "one ends with the other": ("it = '/t/x' if TENANTS else '/x'\n", "/x"),
    "two that differ": ("it = '/a' if X else '/b'\n", None),
    "unknown": ("it = load()\n", None),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_constant_texts(tmp_path: Path, text: str, expected: str | None) -> None:
    values, value = follow(tmp_path, text)
    assert text_of(values, value) == expected


def test_what_is_not_settled_is_a_hole(tmp_path: Path) -> None:
    values, value = follow(tmp_path, "it = f'/a/{load().name}/b'\n")
    assert pattern_of(values, value) == "/a/{name}/b"
    assert text_of(values, value) is None


LISTS = {
    "a list": ("it = ['a', 'b']\n", ["a", "b"]),
    "a tuple by name": ("it = ROUTERS\n", ["a", "b"]),
    "spread and added": ("it = ['x', *ROUTERS] + ('y',)\n", ["x", "a", "b", "y"]),
    "values of a dict": ("d = {'k': 'v'}\nit = d.values()\n", ["v"]),
    "unknown": ("it = load()\n", None),
}


@pytest.mark.parametrize(("text", "expected"), LISTS.values(), ids=LISTS.keys())
def test_items(tmp_path: Path, text: str, expected: list[str] | None) -> None:
    values, value = follow(tmp_path, text)
    items = values.items(value)
    assert (None if items is None else [text_of(values, item) for item in items]) == expected


def test_a_call_is_told_apart_by_caller_and_round(tmp_path: Path) -> None:
    text = (
        "import flask\ndef add(target, prefix='/default'):\n"
        "    for name in ROUTERS:\n        target.mount(prefix + '/' + name)\n"
        "add(App(), '/one')\nadd(App())\n"
    )
    files = {"main.py": "from library import *\n" + text, "library.py": LIBRARY, "settings.py": SETTINGS}
    project = project_of(tmp_path, files)
    code = project.corpus.code("main.py")
    assert code is not None
    values = Values(project.symbols)
    (call,) = code.calls_named("mount")
    found = [
        text_of(values, given.at(given.expression.arguments[0])) for given in values.situations(code, code.call(call))
    ]
    assert sorted(str(item) for item in found) == ["/default/a", "/default/b", "/one/a", "/one/b"]


def test_a_loop_over_an_argument_has_the_rounds_of_its_caller(tmp_path: Path) -> None:
    """Each caller's list goes with its own other arguments."""
    text = (
        "import flask\ndef add(target, names):\n    for one in names:\n        target.mount(one + target)\n"
        "add('x', ['a', 'b'])\nadd('y', ['c'])\nadd('z', unknown)\n"
    )
    project = project_of(tmp_path, {"main.py": text})
    code = project.corpus.code("main.py")
    assert code is not None
    values = Values(project.symbols)
    (call,) = code.calls_named("mount")
    found = [
        text_of(values, given.at(given.expression.arguments[0])) for given in values.situations(code, code.call(call))
    ]
    assert found == ["ax", "bx", "cy", None]


def test_circles_end(tmp_path: Path) -> None:
    values, value = follow(tmp_path, "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nit = f(1)\n")
    assert text_of(values, value) is None
    assert values.items(value) is None


def test_keyword_arguments_that_come_in_by_a_dict(tmp_path: Path) -> None:
    values, value = follow(tmp_path, "OPTIONS = {'prefix': '/x'}\nit = App(**OPTIONS)\n")
    prefix = values.keyword(value, "prefix")
    assert prefix is not None
    assert text_of(values, prefix) == "/x"
