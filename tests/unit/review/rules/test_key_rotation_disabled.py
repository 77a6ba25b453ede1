"""Key rotation disabled: keys without rotation are unmet; keys that cannot rotate are no part of the population."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import key_rotation_disabled


def test_keys(tmp_path: Path) -> None:
    """The keys of four providers; the period is compared with the company's own limit."""
    check_marks(
        key_rotation_disabled,
        tmp_path,
        {
            "trustwright.toml": "[thresholds]\nkey_rotation_days = 180\n",
            "main.tf": """
variable "rotate" {}
resource "aws_kms_key" "off" {
  enable_key_rotation = false # unmet medium
}
resource "aws_kms_key" "absent" { # unmet medium
}
resource "aws_kms_key" "asked" {
  enable_key_rotation = var.rotate # unknown
}
resource "aws_kms_key" "yearly" { # unmet low
  enable_key_rotation = true
}
resource "aws_kms_key" "quarterly" { # met
  enable_key_rotation     = true
  rotation_period_in_days = 90
}
resource "google_kms_crypto_key" "never" { # unmet medium
}
resource "google_kms_crypto_key" "quarterly" { # met
  rotation_period = "7776000s"
}
resource "google_kms_crypto_key" "slow" {
  rotation_period = "31536000s" # unmet low
}
resource "azurerm_key_vault_key" "never" { # unmet medium
}
resource "azurerm_key_vault_key" "renewed" { # met
  rotation_policy {
    automatic {
      time_before_expiry = "P30D"
    }
  }
}
resource "alicloud_kms_key" "renewed" { # met
  automatic_rotation = "Enabled"
}
""",
        },
    )


def test_secrets(tmp_path: Path) -> None:
    """A secret generated here could be rotated here; one that somebody hands out could not."""
    check_marks(
        key_rotation_disabled,
        tmp_path,
        {
            "main.tf": """
resource "random_password" "db" {
  length = 32
}
resource "aws_secretsmanager_secret" "generated" { # unmet low
}
resource "aws_secretsmanager_secret_version" "generated" {
  secret_id     = aws_secretsmanager_secret.generated.id
  secret_string = random_password.db.result
}
resource "aws_secretsmanager_secret" "rotated" { # met
}
resource "aws_secretsmanager_secret_rotation" "rotated" {
  secret_id           = aws_secretsmanager_secret.rotated.id
  rotation_lambda_arn = "arn"
}
resource "aws_secretsmanager_secret" "handed_out" {
}
""",
        },
    )


def test_keys_that_cannot_rotate(tmp_path: Path) -> None:
    """Asymmetric, imported and disabled keys, and keys that only sign."""
    check_silent(
        key_rotation_disabled,
        tmp_path,
        {
            "main.tf": """
resource "aws_kms_key" "signing" {
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "RSA_2048"
}
resource "aws_kms_key" "gone" {
  is_enabled = false
}
resource "google_kms_crypto_key" "signing" {
  purpose = "ASYMMETRIC_SIGN"
}
data "aws_kms_key" "looked_up" {
  key_id = "alias/x"
}
"""
        },
    )
