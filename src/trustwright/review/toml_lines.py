"""Says on which line each key of a TOML text stands: the standard library's parser does not."""

import tomllib
from collections.abc import Mapping

LONGEST_STATEMENT = 300  # lines; each further line parses the statement again, and no real setting is longer


def key_lines(text: str) -> dict[str, int]:
    """Return the line of every key of a valid TOML text, by dotted path; entries of arrays of tables count from 0.

    A statement of TOML is the shortest run of lines that is valid on its own, so the parser itself finds them.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table: tuple[str, ...] = ()
    start, pending = 1, ""
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines: TOML ends lines with "\n" alone
        if not pending.strip():
            start, pending = number, ""
        pending += line + "\n"
        try:
            statement = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            if number - start > LONGEST_STATEMENT:
                return lines
            continue
        opening, pending = pending.strip(), ""
        if not statement:
            continue
        path = _only_path(statement)
        if opening.startswith("["):
            table = path
            if opening.startswith("[["):
                key = ".".join(path)
                counts[key] = counts.get(key, -1) + 1
                table = (*path, str(counts[key]))
            lines.setdefault(".".join(table), start)
        else:
            lines.setdefault(".".join((*table, *path)), start)
    return lines


def _only_path(statement: Mapping[str, object]) -> tuple[str, ...]:
    """Return the keys that lead to the innermost value of a single statement."""
    path: list[str] = []
    value: object = statement
    while isinstance(value, dict) and len(value) == 1:
        key, value = next(iter(value.items()))
        path.append(key)
    return tuple(path)
