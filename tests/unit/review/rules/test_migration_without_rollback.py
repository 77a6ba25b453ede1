"""Migrations without rollback: SQL, Alembic, Django, and the up and down of JavaScript tools."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import migration_without_rollback

ADD = 'ALTER TABLE "User" ADD COLUMN "phone" TEXT;\n'
DROP = 'ALTER TABLE "User" DROP COLUMN "phone";\n'


def test_where_ways_back_are_written_each_migration_needs_one(tmp_path: Path) -> None:
    check_marks(
        migration_without_rollback,
        tmp_path,
        {
            "prisma/migrations/1_init/migration.sql": f"-- met\n{ADD}",
            "prisma/migrations/1_init/down.sql": DROP,
            "prisma/migrations/2_more/migration.sql": f"-- unmet low\n{ADD}",
            "prisma/migrations/3_less/migration.sql": f"-- unmet medium\n{DROP}",
            "prisma/migrations/4_empty/migration.sql": f"-- unmet low\n{ADD}",
            "prisma/migrations/4_empty/down.sql": "-- nothing\n",
        },
    )


def test_where_the_tool_knows_no_way_back_only_losses_count(tmp_path: Path) -> None:
    """An additive migration needs none: the release before still runs on the new tables."""
    check_marks(
        migration_without_rollback,
        tmp_path,
        {
            "prisma/migrations/1_init/migration.sql": 'CREATE TABLE "User" ("id" TEXT); -- met\n',
            "prisma/migrations/2_more/migration.sql": ADD.replace("\n", " -- met\n"),
            "prisma/migrations/3_less/migration.sql": 'SELECT 1;\nALTER TABLE "User" DROP "phone"; -- unmet low\n',
            "prisma/migrations/4_gone/migration.sql": 'DROP TABLE "User"; -- unmet low\n',
            "prisma/migrations/5_rows/migration.sql": 'DELETE FROM "Session"; -- unmet low\n',
            "prisma/migrations/6_sqlite/migration.sql": 'CREATE TABLE "new_User" ("id" TEXT); -- met\n'
            'INSERT INTO "new_User" SELECT * FROM "User";\nDROP TABLE "User";\n'
            'ALTER TABLE "new_User" RENAME TO "User";\n',
            "prisma/migrations/7_passing/migration.sql": 'CREATE TABLE "t" ("id" TEXT); -- met\nDROP TABLE "t";\n',
            "supabase/migrations/0001_a.sql": "create table a (id int); -- met\n",
        },
    )


@pytest.mark.parametrize(
    "files",
    [
        {"db/migrations/1_a.up.sql": "-- met\n" + ADD, "db/migrations/1_a.down.sql": DROP},
        {"db/migrations/2026/up.sql": "-- met\n" + ADD, "db/migrations/2026/down.sql": DROP},
        {"db/migration/V1__a.sql": "-- met\n" + ADD, "db/migration/U1__a.sql": DROP},
        {"migrations/001.do.a.sql": "-- met\n" + ADD, "migrations/001.undo.a.sql": DROP},
        {"migrations/1_a.sql": f"-- met\n-- +goose Up\n{ADD}-- +goose Down\n{DROP}"},
        {"migrations/1_a.sql": f"-- met\n-- migrate:up\n{ADD}-- migrate:down\n{DROP}"},
        {
            "migrations/1_a.sql": f"-- met\n-- migrate:up\n{ADD}-- migrate:down\n{DROP}",
            "migrations/2_b.sql": f"-- unmet medium\n-- migrate:up\n{DROP}-- migrate:down\n",
        },
    ],
)
def test_the_tools_own_ways_back(files: dict[str, str], tmp_path: Path) -> None:
    check_marks(migration_without_rollback, tmp_path, files)


def alembic(upgrade: str, downgrade: str) -> str:
    """Return a revision of Alembic."""
    return f'from alembic import op\n\nrevision = "2"\ndown_revision = "1"\n\n\n{upgrade}\n\n\n{downgrade}\n'


@pytest.mark.parametrize(
    ("upgrade", "downgrade"),
    [
        ('def upgrade():\n    op.add_column("a", "b")', 'def downgrade(): # met\n    op.drop_column("a", "b")'),
        ('def upgrade():\n    op.add_column("a", "b")', "def downgrade(): # unmet low\n    pass"),
        ('def upgrade():\n    op.drop_column("a", "b")', 'def downgrade(): # unmet medium\n    """Nothing."""'),
        ('def upgrade():\n    op.execute("DELETE FROM a")', "def downgrade() -> None: # unmet medium\n    pass"),
        ('def upgrade():\n    op.add_column("a", "b")', "def downgrade(): # unmet low\n    raise RuntimeError('no')"),
        ('def upgrade(): # unmet low\n    op.add_column("a", "b")', ""),
    ],
)
def test_alembic(upgrade: str, downgrade: str, tmp_path: Path) -> None:
    path = "migrations/versions/2.py"
    check_marks(migration_without_rollback, tmp_path, {path: alembic(upgrade, downgrade)})


def test_a_merge_of_two_alembic_branches_changes_nothing(tmp_path: Path) -> None:
    path = "migrations/versions/2.py"
    text = alembic("def upgrade():\n    pass", "def downgrade():\n    pass")
    check_marks(migration_without_rollback, tmp_path, {path: text}, {(path, 1): "met"})


def test_django_steps_of_ones_own(tmp_path: Path) -> None:
    """Django undoes its own operations; RunPython and RunSQL say how, or they stop the way back."""
    head = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n"
    steps = {
        "a": "        migrations.RunPython(fill, empty), # met",
        "b": "        migrations.RunPython(fill, reverse_code=migrations.RunPython.noop), # met",
        "c": "        migrations.RunPython(fill), # unmet low",
        "d": '        migrations.RunSQL("UPDATE a SET b = 1"), # unmet low',
        "e": '        migrations.RunSQL("DELETE FROM a"), # unmet medium',
        "f": '        migrations.RunSQL(sql="CREATE INDEX i ON a(b)", reverse_sql="DROP INDEX i"), # met',
        "g": "        migrations.RunPython(fill, empty),\n        migrations.RunPython(more), # unmet low",
    }
    files = {f"shop/{name}/migrations/0002_a.py": f"{head}{step}\n    ]\n" for name, step in steps.items()}
    check_marks(migration_without_rollback, tmp_path, files)


SEQUELIZE = "module.exports = {{\n  up: (queryInterface) => queryInterface.removeColumn('a', 'b'),\n  down: {}\n}}\n"
TYPEORM = (
    "export class A1 implements MigrationInterface {{\n  async up(q) {{ await q.query('ALTER TABLE a ADD b INT') }}\n"
    "  {}\n}}\n"
)
CREATE = "knex.schema.createTable('a')"


@pytest.mark.parametrize(
    "text",
    [
        f"exports.up = (knex) => knex.schema.dropTable('a')\nexports.down = (knex) => {CREATE} // met\n",
        f"exports.up = (knex) => {CREATE}\nexports.down = () => Promise.resolve() // unmet low\n",
        "exports.up = (knex) => knex.schema.dropTable('a')\nexports.down = async () => {} // unmet medium\n",
        f"export async function up(knex) {{ // unmet low\n  await {CREATE}\n}}\n",
        SEQUELIZE.format("(q) => q.addColumn('a', 'b'), // met"),
        SEQUELIZE.format("() => { throw new Error('no') }, // unmet medium"),
        TYPEORM.format("async down(q) { await q.query('ALTER TABLE a DROP b') } // met"),
        TYPEORM.format("async down(q) {} // unmet low"),
    ],
)
def test_up_and_down(text: str, tmp_path: Path) -> None:
    check_marks(migration_without_rollback, tmp_path, {"src/migrations/1-a.js": text})


def test_what_is_no_migration(tmp_path: Path) -> None:
    files = {
        "db/schema.sql": DROP,
        "tests/migrations/1_a.sql": DROP,
        "src/lift.js": "exports.up = (floor) => move(floor)\n",
        "shop/a/migrations/0001_a.py": "from django.db import migrations\nclass A(migrations.Migration): pass\n",
    }
    check_silent(migration_without_rollback, tmp_path, files)
