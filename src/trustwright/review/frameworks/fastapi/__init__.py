"""FastAPI: applications, routers, dependencies.

Routes are found from the application down: what ``include_router`` and ``mount`` hang below it, with the prefixes and
dependencies of every level. A router that nothing hangs anywhere declares no routes.
"""

from collections.abc import Iterator

from trustwright.review.frameworks.fastapi.declarations import Declarations
from trustwright.review.frameworks.fastapi.tree import Tree
from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project

PACKAGES = ("fastapi",)
TRIGGERS = ("fastapi", "include_router", "APIRouter", "api_route", "outer.get(", "outer.post(", "outer.put(",
            "outer.patch(", "outer.delete(", "@app.", "@api.",
            "create_app")  # fmt: skip


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield the routes that FastAPI applications serve."""
    codes = [code for code in project.production() if code.is_python]
    if any(name.partition(".")[0] == "fastapi" for code in codes for name in code.modules):
        yield from Tree(Declarations(project, codes)).routes()
