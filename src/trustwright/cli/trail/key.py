"""Make, list and revoke the keys with which other programs send events."""

import click
import psycopg

from trustwright.trail.places import address
from trustwright.trail.service import keys


@click.group()
def command() -> None:
    """Make, list and revoke the keys with which other programs send events."""


@command.command()
@click.argument("name")
def create(name: str) -> None:
    """Make a key for the program NAME and print it; it is shown this once."""
    with psycopg.connect(address()[0]) as connection:
        click.echo(keys.create(connection, name))


@command.command("list")
def list_() -> None:
    """List the keys: name, made, revoked."""
    with psycopg.connect(address()[0]) as connection:
        for _, name, made, revoked in keys.listed(connection):
            state = f"revoked {revoked:%Y-%m-%d %H:%M}" if revoked else "works"
            click.echo(f"{name}  made {made:%Y-%m-%d %H:%M}  {state}")


@command.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke every key of the program NAME; it stops working within half a minute."""
    with psycopg.connect(address()[0]) as connection:
        click.echo(f"{keys.revoke(connection, name)} revoked")
