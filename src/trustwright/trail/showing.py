"""Events and other rows as text: for a terminal, for a spreadsheet, as JSON; harmless, whatever they hold."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@")


def visible(text: str) -> str:
    """Return ``text`` on one line, with characters that would not be shown replaced by a sign that is."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "\N{REPLACEMENT CHARACTER}" for one in text)


def cell(value: object) -> str:
    """Return a value as a spreadsheet may read it: an apostrophe in front keeps text from being a formula."""
    text = visible(_text(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a head."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(column)) for column in columns] for row in rows)
    return page.getvalue()


def as_table(head: Mapping[str, str], rows: Sequence[Mapping[str, Any]], width: int) -> str:
    """Return rows as columns of text, each line cut at the terminal's width.

    Args:
        head: the word above each column, by the name of the column.
        rows: what to tell.
        width: the terminal's columns.
    """
    cells = [list(head.values()), *([visible(_text(row.get(name))) for name in head] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ("  ".join(text.ljust(wide) for text, wide in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "".join(f"{line if len(line) <= width else line[: width - 1] + '…'}\n" for line in lines)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
