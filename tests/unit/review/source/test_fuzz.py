"""Whatever the bytes, a reader answers or raises SourceError; nothing else may come out."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from trustwright.review.source import dockerfile, hcl, json, markdown, sql, toml, yaml
from trustwright.review.source import settings as settings_files
from trustwright.review.source.errors import SourceError
from trustwright.review.source.shell import commands

READERS: dict[str, tuple[Callable[[str, bytes], object], bytes]] = {
    "yaml": (yaml.parse, b"a: &x [1, 'two', {b: !Ref c}]\n<<: *x\nd: |\n  text\n---\n? e\n: f\n"),
    "json": (json.parse, b'{"a": [1, -2.5e3, true, null, "x\\u00e9"], // c\n "b": {"c": {}},}'),
    "hcl": (
        hcl.parse,
        b'a "b" "c" {\n x = "${y}-z"\n n = [1, {k = 2}]\n d = <<-E\n {"j": 1}\n E\n i { j = f(1) }\n}\n',
    ),
    "toml": (toml.parse, b'a = 1\n[b."c d"]\ne = [1, {f = "g"}]\n[[h]]\ni = """j\nk"""\n[[h.l]]\nm = 1.5\n'),
    "settings": (settings_files.parse, b"[a]\nb = c ; d\n  e\nexport F='g'\nh: i\n"),
    "sql": (
        sql.parse,
        b"CREATE TABLE \"a\" (b int DEFAULT 'c;', PRIMARY KEY (b)); $$ d; $$; ALTER TABLE e ADD f text, DROP g;",
    ),
    "dockerfile": (dockerfile.parse, b'FROM a AS b\nRUN --mount=x c \\\n d\nRUN <<E\nf\nE\nCMD ["g"]\n'),
    "markdown": (
        markdown.parse,
        b"---\na: b\n---\n# c\n\n| d | e |\n|---|---|\n| f | g |\n\n1. h\n   i\n```\nj\n```\n",
    ),
}
NOISE = st.binary(max_size=12) | st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b'"',
        b"'",
        b"\\",
        b"\n",
        b"\t",
        b":",
        b"&x",
        b"*x",
        b"<<",
        b"${",
        b"|",
        b"#",
        b"\x00",
    ]
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(name: str, data: bytes) -> None:
    """Read bytes; an error must say where and what."""
    error = refusal(name, data)
    assert error is None or (error.path == "f" and error.line >= 0 and error.what)


def refusal(name: str, data: bytes) -> SourceError | None:
    try:
        READERS[name][0]("f", data)
    except SourceError as error:
        return error
    return None


@pytest.mark.parametrize("name", READERS)
@MANY
@given(data=st.binary(max_size=300))
@example(data=b"")
@example(data=b"\xef\xbb\xbf")
def test_any_bytes(name: str, data: bytes) -> None:
    check(name, data)


@pytest.mark.parametrize("name", READERS)
@MANY
@given(edits=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 8), NOISE), max_size=6))
def test_damaged_files(name: str, edits: list[tuple[int, int, bytes]]) -> None:
    data = READERS[name][1]
    for at, removed, added in edits:
        data = data[:at] + added + data[at + removed :]
    check(name, data)


@pytest.mark.parametrize("name", READERS)
def test_the_undamaged_files_are_read(name: str) -> None:
    reader, data = READERS[name]
    assert reader("f", data) is not None


@MANY
@given(st.text(max_size=200) | st.lists(st.sampled_from(list("\"'`$(){}<>|&;#\\ \nab=-")), max_size=80).map("".join))
def test_any_script(script: str) -> None:
    assert all(command.words and command.line >= 0 for command in commands(script))
