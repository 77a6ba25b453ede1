"""Express: applications, routers, mounts at any depth, guards in the order of ``use``, generated resources.

Left out on purpose: the site's own static files (``express.static("public")``), handlers registered with ``use`` that
pass requests on, and handlers for everything that only say 404. Static files count as a route when they are people's:
uploads, logs, backups.
"""

from collections.abc import Iterator

from trustwright.review.frameworks.express.registration import INTEREST, Registration
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project

PACKAGES = ("express", "express-promise-router", "@awaitjs/express", "express-async-router")
TRIGGERS = INTEREST.triggers


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield every route that an Express application of the repository answers, in order of registration."""
    assembly = Assembly(project.symbols, INTEREST)
    assembly.start_from(project.production())
    registration = Registration(assembly)
    registration.walk_all()
    project.gaps += registration.gaps + assembly.gaps()
    yield from registration.routes()
