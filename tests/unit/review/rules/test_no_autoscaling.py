"""No autoscaling: workloads that no autoscaler names are unmet."""

from pathlib import Path

from tests.reviewing import check_marks
from trustwright.review.rules import no_autoscaling

DEPLOYMENT = """apiVersion: apps/v1 # {}
kind: Deployment
metadata: {{name: api}}
spec: {{replicas: 2}}
"""
SCALER = """---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  scaleTargetRef: {kind: Deployment, name: api}
  minReplicas: 2
  maxReplicas: 9
"""


def test_kubernetes(tmp_path: Path) -> None:
    """With and without a horizontal autoscaler."""
    check_marks(no_autoscaling, tmp_path / "a", {"api.yaml": DEPLOYMENT.format("unmet")})
    check_marks(no_autoscaling, tmp_path / "b", {"api.yaml": DEPLOYMENT.format("met") + SCALER})


def test_terraform(tmp_path: Path) -> None:
    """Container services and instance groups."""
    text = """
resource "aws_ecs_service" "fixed" { # unmet
  name = "fixed"
}
resource "aws_autoscaling_group" "grows" { # met
  min_size = 2
  max_size = 8
}
resource "aws_autoscaling_group" "stuck" { # unmet
  min_size = 2
  max_size = 2
}
resource "aws_autoscaling_group" "set_elsewhere" { # unknown
  min_size = 2
  max_size = var.most
}
"""
    check_marks(no_autoscaling, tmp_path, {"main.tf": text})
