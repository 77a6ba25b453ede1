"""The services of a repository: what is built and run on its own and answers requests."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.manifests import Manifests
from trustwright.review.model import Location, Route
from trustwright.review.source.code import Code


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    Attributes:
        folder: the folder of its manifest; empty for the reviewed folder itself.
        location: its manifest, or its first route when there is no manifest.
        routes: how many routes it answers.
    """

    folder: str
    location: Location
    routes: int

    @property
    def name(self) -> str:
        """How to call it in a sentence."""
        return f"the service in {self.folder}" if self.folder else "the service"

    @property
    def size(self) -> str:
        """How many routes it answers, in words for a sentence."""
        return f"{self.routes} route{'' if self.routes == 1 else 's'}"


def services(manifests: Manifests, routes: Iterable[Route]) -> tuple[Service, ...]:
    """Return the services, by folder: each route belongs to the nearest manifest above it."""
    places: dict[str, Location] = {}
    for item in manifests.dependencies:
        folder = posixpath.dirname(item.location.path)
        if folder.endswith("requirements"):
            folder = posixpath.dirname(folder)
        places.setdefault(folder, Location(item.location.path, 1))
    found: dict[str, list[Location]] = {}
    for route in routes:
        path = route.declared.location.path
        folder = posixpath.dirname(path)
        while folder and folder not in places:
            folder = posixpath.dirname(folder)
        found.setdefault(folder, []).append(route.declared.location)
    return tuple(
        Service(folder, places.get(folder, min(locations)), len(locations))
        for folder, locations in sorted(found.items())
    )


def code_of(service: Service, all_services: Iterable[Service], corpus: Corpus) -> list[Code]:
    """Return the production code that runs in a service: below its folder, or below no other service's."""
    others = [other.folder + "/" for other in all_services if other.folder != service.folder and other.folder]
    own = service.folder + "/" if service.folder else ""
    return [
        code
        for code in corpus.production()
        if (own and code.path.startswith(own)) or not any(code.path.startswith(folder) for folder in others)
    ]
