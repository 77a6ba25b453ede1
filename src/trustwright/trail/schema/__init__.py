"""What the audit log needs in PostgreSQL: numbered SQL files that only add, applied once each and in order."""

import re
from importlib.resources import files
from typing import Final

from psycopg import Connection, errors, sql
from psycopg.rows import TupleRow

from trustwright.trail.errors import TrailError

_FILE: Final = re.compile(r"(\d{4})_\w+\.sql")
_LOCK: Final = 7_230_531_100
"""Advisory lock of migrations: two programs that start at once apply them once."""


def migrations() -> list[tuple[int, str]]:
    """Return the number and the SQL of each file, in order."""
    found = []
    for item in files(__package__).iterdir():
        match = _FILE.fullmatch(item.name)
        if match:
            found.append((int(match[1]), item.read_text(encoding="utf-8")))
    return sorted(found)


def script() -> str:
    """Return everything as one script, for a database administrator to read and apply."""
    parts = ["BEGIN;", _VERSIONS]
    for number, text in migrations():
        parts += [text.strip(), _APPLIED.format(number)]
    return "\n\n".join([*parts, "COMMIT;"]) + "\n"


_APPLIED: Final = "INSERT INTO public.trail_migration (number) VALUES ({});"
_VERSIONS: Final = (
    "CREATE TABLE IF NOT EXISTS public.trail_migration "
    "(number integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());"
)


def apply(connection: Connection[TupleRow]) -> list[int]:
    """Apply what is missing, all in one transaction; return the numbers applied.

    Raises:
        TrailError: the role may not create what is needed.
    """
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            connection.execute(sql.SQL(_VERSIONS))
            done = {row[0] for row in connection.execute("SELECT number FROM public.trail_migration")}
            missing = [(number, text) for number, text in migrations() if number not in done]
            for number, text in missing:
                connection.execute(text.encode())
                connection.execute("INSERT INTO public.trail_migration (number) VALUES (%s)", [number])
    except errors.InsufficientPrivilege as error:
        said = str(error).partition("\n")[0]
        raise TrailError(
            f"the role {connection.info.user} may not set up the audit log ({said}); let an administrator apply what "
            "`trustwright trail sql` prints."
        ) from error
    return [number for number, _ in missing]
