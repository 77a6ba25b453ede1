"""What Sigma cannot say, one detector a module; a rule names it under ``trustwright: {detector: <module>, ...}``.

The rule's Sigma condition selects events and ``group-by`` groups them. Each module has a class ``Detector``, made of
the rule's other settings.
"""

import importlib
from collections.abc import Mapping
from typing import Any, Final, Protocol

from trustwright.trail.detection.seen import Firing, Group, Seen
from trustwright.trail.errors import TrailError


class Detector(Protocol):
    """Looks at selected events, and at all when ``every`` says so."""

    every: bool

    def selected(self, seen: Seen, group: Group) -> list[Firing]:
        """Take an event that the rule's condition selects; return what it completes."""

    def passed(self, seen: Seen) -> list[Firing]:
        """Take any event of the log, before ``selected``; return what its moment or its actor completes."""


class Settings:
    """A rule's settings for its detector, each asked for by its name.

    Raises:
        TrailError: on :meth:`finish`, when a setting is there that nobody asked for.
    """

    def __init__(self, said: Mapping[str, Any], where: str) -> None:
        self._said, self._where = dict(said), where

    def text(self, name: str, default: str) -> str:
        """Return a text."""
        found = self._said.pop(name, default)
        if not isinstance(found, str):
            raise TrailError(f"{self._where}: {name} is not a text.")
        return found

    def number(self, name: str, default: int) -> int:
        """Return a whole number of at least 1."""
        found = self._said.pop(name, default)
        if not isinstance(found, int) or found < 1:
            raise TrailError(f"{self._where}: {name} is not a whole number of at least 1.")
        return found

    def milliseconds(self, name: str, default: str) -> int:
        """Return a stretch of time, written as Sigma writes a timespan (``90d``), in milliseconds."""
        text = self.text(name, default)
        if text[:-1].isdecimal() and text[-1:] in _UNITS and int(text[:-1]):
            return int(text[:-1]) * _UNITS[text[-1]]
        raise TrailError(f"{self._where}: {name} is {text!r}; write a timespan like 30m, 24h or 90d.")

    def finish(self) -> None:
        """Refuse what is left."""
        if self._said:
            raise TrailError(f"{self._where}: {', '.join(sorted(self._said))}: the detector has no such setting.")


_UNITS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def detector(name: str, settings: Settings, where: str) -> Detector:
    """Make the detector that a rule names.

    Raises:
        TrailError: there is none, or a setting is wrong.
    """
    try:
        module = importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise TrailError(
            f"{where}: there is no detector {name!r}; see trustwright/trail/detection/detectors."
        ) from None
    made: Detector = module.Detector(settings)
    settings.finish()
    return made
