"""A URL and what it leads to, before its methods and guards are worked out."""

from dataclasses import dataclass

from trustwright.review.frameworks.django.texts import HOLE
from trustwright.review.frameworks.django.views import View
from trustwright.review.model import GuardUse, Location

_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Mount:
    """How a list of URLs is reached.

    Attributes:
        path: the path before it, without the leading ``/``.
        guards: what decorates the whole list, outermost first.
        unresolved: why more guards may exist than were found.
        depth: lists around this one; what goes deeper includes itself.
    """

    path: str = ""
    guards: tuple[GuardUse, ...] = ()
    unresolved: tuple[str, ...] = ()
    depth: int = 0

    def below(self, text: str) -> "Mount":
        """Return the mount of what lies below a prefix; a prefix that a deployment chooses is left out."""
        if not self.path and text.startswith(HOLE):
            text = text.split(HOLE, 2)[2].lstrip("/")
        return Mount(self.path + text, self.guards, self.unresolved, self.depth + 1)

    def guarded(self, *guards: GuardUse) -> "Mount":
        """Return the mount with more guards."""
        return Mount(self.path, self.guards + guards, self.unresolved, self.depth)

    def doubted(self, reason: str) -> "Mount":
        """Return the mount with one more reason for doubt."""
        return Mount(self.path, self.guards, (*self.unresolved, reason), self.depth)

    @property
    def too_deep(self) -> bool:
        """True when lists include each other without end."""
        return self.depth > _MAX_DEPTH

    @property
    def shown(self) -> str:
        """The path in OpenAPI style."""
        parts = self.path.split(HOLE)
        text = "".join("{" + part + "}" if index % 2 else part for index, part in enumerate(parts))
        return "/" + text.lstrip("/")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL.

    Attributes:
        mount: its path and what guards all of it.
        view: what it leads to.
        location: where it is declared.
        name: the URL's name, which exemption lists may mention.
        actions: of a viewset behind a router, (method, action) pairs; ``None`` when the view decides.
        detail: True when the URL is one object's.
    """

    mount: Mount
    view: View
    location: Location
    name: str = ""
    actions: tuple[tuple[str, str], ...] | None = None
    detail: bool = False
