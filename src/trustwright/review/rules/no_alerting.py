"""Services whose failures call nobody."""

from collections.abc import Iterator

from trustwright.review.link.services import code_of
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="No alerting",
    finding="A service reports its errors to nothing that calls a person: no alert rule, no error tracker, no paging.",
    risk=(
        "Attacks and outages are noticed by customers first; incident response starts late, and nothing shows that "
        "events were triaged."
    ),
    remediation=(
        "Send errors and key metrics to a monitoring service, and define alerts on them with thresholds.",
        "Route alerts to an on-call rotation, and record who acknowledged and closed each.",
        "Keep the alert rules in the repository, reviewed like code.",
    ),
    criteria=("CC7.2", "CC7.3"),
    controls=("OPS-07", "OPS-08"),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="services",
    gap="{unmet} of {examined} services alert nobody",
    triggers=(
        "entry", "ollbar", "ugsnag", "oneybadger", "atadog", "dd-trace", "ddtrace", "ewrelic", "agerduty", "pdpyras",
        "psgenie",
        "irbrake", "raygun", "elastic-apm", "elasticapm", "appsignal", "alerting", "alertmanager", "highlight",
        "signoz",
    ),
)  # fmt: skip

_LIBRARIES = (
    "@sentry/", "sentry_sdk", "raven", "rollbar", "@bugsnag/", "bugsnag", "@honeybadger-io/", "honeybadger",
    "dd-trace", "ddtrace",
    "datadog", "newrelic", "pdpyras", "pagerduty", "@pagerduty/", "node-pagerduty", "opsgenie", "@airbrake/",
    "airbrake", "pybrake",
    "raygun", "elastic-apm-node", "elasticapm", "@appsignal/", "appsignal", "applicationinsights", "@highlight-run/",
    "highlight_io",
)  # fmt: skip
_ALARMS = frozenset(
    {
        "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "google_monitoring_alert_policy",
        "azurerm_monitor_metric_alert", "azurerm_monitor_scheduled_query_rules_alert", "datadog_monitor",
        "pagerduty_service",
        "newrelic_alert_condition", "newrelic_nrql_alert_condition", "grafana_rule_group", "opsgenie_service",
        "kubernetes_prometheusrule", "kubernetes_alertmanagerconfig",
    }
)  # fmt: skip


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each service."""
    alarms = [resource for resource in project.resources if resource.kind in _ALARMS]
    for service in project.services:
        if alarms or any(
            _alerts(module) for code in code_of(service, project.services, project.corpus) for module in code.modules
        ):
            yield met(service.location)
        else:
            detail = (
                f"Nothing alerts on errors of {service.name}: no error tracker, paging or alert rule was found for "
                f"its {service.size}."
            )
            yield unmet(service.location, detail)


def _alerts(module: str) -> bool:
    return module.startswith(_LIBRARIES)
