"""Verify the audit log: entries, tree, checkpoints, writers' numbers, times, rows."""

from pathlib import Path

import click
import psycopg

from trustwright.errors import TrustwrightError
from trustwright.trail.note import PublicKey
from trustwright.trail.places import address, keys_folder, log_folder
from trustwright.trail.signer import LAST, trusted_key
from trustwright.trail.tiles import Folder
from trustwright.trail.verify import verify

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--since", multiple=True, type=_FILE, help="A checkpoint that was kept elsewhere; may be given several times."
)
@click.option(
    "--against",
    type=click.Choice(["table", "bundles"]),
    default="table",
    show_default=True,
    help="Compare with the database's rows, or look at the log's files alone.",
)
@click.option(
    "--log",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The log's folder; this machine's own when not given.",
)
@click.option("--key", help="The log's public key, as `trail init` prints it; this machine's own when not given.")
@click.pass_context
def command(context: click.Context, since: tuple[Path, ...], against: str, log: Path | None, key: str | None) -> None:
    """Verify the audit log: entries, tree, checkpoints, writers' numbers, times, rows.

    Names what was done to the log and says what was looked at. Exit code 1 when anything is wrong.
    """
    folder = log or log_folder()
    if log is not None and key is None:
        raise TrustwrightError("--log: name the key of that log with --key, as its owner gave it to you.")
    public = PublicKey.read(key) if key is not None else trusted_key(keys_folder())
    known = [(str(path), path.read_bytes()) for path in since]
    last = keys_folder() / LAST
    if log is None and last.exists():
        known.append((f"the signer's own last checkpoint ({last})", last.read_bytes()))
    if against == "table":
        with psycopg.connect(address()[0]) as table:
            findings = verify(Folder(folder), public, known=known, table=table)
    else:
        findings = verify(Folder(folder), public, known=known)
    for problem in findings.problems:
        click.echo(f"{problem.threat}: {problem.where}: {problem.detail}")
    for threat, count in sorted(findings.more.items()):
        click.echo(f"{threat}: {count} more")
    rows = f", {findings.rows} rows" if findings.rows is not None else ", no rows (--against bundles)"
    dropped = f", {findings.dropped} rows that the log says were dropped" if findings.dropped else ""
    waiting = f", {findings.waiting} rows wait for a checkpoint and were not" if findings.waiting else ""
    click.echo(
        f"looked at {findings.entries} entries{rows}{dropped}, {findings.checkpoints} earlier checkpoints{waiting}"
    )
    if findings.intact:
        click.echo(
            "nothing was changed, removed or added behind the log"
            if findings.rows is not None
            else "the files are whole"
        )
    else:
        context.exit(1)
