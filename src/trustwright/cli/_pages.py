"""Pages of text for the terminal: headings, paragraphs, lists and rows at its width, coloured or plain."""

import io
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trustwright.cli._output import in_colour, screen_width

HEADING = "bold"
NAME = "cyan"
ASIDE = "dim"

Part = tuple[RenderableType, int]
Parts = Iterator[Part]
"""What a page is made of: something rich can print, and by how many columns it is indented."""


def rendered(parts: Iterable[Part]) -> bytes:
    """Return a page as UTF-8 text for the terminal at hand."""
    page = io.StringIO()
    colour = in_colour()
    console = Console(
        file=page,
        width=screen_width(),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part, indent in parts:
        console.print(Padding(part, (0, 0, 0, indent)))
    lines = (line.rstrip() for line in page.getvalue().split("\n"))
    return "\n".join(lines).encode("utf-8", "replace")


def title(name: str, words: str, aside: str) -> Parts:
    """Begin a page: what it is about, and a line that places it."""
    yield Text.assemble((name, f"{HEADING} {NAME}"), "  ", (words, HEADING)), 0
    yield Text(aside, ASIDE), 0


def paragraph(text: str) -> Parts:
    """Say something after an empty line."""
    yield Text(), 0
    yield Text(text), 0


def heading(words: str, aside: str = "") -> Parts:
    """Begin a section."""
    yield Text(), 0
    yield Text.assemble((words, HEADING), (f"  {aside}" if aside else "", ASIDE)), 0


def items(heading_words: str, texts: Sequence[str], mark: str = "-") -> Parts:
    """List texts under a heading; nothing when there are none. The mark ``1`` numbers them."""
    if texts:
        yield from heading(heading_words)
        marks = [f"{number}." if mark == "1" else mark for number, _ in enumerate(texts, 1)]
        yield from rows(zip(marks, texts, strict=True), gap=1, style="")


def named(heading_words: str, pairs: Sequence[tuple[str, str]], aside: str = "") -> Parts:
    """List things with their names under a heading; nothing when there are none."""
    if pairs:
        yield from heading(heading_words, aside)
        yield from rows(pairs)


def rows(pairs: Iterable[tuple[str, str | Text]], gap: int = 2, style: str = NAME) -> Parts:
    """Set names in one column and what is said of them in the next, ``gap`` columns apart."""
    table = Table.grid(padding=(0, gap, 0, 0))
    table.add_column(no_wrap=True, style=style)
    table.add_column()
    for name, text in pairs:
        table.add_row(name, text)
    yield table, 2
