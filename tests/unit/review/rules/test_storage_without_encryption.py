"""Storage without encryption: what is switched off or left off is unmet, what the provider encrypts anyway is met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import storage_without_encryption


def test_aws_in_terraform(tmp_path: Path) -> None:
    """Databases, disks, file systems, caches, queues and streams, with variables and references."""
    check_marks(
        storage_without_encryption,
        tmp_path,
        {
            "main.tf": """
variable "encrypted" { default = true }
variable "asked" {}
resource "aws_db_instance" "off" {
  storage_encrypted = false # unmet high
}
resource "aws_db_instance" "absent" { # unmet high
}
resource "aws_db_instance" "on" { # met
  storage_encrypted = var.encrypted
}
resource "aws_db_instance" "open" {
  storage_encrypted = var.asked # unknown
}
resource "aws_db_instance" "replica" { # unknown
  replicate_source_db = aws_db_instance.on.id
}
resource "aws_rds_cluster" "serverless" { # met
  engine_mode = "serverless"
}
resource "aws_elasticache_replication_group" "redis" { # unmet medium
  engine = "redis"
}
resource "aws_elasticache_replication_group" "valkey" { # met
  engine = "valkey"
}
resource "aws_elasticache_replication_group" "either" { # unknown
  engine = var.asked
}
resource "aws_redshift_cluster" "old_or_new" { # unknown
}
resource "aws_s3_bucket" "plain" { # met
}
resource "aws_dynamodb_table" "plain" { # met
}
resource "aws_sqs_queue" "plain" { # met
}
resource "aws_sqs_queue" "off" {
  sqs_managed_sse_enabled = false # unmet medium
}
resource "aws_sqs_queue" "keyed" { # met
  sqs_managed_sse_enabled = false
  kms_master_key_id       = aws_kms_key.k.arn
}
resource "aws_sns_topic" "plain" { # unmet low
}
resource "aws_kinesis_stream" "off" {
  encryption_type = "NONE" # unmet medium
}
resource "aws_opensearch_domain" "search" { # met
  encrypt_at_rest {
    enabled = true
  }
}
resource "aws_instance" "web" {
  root_block_device { # met
    encrypted = true
  }
  ebs_block_device { # unmet medium
    device_name = "/dev/sdb"
  }
  ebs_block_device { # unknown
    snapshot_id = "snap-1"
  }
}
data "aws_db_instance" "looked_up" {
}
""",
        },
    )


def test_encryption_by_default(tmp_path: Path) -> None:
    """An account that encrypts every new disk settles it for disks that say nothing."""
    check_marks(
        storage_without_encryption,
        tmp_path,
        {
            "main.tf": """
resource "aws_ebs_encryption_by_default" "all" {
}
resource "aws_ebs_volume" "data" { # met
}
""",
            "class.yaml": """# the account's default holds here too
apiVersion: storage.k8s.io/v1 # met
kind: StorageClass
metadata: { name: fast }
provisioner: ebs.csi.aws.com
""",
        },
    )


def test_other_providers_and_formats(tmp_path: Path) -> None:
    """CloudFormation, Azure, Google and Alibaba; Kubernetes storage classes."""
    check_marks(
        storage_without_encryption,
        tmp_path,
        {
            "stack.yaml": """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Disk: # unmet high
    Type: AWS::EC2::Volume
    Properties:
      Size: 10
  Files:
    Type: AWS::EFS::FileSystem
    Properties:
      Encrypted: false # unmet high
""",
            "clouds.tf": """
resource "google_sql_database_instance" "g" { # met
}
resource "azurerm_mssql_database" "a" {
  transparent_data_encryption_enabled = false # unmet high
}
resource "azurerm_data_lake_store" "lake" {
  encryption_state = "Disabled" # unmet high
}
resource "alicloud_oss_bucket" "b" { # unmet high
}
""",
            "class.yaml": """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: ebs.csi.aws.com
parameters:
  encrypted: "false" # unmet medium
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Networks and roles hold no data; a disk of another driver is encrypted by its provider."""
    check_silent(
        storage_without_encryption,
        tmp_path,
        {
            "main.tf": 'resource "aws_vpc" "main" {\n}\n',
            "class.yaml": (
                "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\n"
                "provisioner: pd.csi.storage.gke.io\n"
            ),
        },
    )
