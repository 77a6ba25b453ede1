"""Public exposure: what the internet can reach and need not is unmet; web servers and named sources are met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import public_exposure


def test_ports(tmp_path: Path) -> None:
    """Security groups and firewalls of four providers; the place is the rule that opens the port."""
    check_marks(
        public_exposure,
        tmp_path,
        {
            "main.tf": """
variable "office" {}
resource "aws_security_group" "mixed" {
  ingress { # met
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress { # unmet high
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    ipv6_cidr_blocks = ["::/0"]
  }
  ingress { # unmet high
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress { # unknown
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = [var.office]
  }
}
resource "aws_security_group_rule" "inside" { # met
  type        = "ingress"
  from_port   = 5432
  to_port     = 5432
  protocol    = "tcp"
  cidr_blocks = ["10.0.0.0/8"]
}
resource "aws_security_group_rule" "out" {
  type        = "egress"
  from_port   = 0
  to_port     = 0
  protocol    = "-1"
  cidr_blocks = ["0.0.0.0/0"]
}
resource "aws_vpc_security_group_ingress_rule" "range" { # unmet high
  ip_protocol = "tcp"
  from_port   = 3000
  to_port     = 4000
  cidr_ipv4   = "0.0.0.0/0"
}
resource "google_compute_firewall" "ssh" {
  source_ranges = ["0.0.0.0/0"]
  allow { # unmet high
    protocol = "tcp"
    ports    = ["22"]
  }
  allow {
    protocol = "icmp"
  }
}
resource "azurerm_network_security_rule" "rdp" { # unmet high
  access                 = "Allow"
  direction              = "Inbound"
  protocol               = "Tcp"
  source_address_prefix  = "Internet"
  destination_port_range = "3389"
}
resource "azurerm_postgresql_firewall_rule" "all" { # unmet high
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}
""",
        },
    )


def test_buckets(tmp_path: Path) -> None:
    """ACLs, policies and public access blocks, each a resource of its own; a bucket that says nothing is private."""
    check_marks(
        public_exposure,
        tmp_path,
        {
            "main.tf": """
resource "aws_s3_bucket" "plain" { # met
}
resource "aws_s3_bucket" "invoices" {
}
resource "aws_s3_bucket_acl" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  acl    = "public-read" # unmet high
}
resource "aws_s3_bucket" "uploads" {
  acl = "public-read-write" # unmet critical
}
resource "aws_s3_bucket" "ignored" { # met
  acl = "public-read"
}
resource "aws_s3_bucket_public_access_block" "ignored" {
  bucket             = aws_s3_bucket.ignored.id
  ignore_public_acls = true
}
resource "aws_s3_bucket" "half" {
}
resource "aws_s3_bucket_public_access_block" "half" {
  bucket              = aws_s3_bucket.half.id
  block_public_policy = false # unmet medium
}
resource "aws_s3_bucket" "shared" {
}
resource "aws_s3_bucket_policy" "shared" {
  bucket = aws_s3_bucket.shared.id
  policy = data.aws_iam_policy_document.shared.json
}
data "aws_iam_policy_document" "shared" {
  statement { # unmet high
    actions   = ["s3:GetObject"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
resource "aws_s3_bucket" "limited" { # met
}
resource "aws_s3_bucket_policy" "limited" {
  bucket = aws_s3_bucket.limited.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Condition = { IpAddress = { "aws:SourceIp" = "192.0.2.0/24" } }
    }]
  })
}
resource "aws_s3_bucket" "foreign" {
}
resource "aws_s3_bucket_policy" "foreign" {
  bucket = aws_s3_bucket.foreign.id
  policy = module.policy.json # unknown
}
resource "google_storage_bucket_iam_member" "all" { # unmet high
  member = "allUsers"
  role   = "roles/storage.objectViewer"
}
resource "azurerm_storage_container" "c" {
  container_access_type = "blob" # unmet high
}
""",
        },
    )


def test_databases_clusters_and_policies(tmp_path: Path) -> None:
    """Public addresses, cluster endpoints, queues and search domains open to everybody."""
    check_marks(
        public_exposure,
        tmp_path,
        {
            "main.tf": """
variable "public" {}
resource "aws_db_instance" "open" {
  publicly_accessible = true # unmet high
}
resource "aws_db_instance" "closed" { # met
}
resource "aws_db_instance" "asked" {
  publicly_accessible = var.public # unknown
}
resource "aws_eks_cluster" "open" { # unmet medium
  vpc_config {
    subnet_ids = []
  }
}
resource "aws_eks_cluster" "limited" { # met
  vpc_config {
    public_access_cidrs = ["192.0.2.0/24"]
  }
}
resource "google_container_cluster" "private" { # met
  private_cluster_config {
    enable_private_endpoint = true
  }
}
resource "azurerm_kubernetes_cluster" "open" { # unmet medium
}
resource "google_sql_database_instance" "open" { # unmet high
  settings {
    ip_configuration {
      authorized_networks {
        value = "0.0.0.0/0"
      }
    }
  }
}
resource "aws_opensearch_domain" "inside" {
  vpc_options {
    subnet_ids = ["a"]
  }
  access_policies = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "es:*" }] })
}
""",
            "stack.yaml": """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow # unmet high
            Principal: '*'
            Action: sqs:SendMessage
""",
        },
    )


def test_containers(tmp_path: Path) -> None:
    """Databases published by a cluster or a compose file; files of developers do not count."""
    database = "services:\n  db:\n    image: postgres:16\n    ports:\n      - '5432:5432'"
    check_marks(
        public_exposure,
        tmp_path,
        {
            "deploy/docker-compose.yml": f"{database} # unmet medium\n",
            "docker-compose.yml": f"{database} # unknown\n",
            "docker-compose.dev.yml": f"{database}\n",
            "stack/compose.yml": (
                "services:\n  db: # met\n    image: mongo:7\n    ports:\n      - 127.0.0.1:27017:27017\n"
            ),
            "k8s/db.yaml": """
apiVersion: v1
kind: Service
metadata: { name: db }
spec:
  type: LoadBalancer # unmet high
  selector: { app: db }
  ports: [{ port: 1234 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  template:
    metadata: { labels: { app: db } }
    spec:
      containers: [{ name: db, image: "docker.io/library/mysql:8" }]
---
apiVersion: v1 # met
kind: Service
metadata: { name: cache }
spec:
  ports: [{ port: 6379 }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  ports: [{ port: 443 }]
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Web servers in compose files, and what is only looked up."""
    check_silent(
        public_exposure,
        tmp_path,
        {
            "docker-compose.yml": "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n",
            "main.tf": 'data "aws_security_group" "found" {\n  name = "x"\n}\n',
        },
    )
