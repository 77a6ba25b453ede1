"""Set up the audit log: tables, roles, partitions, the signing key."""

import re

import click
import psycopg

from trustwright.errors import TrustwrightError
from trustwright.trail import schema
from trustwright.trail.places import URL, address, keys_folder, log_folder
from trustwright.trail.signer import Signer


@click.command()
@click.option(
    "--name",
    default="",
    help="The log's name in its checkpoints, like audit.example.com/log; made from the database's name when not given.",
)
def command(name: str) -> None:
    """Set up the audit log: tables, roles, partitions, the signing key.

    Works on the database that TRUSTWRIGHT_DATABASE_URL names, or on the PostgreSQL that comes with Trustwright. What is
    there already stays as it is. `trustwright trail sql` prints what is done to the database.
    """
    if name and not re.fullmatch(r"[^\s+]{1,200}", name):
        raise TrustwrightError(
            f"--name {name!r}: blanks and + cannot be part of a log's name; use one like example.com/log."
        )
    url, embedded = address()
    with psycopg.connect(url) as connection:
        applied = schema.apply(connection)
        database = connection.info.dbname
    signer = Signer.create(keys_folder(), name or f"trustwright.local/{database}")
    click.echo(f"database: {'embedded' if embedded else URL}, {len(applied)} migrations applied")
    click.echo(f"log:      {log_folder()}")
    click.echo(f"keys:     {keys_folder()} (keep it apart from the database, and a copy elsewhere)")
    click.echo(f"key:      {signer.public}")
