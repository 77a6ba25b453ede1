"""SQL statements: what they do, to which table, with which columns."""

import pytest

from trustwright.review.source import sql
from trustwright.review.source.errors import SourceError
from trustwright.review.source.sql_tables import ForeignKey


def only(text: str) -> sql.Statement:
    (statement,) = sql.parse("m.sql", text.encode())
    return statement


TABLE = """CREATE TABLE IF NOT EXISTS public."audit_log" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  ssn varchar(11) NOT NULL, amount numeric(10, 2) DEFAULT 0 NOT NULL, -- a comment, with (brackets
  user_id int REFERENCES users(id) ON DELETE SET NULL,
  tags text[], at timestamp with time zone NOT NULL DEFAULT now(),
  key text,
  CONSTRAINT fk FOREIGN KEY ("a", b) REFERENCES other."Tbl" (x, y) ON UPDATE CASCADE ON DELETE CASCADE,
  PRIMARY KEY (id, ssn)
)"""


def test_a_created_table_has_columns_with_types_and_lines() -> None:
    statement = only(TABLE)
    assert (statement.kind, statement.table, statement.line, statement.end_line) == (
        "create-table",
        "public.audit_log",
        1,
        9,
    )
    assert [(one.name, one.type, one.line) for one in statement.columns] == [
        ("id", "UUID", 2),
        ("ssn", "VARCHAR(11)", 3),
        ("amount", "NUMERIC(10,2)", 3),
        ("user_id", "INT", 4),
        ("tags", "TEXT[]", 5),
        ("at", "TIMESTAMP WITH TIME ZONE", 5),
        ("key", "TEXT", 6),
    ]
    assert [one.nullable for one in statement.columns] == [False, False, False, True, True, False, True]
    assert [one.default for one in statement.columns][:3] == ["gen_random_uuid()", "", "0"]
    assert statement.primary_key == ("id", "ssn")


def test_references_say_what_happens_on_delete() -> None:
    assert only(TABLE).foreign_keys == (
        ForeignKey(("user_id",), "users", "SET NULL", 4),
        ForeignKey(("a", "b"), "other.Tbl", "CASCADE", 7),
    )


def test_an_altered_table_lists_its_changes() -> None:
    statement = only(
        'ALTER TABLE ONLY public.users ADD COLUMN IF NOT EXISTS email text UNIQUE, DROP COLUMN "name",\n'
        "ALTER COLUMN x SET NOT NULL, ADD CONSTRAINT c FOREIGN KEY (z) REFERENCES q(id) ON DELETE RESTRICT,\n"
        "DROP CONSTRAINT old, RENAME TO people"
    )
    assert [(change.kind, change.name, change.line) for change in statement.changes] == [
        ("add-column", "email", 1),
        ("drop-column", "name", 1),
        ("alter-column", "x", 2),
        ("add-constraint", "c", 2),
        ("drop-constraint", "old", 3),
        ("rename", "TO", 3),
    ]
    assert [(one.name, one.type, one.unique) for one in statement.columns] == [("email", "TEXT", True)]
    assert statement.foreign_keys == (ForeignKey(("z",), "q", "RESTRICT", 2),)


