"""Accounts that start with a password everybody knows, or with none."""

import re
from collections.abc import Iterator

from trustwright.review.link.held_secrets import HeldSecret, serves_tests
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.tree import Tree

RULE = Rule(
    __name__,
    title="Default credentials",
    finding="An account is set up with a password that everybody knows, one that stands in the code, or none.",
    risk=(
        "The first thing an attacker tries opens the account, and what is done with a shared, well-known password can "
        "be tied to nobody."
    ),
    remediation=(
        "Require the password from outside: `${VAR:?}` in compose, a variable without a default in Terraform.",
        "Let the start fail without it, or let the platform make and keep it where it can.",
        "Change it wherever the default was in use, and read the account's log for sign-ins that were not yours.",
    ),
    criteria=("CC6.1", "CC6.2"),
    controls=("ACC-04", "ACC-03"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="places that set an account's password",
    gap="{unmet} of {examined} accounts start with a known password or none",
    triggers=("create_superuser", "createsuperuser", "create_user"),
)

_COMPOSE = re.compile(r"(^|/)[^/]*compose[^/]*\.ya?ml$")
_NO_PASSWORD = {
    "MYSQL_ALLOW_EMPTY_PASSWORD": "yes", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": "yes", "ALLOW_EMPTY_PASSWORD": "yes",
    "POSTGRES_HOST_AUTH_METHOD": "trust", "DOCKER_INFLUXDB_INIT_NO_AUTH": "true",
}  # fmt: skip
"""Settings of well-known images that open the account to anybody."""


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each place that gives an account its password."""
    for held in project.secrets:
        if "password" in held.secret.what:
            yield from _judged(held)
    for resource in project.resources:
        if not serves_tests(resource.location.path):
            yield from _opened(resource)
    for code in project.production():
        yield from _created(code)


def _judged(held: HeldSecret) -> Iterator[Observation]:
    secret, place = held.secret, held.location
    name = secret.name.strip("-.$").rpartition(".")[2]
    # What a compose file starts is mostly reached from one machine only.
    severity = Severity.LOW if held.development else Severity.MEDIUM if _COMPOSE.search(place.path) else None
    if secret.kind == "reference":
        yield met(place)
    elif secret.kind == "well-known":
        where = ", in a file for development" if held.development else ""
        yield unmet(place, f"{name} is a password that everybody tries first{where}.", severity=severity)
    elif secret.kind == "fallback":
        detail = f"When nothing is set from outside, {name} falls back to a password that stands in the file."
        yield unmet(place, detail, severity=Severity.MEDIUM)


def _opened(resource: Resource) -> Iterator[Observation]:
    """Object to settings of database images that let everybody in."""
    for name, value in _environment(resource):
        if name in _NO_PASSWORD and value.text.strip().lower() in {_NO_PASSWORD[name], "1", "true", "yes", "trust"}:
            place = Location(resource.location.path, value.line)
            yield unmet(place, f"{resource.name} lets everybody in: {name} is set.", severity=Severity.MEDIUM)


def _environment(resource: Resource) -> Iterator[tuple[str, Tree]]:
    """Yield the environment variables of a service or of a workload's containers."""
    listed = resource.at("environment") if resource.kind == "compose_service" else None
    if listed is not None:
        yield from listed.items()
        for item in listed.each():
            name, equals, _ = item.text.partition("=")
            if equals:
                yield name, Tree(item.text.partition("=")[2], item.line, item.end_line)
    if resource.origin == "kubernetes":
        for tree in resource.properties.walk():
            for item in tree.each("env") if tree.is_mapping else ():
                value = item.at("value")
                if value is not None:
                    yield item.text_at("name"), value


def _created(code: Code) -> Iterator[Observation]:
    """Object where a program creates an account with a password that is written out."""
    for call in code.calls_named("create_superuser", "create_user"):
        given = code.call(call).get("password")
        if given is not None and given.text:
            detail = "An account is created with a password that stands in the code."
            yield unmet(code.location(given.start), detail, confidence=Confidence.MEDIUM)
        elif given is not None:
            yield met(code.location(given.start))
