"""The schema on a real PostgreSQL: what each role may do, what nobody may, and that it is applied once."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from tests.trail_log import WRITER, event
from trustwright.trail import schema, store
from trustwright.trail.errors import TrailError
from trustwright.trail.identifier import new_id

pytestmark = pytest.mark.slow

COLUMNS = "id, created_at, actor_type, action, resource_type, outcome"


def test_it_is_applied_once(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert schema.apply(connection) == []
    assert [number for number, _ in schema.migrations()] == sorted({number for number, _ in schema.migrations()})


def test_the_script_does_what_init_does(postgresql: str) -> None:
    server = postgresql.replace("template_trail", "postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE from_script")
    with psycopg.connect(server.replace("/postgres?", "/from_script?"), autocommit=True) as connection:
        connection.execute(schema.script().encode())
        assert schema.apply(connection) == []
        assert store.append(connection, WRITER, [event(1)]) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM system_audit_log",
        "UPDATE system_audit_log SET action = 'read'",
        "DELETE FROM system_audit_log",
        "TRUNCATE system_audit_log",
        "TRUNCATE system_audit_log_default",
        "DELETE FROM trail.intake",
        "SELECT * FROM trail.intake",
        "INSERT INTO trail.intake (writer, number, id, event) SELECT i, 1, i, 'x' FROM gen_random_uuid() AS i",
        "UPDATE trail.writer SET last = 0",
        "INSERT INTO trail.dropped VALUES ('2026-01-01', 0, 1, 1)",
        "UPDATE trail.tree SET size = 0",
        "SET session_replication_role = replica",
        "ALTER TABLE system_audit_log DISABLE TRIGGER ALL",
        "DROP TABLE system_audit_log",
        f"INSERT INTO system_audit_log ({COLUMNS}) VALUES (gen_random_uuid(), now(), 'user', 'read', 'x', 'success')",  # noqa: S608
    ],
)
@pytest.mark.parametrize("role", ["writer", "reader"])
def test_applications_and_readers_can_change_nothing(database: str, role: str, statement: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"SET ROLE trustwright_{role}".encode())
        if role == "reader" and statement.startswith("SELECT * FROM system_audit_log"):
            assert connection.execute(statement.encode()).fetchall() == []
            return
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET action = 'read'", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {}_default"]
)
@pytest.mark.parametrize("role", ["postgres", "trustwright_owner"])
def test_not_even_the_owner_changes_a_row_by_mistake(database: str, role: str, statement: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        store.append(connection, WRITER, [event(1)])
        connection.execute(f"SET ROLE {role}".encode())
        said = None
        try:
            said = connection.execute(statement.format("system_audit_log").encode()).rowcount
        except errors.InsufficientPrivilege as error:
            assert "append-only" in str(error)  # noqa: PT017 - row-level security may leave nothing to refuse
        connection.execute("RESET ROLE")
        assert not said
        row = connection.execute("SELECT action FROM system_audit_log").fetchone()
        assert row == ("update",)


def test_the_writer_s_role_records(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("SET ROLE trustwright_writer")
        assert store.append(connection, WRITER, [event(1), event(2)]) == 2


def test_a_row_s_time_is_that_of_its_id(database: str) -> None:
    with psycopg.connect(database) as connection, pytest.raises(errors.CheckViolation, match="moment_of_id"):
        connection.execute(
            f"INSERT INTO system_audit_log ({COLUMNS}) VALUES (%s, now(), 'user', 'read', 'x', 'success')",  # noqa: S608
            [new_id(1)],
        )


def test_partitions_are_made_ahead_and_one_takes_all_other_times(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT trail.make_partitions()").fetchone() == (0,)
        assert connection.execute("SELECT trail.make_partitions(5)").fetchone() == (2,)
        far = event(1, (datetime.now(UTC) - timedelta(days=400)).timestamp())
        now = event(2, datetime.now(UTC).timestamp())
        store.append(connection, WRITER, [far, now])
        rows = connection.execute("SELECT id, tableoid::regclass::text FROM system_audit_log ORDER BY id").fetchall()
    assert rows == [
        (far.id, "system_audit_log_default"),
        (now.id, f"system_audit_log_{datetime.now(UTC):%Y_%m}"),
    ]


def test_a_role_that_may_not_is_told_what_to_do(postgresql: str) -> None:
    server = postgresql.replace("template_trail", "postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE for_nobody")
        connection.execute("CREATE ROLE nobody LOGIN")
    url = server.replace("/postgres?", "/for_nobody?").replace("postgres:@", "nobody:@")
    with psycopg.connect(url) as connection, pytest.raises(TrailError, match="trustwright trail sql"):
        schema.apply(connection)
