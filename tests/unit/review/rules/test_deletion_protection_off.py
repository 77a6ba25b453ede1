"""Deletion protection off: unprotected resources are unmet by kind, with the provider's defaults."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import deletion_protection_off


def test_terraform(tmp_path: Path) -> None:
    """Off by default in one cloud, on by default in another."""
    text = """
resource "aws_db_instance" "a" { # unmet medium
  engine = "postgres"
}
resource "aws_db_instance" "b" {
  deletion_protection = true # met
}
resource "aws_db_instance" "c" {
  deletion_protection = var.protect # unknown
}
resource "aws_lb" "public" {
  enable_deletion_protection = false # unmet low
}
resource "google_sql_database_instance" "d" { # met
  name = "d"
}
resource "azurerm_key_vault" "e" { # unmet medium
  name = "e"
}
"""
    check_marks(deletion_protection_off, tmp_path, {"main.tf": text})
