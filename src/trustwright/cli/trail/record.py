"""Record an event, or many from a file of JSON lines."""

import json
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import BinaryIO

import click

from trustwright.errors import TrustwrightError
from trustwright.trail.event import Event, EventError, read
from trustwright.trail.places import address, data_folder
from trustwright.trail.vocabulary import ACTIONS, ACTOR_TYPES, OUTCOMES
from trustwright.trail.writer import Kept, Writer

_LONGEST_LINE = 1 << 20
_PATIENCE = 30.0


@click.command()
@click.option("--actor-type", type=click.Choice(ACTOR_TYPES), help="What kind of actor did it.")
@click.option("--actor-id", help="Who did it: a UUID.")
@click.option("--action", type=click.Choice(ACTIONS), help="What was done.")
@click.option("--resource-type", help="What it was done to, in one lower-case word: order.")
@click.option("--resource-id", help="Which one it was done to.")
@click.option("--outcome", type=click.Choice(OUTCOMES), default="success", show_default=True, help="How it ended.")
@click.option("--ip-address", help="Where the request came from.")
@click.option("--user-agent", help="What sent it.")
@click.option("--session-id", help="The session it belonged to.")
@click.option("--metadata", help="Anything else: a JSON object.")
@click.option("--id", "id_", help="The event's UUIDv7; the same id is recorded once.")
@click.option(
    "--jsonl", type=click.File("rb"), help="Record the events of a file, one JSON object a line; - is standard input."
)
def command(jsonl: BinaryIO | None, id_: str | None, metadata: str | None, **fields: str | None) -> None:
    """Record an event, or many from a file of JSON lines.

    Prints the id of each event that is kept. Lines before a wrong one are recorded; recording the file again records
    nothing twice when its lines have ids.
    """
    given = {name: value for name, value in fields.items() if value is not None and name != "outcome"}
    if jsonl is not None and (given or metadata or id_):
        raise TrustwrightError("--jsonl: its lines have all the fields; leave the other options out.")
    if jsonl is None:
        said: dict[str, object] = {**given, "outcome": fields["outcome"]}
        if id_ is not None:
            said["id"] = id_
        if metadata is not None:
            said["metadata"] = _object(metadata)
        events = iter([_event(said, "")])
    else:
        events = _lines(jsonl)
    url, _ = address()
    writer = Writer(url, data_folder() / "spool" / "command.spool")
    waiting: list[tuple[Event, Future[Kept]]] = []
    try:
        waiting.extend((event, writer.submit(event)) for event in events)
    finally:
        kept = writer.close(_PATIENCE)
        for event, future in waiting:
            if future.done():
                click.echo(f"{event.id} {future.result()}")
    if not kept:
        raise TrustwrightError(
            "not every event could be kept: neither the database nor the spool works; record them again."
        )


def _lines(file: BinaryIO) -> Iterator[Event]:
    name = Path(file.name).name if isinstance(file.name, str) else "standard input"
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if line.strip():
            try:
                said = json.loads(line)
            except ValueError as error:
                raise TrustwrightError(f"{name}:{number}: this is no JSON ({error}); mend the line.") from error
            yield _event(said, f"{name}:{number}: ")


def _event(said: object, where: str) -> Event:
    try:
        return read(said)
    except EventError as error:
        raise TrustwrightError(f"{where}{error.field} {error.reason}.") from error


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise TrustwrightError(
            f'--metadata: this is no JSON ({error}); write an object like {{"reason": "ticket 7"}}.'
        ) from error
