"""Make the search indexes of the months that are over."""

import click
import psycopg

from trustwright.trail.places import address


@click.command()
def command() -> None:
    """Make the search indexes of the months that are over: by resource, and by words of the metadata.

    They are made afterwards because they would slow down every event that is recorded. Run it once a month.
    """
    with psycopg.connect(address()[0], autocommit=True) as connection:
        while (row := connection.execute("SELECT trail.index_month()").fetchone()) and row[0]:
            click.echo(row[0])