@pytest.mark.parametrize(
    ("text", "kind", "table"),
    [
        ('DROP TABLE IF EXISTS "Foo" CASCADE', "drop-table", "Foo"),
        ("DELETE FROM audit.log WHERE at < now()", "delete", "audit.log"),
        ('UPDATE "User" SET a = 1', "update", "User"),
        ("WITH x AS (SELECT 1) UPDATE t SET a = 1", "update", "t"),
        ("TRUNCATE TABLE a, b", "truncate", "a"),
        ("INSERT INTO t (a) VALUES (1)", "insert", "t"),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "enable-row-security", "t"),
        ("ALTER TABLE t FORCE ROW LEVEL SECURITY", "enable-row-security", "t"),
        ("ALTER TABLE t DISABLE ROW LEVEL SECURITY", "disable-row-security", "t"),
        ("ALTER TABLE t DISABLE TRIGGER ALL", "disable-trigger", "t"),
        ("CREATE POLICY p ON t FOR SELECT USING (true)", "create-policy", "t"),
        ("CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING", "create-rule", "t"),
        ("CREATE UNIQUE INDEX i ON t (a)", "create-index", "t"),
        ("DROP TRIGGER x ON t", "drop-trigger", "t"),
        ("SELECT 1", "select", ""),
        ("BEGIN", "transaction", ""),
        ("VACUUM full", "other", ""),
        ("create table t", "create-table", "t"),
        ("CREATE TABLE t AS SELECT * FROM u", "create-table", "t"),
    ],
)
def test_kinds_and_tables(text: str, kind: str, table: str) -> None:
    statement = only(text)
    assert (statement.kind, statement.table) == (kind, table)


def test_a_trigger_says_when_it_runs_and_what() -> None:
    statement = only(
        'CREATE TRIGGER "keep" BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION public.prevent()'
    )
    assert (statement.name, statement.table, statement.timing) == ("keep", "audit_log", "BEFORE")
    assert (statement.events, statement.function) == (("UPDATE", "DELETE"), "public.prevent")


def test_rights_given_and_taken() -> None:
    given = only("GRANT SELECT, INSERT ON TABLE audit_log TO app WITH GRANT OPTION")
    taken = only("REVOKE UPDATE, delete ON audit_log FROM app")
    assert (given.kind, given.privileges, given.table, given.grantee) == (
        "grant",
        ("SELECT", "INSERT"),
        "audit_log",
        "app",
    )
    assert (taken.kind, taken.privileges, taken.table, taken.grantee) == (
        "revoke",
        ("UPDATE", "DELETE"),
        "audit_log",
        "app",
    )


def test_statements_are_split_outside_of_texts_comments_and_bodies() -> None:
    text = (
        "-- one; two\nINSERT INTO a VALUES ('x;y', \"c;d\");\n/* three; */\n"
        "CREATE FUNCTION f() RETURNS trigger AS $body$ BEGIN RAISE EXCEPTION 'no;'; END; $body$ LANGUAGE plpgsql;\n"
        "\\connect db\nCOPY t FROM stdin;\n1;2\n\\.\nDROP TABLE z"
    )
    found = [(one.line, one.kind) for one in sql.parse("m.sql", text.encode())]
    assert found == [(2, "insert"), (4, "create-function"), (6, "other"), (9, "drop-table")]


def test_mysql_is_tolerated() -> None:
    text = (
        "CREATE TABLE `a` (`id` int(11) unsigned NOT NULL COMMENT 'it\\'s; ok', KEY `k` (`id`)) ENGINE=InnoDB;\n"
        "CREATE TRIGGER tr BEFORE DELETE ON `a` FOR EACH ROW BEGIN IF x THEN SIGNAL SQLSTATE '45000'; END IF; END;\n"
        "DROP TABLE b;"
    )
    table, trigger, drop = sql.parse("m.sql", text.encode())
    assert [(one.name, one.type) for one in table.columns] == [("id", "INT(11)")]
    assert (trigger.table, trigger.timing, trigger.events) == ("a", "BEFORE", ("DELETE",))
    assert drop.kind == "drop-table"


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\xff;", "parse-error"), (b"-" * (sql.MAX_BYTES + 1), "capped"), (b"a;" * (sql.MAX_STATEMENTS + 1), "capped")],
)
def test_bad_input_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(SourceError) as caught:
        sql.parse("m.sql", data)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "data", [b"'open", b"$$ open", b"/* open", b"CREATE TABLE t (", b"ALTER TABLE t ADD", b"", b";;;", b"("]
)
def test_unfinished_files_are_read(data: bytes) -> None:
    assert isinstance(sql.parse("m.sql", data), tuple)
