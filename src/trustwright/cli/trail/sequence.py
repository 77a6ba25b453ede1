"""Run the sequencer: order events, grow the tree, sign a checkpoint each second."""

import signal
import threading
from contextlib import closing
from types import FrameType

import click

from trustwright.trail.places import address, keys_folder, log_folder
from trustwright.trail.sequencer import HEARTBEAT, TICK, open_sequencer
from trustwright.trail.tiles import Folder


@click.command()
@click.option("--once", is_flag=True, help="Take what waits, sign, and end.")
@click.option(
    "--tick",
    type=click.FloatRange(0.05, 60),
    default=TICK,
    show_default=True,
    help="Seconds between two looks at what waits.",
)
@click.option(
    "--heartbeat",
    type=click.FloatRange(1, 3600),
    default=HEARTBEAT,
    show_default=True,
    help="Seconds between two checkpoints when nothing comes.",
)
def command(once: bool, tick: float, heartbeat: float) -> None:
    """Run the sequencer: order events, grow the tree, sign a checkpoint each second.

    One works on a database at a time; a second one is refused. It ends in good order when told to: nothing that had
    come is left unsigned.
    """
    url, _ = address()
    sequencer = open_sequencer(url, Folder(log_folder()), keys_folder())
    stop = threading.Event()
    if once:
        stop.set()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with closing(sequencer):
        sequencer.run(stop, tick, heartbeat)
    click.echo(f"{sequencer.size} entries, signed")
