"""Flask: applications, blueprints, views, and the extensions that declare routes in their own way.

Routes are found from the application down: blueprints with their prefixes, Flask-RESTful and Flask-RESTX resources,
flask-smorest, class-based views. What runs before a view is what ``before_request`` registers and the decorators below
the route.
"""

from collections.abc import Iterator

from trustwright.review.frameworks.flask.appbuilder import AppBuilder
from trustwright.review.frameworks.flask.declarations import Declarations
from trustwright.review.frameworks.flask.tree import Tree
from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project

PACKAGES = ("flask", "flask-restful", "flask-restx", "flask-smorest", "flask-appbuilder", "quart")
TRIGGERS = ("flask", "quart", "Blueprint", "add_url_rule", "add_resource", "add_namespace", "before_request",
            ".route(", "@expose", "init_app", "create_app")  # fmt: skip
_MODULES = frozenset({"flask", "quart", "apiflask", "flask_openapi3"})


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield the routes that Flask applications serve."""
    codes = [code for code in project.production() if code.is_python]
    imported = {name.partition(".")[0] for code in codes for name in code.modules}
    if imported & _MODULES or any(name.startswith("flask_") for name in imported):
        yield from Tree(Declarations(project, codes)).routes()
    if "flask_appbuilder" in imported:
        yield from AppBuilder(project, codes).routes()
