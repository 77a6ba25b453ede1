"""Log retention too short: days below the setting are unmet, for ever and enough are met, variables unknown."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import log_retention_too_short

LOGS = """
resource "aws_cloudwatch_log_group" "a" {
  name = "a"
  retention_in_days = 7 # unmet high
}
resource "aws_cloudwatch_log_group" "b" {
  retention_in_days = 60 # unmet medium
}
resource "aws_cloudwatch_log_group" "c" {
  retention_in_days = 365 # met
}
resource "aws_cloudwatch_log_group" "d" { # met
  name = "kept for ever"
}
resource "aws_cloudwatch_log_group" "e" {
  retention_in_days = var.days # unknown
}
"""


def test_terraform(tmp_path: Path) -> None:
    """The default of 90 days."""
    check_marks(log_retention_too_short, tmp_path, {"logs.tf": LOGS})


def test_the_setting(tmp_path: Path) -> None:
    """A company that states 30 days is held to 30 days."""
    files = {
        "logs.tf": LOGS.replace("60 # unmet medium", "60 # met").replace("7 # unmet high", "7 # unmet high"),
        "trustwright.toml": "[thresholds]\nlog_retention_days = 30\n",
    }
    check_marks(log_retention_too_short, tmp_path, files)


def test_cloudformation(tmp_path: Path) -> None:
    """The same in CloudFormation."""
    text = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: 14 # unmet high
"""
    check_marks(log_retention_too_short, tmp_path, {"template.yaml": text})


def test_a_retention_policy_that_is_off(tmp_path: Path) -> None:
    """Its days do not count: nothing is deleted."""
    text = """
resource "azurerm_network_watcher_flow_log" "off" {
  retention_policy {
    enabled = false
    days    = 10 # unknown
  }
}
resource "azurerm_network_watcher_flow_log" "on" {
  retention_policy {
    enabled = true
    days    = 10 # unmet
  }
}
"""
    check_marks(log_retention_too_short, tmp_path, {"main.tf": text})
