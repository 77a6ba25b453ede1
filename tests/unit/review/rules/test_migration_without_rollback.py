"""Migration without rollback: what takes something away and has no way back is unmet."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import migration_without_rollback


def test_alembic(tmp_path: Path) -> None:
    """A downgrade that undoes, and one that is empty."""
    head = '"""m"""\nfrom alembic import op\nrevision = "1"\ndown_revision = None\n'
    good = head + "def upgrade():\n    op.drop_column('a', 'b')\ndef downgrade():  # met\n    op.add_column('a', b)\n"
    bad = head + "def upgrade():\n    op.drop_column('a', 'b')\ndef downgrade():  # unmet\n    pass\n"
    files = {"migrations/versions/1.py": good, "migrations/versions/2.py": bad}
    check_marks(migration_without_rollback, tmp_path, files)


def test_sql(tmp_path: Path) -> None:
    """Pairs of up and down; one that drops a column alone."""
    files = {
        "migrations/1.up.sql": "ALTER TABLE a ADD COLUMN b int; -- met\n",
        "migrations/1.down.sql": "ALTER TABLE a DROP COLUMN b;\n",
        "migrations/2.up.sql": "ALTER TABLE a DROP COLUMN c; -- unmet\n",
    }
    check_marks(migration_without_rollback, tmp_path, files)
