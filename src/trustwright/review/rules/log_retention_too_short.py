"""Logs deleted before the time the company states."""

from collections.abc import Iterator

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Log retention too short",
    finding="A log store deletes its logs before the time stated in the settings (90 days unless set otherwise).",
    risk=(
        "An intrusion found late cannot be traced to its start, and the auditor cannot test events of the whole period."
    ),
    remediation=(
        "Set the retention to the stated number of days or more; audit logs a year or more.",
        "Move older logs to cheaper storage rather than deleting them.",
        "State the retention in the logging policy, and test that the oldest promised event can be read.",
    ),
    criteria=("CC7.2", "CC7.3"),
    controls=("OPS-05",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="log stores",
    gap="{unmet} of {examined} log stores delete logs too early",
)

# kind, path of the number of days, days when left out (0 is for ever)
_DAYS: tuple[tuple[str, tuple[str | int, ...], int], ...] = (
    ("aws_cloudwatch_log_group", ("retention_in_days",), 0),
    ("azurerm_log_analytics_workspace", ("retention_in_days",), 30),
    ("google_logging_project_bucket_config", ("retention_days",), 30),
    ("azurerm_monitor_log_profile", ("retention_policy", "days"), 0),
    ("azurerm_network_watcher_flow_log", ("retention_policy", "days"), 0),
    ("azurerm_mssql_server_extended_auditing_policy", ("retention_in_days",), 0),
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each log store whose retention the files set."""
    least = project.settings.thresholds.log_retention_days
    for resource in project.resources:
        for kind, path, default in _DAYS:
            if resource.kind == kind:
                yield _judge(resource, path, default, least)


def _judge(resource: Resource, path: tuple[str | int, ...], default: int, least: int) -> Observation:
    place, found = resource.line_of(*path), resource.at(*path)
    if found is not None and (found.unresolved or found.number is None):
        return unknown(place, f"How long {resource.address} keeps logs depends on {found.unresolved or found.text}.")
    on = resource.at(path[0], "enabled") if len(path) > 1 else None
    if on is not None and on.text.strip().lower() == "false":
        return unknown(place, f"{resource.address} deletes nothing by itself: its retention policy is off.")
    days = default if found is None or found.number is None else int(found.number)
    if days == 0 or days >= least:
        return met(place)
    severity = Severity.MEDIUM if days >= least / 3 else Severity.HIGH
    return unmet(place, f"{resource.address} keeps logs for {days} days; {least} are stated.", severity=severity)
