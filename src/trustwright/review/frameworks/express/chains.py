"""The chain that a request runs through: what was registered before a route and covers it."""

from dataclasses import dataclass, field

from trustwright.review.link.assembly.handlers import Handler
from trustwright.review.link.assembly.paths import ANYTHING, Path
from trustwright.review.link.assembly.values import Condition
from trustwright.review.model import DeclaredRoute

ANY = "ANY"


Guard = tuple[Handler, str]
"""Something that runs before a handler, and its scope."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Something registered that runs for every request below a path.

    Attributes:
        path: where it is attached, mounts included.
        mount: the part of the path that ``req.path`` leaves out while it runs.
        exact: whether it only runs for the path itself (a route that passes on), not for what lies below.
        method: the method it runs for, or ``ANY``.
        guards: what runs, each with its scope.
        conditions: the ``if``s under which it was attached.
    """

    path: Path
    mount: Path
    exact: bool
    method: str
    guards: tuple[Guard, ...]
    conditions: frozenset[Condition]

    def covers(self, path: Path, method: str) -> bool:
        """Tell whether every request for a route runs through this layer."""
        return self.method in {method, ANY} and self.path.covers(path, exact=self.exact)


@dataclass(frozen=True, slots=True)
class Registered:
    """A route in order of registration, with what decides whether it answers at all."""

    route: DeclaredRoute
    path: Path
    passes_on: bool | None
    """Whether its last handler may hand the request on; ``None`` when that is not known."""


@dataclass(slots=True)
class Layers:
    """All layers so far, found by the plain beginning of their paths."""

    _by_beginning: dict[tuple[str, ...], list[tuple[int, Layer]]] = field(default_factory=dict)
    _count: int = 0

    def add(self, layer: Layer) -> None:
        """Register a layer after all others."""
        self._by_beginning.setdefault(_beginning(layer.path), []).append((self._count, layer))
        self._count += 1

    def over(self, path: Path, method: str) -> list[Layer]:
        """Return the layers that every request for a route runs through, in order."""
        segments = path.segments
        found = [
            item
            for size in range(len(segments) + 1)
            for item in self._by_beginning.get(segments[:size], ())
            if item[1].covers(path, method)
        ]
        return [layer for _, layer in sorted(found, key=lambda item: item[0])]


def _beginning(path: Path) -> tuple[str, ...]:
    segments = path.segments
    ends = [index for index, part in enumerate(segments) if part == ANYTHING or part.startswith("{")]
    return segments[: ends[0]] if ends else segments


def answered(routes: list[Registered]) -> list[DeclaredRoute]:
    """Return the routes that answer requests.

    ``app.post("/users", check)`` before ``app.post("/users", create)`` is a guard of the second, not a route; a second
    route for a place that the first one answers never runs.
    """
    found: list[DeclaredRoute] = []
    taken: set[tuple[str, tuple[str, ...]]] = set()
    later = _Later(routes)
    for index, item in enumerate(routes):
        place = (item.route.method, item.path.segments)
        if place in taken or (item.passes_on is not False and later.takes_over(item, index)):
            continue
        if item.passes_on is False:
            taken.add(place)
        found.append(item.route)
    return found


class _Later:
    """Finds routes registered after another one for the same requests."""

    def __init__(self, routes: list[Registered]) -> None:
        self._routes = routes
        self._last: dict[tuple[str, ...], dict[str, int]] = {}
        for index, item in enumerate(routes):
            self._last.setdefault(item.path.segments, {})[item.route.method] = index

    def takes_over(self, item: Registered, index: int) -> bool:
        method = item.route.method
        if item.path.wild:
            return item.passes_on is True and any(
                item.path.covers(other.path, exact=True) and method in {other.route.method, ANY}
                for other in self._routes[index + 1 :]
            )
        there = self._last.get(item.path.segments, {})
        if item.passes_on is None:
            return False
        return any(last > index and method in {other, ANY} for other, last in there.items())
