"""Audit trail disabled: switches that are off are unmet, on are met, variables unknown."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import audit_trail_disabled


def test_terraform(tmp_path: Path) -> None:
    """CloudTrail, EKS, GuardDuty, Redshift."""
    text = """
resource "aws_cloudtrail" "bad" {
  enable_logging = false # unmet high
  is_multi_region_trail = true # met
  enable_log_file_validation = false # unmet medium
}
resource "aws_eks_cluster" "good" {
  enabled_cluster_log_types = ["api", "audit"] # met
}
resource "aws_eks_cluster" "bad" { # unmet medium
  name = "x"
}
resource "aws_guardduty_detector" "d" {
  enable = var.guard # unknown
}
resource "aws_redshift_cluster" "silent" { # unmet low
  cluster_identifier = "silent"
}
resource "aws_redshift_cluster" "logged" { # met
  logging {
    enable = true
  }
}
"""
    check_marks(audit_trail_disabled, tmp_path, {"main.tf": text})


def test_nothing_to_say(tmp_path: Path) -> None:
    """Other resources have no trail."""
    check_silent(
        audit_trail_disabled, tmp_path, {"main.tf": 'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/8"\n}\n'}
    )
