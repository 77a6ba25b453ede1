"""Take an alert on: a named person says that they look into it."""

from uuid import UUID, uuid4

import click
import psycopg

from trustwright.trail.alerts import acknowledge
from trustwright.trail.places import address


@click.command()
@click.argument("alert", type=click.UUID)
@click.option("--by", "person", required=True, help="Who takes it on: a name, or the UUID that the log knows them by.")
def command(alert: UUID, person: str) -> None:
    """Take ALERT on, an alert's id: a named person says that they look into it. It is recorded as an event."""
    with psycopg.connect(address()[0]) as connection:
        acknowledge(connection, uuid4(), alert, person)
    click.echo(f"{alert} acknowledged")
