"""Close an alert: a named person says what they found."""

from uuid import UUID, uuid4

import click
import psycopg

from trustwright.trail.alerts import close
from trustwright.trail.places import address


@click.command()
@click.argument("alert", type=click.UUID)
@click.option("--by", "person", required=True, help="Who closes it: a name, or the UUID that the log knows them by.")
@click.option("--finding", required=True, help="What happened, and what was done.")
def command(alert: UUID, person: str, finding: str) -> None:
    """Close ALERT, an alert's id that somebody acknowledged: a named person says what they found.

    It is recorded as an event.
    """
    with psycopg.connect(address()[0]) as connection:
        close(connection, uuid4(), alert, person, finding)
    click.echo(f"{alert} closed")
