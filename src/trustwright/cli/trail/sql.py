"""Print the SQL that sets up the audit log, for a database administrator to read and apply."""

import click

from trustwright.cli._output import write_whole
from trustwright.trail import schema


@click.command()
def command() -> None:
    """Print the SQL that sets up the audit log, for a database administrator to read and apply."""
    write_whole(schema.script().encode(), None)
