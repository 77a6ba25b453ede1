"""Services and workloads that nothing can ask whether they are well."""

import re
from collections.abc import Iterator

from trustwright.review.link.infrastructure import Resource
from trustwright.review.link.services import Service
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.dockerfile import Dockerfile

RULE = Rule(
    __name__,
    title="No health check",
    finding="A service has no route that tells whether it is well, or a workload has no probe.",
    risk="A hung or broken instance keeps receiving traffic; outages last until a customer reports them.",
    remediation=(
        "Add a route that answers quickly whether the service and what it depends on are well.",
        "Let the load balancer or orchestrator ask it, and restart or remove what does not answer.",
        "Measure uptime from outside with the same route.",
    ),
    criteria=("A1.1", "CC7.2"),
    controls=("AVL-02",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    population="services and workloads",
    gap="{unmet} of {examined} services and workloads have no health check",
)

_HEALTH = re.compile(
    r"(^|[/_-])(health|healthz|health-?check|healthcheck|live|livez|liveness|ready|readyz|readiness|ping|alive|status|up|"
    r"heartbeat|__heartbeat__|_health|monitoring)(/|$|[_-])",
    re.IGNORECASE,
)
_WORKLOADS = frozenset({"kubernetes_deployment", "kubernetes_stateful_set", "kubernetes_daemon_set"})
_PROBES = ("liveness_probe", "readiness_probe", "startup_probe", "livenessProbe", "readinessProbe", "startupProbe")


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each service with routes, and for each Kubernetes workload."""
    healthy = [route.declared.location.path for route in project.routes if _HEALTH.search(route.declared.path)]
    checked = {path.rpartition("/")[0] for path, file in project.dockerfiles if _checks(file)}
    for service in project.services:
        if any(_inside(path, service, project) for path in healthy) or service.folder in checked:
            yield met(service.location)
        else:
            name = service.name[0].upper() + service.name[1:]
            yield unmet(service.location, f"{name} answers {service.size}, and none of them tells whether it is well.")
    for resource in project.resources:
        if resource.kind in _WORKLOADS:
            yield _workload(resource)


def _inside(path: str, service: Service, project: Project) -> bool:
    """Tell whether a file belongs to a service: to its folder, and to no folder of a service further in."""
    owners = [other.folder for other in project.services if not other.folder or path.startswith(other.folder + "/")]
    return max(owners, key=len, default="") == service.folder


def _checks(file: Dockerfile) -> bool:
    return file.final is not None and any(item.words[:1] != ("NONE",) for item in file.final.all("HEALTHCHECK"))


def _workload(resource: Resource) -> Observation:
    containers = [
        item
        for path in (("spec", "template", "spec", "containers"), ("spec", "template", "spec", "container"))
        for item in resource.each(*path)
    ]
    if any(container.at(name) is not None for container in containers for name in _PROBES):
        return met(resource.location)
    return unmet(resource.location, f"{resource.address} has no readiness or liveness probe.")
