"""Services that count and measure nothing."""

from collections.abc import Iterator

from trustwright.review.link.services import code_of
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="No metrics",
    finding="A service exports no metric: requests, failures and durations are counted nowhere.",
    risk=(
        "Anomalies cannot be told from normal load, capacity cannot be planned, and the uptime promised to "
        "customers is not measured."
    ),
    remediation=(
        "Count requests, failures and durations per route with a metrics library or OpenTelemetry.",
        "Collect them centrally and show them on a dashboard.",
        "Alert on the failure rate and on the promised response time.",
    ),
    criteria=("CC7.2", "A1.1"),
    controls=("OPS-08", "AVL-01", "AVL-02"),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    population="services",
    gap="{unmet} of {examined} services measure nothing",
    triggers=(
        "prom", "opentelemetry", "statsd", "StatsD", "dd-trace", "ddtrace", "atadog", "ewrelic", "metrics",
        "elastic-apm", "elasticapm",
        "appsignal", "entry", "applicationinsights", "posthog",
    ),
)  # fmt: skip

_LIBRARIES = (
    "prom-client", "prometheus_client", "prometheus_fastapi_instrumentator", "starlette_exporter",
    "starlette_prometheus",
    "prometheus_flask_exporter", "django_prometheus", "express-prom-bundle", "@willsoto/nestjs-prometheus",
    "fastify-metrics",
    "opentelemetry", "@opentelemetry/", "statsd", "hot-shots", "node-statsd", "lynx", "datadog", "dd-trace",
    "ddtrace", "newrelic",
    "elastic-apm-node", "elasticapm", "@appsignal/", "appsignal", "applicationinsights", "aws_embedded_metrics",
    "aws_lambda_powertools",
    "@aws-lambda-powertools/metrics", "@vercel/otel", "@sentry/", "sentry_sdk", "nestjs-otel", "pyformance", "metrics",
)  # fmt: skip


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each service."""
    for service in project.services:
        modules = (module for code in code_of(service, project.services, project.corpus) for module in code.modules)
        if any(module.startswith(_LIBRARIES) for module in modules):
            yield met(service.location)
        else:
            detail = f"{service.name} answers {service.size} and exports no metric of them."
            yield unmet(service.location, detail[0].upper() + detail[1:])
