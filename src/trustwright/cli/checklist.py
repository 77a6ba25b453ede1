"""List what to have in place before an audit, with the controls and rules behind each item."""

import dataclasses
import json
from itertools import groupby

import click
from rich.table import Table
from rich.text import Text

from trustwright.catalog import ChecklistItem
from trustwright.cli._known import Known
from trustwright.cli._output import write_whole
from trustwright.cli._pages import ASIDE, HEADING, NAME, Parts, rendered

SCHEMA = "trustwright.checklist/1"


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "json"]),
    default="table",
    show_default=True,
    help="How to list it; markdown makes a task list.",
)
def command(form: str) -> None:
    """List what to have in place before an audit.

    Each item comes with the controls that make it true and the rules by which `trustwright review` looks at code for
    it. An item without rules is settled by other evidence. `trustwright explain CHK-01` tells more of one.
    """
    known = Known.everything()
    if form == "table":
        content = rendered(_table(known))
    elif form == "markdown":
        content = _markdown(known).encode()
    else:
        content = _json(known).encode()
    write_whole(content, None)


def _table(known: Known) -> Parts:
    checklist = known.catalog.checklist
    covered = sum(bool(known.rules_for(item)) for item in checklist)
    yield Text(f"Checklist: {len(checklist)} items, {covered} of them looked at by `trustwright review`", HEADING), 0
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style=ASIDE, pad_edge=False)
    table.add_column("item", no_wrap=True, style=NAME)
    table.add_column("what is in place", ratio=5)
    table.add_column("controls", no_wrap=True)
    table.add_column("rules", ratio=4, style=ASIDE)
    for group, items in groupby(checklist, key=lambda item: item.group):
        table.add_row()
        table.add_row("", Text(group, HEADING))
        for item in items:
            rules = [rule.id for rule in known.rules_for(item)]
            table.add_row(item.id, item.item, "\n".join(item.controls), "\n".join(rules))
    yield table, 0


def _markdown(known: Known) -> str:
    lines = ["# Checklist"]
    for group, items in groupby(known.catalog.checklist, key=lambda item: item.group):
        lines += ["", f"## {group}", ""]
        for item in items:
            lines += _task(known, item)
    return "\n".join(lines) + "\n"


def _task(known: Known, item: ChecklistItem) -> list[str]:
    rules = ", ".join(f"`{rule.id}`" for rule in known.rules_for(item))
    return [
        f"- [ ] **{item.item}** ({item.id}; {', '.join(item.criteria)}; {', '.join(item.controls)})",
        f"  - Records show: {item.machine}.",
        *([f"  - A person attests: {item.person}."] if item.person else []),
        f"  - Never: {'; '.join(never[0].lower() + never[1:] for never in item.never)}.",
        *([f"  - Rules: {rules}"] if rules else []),
    ]


def _json(known: Known) -> str:
    items = [
        {**dataclasses.asdict(item), "rules": [rule.id for rule in known.rules_for(item)]}
        for item in known.catalog.checklist
    ]
    return json.dumps({"schema": SCHEMA, "items": items}, indent=2, ensure_ascii=False) + "\n"
