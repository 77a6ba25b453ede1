"""Run a witness: sign other people's checkpoints, and only what continues what was signed before."""

import os
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.server import Server

from trustwright.trail import witness as module
from trustwright.trail.note import PublicKey


@click.command()
@click.option(
    "--folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the witness keeps its key and what it signed.",
)
@click.option(
    "--name", default="witness", show_default=True, help="The witness's name in its signatures, without blanks."
)
@click.option(
    "--log",
    "logs",
    multiple=True,
    required=True,
    help="The public key of a log to witness, as its owner's `trail init` prints it; may be given several times.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8421, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
def command(folder: Path, name: str, logs: tuple[str, ...], host: str, port: int) -> None:
    """Run a witness: sign other people's checkpoints, and only what continues what was signed before.

    An auditor or a customer runs it on a machine of their own, and gives its address and key to the log's owner, who
    adds them with `trustwright trail anchor add witness 'ADDRESS KEY'`.
    """
    made = module.Witness.create(folder, name, [PublicKey.read(log) for log in logs])
    os.environ[module.FOLDER] = str(folder)
    click.echo(f"key: {made.public}")
    click.echo(f"listening on http://{host}:{port}")
    target = f"{module.__name__}:{module.configured.__name__}"
    Server(target, address=host, port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False).serve()
