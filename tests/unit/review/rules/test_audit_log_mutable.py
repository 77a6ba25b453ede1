"""Audit log can be changed: unprotected tables, cascades, updates and deletes are unmet."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import audit_log_mutable


def test_migrations(tmp_path: Path) -> None:
    """Tables with and without protection; a statement that changes rows."""
    files = {
        "migrations/1.sql": """
CREATE TABLE audit_log (id uuid); -- met
REVOKE UPDATE, DELETE ON audit_log FROM app;
CREATE TABLE partner_audit_log (id uuid, partner uuid REFERENCES partner (id) ON DELETE CASCADE); -- unmet high
CREATE TABLE order_audit_log (id uuid); -- unmet medium
DELETE FROM audit_log WHERE id = '1'; -- unmet high
CREATE TABLE orders (id uuid);
""",
        "migrations/2.sql": """
CREATE TABLE system_audit_log (id uuid); -- met
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON system_audit_log FOR EACH ROW EXECUTE FUNCTION refuse();
""",
    }
    check_marks(audit_log_mutable, tmp_path, files)


def test_code(tmp_path: Path) -> None:
    """ORM calls, SQL in texts, tables created by a migration library."""
    files = {
        "service.ts": """
await prisma.auditLog.create({ data })
await prisma.auditLog.deleteMany({ where: { actor } }) // unmet high
await db.order.update({ where: { id }, data })
""",
        "worker.py": 'session.execute(text("DELETE FROM shipment_audit_log WHERE day < :day"))  # unmet high\n',
        "migrations/0001.py": 'op.create_table("shipment_audit_log", sa.Column("id"))  # unmet medium\n',
    }
    check_marks(audit_log_mutable, tmp_path, files)


def test_nothing_to_say(tmp_path: Path) -> None:
    """Other tables may change."""
    check_silent(
        audit_log_mutable, tmp_path, {"m.sql": "DELETE FROM orders;\n", "a.ts": "db.order.delete({ where })\n"}
    )


def test_a_migration_that_fills_a_column_it_adds(tmp_path: Path) -> None:
    """What was recorded stays; any other column that is set makes it a change."""
    text = """
ALTER TABLE "DocumentAuditLog" ADD COLUMN "envelopeId" TEXT;
UPDATE "DocumentAuditLog" SET "envelopeId" = e."id" FROM "Envelope" e WHERE e."n" = "DocumentAuditLog"."n"; -- unknown
UPDATE "DocumentAuditLog" SET "envelopeId" = '1', "actor" = 'x' WHERE "n" = 2; -- unmet
UPDATE "DocumentAuditLog" SET "actor" = 'x'; -- unmet
"""
    check_marks(audit_log_mutable, tmp_path, {"migrations/1/migration.sql": text})
