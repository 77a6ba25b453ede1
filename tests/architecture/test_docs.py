"""Every command and option is documented, and the generated pages say what the code says."""

from pathlib import Path

import click
import pytest

from docs import generate
from trustwright.catalog import load_catalog
from trustwright.cli.main import trustwright_command
from trustwright.review.rules import all_rules


def test_the_generated_pages_are_those_committed(root: Path) -> None:
    folders = [root / "docs" / folder for folder in generate.GENERATED_FOLDERS]
    committed = {
        page.relative_to(root / "docs").as_posix(): page.read_text(encoding="utf-8")
        for folder in folders
        for page in sorted(folder.glob("*.md"))
    }
    made = generate.pages()
    remake = "remake the pages: .venv/bin/python docs/generate.py"
    assert sorted(made) == sorted(committed), remake
    assert [name for name in made if made[name] != committed[name]] == [], remake


def test_nothing_is_undocumented() -> None:
    assert generate.undocumented(trustwright_command) == []


@click.group("top")
def documented() -> None:
    """Do things."""


@documented.command("do")
@click.argument("path")
@click.option("--format", type=click.Choice(["a", "b"]), default="a", show_default=True, help="How to print.")
def command(path: str, format: str) -> None:  # noqa: A002
    """Do one thing with PATH."""
    click.echo(path + format)


def test_a_page_has_the_help_the_usage_and_the_options() -> None:
    pages = dict(generate.command_pages(documented))
    assert sorted(pages) == ["commands/README.md", "commands/do.md"]
    assert "| [do](do.md) | Do one thing with PATH. |" in pages["commands/README.md"]
    page = pages["commands/do.md"]
    assert "# trustwright do\n\nDo one thing with PATH.\n\n    trustwright do [OPTIONS] PATH\n" in page
    assert r"| `--format [a\|b]` | How to print. [default: a] |" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"help": ""}, "trustwright do: has no help: give the function a docstring"),
        ({"help": "Do one thing."}, "trustwright do: its help does not say what path is"),
        ({"option_help": ""}, "trustwright do --format: has no help: say what it does"),
    ],
    ids=["command", "argument", "option"],
)
def test_what_is_undocumented_is_found(change: dict[str, str], sentence: str) -> None:
    group = click.Group("top", help="Do things.")
    option = click.Option(["--format"], help=change.get("option_help", "How to print."))
    argument = click.Argument(["path"])
    group.add_command(
        click.Command("do", help=change.get("help", "Do one thing with PATH."), params=[argument, option])
    )
    assert sentence in generate.undocumented(group)


def test_every_rule_has_a_page_that_says_what_it_says_of_itself() -> None:
    catalog = load_catalog()
    pages = dict(generate.rule_pages(all_rules(), catalog))
    assert sorted(pages) == sorted(["rules/README.md", *(f"rules/{rule.id}.md" for rule in all_rules())])
    for rule in all_rules():
        page = pages[f"rules/{rule.id}.md"]
        said = [rule.title, rule.finding, rule.risk, *rule.remediation, rule.population, *rule.criteria, *rule.controls]
        assert [text for text in said if text not in page] == [], rule.id
        assert f"ignore[{rule.id}]" in page
        assert f"[{rule.id}]({rule.id}.md)" in pages["rules/README.md"]
