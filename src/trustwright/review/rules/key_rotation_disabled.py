"""Encryption keys and stored secrets that nothing renews."""

from collections.abc import Iterator
from typing import Final

from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Key rotation disabled",
    finding="An encryption key is created without automatic rotation.",
    risk=(
        "A key that is never renewed protects years of data at once: when it leaks, all of it is readable, and there "
        "is no rehearsed way to replace it."
    ),
    remediation=(
        "Turn on automatic rotation where the key is created; once a year is the usual period.",
        "Where the provider cannot rotate a key (asymmetric and imported keys), write down who replaces it and when.",
        "Keep the rotation period in the key management policy, and compare it with the keys once a year.",
    ),
    criteria=("CC6.1",),
    controls=("ACC-13",),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    population="encryption keys and generated secrets",
    gap="{unmet} of {examined} encryption keys and secrets are not rotated in time",
)

_DAY_SECONDS: Final = 86_400
_GENERATORS: Final = frozenset({"random_password", "random_string", "random_id", "random_bytes", "tls_private_key"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each encryption key and each generated secret that infrastructure code creates."""
    resources = tuple(resource for resource in project.resources if not resource.existing)
    days = project.settings.thresholds.key_rotation_days
    for resource in resources:
        if resource.kind == "aws_kms_key":
            yield from _aws(resource, days)
        elif resource.kind == "google_kms_crypto_key":
            yield from _google(resource, days)
        elif resource.kind == "azurerm_key_vault_key":
            yield from _azure(resource)
        elif resource.kind == "alicloud_kms_key":
            yield from _alicloud(resource)
        elif resource.kind == "aws_secretsmanager_secret":
            yield from _secret(resource, resources)


def _aws(resource: Resource, days: int) -> Iterator[Observation]:
    """Judge a key of AWS: only symmetric keys that AWS made can rotate."""
    spec = resource.text_at("customer_master_key_spec") or resource.text_at("key_spec") or "SYMMETRIC_DEFAULT"
    usage = resource.text_at("key_usage") or "ENCRYPT_DECRYPT"
    enabled, state = resource.at("enable_key_rotation"), resource.at("is_enabled")
    if spec != "SYMMETRIC_DEFAULT" or usage != "ENCRYPT_DECRYPT" or resource.text_at("origin") == "EXTERNAL":
        return
    if resource.at("custom_key_store_id") is not None or (state is not None and state.truth is False):
        return
    if enabled is not None and enabled.unresolved:
        yield unknown(resource.line_of("enable_key_rotation"), _unsettled(resource, enabled.unresolved))
        return
    if enabled is None or enabled.truth is False:
        said = "has automatic rotation switched off" if enabled is not None else "is created without automatic rotation"
        yield unmet(resource.line_of("enable_key_rotation"), f"The key {resource.name} {said}.")
        return
    period = resource.at("rotation_period_in_days")
    yield from _period(resource, period.number if period is not None else 365, days, "rotation_period_in_days")


def _google(resource: Resource, days: int) -> Iterator[Observation]:
    """Judge a key of Google Cloud: a period in seconds, and only for keys that encrypt."""
    if resource.text_at("purpose") not in {"", "ENCRYPT_DECRYPT"}:
        return
    period = resource.at("rotation_period")
    if period is None:
        yield unmet(resource.location, f"The key {resource.name} is created without automatic rotation.")
        return
    seconds = period.text.removesuffix("s")
    number = float(seconds) / _DAY_SECONDS if seconds.replace(".", "", 1).isdigit() else None
    yield from _period(resource, number, days, "rotation_period")


def _azure(resource: Resource) -> Iterator[Observation]:
    """Judge a key of Azure: it rotates when its policy says when."""
    policy = resource.at("rotation_policy")
    automatic = resource.at("rotation_policy", "automatic")
    if policy is not None and policy.unresolved:
        yield unknown(resource.location, _unsettled(resource, policy.unresolved))
    elif automatic is not None:
        yield met(resource.location)
    else:
        yield unmet(resource.location, f"The key {resource.name} is created without a policy that rotates it.")


def _alicloud(resource: Resource) -> Iterator[Observation]:
    found = resource.at("automatic_rotation")
    if found is not None and found.unresolved:
        yield unknown(resource.location, _unsettled(resource, found.unresolved))
    elif found is not None and found.text == "Enabled":
        yield met(resource.location)
    else:
        yield unmet(resource.location, f"The key {resource.name} is created without automatic rotation.")


def _period(resource: Resource, period: float | None, days: int, name: str) -> Iterator[Observation]:
    place = resource.line_of(name)
    if period is None:
        yield unknown(place, f"How often the key {resource.name} rotates is not settled.")
    elif period > days:
        yield unmet(
            place,
            f"The key {resource.name} rotates every {period:.0f} days; {days} is the limit that is set.",
            severity=Severity.LOW,
        )
    else:
        yield met(resource.location)


def _secret(resource: Resource, resources: tuple[Resource, ...]) -> Iterator[Observation]:
    """Judge a secret whose value is generated here; what others hand out cannot be rotated from here."""
    if resource.at("rotation_rules") is not None or related(resource, "aws_secretsmanager_secret_rotation", resources):
        yield met(resource.location)
        return
    versions = related(resource, "aws_secretsmanager_secret_version", resources)
    generated = resource.at("generate_secret_string") is not None
    if generated or any(kind in _GENERATORS for version in versions for _, kind, _ in version.targets):
        detail = f"The secret {resource.name} is generated here once and has no rotation."
        yield unmet(resource.location, detail, severity=Severity.LOW)


def _unsettled(resource: Resource, expression: str) -> str:
    return f"Whether the key {resource.name} rotates depends on {expression}, which is not settled."
