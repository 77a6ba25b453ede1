"""Remakes the picture of the first screen of a review that the README shows.

    .venv/bin/python docs/screenshot.py

It reviews `examples/acme-shop` and draws what the terminal shows as an SVG that loads no font from elsewhere.
"""

import dataclasses
import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from trustwright import wiring
from trustwright.reports import terminal

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "review.svg"
COLUMNS = 90
LINES = 41
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def draw() -> str:
    """Return the picture: the first lines of the review, in colour, without the commit it was made at."""
    review = wiring.review(ROOT / "examples" / "acme-shop", cache=False)
    review = dataclasses.replace(review, target=dataclasses.replace(review.target, commit=""))
    shown = terminal.render(review, width=COLUMNS, colour=True).decode().split("\n")[:LINES]
    console = Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="standard")
    console.print(Text.from_ansi("\n".join(shown)))
    picture = console.export_svg(title="./tw review examples/acme-shop", theme=MONOKAI, unique_id="review")
    # Some viewers drop the blanks that a line begins with, unless they are told to keep them.
    picture = picture.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return _FONTS.sub("", picture).replace("Fira Code", "ui-monospace, DejaVu Sans Mono")


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(), encoding="utf-8")
