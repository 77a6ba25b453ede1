"""Cloud audit trails that are off, partial or open to tampering."""

from collections.abc import Iterator

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Audit trail disabled",
    finding="Infrastructure code turns off an audit trail, or leaves out its validation, regions or log types.",
    risk=(
        "What administrators and attackers did in the cloud account, cluster or database cannot be reconstructed "
        "for the period."
    ),
    remediation=(
        "Turn the trail on for all regions and all accounts, with log file validation.",
        "Send it to a store that those it records cannot change, and keep it for a year at least.",
        "Alert when the trail is stopped or changed.",
    ),
    criteria=("CC7.2", "CC7.1"),
    controls=("OPS-05", "OPS-01"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="audit trail settings",
)

_Setting = tuple[str, tuple[str | int, ...], bool, str, Severity]
# kind, path of the setting, what it is when left out, what is wrong when it is off, severity
_SETTINGS: tuple[_Setting, ...] = (
    ("aws_cloudtrail", ("enable_logging",), True, "logs nothing", Severity.HIGH),
    ("aws_cloudtrail", ("is_multi_region_trail",), False, "records one region only", Severity.MEDIUM),
    ("aws_cloudtrail", ("enable_log_file_validation",), False, "does not validate its log files", Severity.MEDIUM),
    ("aws_guardduty_detector", ("enable",), True, "is switched off", Severity.HIGH),
    ("aws_config_configuration_recorder_status", ("is_enabled",), False, "is switched off", Severity.HIGH),
    ("google_compute_subnetwork", ("log_config",), False, "has no flow logs", Severity.LOW),
)  # fmt: skip
_LISTS: tuple[tuple[str, tuple[str | int, ...], str, str], ...] = (
    ("aws_eks_cluster", ("enabled_cluster_log_types",), "audit", "has no audit log of its API"),
)
_PRESENT: tuple[tuple[str, tuple[str | int, ...], str], ...] = (
    ("aws_redshift_cluster", ("logging",), "does not log connections and queries"),
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each setting of each trail."""
    for resource in project.resources:
        for kind, path, default, wrong, severity in _SETTINGS:
            if resource.kind == kind:
                yield _switch(resource, path, default, wrong, severity)
        for kind, path, wanted, wrong in _LISTS:
            if resource.kind == kind:
                yield _listed(resource, path, wanted, wrong)
        for kind, path, wrong in _PRESENT:
            if resource.kind == kind:
                yield _present(resource, path, wrong)


def _present(resource: Resource, path: tuple[str | int, ...], wrong: str) -> Observation:
    found, enabled = resource.at(*path), resource.at(*path, "enabled")
    if found is not None and found.unresolved:
        return unknown(resource.location, f"Whether {resource.address} keeps logs depends on {found.unresolved}.")
    if found is None or (enabled is not None and enabled.truth is False):
        return unmet(resource.location, f"{resource.address} {wrong}.", severity=Severity.LOW)
    return met(resource.location)


def _switch(
    resource: Resource, path: tuple[str | int, ...], default: bool, wrong: str, severity: Severity
) -> Observation:
    place, found = resource.line_of(*path), resource.at(*path)
    if found is not None and found.unresolved:
        return unknown(place, f"{path[-1]} of {resource.address} depends on {found.unresolved}.")
    on = default if found is None else found.truth if found.is_scalar else True
    if on is None:
        return unknown(place, f"{path[-1]} of {resource.address} is neither true nor false.")
    return met(place) if on else unmet(place, f"{resource.address} {wrong}.", severity=severity)


def _listed(resource: Resource, path: tuple[str | int, ...], wanted: str, wrong: str) -> Observation:
    place, found = resource.line_of(*path), resource.at(*path)
    if found is not None and (found.unresolved or any(item.unresolved for item in found.children())):
        return unknown(place, f"{path[-1]} of {resource.address} is not settled by the files.")
    if found is not None and wanted in found.texts():
        return met(place)
    return unmet(place, f"{resource.address} {wrong}.", severity=Severity.MEDIUM)
