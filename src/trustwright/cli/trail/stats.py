"""Show what the log holds: events per day, gaps, late events, volume per actor and action."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import click

from trustwright.cli._output import screen_width, write_whole
from trustwright.cli.trail._options import Moment
from trustwright.trail.reading import open_log
from trustwright.trail.statistics import Statistics, counted

SCHEMA = "trustwright.stats/1"
EIGHTHS = " ▏▎▍▌▋▊▉█"
DAYS = 31


@click.command()
@click.option("--since", type=Moment(), default="30d", show_default=True, help="From this moment on.")
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="Actors and actions that are named."
)
@click.option(
    "--format", "form", type=click.Choice(["chart", "json"]), default="chart", show_default=True, help="How to tell it."
)
def command(since: datetime, top: int, form: str) -> None:
    """Show what the log holds: events per day, gaps, late events, volume per actor and action.

    A log that nobody can read through is a log that nobody reads: the volume shows what to record less of. It counts
    the log's own files up to the last checkpoint.
    """
    log = open_log()
    found = counted(log.entries(log.since(since)), since)
    content = (
        _json(found, top) if form == "json" else "".join(f"{line}\n" for line in _chart(found, top, screen_width()))
    )
    write_whole(content.encode(), None)


def _chart(found: Statistics, top: int, width: int) -> Iterator[str]:
    if not found.events:
        yield "No event."
        return
    days = list(found.days.items())[-DAYS:]
    most, digits = max(count for _, count in days), len(f"{max(found.days.values()):,}")
    yield f"{found.events:,} events on {sum(map(bool, found.days.values()))} of {len(found.days)} days"
    yield ""
    for day, count in days:
        yield f"{day}  {count:>{digits},}  {_bar(count, most, width - digits - 14)}".rstrip()
    yield ""
    yield f"late       {found.late:,} of {found.events:,} over 5 minutes late" + (
        f", at most {_length(found.latest)}" if found.late else ""
    )
    holes = sum(found.missing.values())
    yield f"writers    {holes} of their numbers missing" + (f", of {len(found.missing)} writers" if holes else "")
    for silence in found.silences[:3]:
        yield f"silence    {_length(silence.length)} from {silence.begins:%Y-%m-%d %H:%M:%S} to entry {silence.leaf}"
    for words, counts in (("actors", _by(found, 0)), ("actions", _by(found, 1))):
        yield ""
        yield f"{words}: the {min(top, len(counts))} busiest of {len(counts)}"
        for name, count in _busiest(counts, top):
            yield f"  {count:>{digits},}  {count / found.events:>4.0%}  {name}"


def _bar(count: int, most: int, width: int) -> str:
    whole, part = divmod(round(count / most * width * 8), 8)
    return EIGHTHS[8] * whole + EIGHTHS[part].strip()


def _by(found: Statistics, place: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for key, count in found.volume.items():
        counts[key[place]] += count
    return counts


def _busiest(counts: Counter[str], top: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:top]


def _length(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{length.total_seconds():.1f} seconds"


def _json(found: Statistics, top: int) -> str:
    busiest = sorted(found.volume.items(), key=lambda item: (-item[1], item[0]))[:top]
    said = {
        "schema": SCHEMA,
        "events": found.events,
        "days": found.days,
        "late": {"events": found.late, "seconds": int(found.latest.total_seconds())},
        "silences": [
            {"begins": one.begins.isoformat(), "ends": one.ends.isoformat(), "leaf": one.leaf} for one in found.silences
        ],
        "missing": found.missing,
        "actors": dict(_busiest(_by(found, 0), top)),
        "actions": dict(_busiest(_by(found, 1), top)),
        "volume": [{"actor": actor, "action": action, "events": count} for (actor, action), count in busiest],
    }
    return json.dumps(said, indent=2) + "\n"
