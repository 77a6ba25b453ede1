"""Paths as Express and its kin write them: how they read in OpenAPI, and which of them lie below which."""

import re
from dataclasses import dataclass, field

from trustwright.review.link.assembly.texts import HOLE

ANYTHING = "**"
"""A segment that stands for any number of segments, as ``*`` does in Express."""

_DOT = "\1"
_HOLE = re.compile(f"{HOLE}([^{HOLE}]*){HOLE}")
_PARAMETER = re.compile(r":([A-Za-z_]\w*)")
_REGEX_SPECIAL = re.compile(r"[\\()\[\]{}.*+?|^$]")


@dataclass(frozen=True, slots=True)
class Path:
    """A path in segments: plain text, ``{id}`` for a parameter, ``**`` for anything.

    Attributes:
        shown: the segments as written.
        narrow: whether a pattern was dropped (``:id([0-9])``), so that it matches less than it shows.
        segments: what is compared: Express ignores case.
    """

    shown: tuple[str, ...] = ()
    narrow: bool = False
    segments: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the form that is compared."""
        plain = tuple(part if part.startswith("{") else part.lower() for part in self.shown)
        object.__setattr__(self, "segments", plain)

    def __truediv__(self, other: "Path") -> "Path":
        """Return the other path mounted below this one."""
        base = self.shown[:-1] if self.shown[-1:] == (ANYTHING,) and other.shown else self.shown
        return Path(base + other.shown, self.narrow or other.narrow)

    def __str__(self) -> str:
        """Return the path as OpenAPI writes it."""
        return _HOLE.sub(r"{\1}", "/" + "/".join(self.shown))

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters in it."""
        return [part[1:-1] for part in self.shown if part.startswith("{") and part.endswith("}")]

    @property
    def wild(self) -> bool:
        """Tell whether the path stands for more than one place."""
        return ANYTHING in self.shown

    def covers(self, other: "Path", *, exact: bool) -> bool:
        """Tell whether every request for ``other`` also matches this path.

        Args:
            other: the path of a route.
            exact: whether the whole path must match (a route), or only its beginning (``use``).
        """
        theirs = other.segments
        if self.narrow:
            return self == other
        for index, segment in enumerate(self.segments):
            if segment == ANYTHING:
                return True
            if index >= len(theirs) or not _matches(segment, theirs[index]):
                return False
        return not exact or len(theirs) == len(self.shown)


def _matches(pattern: str, segment: str) -> bool:
    if pattern == segment:
        return True
    return pattern.startswith("{") and pattern.endswith("}") and segment != ANYTHING


def from_text(text: str) -> Path:
    """Read a path as Express 4 and 5 and Fastify write it; an unknown part becomes a parameter."""
    plain, narrow = _without_groups(text)
    plain = re.sub(r"[{}]", "", plain) if "{/" in plain else plain
    parts = []
    for part in plain.split("/"):
        if not part:
            continue
        if "*" in part and not part.startswith(":"):
            parts.append(ANYTHING)
            continue
        spread = bool(re.fullmatch(r":\w+[*+]", part))
        parts.append(ANYTHING if spread else _PARAMETER.sub(r"{\1}", part.rstrip("?+*")))
    return Path(tuple(parts), narrow)


def _without_groups(text: str) -> tuple[str, bool]:
    """Take out ``([0-9])`` and ``(?!x)``, and say whether there were any; a bare ``(.*)`` is ``*``."""
    text = re.sub(r"(?<=/)\((\.\*|\.\+|\*)\)", "*", text)
    plain, before = text, ""
    while before != plain:
        before, plain = plain, re.sub(r"\([^()]*\)[?*+]?", "", plain)
    return plain, plain != text


def from_regex(source: str) -> Path:
    """Read a regular expression literal: its plain beginning, then anything."""
    body = source[1 : source.rfind("/")].removeprefix("^").replace("\\/", "/").replace("\\.", _DOT)
    match = _REGEX_SPECIAL.search(body.removesuffix("$").removesuffix("/?"))
    plain = body.removesuffix("$").removesuffix("/?") if match is None else body[: match.start()]
    parts = [part.replace(_DOT, ".") for part in plain.split("/") if part]
    if match is None:
        return Path(tuple(parts))
    beginning = parts if plain.endswith("/") else parts[:-1]
    return Path((*beginning, ANYTHING), narrow=body[len(plain) :] not in {".*", "(.*)"})
