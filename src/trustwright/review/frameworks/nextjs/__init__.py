"""Next.js: route handlers, API pages and server actions, with middleware, wrappers and action clients as guards.

Server actions are listed as ``ACTION /<file>#<name>``: anybody may call them by their id, whatever page they are on.
Pages are no routes here; what a server component reads while it renders is not looked at.
"""

from collections.abc import Iterator

from trustwright.review.frameworks.nextjs.actions import actions
from trustwright.review.frameworks.nextjs.applications import applications
from trustwright.review.frameworks.nextjs.handlers import Handlers
from trustwright.review.frameworks.nextjs.methods import api_page
from trustwright.review.frameworks.nextjs.middleware import Middleware
from trustwright.review.frameworks.nextjs.routes import route_handlers
from trustwright.review.link.conditions import Conditions
from trustwright.review.link.values import Values
from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project

PACKAGES = ("next",)
TRIGGERS = ("next/server", "use server", "NextApiRequest")


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield the route handlers, API pages and server actions of every Next.js application in the project."""
    found = applications(project.corpus)
    if not found:
        return
    values = Values(project.symbols)
    conditions = Conditions(values)
    handlers = Handlers(values)
    for application in found:
        middleware = Middleware(handlers, conditions, application)
        for path, url in application.route_files:
            for route in route_handlers(handlers, path, url):
                yield middleware.before(route)
        for path, url in application.api_pages:
            for route in api_page(handlers, conditions, path, url):
                yield middleware.before(route)
    yield from actions(handlers, project.production())
