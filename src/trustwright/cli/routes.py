"""Map the HTTP routes of a repository: who may call them, what they log, how they delete, and where that is written."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from trustwright import wiring
from trustwright.cli._options import config_option, folder_argument, output_option
from trustwright.cli._output import UNKNOWN_WIDTH, Ticker, in_colour, screen_width, write_whole
from trustwright.reports import visible
from trustwright.reports.json import route_row
from trustwright.review.model import Access, Audit, Deletion, Location, Route, Verdict

INCOMPLETE = 3
QUESTIONS = ("authentication", "authorization", "audit", "deletion")
SCHEMA = "trustwright.routes/1"
# Words that let four verdicts stand beside a route in 80 columns.
SHORT = {
    Access.DECLARED_PUBLIC: "public",
    Audit.BEFORE_AND_AFTER: "both",
    Audit.NOT_NEEDED: "-",
    Deletion.NONE: "-",
}
COLOUR = {"absent": "red", "hard": "red", "unknown": "yellow", "public": "cyan"}
HEAD = ("AUTHN", "AUTHZ", "AUDIT", "DELETE", "ROUTE")
CELL = 9  # columns: the longest short word and a space


@click.command()
@folder_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to tell it.",
)
@output_option
@config_option
def command(path: Path, form: str, output: Path | None, config: Path | None) -> None:
    """Print every HTTP route of the repository in PATH (by default this folder) with four verdicts.

    AUTHN: are anonymous callers rejected? AUTHZ: is the caller's right to do this checked? AUDIT: is an audit event
    written before and after the action? DELETE: is deletion soft or hard? Below each route: where it is declared, and
    the places that the verdicts rest on. What could not be settled is unknown, never good.

    Exit code: 0; 2 for wrong usage or settings; 3 when part of the input could not be read.
    """
    with Ticker() as ticker:
        review = wiring.review(path, config=config, progress=ticker)
    routes = sorted(
        review.routes, key=lambda route: (route.declared.path, route.declared.method, route.declared.location)
    )
    if form == "json":
        content = json.dumps({"schema": SCHEMA, "routes": [route_row(route) for route in routes]}, indent=2) + "\n"
    elif form == "csv":
        content = _csv(routes)
    else:
        width, colour = (screen_width(), in_colour()) if output is None else (UNKNOWN_WIDTH, False)
        content = "".join(f"{line}\n" for line in _table(routes, width=width, colour=colour))
    write_whole(content.encode("utf-8", "replace"), output)
    if not review.complete:
        raise click.exceptions.Exit(INCOMPLETE)


def _verdicts(route: Route) -> tuple[Verdict[Any], ...]:
    return tuple(getattr(route, question) for question in QUESTIONS)


def _table(routes: Sequence[Route], *, width: int, colour: bool) -> Iterator[str]:
    if not routes:
        yield "No route found. If this is a web service, its framework may be one that is not understood yet."
        return
    yield "".join(word.ljust(CELL) for word in HEAD).rstrip()
    for route in routes:
        words = [SHORT.get(verdict.value, str(verdict.value)) for verdict in _verdicts(route)]
        cells = "".join(_coloured(word, colour=colour) + " " * (CELL - len(word)) for word in words)
        name = visible(route.name)
        # A name that does not fit beside its verdicts goes below them whole, so that it can be copied.
        fits = CELL * len(words) + len(name) <= width
        yield cells + name if fits else f"{cells.rstrip()}\n  {name}"
        places = "; ".join([str(route.declared.location), *_evidence(route)])
        yield from wrap(
            visible(places),
            width,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    yield ""
    yield from _totals(routes)


def _coloured(word: str, *, colour: bool) -> str:
    return click.style(word, COLOUR[word]) if colour and word in COLOUR else word


def _evidence(route: Route) -> Iterator[str]:
    """Name the first place of each verdict that rests on another than the route's own; its line in the same file."""
    declared = route.declared.location
    rests: dict[Location, list[str]] = {}
    for question, verdict in zip(QUESTIONS, _verdicts(route), strict=True):
        place = next((place for place in verdict.evidence if place != declared), None)
        if place:
            rests.setdefault(place, []).append(question)
    for place, questions in rests.items():
        yield f"{' and '.join(questions)} {f':{place.line}' if place.path == declared.path else place}"


def _totals(routes: Sequence[Route]) -> Iterator[str]:
    """Count each verdict, every number of all routes it was asked of."""
    yield f"{len(routes)} routes"
    for question in QUESTIONS:
        verdicts = [getattr(route, question).value for route in routes]
        asked = [value for value in verdicts if value not in {Audit.NOT_NEEDED, Deletion.NONE}]
        counts = Counter(str(value) for value in asked)
        told = ", ".join(f"{count} {value}" for value, count in sorted(counts.items()))
        yield f"  {question}: {told} of {len(asked)}" if asked else f"  {question}: asked of none"


def _csv(routes: Sequence[Route]) -> str:
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    columns = ["method", "path", "framework", "file", "line", "handler", "changes_state", "sensitive"]
    writer.writerow([*columns, *(name for question in QUESTIONS for name in (question, f"{question}_evidence"))])
    for route in routes:
        row = route_row(route)
        cells = [row[column] for column in columns]
        for verdict in _verdicts(route):
            cells += [str(verdict.value), " ".join(str(place) for place in verdict.evidence)]
        writer.writerow([_cell(cell) for cell in cells])
    return page.getvalue()


def _cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe in front makes it text."""
    text = visible(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
