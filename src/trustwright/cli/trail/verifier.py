"""Print the verifier for those who do not have Trustwright."""

from importlib.resources import files

import click

from trustwright.cli._output import write_whole


@click.command()
def command() -> None:
    """Print the verifier for those who do not have Trustwright: one file that needs Python 3.9 and nothing else.

    It verifies a copy of the log, or a proof, offline: `trustwright trail verifier > verify_trail.py`, then
    `python3 verify_trail.py --help`.
    """
    write_whole(files("trustwright.trail.offline").joinpath("verify_trail.py").read_bytes(), None)
