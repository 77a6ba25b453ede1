"""Name the places outside to which checkpoints go, and see what they got."""

import time

import click

from trustwright.errors import TrustwrightError
from trustwright.trail import anchors
from trustwright.trail.anchors import Anchor
from trustwright.trail.places import keys_folder


@click.group()
def command() -> None:
    """Name the places outside to which checkpoints go, and see what they got.

    Only a checkpoint that lies elsewhere shows what somebody did who holds the database and the signing key.
    """


@command.command()
@click.argument("kind", type=click.Choice(anchors.kinds()), metavar="KIND")
@click.argument("target")
def add(kind: str, target: str) -> None:
    """Send checkpoints to TARGET, once a minute.

    KIND says what it is: folder (a path), git (a clone, pushed when it has a remote), webhook (an address), timestamp
    (the address of an RFC 3161 authority), witness (an address and a key, in quotes).
    """
    known = anchors.configured(keys_folder())
    new = Anchor(kind, target)
    if new in known:
        raise TrustwrightError(f"{kind} {target}: it is there already.")
    anchors.configure(keys_folder(), [*known, new])
    click.echo(f"{new.module.CLAIM} (from the next checkpoint on)")


@command.command()
@click.argument("kind", type=click.Choice(anchors.kinds()), metavar="KIND")
@click.argument("target")
def remove(kind: str, target: str) -> None:
    """Send no more checkpoints of KIND to TARGET."""
    known = anchors.configured(keys_folder())
    left = [anchor for anchor in known if anchor != Anchor(kind, target)]
    if len(left) == len(known):
        raise TrustwrightError(f"{kind} {target}: there is no such anchor; `trail anchor list` names them.")
    anchors.configure(keys_folder(), left)


@command.command("list")
def list_() -> None:
    """List the anchors, and what each got last."""
    known = anchors.state(keys_folder())
    for anchor in anchors.configured(keys_folder()):
        said = known.get(f"{anchor.kind} {anchor.target}", {})
        seconds, error = said.get("seconds"), said.get("error")
        got = f"{said['size']} entries, {time.time() - float(str(seconds)):.0f} s ago" if seconds else "nothing yet"
        click.echo(f"{anchor.kind} {anchor.target}: {got}{f'; last error: {error}' if error else ''}")
    click.echo(f"claim: {anchors.claim(keys_folder(), time.time())}")
