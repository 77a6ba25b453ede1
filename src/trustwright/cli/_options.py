"""What several commands are given in the same words: the folder, where to write, the settings."""

from pathlib import Path

import click

folder_argument = click.argument("path", type=click.Path(path_type=Path), default=".")
output_option = click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to FILE instead of standard output; it appears whole or not at all.",
)
config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the settings from FILE instead of trustwright.toml in PATH.",
)
