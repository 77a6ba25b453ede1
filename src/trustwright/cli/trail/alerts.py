"""List the alerts: what was found, and what people did about it."""

import json
import textwrap
from typing import Any

import click
import psycopg

from trustwright.cli._output import UNKNOWN_WIDTH, screen_width, write_whole
from trustwright.trail.alerts import STATES, Wish, listed
from trustwright.trail.places import address
from trustwright.trail.showing import as_csv, visible

SCHEMA = "trustwright.alerts/1"
COLUMNS = (
    "id", "rule", "title", "level", "subject", "actor_id", "happened_at", "leaf", "leaves", "events", "detail",
    "found_at", "state", "acknowledged_by", "acknowledged_at", "closed_by", "closed_at", "finding",
)  # fmt: skip


@click.command()
@click.option("--state", type=click.Choice(STATES), help="Only alerts in this state.")
@click.option("--rule", help="Only alerts of this rule.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Alerts at most.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to tell it.",
)
def command(state: str | None, rule: str | None, limit: int, form: str) -> None:
    """List the alerts, those found last first: what was found, and what people did about it."""
    with psycopg.connect(address()[0]) as connection:
        rows = listed(connection, Wish(state, rule, limit))
    if form == "json":
        said = [{name: row[name] for name in COLUMNS} for row in rows]
        content = json.dumps({"schema": SCHEMA, "alerts": said}, indent=2, ensure_ascii=False, default=str) + "\n"
    elif form == "csv":
        content = as_csv(
            COLUMNS, [{**row, "id": str(row["id"]), "happened_at": str(row["happened_at"])} for row in rows]
        )
    else:
        content = "".join(_told(row) for row in rows) or "No alert.\n"
    write_whole(content.encode("utf-8", "replace"), None)


def _told(row: dict[str, Any]) -> str:
    """Return an alert for people: what names it on one line, what happened below."""
    who = next((f" by {row[name]}" for name in ("closed_by", "acknowledged_by") if row[name]), "")
    head = f"{row['id']}  {row['level']}  {row['happened_at']:%Y-%m-%d %H:%M}  {row['state']}{who}"
    said = f"{row['rule']}: {row['detail']}" + (f" Finding: {row['finding']}" if row["finding"] else "")
    below = textwrap.wrap(visible(said), max(screen_width(), UNKNOWN_WIDTH) - 2)
    return "\n".join([visible(head), *(f"  {line}" for line in below)]) + "\n"
