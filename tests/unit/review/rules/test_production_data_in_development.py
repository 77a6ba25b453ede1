"""Production data in development: settings that name production, and dumps that go elsewhere as they are."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import production_data_in_development


def test_settings(tmp_path: Path) -> None:
    """A development setting with a database."""
    files = {
        ".env.development": "DATABASE_URL=postgres://u:p@db-prod.acme.example:5432/shop\n",
        "api/.env.test": "DATABASE_URL=postgres://u:p@localhost:5432/shop\nNAME=production\n",
        ".env.production": "DATABASE_URL=postgres://u:p@db-prod.acme.example:5432/shop\n",
    }
    expected = {(".env.development", 1): "unmet", ("api/.env.test", 1): "met"}
    check_marks(production_data_in_development, tmp_path, files, expected)


def test_copies(tmp_path: Path) -> None:
    """A dump that is restored elsewhere, with and without cleaning."""
    files = {
        "scripts/refresh.sh": 'pg_dump "$PRODUCTION_URL" > shop.sql  # unmet\npsql "$STAGING_URL" < shop.sql\n',
        "scripts/clean.sh": 'pg_dump "$PRODUCTION_URL" | ./anonymize.py  # met\npsql "$STAGING_URL" < clean.sql\n',
        "scripts/backup.sh": 'pg_dump "$PRODUCTION_URL" > /backup/shop.sql\n',
    }
    check_marks(production_data_in_development, tmp_path, files)


def test_nothing_to_say(tmp_path: Path) -> None:
    """A local dump copies nobody's data."""
    check_silent(production_data_in_development, tmp_path, {"scripts/dump.sh": "pg_dump shop > shop.sql\n"})
