"""Export events with their place in the log, as JSON lines, Parquet or OCSF."""

import os
from pathlib import Path
from typing import Any

import click

from trustwright.cli.trail._options import choosing, query
from trustwright.errors import TrustwrightError
from trustwright.trail.export import FORMATS, chosen, writer_of
from trustwright.trail.reading import open_log


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@choosing
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True, help="How to write it."
)
def command(file: Path, form: str, **asked: Any) -> None:
    """Export events with their place in the log to FILE, as JSON lines, Parquet or OCSF.

    The events come from the log's own files, up to its last checkpoint, in the order of the log. JSON lines begin with
    the checkpoint and hold each event to the byte, so that its leaf can be computed; Parquet has the checkpoint in the
    file's metadata; OCSF 1.5 has Authentication and API Activity, with the checkpoint under "unmapped". FILE appears
    whole or not at all.
    """
    wanted = query(**asked)
    log = open_log()
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        count = writer_of(form)(log, chosen(log, wanted), draft)
        draft.replace(target)
    except OSError as error:
        raise TrustwrightError(f"{file}: {error.strerror or error}; name a file that can be written.") from error
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{count} of {log.checkpoint.size} entries")
