"""Django and Django REST framework: URL configurations become routes."""

from collections.abc import Iterator

from trustwright.review.frameworks.django.admin import Admin
from trustwright.review.frameworks.django.classes import Classes
from trustwright.review.frameworks.django.configuration import Site, Written, sites
from trustwright.review.frameworks.django.declare import Declarer
from trustwright.review.frameworks.django.endpoints import Endpoint, Mount
from trustwright.review.frameworks.django.middleware import Gates
from trustwright.review.frameworks.django.permissions import Permissions
from trustwright.review.frameworks.django.registered import Registered
from trustwright.review.frameworks.django.routers import Routers
from trustwright.review.frameworks.django.texts import Texts
from trustwright.review.frameworks.django.urls import Urls
from trustwright.review.frameworks.django.views import Views
from trustwright.review.frameworks.django.viewsets import Viewsets
from trustwright.review.model import DeclaredRoute, Gap, Location
from trustwright.review.project import Project
from trustwright.review.source.code import Code

PACKAGES = ("django", "Django", "djangorestframework")
TRIGGERS = (
    "django", "urlpatterns", "ROOT_URLCONF", "MIDDLEWARE", "REST_FRAMEWORK", "rest_framework", ".register(",
    "register_model_view",
)  # fmt: skip


def routes(project: Project) -> Iterator[DeclaredRoute]:
    """Yield the routes of every Django site in the repository."""
    codes = [code for code in project.production() if code.is_python]
    for site in sites(project.symbols, codes):
        yield from _site(project, site)


def _site(project: Project, site: Site) -> Iterator[DeclaredRoute]:
    symbols = project.symbols
    texts, classes = Texts(symbols, site), Classes(symbols)

    def report(location: Location, detail: str) -> None:
        project.gaps.append(Gap("not-understood", location.path, f"line {location.line}: {detail}"))

    viewsets = Viewsets(classes, texts)
    routers = Routers(symbols, texts, classes, viewsets, report)
    views = Views(symbols)
    parts = (routers, Admin(symbols, classes), Registered(symbols, texts, views, classes))

    def expand(written: Written, mount: Mount) -> Iterator[Endpoint] | None:
        return next((found for part in parts if (found := part.expand(written, mount)) is not None), None)

    urls = Urls(symbols, texts, views, expand, report)
    permissions = Permissions(symbols, classes, site)
    declarer = Declarer(symbols, classes, viewsets, permissions, Gates(symbols, classes, texts, site))
    for root in _roots(project, site, texts):
        seen: set[tuple[str, str]] = set()
        for endpoint in urls.module(root, Mount()):
            for route in declarer.routes(endpoint):
                if (route.method, route.path) not in seen:
                    seen.add((route.method, route.path))
                    yield route


def _roots(project: Project, site: Site, texts: Texts) -> list[Code]:
    """Return the modules that ROOT_URLCONF names, and those that django-hosts serves on other hosts."""
    written = site.values("ROOT_URLCONF")
    for code in _modules(project, texts, site.values("ROOT_HOSTCONF")):
        for call in code.calls_named("host"):
            given = code.call(call).argument(1, "urlconf")
            written += [Written(code, given)] if given is not None else []
    return _modules(project, texts, written)


def _modules(project: Project, texts: Texts, names: list[Written]) -> list[Code]:
    """Return the modules that dotted names in the code stand for, each once."""
    found: dict[str, Code] = {}
    for value in names:
        module = texts.constant(value.code, value.expression)
        path = project.symbols.modules.resolve(value.code.path, module) if module else None
        code = project.corpus.code(path) if path is not None else None
        if code is not None:
            found.setdefault(code.path, code)
    return list(found.values())
