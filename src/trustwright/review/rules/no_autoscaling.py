"""Workloads that keep their size whatever the load."""

from collections.abc import Iterator
from typing import Final

from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="No autoscaling",
    finding="A workload that serves requests runs a fixed number of instances.",
    risk=(
        "Load beyond the fixed size, wanted or hostile, makes the service slow or unavailable; a single instance "
        "has no spare."
    ),
    remediation=(
        "Add an autoscaler with a least and a greatest number of instances, and a target such as processor use.",
        "Set requests and limits so that the numbers mean something, and load-test the greatest size.",
        "Where a fixed size is right, write down the capacity review that says so.",
    ),
    criteria=("A1.1",),
    controls=("AVL-01",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    population="workloads that serve requests",
    gap="{unmet} of {examined} workloads have a fixed size",
)

_SCALERS: Final = frozenset({"kubernetes_horizontal_pod_autoscaler", "kubernetes_scaled_object"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each Kubernetes deployment, container service and instance group."""
    scaled = {
        (item.text_at("spec", "scale_target_ref", "name") or item.text_at("spec", "scaleTargetRef", "name"))
        for item in project.resources
        if item.kind in _SCALERS
    }
    for resource in project.resources:
        if resource.kind == "kubernetes_deployment":
            name = resource.text_at("metadata", "name") or resource.name
            yield met(resource.location) if name in scaled else _fixed(resource)
        elif resource.kind == "aws_ecs_service":
            targets = [item for item in project.resources if item.kind == "aws_appautoscaling_target"]
            aimed = any(item.references(resource) for item in targets) or bool(
                related(resource, "aws_appautoscaling_target", project.resources)
            )
            yield met(resource.location) if aimed else _fixed(resource)
        elif resource.kind in {"aws_autoscaling_group", "azurerm_kubernetes_cluster_node_pool"}:
            yield _group(resource)


def _fixed(resource: Resource) -> Observation:
    return unmet(resource.location, f"{resource.address} runs a fixed number of instances: no autoscaler names it.")


def _group(resource: Resource) -> Observation:
    least, most = (resource.at("min_size"), resource.at("max_size"))
    if resource.kind != "aws_autoscaling_group":
        least, most = resource.at("min_count"), resource.at("max_count")
    if (least is not None and least.unresolved) or (most is not None and most.unresolved):
        return unknown(resource.location, f"The sizes of {resource.address} are set outside these files.")
    small, large = (item.number if item is not None else None for item in (least, most))
    if small is not None and large is not None and small < large:
        return met(resource.location)
    return unmet(resource.location, f"{resource.address} cannot grow: its least size is its greatest.")
