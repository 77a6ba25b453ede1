"""Write the proof that an event is in the log, for somebody to check offline."""

from pathlib import Path
from uuid import UUID

import click
import psycopg

from trustwright.cli._output import write_whole
from trustwright.errors import TrustwrightError
from trustwright.trail.note import opened
from trustwright.trail.places import address, keys_folder, log_folder
from trustwright.trail.proof import prove
from trustwright.trail.signer import trusted_key
from trustwright.trail.tiles import CHECKPOINT, Folder, Tiles


@click.command()
@click.argument("event", type=click.UUID)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the proof to this file; the entry goes to FILE.entry.",
)
def command(event: UUID, output: Path | None) -> None:
    """Write the proof that EVENT, an event's id, is in the log, for somebody to check offline.

    The proof holds the path from the entry to a signed checkpoint. With --output the entry's exact bytes are written
    beside it; the two and the log's public key are all that a verifier needs.
    """
    with psycopg.connect(address()[0]) as connection:
        row = connection.execute("SELECT index FROM trail.leaf WHERE id = %s", [event]).fetchone()
    if row is None:
        raise TrustwrightError(
            f"{event}: no such event is in the log; it may wait for the sequencer, or never have come."
        )
    storage = Folder(log_folder())
    checkpoint = opened(storage.read(CHECKPOINT), trusted_key(keys_folder()))
    if row[0] >= checkpoint.size:
        raise TrustwrightError(f"{event}: no checkpoint holds the event yet; wait a second and ask again.")
    tiles = Tiles(storage, checkpoint.size)
    proof = str(prove(tiles, row[0])).encode()
    if output is not None:
        entry = next(content for _, content in tiles.entries(row[0], row[0] + 1))
        write_whole(entry, output.with_name(output.name + ".entry"))
    write_whole(proof, output)
