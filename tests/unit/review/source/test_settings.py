"""Settings of one entry per line: .env, ini, properties."""

import pytest

from trustwright.review.source import settings
from trustwright.review.source.errors import SourceError


def test_env_files_quotes_comments_and_exports() -> None:
    text = b"# top\nexport A=1\nB='x # y'\nC=\"z\" # c\nD=plain # c\nE=\nURL=postgres://u:p@h/db?a=b#c\n=bad\nF\n"
    assert settings.parse(".env", text).plain() == {
        "A": "1",
        "B": "x # y",
        "C": "z",
        "D": "plain",
        "E": "",
        "URL": "postgres://u:p@h/db?a=b#c",
    }


def test_ini_sections_and_continued_values_keep_their_lines() -> None:
    tree = settings.parse("setup.cfg", b"[options]\ninstall_requires =\n    one>=1\n    two\n; no\n[other]\nx: y\n")
    assert tree.plain() == {"options": {"install_requires": "\none>=1\ntwo"}, "other": {"x": "y"}}
    listed = tree.at("options", "install_requires")
    assert listed is not None
    assert (listed.line, listed.end_line) == (2, 4)
    assert [one.line for _, one in tree.items()] == [1, 6]


def test_properties_have_dots_in_their_keys() -> None:
    tree = settings.parse("a.properties", b"! no\nspring.datasource.password = s3cret\nserver.ssl.enabled: false\n")
    assert tree.plain() == {"spring.datasource.password": "s3cret", "server.ssl.enabled": "false"}


def test_the_last_of_two_equal_keys_wins() -> None:
    assert settings.parse(".env", b"A=1\nA=2\n").text_at("A") == "2"


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"A=\xff", "parse-error"), (b"A" * (settings.MAX_BYTES + 1), "capped"), (b"\n" * 60_000, "capped")],
)
def test_bad_input_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(SourceError) as caught:
        settings.parse(".env", data)
    assert caught.value.kind == kind
