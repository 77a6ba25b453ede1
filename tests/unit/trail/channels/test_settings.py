"""The settings of channels: every mistake is a sentence, and none shows a secret."""

from pathlib import Path

import pytest

from trustwright.trail.channels import read
from trustwright.trail.errors import TrailError

WEBHOOK = '[[channel]]\nkind = "webhook"\nurl = "https://example.com/s3cret"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a =", "no TOML"),
        ("colour = 1", "colour: the settings are"),
        ("channel = 1", "the settings are"),
        ('timezone = "Mars/Olympus"', "timezone 'Mars/Olympus' is not known"),
        ('timezone = "../../etc/passwd"', "is not known"),
        ('[[channel]]\nkind = "fax"', "kind 'fax' is none of"),
        ('[[channel]]\nkind = "webhook"', "channel 1: url is missing"),
        ('[[channel]]\nkind = "webhook"\nurl = "file:///etc/passwd"', "url is no http"),
        (WEBHOOK + 'level = "loud"', "level 'loud' is none of"),
        (WEBHOOK + "colour = 1", "colour: there is no such setting"),
        (WEBHOOK + 'secret_env = "NOT_SET_HERE"', "that secret_env names is not set"),
        (WEBHOOK + WEBHOOK, "two channels have one name"),
        ('[[channel]]\nkind = "email"\nhost = "h"\nsender = "a"\nto = "b"\nport = 0', "port is no whole number"),
    ],
)
def test_a_mistake_is_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TrailError, match=sentence.replace("/", ".")) as error:
        read(path)
    assert "s3cret" not in str(error.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrailError, match="cannot be read"):
        read(tmp_path / "none.toml")


def test_routes_have_a_name_and_a_level(tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text('timezone = "Europe/Berlin"\n' + WEBHOOK + 'level = "high"\nname = "team"\n', encoding="utf-8")
    routing = read(path)
    assert str(routing.zone) == "Europe/Berlin"
    (route,) = routing.routes
    assert route.name == "team"
    assert [level for level in ("low", "medium", "high", "critical") if route.takes(level)] == ["high", "critical"]
