"""Fastify: instances, plugins with their prefixes and encapsulation, hooks, route options, autoloaded folders.

Routes that plugins of others add are listed when they stand for a whole interface (a proxy, GraphQL, tRPC), not when
they serve the site's own files or documentation.
"""

from collections.abc import Iterator

from trustwright.review.frameworks.fastify.contexts import INTEREST, Contexts
from trustwright.review.frameworks.fastify.starts import started_by_command
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project

PACKAGES = ("fastify",)
TRIGGERS = INTEREST.triggers


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield every route that a Fastify instance of the repository serves."""
    assembly = Assembly(project.symbols, INTEREST)
    assembly.start_from(project.production())
    contexts = Contexts(assembly)
    for thing in list(assembly.things):
        contexts.load(thing)
    for code in started_by_command(project.corpus, project.symbols.modules):
        contexts.start(code)
    project.gaps += assembly.gaps()
    yield from contexts.routes()
