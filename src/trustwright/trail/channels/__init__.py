"""Where alerts are sent, one module a kind of channel, each with a class ``Channel``.

The settings file is TOML: a ``[[channel]]`` for each, with ``kind`` (the module), ``name``, ``level`` (the lowest that
is sent) and the channel's own settings. What is secret is better not in the file: ``token_env = "NAME"`` takes
``token`` from an environment variable. No message of an error, and no log line, holds a setting's value.
"""

import importlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trustwright.trail.alerts import LEVELS
from trustwright.trail.errors import TrailError

KINDS: Final = ("email", "pagerduty", "slack", "webhook")


class DeliveryError(TrailError):
    """An alert did not arrive; says why without a secret."""


class Channel(Protocol):
    """Sends alerts."""

    def send(self, alert: Mapping[str, Any]) -> None:
        """Send a row of ``trail.alert_state``.

        Raises:
            DeliveryError: it did not arrive.
        """


class Settings:
    """A channel's settings, each asked for by its name.

    Raises:
        TrailError: when one is missing, wrong, or unknown.
    """

    def __init__(self, said: Mapping[str, Any], where: str) -> None:
        self._said, self._where = dict(said), where

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text, from the environment variable that ``<name>_env`` names if that is given."""
        variable = self._said.pop(f"{name}_env", None)
        if variable is not None:
            found = os.environ.get(str(variable), "")
            if not found:
                raise TrailError(f"{self._where}: the environment variable that {name}_env names is not set.")
            return found
        found = self._said.pop(name, default)
        if not isinstance(found, str) or (not found and default is None):
            raise TrailError(f"{self._where}: {name} is missing or no text.")
        return found

    def url(self, name: str, default: str | None = None) -> str:
        """Return the address of an HTTP service."""
        found = self.text(name, default)
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", found):
            raise TrailError(f"{self._where}: {name} is no http or https address.")
        return found

    def number(self, name: str, default: int) -> int:
        """Return a whole number of at least 1."""
        found = self._said.pop(name, default)
        if not isinstance(found, int) or found < 1:
            raise TrailError(f"{self._where}: {name} is no whole number of at least 1.")
        return found

    def finish(self) -> None:
        """Refuse what is left."""
        if self._said:
            raise TrailError(f"{self._where}: {', '.join(sorted(self._said))}: there is no such setting.")


@dataclass(frozen=True, slots=True)
class Route:
    """A channel, its name, and the lowest level that goes there."""

    name: str
    level: str
    channel: Channel

    def takes(self, level: str) -> bool:
        """Say whether alerts of a level go there."""
        return LEVELS.index(level) >= LEVELS.index(self.level)


@dataclass(frozen=True, slots=True)
class Routing:
    """What a settings file says: the zone of working hours, and where alerts go."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    routes: tuple[Route, ...] = ()


def read(path: Path) -> Routing:
    """Read a settings file.

    Raises:
        TrailError: it cannot be read, or something in it is wrong.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TrailError(f"{path}: the settings cannot be read ({type(error).__name__}); name another file.") from error
    except tomllib.TOMLDecodeError as error:
        raise TrailError(f"{path}: this is no TOML ({error}); mend it.") from error
    zone, channels = said.pop("timezone", "UTC"), said.pop("channel", [])
    if said or not isinstance(channels, list) or not all(isinstance(one, dict) for one in channels):
        unknown = ", ".join(sorted(said)) or "channel"
        raise TrailError(f"{path}: {unknown}: the settings are timezone and [[channel]].")
    try:
        found = ZoneInfo(str(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TrailError(f"{path}: timezone {str(zone)[:40]!r} is not known; write one like Europe/Berlin.") from None
    routes = tuple(_route(one, f"{path}: channel {number}") for number, one in enumerate(channels, 1))
    if len({route.name for route in routes}) < len(routes):
        raise TrailError(f"{path}: two channels have one name; give each a name of its own.")
    return Routing(found, routes)


def _route(said: dict[str, Any], where: str) -> Route:
    settings = Settings(said, where)
    kind = settings.text("kind")
    if kind not in KINDS:
        raise TrailError(f"{where}: kind {kind[:40]!r} is none of {', '.join(KINDS)}.")
    name, level = settings.text("name", kind), settings.text("level", "low")
    if level not in LEVELS:
        raise TrailError(f"{where}: level {level[:40]!r} is none of {', '.join(LEVELS)}.")
    channel: Channel = importlib.import_module(f"{__name__}.{kind}").Channel(settings)
    settings.finish()
    return Route(name, level, channel)
