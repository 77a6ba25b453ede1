"""Sensitive field stored plain: fields of models, tables and create calls, protected or not."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import sensitive_field_stored_plain


def test_prisma(tmp_path: Path) -> None:
    """A plain column; an encrypted one with its hash for lookups."""
    files = {
        "schema.prisma": "model User {\n  id  String @id\n  ssn String // unmet\n  iban String // met\n}\n",
        "users.ts": "await db.user.create({ data: { iban: await encrypt(iban) } })\n",
    }
    check_marks(sensitive_field_stored_plain, tmp_path, files)


def test_python_models(tmp_path: Path) -> None:
    """SQLAlchemy columns: plain, and of an encrypted type."""
    text = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy import String
class Base(DeclarativeBase):
    pass
class Patient(Base):
    __tablename__ = "patients"
    name: Mapped[str] = mapped_column(String)
    national_id: Mapped[str] = mapped_column(String)  # unmet
    bank_account: Mapped[str] = mapped_column(EncryptedString)  # met
"""
    check_marks(sensitive_field_stored_plain, tmp_path, {"models.py": text})


def test_sql_and_calls(tmp_path: Path) -> None:
    """A column of a migration, and a value written as it is."""
    files = {
        "migrations/1.sql": "CREATE TABLE customers (\n  id uuid,\n  card_number text -- unmet\n);\n",
        "service.ts": "await db.user.create({ data: { ssn: '123-45-6789' } }) // unmet\n",
    }
    check_marks(sensitive_field_stored_plain, tmp_path, files)


def test_nothing_to_say(tmp_path: Path) -> None:
    """A name is not sensitive, nor is a request's schema."""
    check_silent(
        sensitive_field_stored_plain, tmp_path, {"schema.prisma": "model User {\n  id String @id\n  name String\n}\n"}
    )
