"""Backup not configured: no backups or too few days are unmet, replicas and lookups are nobody's population."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import backup_not_configured


def test_terraform(tmp_path: Path) -> None:
    """Databases by days, tables and buckets by switch."""
    text = """
resource "aws_db_instance" "none" { # unmet high
  engine = "postgres"
}
resource "aws_db_instance" "few" {
  backup_retention_period = 3 # unmet medium
}
resource "aws_db_instance" "enough" {
  backup_retention_period = 14 # met
}
resource "aws_db_instance" "set_elsewhere" {
  backup_retention_period = var.days # unknown
}
resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.enough.identifier
}
resource "aws_dynamodb_table" "t" {
  point_in_time_recovery {
    enabled = true # met
  }
}
resource "google_sql_database_instance" "g" { # unmet high
  name = "g"
}
resource "aws_s3_bucket" "plain" { # unmet low
  bucket = "plain"
}
resource "aws_s3_bucket" "kept" { # met
  bucket = "kept"
}
resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id
  versioning_configuration {
    status = "Enabled"
  }
}
"""
    check_marks(backup_not_configured, tmp_path, {"main.tf": text})


def test_cloudformation_defaults_differ(tmp_path: Path) -> None:
    """There a database left alone keeps its backups for one day."""
    text = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Shop: # unmet medium
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
"""
    check_marks(backup_not_configured, tmp_path, {"template.yaml": text})


def test_nothing_to_say(tmp_path: Path) -> None:
    """A network holds no data."""
    check_silent(
        backup_not_configured, tmp_path, {"main.tf": 'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/8"\n}\n'}
    )
