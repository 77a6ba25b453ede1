"""Anchors and keys from the command line: what is named gets checkpoints, and the claim follows."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from trustwright.cli.main import trustwright_command

pytestmark = pytest.mark.slow


def run(*words: str | Path) -> str:
    """Run a command of the trail and return what it said, its exit code first when it failed."""
    done = CliRunner().invoke(trustwright_command, ["trail", *map(str, words)])
    said = f"{done.exit_code}: {done.exception}" if done.exit_code else done.output
    assert "Traceback" not in said
    return said


@pytest.fixture
def initialised(places: Path) -> Path:
    run("init", "--name", "log.example/anchors")
    return places


def test_an_anchor_gets_the_next_checkpoint_and_justifies_its_claim(initialised: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert "no anchor outside is configured" in run("status")
    assert "in a folder outside" in run("anchor", "add", "folder", outside)
    run("record", "--actor-type", "user", "--action", "delete", "--resource-type", "order")
    assert run("sequence", "--once") == "1 entries, signed\n"
    assert "in a folder outside" in run("status")
    assert "1 entries" in run("anchor", "list")
    (kept,) = outside.iterdir()
    assert "nothing was changed" in run("verify", "--since", kept)
    run("anchor", "remove", "folder", outside)
    assert "no anchor outside is configured" in run("anchor", "list")


def test_an_anchor_twice_or_never_is_told(initialised: Path, tmp_path: Path) -> None:
    run("anchor", "add", "folder", tmp_path)
    assert "it is there already" in run("anchor", "add", "folder", tmp_path)
    assert "there is no such anchor" in run("anchor", "remove", "git", tmp_path)


def test_keys_are_made_listed_and_revoked(initialised: Path) -> None:
    assert run("key", "create", "shop").startswith("twt_")
    assert "shop" in run("key", "list")
    assert run("key", "revoke", "shop") == "1 revoked\n"
    assert "revoked" in run("key", "list")
    assert "no key of this name works" in run("key", "revoke", "shop")
