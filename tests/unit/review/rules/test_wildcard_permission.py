"""Wildcard permission: everything with everything is unmet, named actions or named resources are met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import wildcard_permission


def test_policies_of_aws(tmp_path: Path) -> None:
    """Terraform's documents and JSON, CloudFormation, policy files."""
    check_marks(
        wildcard_permission,
        tmp_path,
        {
            "infra/access.tf": """
resource "aws_iam_policy" "batch" {
  policy = jsonencode({
    Statement = [
      {
        Effect   = "Allow"
        Action   = "*" # unmet critical
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:*", "logs:*"] # unmet high
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["ec2:Describe*"] # met
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["iam:PassRole"] # unmet medium
        Resource = "*"
      },
      {
        Effect    = "Deny"
        Action    = "*"
        Resource  = "*"
      },
    ]
  })
}

data "aws_iam_policy_document" "labels" {
  statement {
    actions   = ["s3:*"] # met
    resources = ["${aws_s3_bucket.labels.arn}/*"]
  }
  statement {
    not_actions = ["iam:*"] # unmet high
    resources   = ["*"]
  }
  statement {
    actions   = var.actions # unknown
    resources = ["*"]
  }
}

resource "aws_iam_role" "worker" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # unmet critical
}

resource "aws_iam_role_policy_attachment" "reader" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" # met
}

resource "aws_sns_topic_policy" "alarms" {
  policy = jsonencode({
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sns:Publish" # unmet high
        Principal = { AWS = "*" }
      },
      {
        Effect    = "Allow"
        Action    = "sns:Publish" # met
        Principal = { Service = "events.amazonaws.com" }
      },
    ]
  })
}
""",
            "stack.yaml": """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Admin:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: admin
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: "*" # unmet critical
            Resource: "*"
""",
            "policies/app.json": '{"Statement": [\n{"Effect": "Allow",\n"Action": "dynamodb:*",\n"Resource": "*"}]}\n',
        },
        {("policies/app.json", 3): "unmet"},
    )


def test_kubernetes(tmp_path: Path) -> None:
    """Roles and bindings."""
    check_marks(
        wildcard_permission,
        tmp_path,
        {
            "k8s/rbac.yaml": """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: deployer}
rules:
  - apiGroups: ["*"] # unmet critical
    resources: ["*"]
    verbs: ["*"]
  - apiGroups: [""] # unmet high
    resources: ["*"]
    verbs: [get, list]
  - apiGroups: [""] # met
    resources: [pods]
    verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: keeper}
rules:
  - apiGroups: [apps] # unmet low
    resources: [deployments]
    verbs: ["*"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: root}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin} # unmet critical
subjects: [{kind: ServiceAccount, name: ci, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: log-reader} # met
subjects: [{kind: Group, name: support}]
""",
        },
    )


def test_google_and_azure(tmp_path: Path) -> None:
    """Owners of projects and subscriptions."""
    check_marks(
        wildcard_permission,
        tmp_path,
        {
            "infra/roles.tf": """
resource "google_project_iam_member" "ci" {
  role   = "roles/owner" # unmet high
  member = "serviceAccount:ci@shop.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "logs" {
  role   = "roles/logging.logWriter" # met
  member = "serviceAccount:app@shop.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "given" {
  role   = var.role # unknown
  member = "serviceAccount:app@shop.iam.gserviceaccount.com"
}

resource "azurerm_role_definition" "all" {
  permissions {
    actions = ["*"] # unmet critical
  }
}

resource "azurerm_role_assignment" "app" {
  role_definition_name = "Contributor" # unmet high
}

resource "azurerm_role_assignment" "reader" {
  role_definition_name = "Storage Blob Data Reader" # met
}
""",
        },
    )


def test_workflows(tmp_path: Path) -> None:
    """Tokens that may change everything, and those nobody limited."""
    steps = "    runs-on: ubuntu-latest\n    steps: [{run: make}]\n"
    check_marks(
        wildcard_permission,
        tmp_path,
        {
            ".github/workflows/all.yml": f"on: push\npermissions: write-all # unmet\njobs:\n  a:\n{steps}",
            ".github/workflows/some.yml": f"on: push\npermissions: # met\n  contents: read\njobs:\n  a:\n{steps}",
            ".github/workflows/none.yml": f"on: push # unknown\njobs:\n  a:\n{steps}",
        },
    )


def test_code(tmp_path: Path) -> None:
    """Policies that AWS CDK makes."""
    check_marks(
        wildcard_permission,
        tmp_path,
        {
            "stack.ts": """
role.addToPolicy(new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })) // unmet critical
role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.bucketArn] })) // met
role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')) // unmet critical
""",
            "stack.py": 'role.add_to_policy(iam.PolicyStatement(actions=["ec2:*"], resources=["*"]))  # unmet high\n',
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Trust in a service, a boundary, and data that only looks like a policy."""
    check_silent(
        wildcard_permission,
        tmp_path,
        {
            "infra/a.tf": """
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}
""",
            "infra/b.tf": """
data "aws_iam_policy_document" "permissions_boundary" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
""",
            "data.json": '{"Statement": "January", "Effect": "none"}\n',
        },
    )
