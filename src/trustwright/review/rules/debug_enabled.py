"""Debug modes left on in production settings."""

import re
from collections.abc import Iterator

from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code

RULE = Rule(
    __name__,
    title="Debug mode enabled",
    finding="A production setting turns on a debug mode.",
    risk=(
        "Debug pages show source, settings and secrets to whoever provokes an error; some run commands for whoever "
        "asks."
    ),
    remediation=(
        "Turn debug off by default, and on only through the environment of a developer's machine.",
        "Fail at start-up when debug is on in production.",
    ),
    criteria=("CC7.1", "CC6.6", "CC6.8"),
    controls=("OPS-01",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="debug settings",
    triggers=("DEBUG", "debug"),
)

_LOCAL = re.compile(
    r"(^|[/_.-])(dev|devel|develop|development|local|test|tests|testing|ci|example|sample|template|debug)([/_.-]|$)",
    re.IGNORECASE,
)
_DEVELOPMENT = re.compile(r"^(Dev|Test|Local|Debug|CI)|(Dev|Development|Testing?|Local|Debug)(Config|Settings)?$")
_KEYS = frozenset({"DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG"})
_TRUE = frozenset({"true", "1", "yes", "on"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each debug setting outside development files."""
    for code in project.production():
        if code.is_python and not _LOCAL.search(code.path):
            yield from _python(code)
    for path, tree in project.settings_files:
        if _LOCAL.search(path):
            continue
        for key, value in tree.items():
            if key in _KEYS and value.is_scalar:
                place = Location(path, value.line)
                yield unmet(place, f"{key} is on.") if value.text.lower() in _TRUE else met(place)


def _python(code: Code) -> Iterator[Observation]:
    for item in code.facts.assignments:
        if (
            item.target in {"DEBUG", "TEMPLATE_DEBUG"}
            and item.value_end
            and code.enclosing_function(item.start) is None
            and not _of_development(code, item.start)
        ):
            value, place = code.value(item), code.location(item.start)
            if value.kind == "boolean":
                yield unmet(place, f"{item.target} is on for every environment.") if value.value else met(place)
            elif value.kind in {"call", "name", "operation", "conditional"}:
                yield _from_environment(code, item.value_start, item.value_end, item.target)
    for call in code.calls_named("run", "FastAPI", "Flask", "Starlette"):
        setting = code.call(call).get("debug")
        if setting is not None and setting.kind == "boolean":
            place = code.location(call.start)
            host = code.call(call).get("host")
            main = code.source(max(0, call.start - 200), call.start)
            if not setting.value:
                yield met(place)
            elif "__main__" in main or (host is not None and host.text in {"127.0.0.1", "localhost"}):
                yield unmet(
                    place,
                    "The development server is started with its debugger when the file is run.",
                    severity=Severity.MEDIUM,
                )
            else:
                yield unmet(place, "The application is started in debug mode.")


def _of_development(code: Code, at: int) -> bool:
    """Tell whether settings stand in a class that is named for development or tests: ``class TestingConfig``."""
    klass = code.enclosing_class(at)
    return klass is not None and _DEVELOPMENT.search(klass.name) is not None


def _from_environment(code: Code, start: int, end: int, target: str) -> Observation:
    """Judge a default: debug read from the environment must be off when nothing is set."""
    text, place = code.source(start, end), code.location(start)
    default = re.search(r"(?:,\s*|default\s*=\s*)[\"']?(True|true|1|yes|on)[\"']?\s*\)", text)
    if default is not None:
        return unmet(place, f"{target} is on unless the environment turns it off.", severity=Severity.MEDIUM)
    if re.search(r"environ|getenv|env\(|env\.bool|config\(|strtobool", text) and len(text) < 200:
        return met(place)
    return unknown(place, f"What {target} is in production is not settled by this file.")
