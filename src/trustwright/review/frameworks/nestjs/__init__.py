"""NestJS: controllers and resolvers, with guards at method, class, module and application level.

Own decorators are opened down to what they are composed of (``applyDecorators``). A guard that looks at metadata
(``@Public()``, ``@Roles("admin")``) is listed with the stretches of its body that do not run for the route at hand.
GraphQL operations are listed as ``POST /graphql#name``. Handlers of messages and sockets are no HTTP routes: left out.
"""

from collections.abc import Iterator

from trustwright.review.frameworks.nestjs.applications import Applications
from trustwright.review.frameworks.nestjs.controllers import Controllers
from trustwright.review.frameworks.nestjs.decorators import Decorators
from trustwright.review.frameworks.nestjs.modules import Modules
from trustwright.review.link.values import Values
from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project

PACKAGES = ("@nestjs/core", "@nestjs/common")
TRIGGERS = ("@nestjs/",)


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield the routes of every Nest application in the project."""
    files = [
        code
        for code in project.production()
        if not code.is_python and any(item.module.startswith("@nestjs/") for item in code.facts.imports)
    ]
    if not files:
        return
    values = Values(project.symbols)
    decorators = Decorators(project.symbols)
    modules = Modules(project.symbols, decorators, files)
    controllers = Controllers(values, decorators, modules, files)
    yielded: set[DeclaredRoute] = set()
    for application in Applications(values, modules, files).all():
        for route in controllers.routes(application):
            if route not in yielded:
                yielded.add(route)
                yield route
