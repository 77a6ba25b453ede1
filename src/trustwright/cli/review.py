"""Review a repository: what an auditor would object to, where, and how to mend it."""

from datetime import datetime
from pathlib import Path
from typing import get_args

import click

from trustwright import reports, wiring
from trustwright.cli._options import config_option, folder_argument, output_option
from trustwright.cli._output import Ticker, in_colour, screen_width, write_whole
from trustwright.review.model import Review, Severity
from trustwright.review.settings import Category

OBJECTED = 1
INCOMPLETE = 3


@click.command()
@folder_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(reports.formats()),
    help="How to tell it. By default as the ending of --output says, else for the terminal.",
)
@output_option
@config_option
@click.option(
    "--fail-on",
    type=click.Choice([str(level) for level in Severity]),
    help="Exit with 1 when a finding is this severe or worse.",
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    type=click.Choice(get_args(Category)),
    help="A category in scope, besides security; may be repeated. Replaces those in the settings.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day by which entries of the settings expire, such as 2027-03-31. By default today.",
)
@click.option(
    "--jobs",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Number of processes. By default as many as there are processors, for as long as that pays.",
)
@click.option("--no-cache", is_flag=True, help="Read every file anew, and keep nothing for the next run.")
def command(  # noqa: PLR0917 - one argument for each option
    path: Path,
    form: str | None,
    output: Path | None,
    config: Path | None,
    fail_on: str | None,
    categories: tuple[Category, ...],
    as_of: datetime | None,
    jobs: int,
    no_cache: bool,
) -> None:
    """Review the repository in PATH (by default this folder).

    Tells, for each criterion in scope, what the code shows: what an auditor would object to, at which file and line,
    why it matters and how to mend it, and which evidence is still needed.

    Exit code: 0; 1 when --fail-on is met; 2 for wrong usage or settings; 3 when part of the input could not be read.
    """
    with Ticker() as ticker:
        review = wiring.review(
            path,
            config=config,
            categories=categories,
            as_of=as_of.date() if as_of else None,
            jobs=jobs,
            cache=not no_cache,
            progress=ticker,
        )
    write_whole(_render(review, form or _format_of(output), to_screen=output is None), output)
    if code := _exit_code(review, fail_on):
        raise click.exceptions.Exit(code)


def _render(review: Review, form: str, *, to_screen: bool) -> bytes:
    if form == "terminal" and to_screen:
        from trustwright.reports import terminal

        return terminal.render(review, width=screen_width(), colour=in_colour())
    return reports.renderer(form)(review)


def _format_of(output: Path | None) -> str:
    """Choose the format that a file's name ends like, or the one for people to read at once."""
    return (reports.format_of(output.name) if output else None) or "terminal"


def _exit_code(review: Review, fail_on: str | None) -> int:
    """An objection weighs more than an incomplete reading: it stands however much was read."""
    if fail_on and any(finding.severity.rank <= Severity(fail_on).rank for finding in review.findings):
        return OBJECTED
    return 0 if review.complete else INCOMPLETE
