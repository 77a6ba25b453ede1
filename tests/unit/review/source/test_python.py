"""Facts and expressions of Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.source import python
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Facts


def code_of(text: str) -> Code:
    """Read one file held in memory."""
    data = text.encode()
    return Code("a.py", "python", "production", python.extract(data), lambda: data)


@pytest.mark.parametrize(
    ("text", "name", "qualified"),
    [
        ("import hashlib as h", "h.md5", "hashlib.md5"),
        ("from hashlib import md5 as m", "m", "hashlib.md5"),
        ("import os.path", "os.path.join", "os.path.join"),
        ("from . import b", "b.c", "..b.c"),
        ("", "print", "print"),
    ],
)
def test_names_are_qualified_through_imports(text: str, name: str, qualified: str) -> None:
    """An imported name becomes the name it has where it comes from."""
    assert code_of(text).qualified(name) == qualified


def test_functions_classes_and_decorators() -> None:
    """Methods belong to their class, decorators to what follows them."""
    code = code_of(
        "@app.get('/x')\nasync def f(a: Annotated[int, Depends(g)], b: str = Query('x'), *args): pass\n"
        "class K(A, metaclass=M):\n    y = Column(String)\n    @property\n    def m(self): pass\n"
    )
    function, klass = code.facts.functions[0], code.facts.classes[0]
    assert [item.name for item in code.decorators_of(function)] == ["app.get"]
    assert klass.bases == ("A",)
    assert [item.name for item in code.functions_in(klass)] == ["m"]
    assert [item.target for item in code.attributes_of(klass)] == ["y"]
    parameters = code.parameters(function)
    assert [item.name for item in parameters] == ["a", "b", "args"]
    assert parameters[0].annotation is not None
    assert parameters[0].annotation.arguments[1].name == "Depends"
    assert parameters[1].default is not None
    assert parameters[1].default.name == "Query"


def test_expressions() -> None:
    """Keyword arguments, dictionaries, f-strings, joined strings, awaits."""
    code = code_of("f('a' 'b', f'x{y}z', {'k': 1, **o}, g(2), verify=False, *rest)")
    call = code.call(code.calls_named("f")[0])
    assert call.arguments[0].text == "ab"
    assert (call.arguments[1].kind, call.arguments[1].value) == ("template", "x{}z")
    assert [key for key, _ in call.arguments[2].entries] == ["k", "..."]
    verify = call.argument(9, "verify")
    assert verify is not None
    assert verify.value is False


def test_the_last_binding_of_a_name_wins() -> None:
    """A class may bear the name of what it extends: it is the import before, and the class after."""
    code = code_of("from views import ListView\nclass ListView(ListView): pass\n")
    before, after = code.binding("ListView", code.text.rindex(b"ListView")), code.binding("ListView", len(code.text))
    assert before is not None
    assert after is not None
    assert (before.kind, after.kind) == ("import", "class")


def test_additions_are_kept_apart_from_assignments() -> None:
    """``+=`` adds to a name; the name still stands for what was assigned."""
    code = code_of("routes = [a]\nroutes += [b]\ncount -= 1\n")
    assert [item.target for item in code.facts.assignments] == ["routes"]
    assert [(item.target, code.value(item).kind) for item in code.facts.additions] == [("routes", "array")]


def test_exceptions_and_conditions() -> None:
    """What an except catches, and what a conditional expression tests."""
    code = code_of("try:\n    a()\nexcept (A, B) as e:\n    pass\nx = 1 if y else 2\n")
    assert code.facts.catches[0].caught == "(A, B) as e"
    branch = code.facts.branches[0]
    assert code.source(branch.condition_start, branch.condition_end) == "y"


def test_what_cannot_be_parsed_is_told() -> None:
    """An error names its line, and the rest is still read."""
    facts = python.extract(b"def f(:\n    pass\nfoo()\n")
    assert facts.error_lines


@given(st.binary(max_size=400))
def test_any_bytes_give_facts(data: bytes) -> None:
    """No input raises."""
    assert isinstance(python.extract(data), Facts)


@given(st.text(alphabet="()[]{}=:'\"#.,abc \n@defclassreturnimportfromasexceptlambda*", max_size=200))
def test_any_text_can_be_asked_about(text: str) -> None:
    """Expressions, parameters and bindings of broken code answer something, and never raise."""
    code = code_of(text)
    for call in code.facts.calls:
        code.call(call)
        code.binding("a", call.start)
    for function in code.facts.functions:
        code.parameters(function)
