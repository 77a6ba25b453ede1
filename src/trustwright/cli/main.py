"""The `trustwright` command."""

import click

from trustwright import __version__


@click.group()
@click.version_option(__version__, prog_name="trustwright")
def main() -> None:
    """SOC 2 as software: review a repository the way an auditor would."""
