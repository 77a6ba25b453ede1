"""Prisma schemas: models, fields, their names in the database, comments; broken input says so."""

import pytest

from trustwright.review.source import prisma
from trustwright.review.source.errors import SourceError

SCHEMA = b"""
datasource db {
  provider = "postgresql"
}

/// People who signed in
model User {
  id     String  @id @default(cuid())
  /// sealed before it is written
  secret String? @map("secret_value") @db.Text // twice
  roles  Role[]
  @@map("users")
}

enum Role {
  ADMIN
}
"""


def test_models() -> None:
    """Enums and sources are passed over; a field knows its column, its marks and what is said of it."""
    (user,) = prisma.parse("schema.prisma", SCHEMA)
    assert (user.name, user.table, user.line, user.end_line) == ("User", "users", 7, 13)
    secret = user.fields[1]
    assert (secret.name, secret.type, secret.column, secret.line) == ("secret", "String", "secret_value", 10)
    assert secret.optional
    assert not secret.listed
    assert secret.comment == "sealed before it is written twice"
    assert user.fields[2].listed
    assert user.fields[0].comment == ""


def test_broken_input() -> None:
    """An open model is left out; bytes that are no text, and files above the limit, are refused."""
    assert prisma.parse("a.prisma", b"model A {\n id String\n") == ()
    with pytest.raises(SourceError, match="not UTF-8"):
        prisma.parse("a.prisma", b"\xff\xfe")
    with pytest.raises(SourceError, match="larger"):
        prisma.parse("a.prisma", b" " * (prisma.MAX_BYTES + 1))
