"""Search the audit log, newest events first."""

import json
from pathlib import Path
from typing import Any

import click
import psycopg

from trustwright.cli._options import output_option
from trustwright.cli._output import UNKNOWN_WIDTH, screen_width, write_whole
from trustwright.cli.trail._options import choosing, query
from trustwright.trail.places import address
from trustwright.trail.search import COLUMNS, MOST, search
from trustwright.trail.showing import as_csv, as_table

SCHEMA = "trustwright.events/1"
HEAD = {
    "created_at": "TIME", "actor": "ACTOR", "action": "ACTION", "resource": "RESOURCE", "outcome": "OUTCOME",
    "ip_address": "ADDRESS", "id": "EVENT", "leaf": "ENTRY", "metadata": "METADATA",
}  # fmt: skip


@click.command()
@choosing
@click.option("--text", "words", help="Words that are all in the metadata, as keys or values, in whatever case.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="Events on a page.")
@click.option("--after", help="The cursor that the page before ended with.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to tell it.",
)
@output_option
def command(form: str, limit: int, after: str | None, output: Path | None, **asked: Any) -> None:
    """Search the audit log, newest events first.

    The options narrow the search together. When more events match than a page holds, the next page's cursor is told:
    in JSON as "after", else on standard error.

    Months that are over are searched by resource and by words with indexes of their own, once `trustwright trail index`
    made them.
    """
    wanted = query(**asked)
    with psycopg.connect(address()[0]) as connection:
        page = search(connection, wanted, most=limit, after=after)
    if form == "json":
        said = {"schema": SCHEMA, "events": page.events, "after": page.after}
        content = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    elif form == "csv":
        content = as_csv(("leaf", *COLUMNS), page.events)
    elif page.events:
        width = screen_width() if output is None else UNKNOWN_WIDTH * 3
        content = as_table(HEAD, [told(event) for event in page.events], max(width, UNKNOWN_WIDTH))
    else:
        content = "No event matches.\n"
    write_whole(content.encode("utf-8", "replace"), output)
    if page.after is not None and form != "json":
        click.echo(f"more: --after {page.after}", err=True)


def told(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with its actor and resource in one word each."""
    actor = event.get("actor_id") or "-"
    resource = ":".join(filter(None, [event["resource_type"], event.get("resource_id")]))
    return {**event, "actor": f"{event['actor_type']}:{str(actor)[:8]}", "resource": resource}
