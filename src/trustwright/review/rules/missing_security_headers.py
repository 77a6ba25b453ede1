"""Services whose answers tell browsers nothing about how to protect their users."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.services import Service, code_of
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Missing security headers",
    finding="A service sets no headers that tell browsers to insist on HTTPS, not to guess types, not to be framed.",
    risk=(
        "Downgraded connections, injected scripts and clickjacking work against customers although one line would "
        "stop them."
    ),
    remediation=(
        "Add the framework's security-header middleware before all routes.",
        "Set Strict-Transport-Security, Content-Security-Policy, X-Content-Type-Options and frame-ancestors.",
        "Test one page of each service for the headers.",
    ),
    criteria=("CC6.6", "CC6.7"),
    controls=("ACC-16",),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="services",
    gap="{unmet} of {examined} services leave out security headers",
    triggers=(
        "helmet", "lusca", "talisman", "Talisman", "SecurityMiddleware", "SECURE_", "rict-transport-security",
        "rict-Transport-Security", "X-Frame-Options", "x-frame-options", "ontent-security-policy",
        "ontent-Security-Policy", "X-Content-Type-Options", "x-content-type-options", "SecureHeaders",
    ),
)  # fmt: skip

_ALL: Final = frozenset({"Strict-Transport-Security", "X-Content-Type-Options", "frame protection"})
_LIBRARIES: Final = (
    "helmet",
    "@fastify/helmet",
    "fastify-helmet",
    "lusca",
    "flask_talisman",
    "koa-helmet",
    "nuxt-security",
)
_TEXTS: Final = {
    "Strict-Transport-Security": (b"strict-transport-security", b"hsts"),
    "X-Content-Type-Options": (b"x-content-type-options", b"securitymiddleware", b"contenttypenosniff"),
    "frame protection": (b"x-frame-options", b"frame-ancestors", b"xframeoptionsmiddleware", b"framedeny"),
}
"""What sets each header, in lower case: in nine tenths of a repository's files stands none of them."""
_IN_FRONT: Final = re.compile(
    r"(^|/)(nginx[^/]*|[^/]*\.nginx|Caddyfile|vercel\.json|netlify\.toml|_headers|firebase\.json|next\.config\.[mc]?[jt]s|"
    r"staticwebapp\.config\.json|traefik[^/]*)$|nginx/[^/]*\.(conf|template)$|\.conf$"
)
_POLICIES: Final = frozenset({"aws_cloudfront_response_headers_policy", "kubernetes_middleware"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each service."""
    before = _in_front(project)
    for service in project.services:
        missing = sorted(_ALL - before - _set_by(project, service))
        if not missing:
            yield met(service.location)
        else:
            severity = Severity.MEDIUM if len(missing) == len(_ALL) else Severity.LOW
            name = service.name[0].upper() + service.name[1:]
            yield unmet(service.location, f"{name} sets no {', no '.join(missing)}.", severity=severity)


def _in_front(project: Project) -> set[str]:
    """Return what servers in front of the services set, as far as the repository configures them."""
    found: set[str] = set()
    for path, file in sorted(project.corpus.files.items()):
        if file.role == "production" and _IN_FRONT.search(path):
            found |= _named(project.corpus.read(path))
    return found | set(_ALL if any(resource.kind in _POLICIES for resource in project.resources) else ())


def _set_by(project: Project, service: Service) -> set[str]:
    found: set[str] = set()
    for code in code_of(service, project.services, project.corpus):
        if any(module.startswith(_LIBRARIES) for module in code.modules):
            return set(_ALL)
        found |= _named(code.text)
    return found


def _named(text: bytes) -> set[str]:
    lower = text.lower()
    return {name for name, texts in _TEXTS.items() if any(one in lower for one in texts)}
