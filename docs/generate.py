"""Writes the pages that are made from the code: `.venv/bin/python docs/generate.py`.

A test compares them with what is committed, so a command or an option cannot be added without its page.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from trustwright.catalog import Catalog, load_catalog
from trustwright.cli.main import NAME, trustwright_command
from trustwright.review.model import Rule
from trustwright.review.rules import all_rules

DOCS = Path(__file__).resolve().parent
NOTE = "<!-- Made by docs/generate.py from the code; change the code. -->"
GENERATED_FOLDERS = ("commands", "rules")


def pages() -> dict[str, str]:
    """Make every generated page.

    Returns:
        The text of each page by its path below docs/, with slashes.
    """
    return dict([*command_pages(trustwright_command), *rule_pages(all_rules(), load_catalog())])


def undocumented(group: click.Group) -> list[str]:
    """Name what a page would have nothing to say about: one sentence per command, option or argument, sorted."""
    sentences = []
    for command, context in _walk(group, _context(group)):
        explained = command.help or ""
        if not explained:
            sentences.append(f"{context.command_path}: has no help: give the function a docstring")
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                if not parameter.help and not parameter.hidden:
                    sentences.append(f"{context.command_path} {parameter.opts[0]}: has no help: say what it does")
            elif parameter.make_metavar(context).strip("[].") not in explained:
                sentences.append(f"{context.command_path}: its help does not say what {parameter.name} is")
    return sorted(sentences)


def command_pages(group: click.Group) -> Iterator[tuple[str, str]]:
    """Make one page per command of a group, and the list of them."""
    context = _context(group)
    names = group.list_commands(context)
    rows = [
        f"| [{name}]({name}.md) | {command.get_short_help_str(120)} |"
        for name in names
        if (command := group.get_command(context, name))
    ]
    index = [NOTE, "# Commands", *_usage(group, context), "\n".join(["| command | what it does |", "|---|---|", *rows])]
    yield "commands/README.md", _page(index)
    for name in names:
        if command := group.get_command(context, name):
            yield f"commands/{name}.md", _page([NOTE, *_sections(command, context)])


def rule_pages(rules: Sequence[Rule], catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Make one page per rule of the review, and the list of them by the criterion each mainly speaks to."""
    sections = [NOTE, "# Rules", f"What `{NAME} review` looks for, by the criterion each rule mainly speaks to."]
    for criterion in catalog.criteria:
        speaking = [rule for rule in rules if rule.criteria[0] == criterion.id]
        if speaking:
            rows = [f"| [{one.id}]({one.id}.md) | {one.severity} | {_cell(one.finding)} |" for one in speaking]
            head = ["| rule | severity | what it finds |", "|---|---|---|"]
            sections += [f"## {criterion.id} {criterion.title}", "\n".join([*head, *rows])]
    yield "rules/README.md", _page(sections)
    for rule in rules:
        yield f"rules/{rule.id}.md", _page([NOTE, *_rule(rule, catalog)])


def _rule(rule: Rule, catalog: Catalog) -> list[str]:
    criteria = {one.id: one.title for one in catalog.criteria}
    controls = {one.id: one.title for one in catalog.controls}
    rows = [
        ("severity", f"{rule.severity}; a finding may carry another where its context says so"),
        ("confidence", str(rule.confidence)),
        ("counts", rule.population),
        ("criteria", ", ".join(f"{name} {criteria[name]}" for name in rule.criteria)),
        ("controls", ", ".join(f"{name} {controls[name]}" for name in rule.controls)),
    ]
    return [
        f"# {rule.title}",
        rule.finding,
        "\n".join([f"| `{rule.id}` | |", "|---|---|", *(f"| {name} | {_cell(text)} |" for name, text in rows)]),
        f"**Why an auditor cares.** {rule.risk}",
        "## What to do",
        "\n".join(f"{number}. {step}" for number, step in enumerate(rule.remediation, 1)),
        "## When a finding is not one",
        "Say why in a comment on its line, or alone on the line above; the reason is shown in the report:",
        f"    # trustwright: ignore[{rule.id}] the reason",
        "To give its findings another severity, with a reason, see [settings](../settings.md).",
    ]


def _context(command: click.Command, parent: click.Context | None = None) -> click.Context:
    name = command.name if parent else NAME
    return click.Context(command, parent, info_name=name, **command.context_settings)


def _sections(command: click.Command, parent: click.Context) -> list[str]:
    sections = []
    for each, context in _walk(command, _context(command, parent)):
        sections += [f"{'#' * context.command_path.count(' ')} {context.command_path}", *_usage(each, context)]
    return sections


def _walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if below := command.get_command(context, name):
                yield from _walk(below, _context(below, context))


def _usage(command: click.Command, context: click.Context) -> list[str]:
    # \b stands before a paragraph that click must not wrap; a page wraps nothing.
    text = inspect.cleandoc(command.help or "").replace("\b\n", "").strip()
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    records = filter(None, (parameter.get_help_record(context) for parameter in command.get_params(context)))
    rows = [f"| `{_cell(names)}` | {_cell(meaning)} |" for names, meaning in records]
    return [text, f"    {usage}", "\n".join(["| option | meaning |", "|---|---|", *rows])]


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", r"\|")


def _page(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def main() -> None:
    """Write every page, and remove those that are no longer made."""
    made = pages()
    for folder in GENERATED_FOLDERS:
        for page in (DOCS / folder).glob("*.md"):
            if page.relative_to(DOCS).as_posix() not in made:
                page.unlink()
    for name, text in made.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
