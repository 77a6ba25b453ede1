"""Kubernetes objects, their pods and what they name."""

from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.link.resources import resources

OBJECTS = """apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    metadata: {labels: {app: api, tier: web}}
    spec:
      serviceAccountName: runner
      hostNetwork: true
      initContainers: [{name: setup, image: a}]
      containers:
        - name: main
          image: b
          securityContext: {privileged: true}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: scale}
spec: {scaleTargetRef: {kind: Deployment, name: api}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: budget}
spec: {selector: {matchLabels: {app: other}}}
---
apiVersion: v1
kind: List
items:
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: bind}
    roleRef: {kind: ClusterRole, name: admin}
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: runner}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job}]}}}}}
"""


def read(files: dict[str, str]) -> dict[str, Resource]:
    found, _ = resources((path, text.encode()) for path, text in files.items())
    return {resource.address: resource for resource in found}


def test_pod_and_containers_stand_in_one_place() -> None:
    found = read({"k8s/api.yaml": OBJECTS})
    deployment = found["kubernetes_deployment.api"]
    assert deployment.text_at("pod", "hostNetwork") == "true"
    assert [one.text_at("name") for one in deployment.each("containers")] == ["setup", "main"]
    assert deployment.each("containers")[1].at("securityContext", "privileged").line == 14  # type: ignore[union-attr]
    assert [one.text_at("name") for one in found["kubernetes_cron_job.nightly"].each("containers")] == ["job"]
    assert deployment.origin == "kubernetes"


def test_objects_name_each_other_directly_and_by_labels() -> None:
    found = read({"k8s/api.yaml": OBJECTS})
    deployment = found["kubernetes_deployment.api"]
    assert found["kubernetes_service.api"].references(deployment)
    assert not found["kubernetes_pod_disruption_budget.budget"].references(deployment)
    assert deployment.references(found["kubernetes_service_account.runner"])
    scaler = "kubernetes_horizontal_pod_autoscaler"
    assert related(deployment, scaler, found.values()) == (found[f"{scaler}.scale"],)
    assert ("k8s", "kubernetes_cluster_role", "admin") in found["kubernetes_cluster_role_binding.bind"].targets


def test_patches_of_a_kustomization_are_not_whole_objects() -> None:
    found = read(
        {
            "base/api.yaml": OBJECTS,
            "prod/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
            "patches: [{path: replicas.yaml}]\npatchesStrategicMerge: [memory.yaml]\n",
            "prod/replicas.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: patched}\n",
            "prod/memory.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: patched}\n",
        }
    )
    assert "kubernetes_deployment.patched" not in found
    assert "kubernetes_deployment.api" in found


def test_the_templates_of_a_chart_are_one_gap() -> None:
    template = b"apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n"
    plain = b"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: fixed}\n"
    found, gaps = resources(
        [("chart/templates/a.yaml", template), ("chart/templates/b.yaml", template), ("chart/templates/c.yaml", plain)]
    )
    assert [resource.name for resource in found] == ["fixed"]
    assert [(gap.kind, gap.path, gap.count) for gap in gaps] == [("not-understood", "chart", 2)]


def test_other_yaml_is_left_alone() -> None:
    assert read({"openapi.yml": "apiVersion: 1\nkind: lower\n", "a.yml": "kind: Deployment\n"}) == {}
