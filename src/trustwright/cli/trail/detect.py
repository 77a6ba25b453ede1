"""Run the detections over the log: while it grows, or over its history."""

import json
import os
import signal
import threading
from pathlib import Path
from types import FrameType

import click
import psycopg

from trustwright.cli._output import write_whole
from trustwright.errors import TrustwrightError
from trustwright.trail.channels import Routing
from trustwright.trail.channels import read as read_routing
from trustwright.trail.detection.engine import Alert, Engine
from trustwright.trail.detection.rules import Rule, load, shipped
from trustwright.trail.event import written
from trustwright.trail.identifier import moment_of, new_id
from trustwright.trail.places import address
from trustwright.trail.reading import open_log
from trustwright.trail.showing import visible
from trustwright.trail.watching import Watch

SETTINGS = "TRUSTWRIGHT_TRAIL_ALERTS"
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--once", is_flag=True, help="Look at what is there, send the alerts, and end.")
@click.option("--replay", is_flag=True, help="Run over the whole log and explain every alert; store and send nothing.")
@click.option("--rules", type=_FOLDER, help="Use the rules of this folder too; one of the same name replaces ours.")
@click.option("--rule", "names", multiple=True, help="Use this rule alone; may be given several times.")
@click.option("--settings", type=_FILE, help=f"Channels and time zone: a TOML file; {SETTINGS} names it otherwise.")
@click.option(
    "--every", type=click.FloatRange(0.05, 3600), default=1.0, show_default=True, help="Seconds between two looks."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How --replay tells it.",
)
def command(
    once: bool,
    replay: bool,
    rules: Path | None,
    names: tuple[str, ...],
    settings: Path | None,
    every: float,
    form: str,
) -> None:
    """Run the detections over the log: while it grows, or over its history.

    Each alert is stored, recorded as an event of its own, and sent where the settings say. --replay says for every
    alert which entries it rests on; it finds in history what was found while the log grew.
    """
    if names and not replay:
        raise TrustwrightError("--rule: goes with --replay; the log is watched with all rules.")
    configured = settings or (Path(os.environ[SETTINGS]) if os.environ.get(SETTINGS) else None)
    routing = read_routing(configured) if configured is not None else Routing()
    engine = Engine(_chosen(rules, names), routing.zone)
    if replay:
        found = engine.feed(open_log().entries())
        told = (_json(alert) if form == "json" else _text(alert) for alert in found)
        count = 0
        for text in told:
            write_whole(text.encode(), None)
            count += 1
        click.echo(f"{count} alerts in {engine.next} entries", err=True)
        return
    stop = threading.Event()
    if once:
        stop.set()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with psycopg.connect(address()[0]) as connection:
        fresh = Watch(connection, engine, routing.routes).run(open_log, stop, every)
    click.echo(f"{fresh} new alerts in {engine.next} entries")


def _chosen(folder: Path | None, names: tuple[str, ...]) -> list[Rule]:
    sources = {item.name: item for item in shipped()}
    if folder is not None:
        sources |= {item.name: item for item in folder.glob("*.yml")}
    for name in names:
        if f"{name}.yml" not in sources:
            raise TrustwrightError(f"--rule {name[:60]}: there is no such rule; see trustwright/trail/detections.")
    return load([sources[name] for name in sorted(sources) if not names or name.removesuffix(".yml") in names])


def _moment(alert: Alert) -> str:
    return written(moment_of(new_id(alert.time)))


def _text(alert: Alert) -> str:
    entries = ", ".join(map(str, alert.leaves))
    more = f" ({alert.events} in all)" if alert.events > len(alert.leaves) else ""
    about = visible(f"{alert.title}: {alert.detail} ({', '.join(alert.group)})")
    return f"{_moment(alert)} {alert.level} {alert.rule} at entry {alert.leaf}\n  {about}\n  entries {entries}{more}\n"


def _json(alert: Alert) -> str:
    names = ("rule", "title", "level", "group", "leaf", "leaves", "events", "detail")
    said = {"id": str(alert.id), "time": _moment(alert), **{name: getattr(alert, name) for name in names}}
    return json.dumps(said, ensure_ascii=False) + "\n"
