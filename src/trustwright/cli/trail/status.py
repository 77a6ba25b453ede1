"""Say where the audit log is, how far it is, and what its proofs are worth today."""

import time

import click
import psycopg

from trustwright.trail.anchors import claim
from trustwright.trail.places import URL, address, data_folder, keys_folder, log_folder
from trustwright.trail.signer import Signer


@click.command()
def command() -> None:
    """Say where the audit log is, how far it is, and what its proofs are worth today."""
    url, embedded = address()
    signer = Signer(keys_folder())
    with psycopg.connect(url) as connection:
        waiting = connection.execute("SELECT count(*), min(arrival) FROM trail.intake").fetchone()
        tree = connection.execute("SELECT size FROM trail.tree").fetchone()
        stray = connection.execute("SELECT count(*) FROM public.system_audit_log_default").fetchone()
    age = time.time() - signer.last.seconds if signer.last.seconds else None
    click.echo(f"database:   {'embedded, in ' + str(data_folder() / 'postgresql') if embedded else URL}")
    click.echo(f"log:        {log_folder()}")
    click.echo(f"keys:       {keys_folder()}")
    click.echo(f"key:        {signer.public}")
    click.echo(f"entries:    {tree[0] if tree else 0}, and {waiting[0] if waiting else 0} wait for the sequencer")
    signed = f"{signer.last.size} entries, {age:.0f} seconds ago" if age is not None else "nothing yet"
    click.echo(f"signed:     {signed}")
    if stray and stray[0]:
        click.echo(f"warning:    {stray[0]} rows lie in the partition for other times; check clocks and partitions")
    click.echo(f"claim:      {claim(keys_folder(), time.time())}")
