"""Print the newest events of the log, and those that follow."""

import json
import signal
import threading
from types import FrameType
from typing import Any

import click

from trustwright.trail.reading import Log, open_log
from trustwright.trail.showing import visible


@click.command()
@click.option(
    "-n", "--lines", type=click.IntRange(0, 10_000), default=10, show_default=True, help="Events to begin with."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until stopped.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to tell it."
)
@click.option(
    "--every", type=click.FloatRange(0.05, 60), default=0.5, show_default=True, help="Seconds between two looks."
)
def command(lines: int, follow: bool, form: str, every: float) -> None:
    """Print the newest events of the log, and those that follow.

    Events come in the order of the log, each with its entry's index, as soon as a checkpoint holds them; none is left
    out and none comes twice.
    """
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    if follow:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    log = open_log()
    shown = max(0, log.checkpoint.size - lines)
    while True:
        shown = _print(log, shown, form)
        if not follow or stop.wait(every):
            return
        log = open_log()


def _print(log: Log, start: int, form: str) -> int:
    """Print the entries from ``start`` on and return where the next look begins."""
    for entry in log.entries(start):
        click.echo(
            json.dumps({"leaf": entry.index, **entry.said}, ensure_ascii=False)
            if form == "json"
            else _line(entry.index, entry.said)
        )
    return max(start, log.checkpoint.size)


def _line(index: int, said: dict[str, Any]) -> str:
    resource = ":".join(filter(None, [said.get("resource_type"), said.get("resource_id")]))
    actor = f"{said.get('actor_type')}:{said.get('actor_id') or '-'}"
    metadata = json.dumps(said["metadata"], ensure_ascii=False) if "metadata" in said else ""
    words = [str(index), said.get("created_at"), actor, said.get("action"), resource, said.get("outcome"), metadata]
    return visible(" ".join(str(word) for word in words if word))
