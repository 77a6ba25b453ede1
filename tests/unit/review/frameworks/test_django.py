"""Django: URL configurations, views, and all that stands before them."""

from pathlib import Path

import pytest

from tests.reviewing import project_of, routes_of
from trustwright.review.frameworks.django.paths import from_regex, from_route
from trustwright.review.model import Access, Route

SETTINGS = "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['django.contrib.auth.middleware.AuthenticationMiddleware']\n"


def shop(folder: Path, urls: str, views: str = "", **others: str) -> dict[str, Route]:
    """Return the routes of a small site: ``shop/urls.py``, ``shop/views.py`` and other modules of ``shop``."""
    head = "from django.urls import include, path, re_path\nfrom shop import views\n"
    files = {"shop/settings.py": SETTINGS, "shop/urls.py": head + urls, "shop/views.py": views}
    return routes_of(folder, files | {f"shop/{name}.py": text for name, text in others.items()})


def authentication(routes: dict[str, Route]) -> dict[str, str]:
    """Return the verdict on authentication by route."""
    return {name: str(route.authentication.value) for name, route in routes.items()}


# --- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (r"^orders/(?P<pk>\d+)/$", "orders/{pk}/"),
        (r"^watch(?:/(?P<product>[^\/]+))?$", "watch/{product}"),
        (r"updates/?$", "updates"),
        (r"^(\d{4})/(x|y)$", "{arg1}/{arg2}"),
        (r".*", "{any}"),
        (r"(?i)^a\.b$", "a.b"),
        (r"a|b", "a"),
        (r"(?P<x>[)])(?=y)", "{x}"),
        (r"([", "{arg1}"),
    ],
)
def test_regular_expressions_become_paths(pattern: str, path: str) -> None:
    """Groups are variables; anchors, optional slashes and look-aheads leave no trace."""
    assert from_regex(pattern) == path


def test_converters_become_variables() -> None:
    """The type of a variable is dropped."""
    assert from_route("a/<int:pk>/<slug>/<path: rest>") == "a/{pk}/{slug}/{rest}"


# --- URL configurations -----------------------------------------------------------------------------------------------


def test_includes_prefixes_and_lists_put_together(tmp_path: Path) -> None:
    """Modules, lists and tuples are included; lists grow by every usual way."""
    urls = (
        "extra = [path('b/', views.index)]\n"
        "urlpatterns = [\n"
        "    path('', views.index),\n"
        "    path('orders/', include('shop.order_urls', namespace='orders')),\n"
        "    path('list/', include(([path('<int:pk>/', views.index)], 'app'))),\n"
        "    re_path(r'^old/(?P<year>\\d+)/$', views.index),\n"
        "]\n"
        "urlpatterns += [path('a/', views.index)] + extra\n"
        "urlpatterns.append(path('c/', views.index))\n"
        "urlpatterns.extend([path('d/', views.index)])\n"
        "urlpatterns += path('e/', views.index),\n"
        "urlpatterns = [path('shop/', include(urlpatterns)), *extra]\n"
    )
    order_urls = "from django.urls import path\nfrom .views import index\nurlpatterns = [path('<slug:code>/', index)]\n"
    routes = shop(tmp_path, urls, "def index(request): return None\n", order_urls=order_urls)
    paths = ["", "orders/{code}/", "list/{pk}/", "old/{year}/", "a/", "b/", "c/", "d/", "e/"]
    assert set(routes) == {f"GET /shop/{path}" for path in paths} | {"GET /b/"}
    assert str(routes["GET /shop/orders/{code}/"].declared.location) == "shop/order_urls.py:3"


def test_conditions_and_loops_around_lists(tmp_path: Path) -> None:
    """What only a debugging server serves is no route; what a setting may add is one."""
    urls = (
        "from django.conf import settings\n"
        "urlpatterns = [path('a/', views.index)]\n"
        "if settings.DEBUG:\n    urlpatterns += [path('debug/', views.index)]\n"
        "else:\n    urlpatterns += [path('live/', views.index)]\n"
        "if settings.METRICS:\n    urlpatterns += [path('metrics/', views.index)]\n"
        "if settings.PREFIX:\n    urlpatterns = [path(settings.PREFIX, include(urlpatterns))]\n"
        "urlpatterns += static('/media/')\n"
    )
    assert set(shop(tmp_path, urls, "def index(request): return None\n")) == {"GET /a/", "GET /live/", "GET /metrics/"}


def test_prefixes_from_settings_and_languages(tmp_path: Path) -> None:
    """Constant settings are put in; a prefix that the deployment chooses is left out in front, and named inside."""
    urls = (
        "from django.conf import settings\nfrom django.conf.urls.i18n import i18n_patterns\n"
        "API = 'api'\n"
        "urlpatterns = i18n_patterns(path('about/', views.index)) + [\n"
        "    path(f'{API}/v{settings.VERSION}/', views.index),\n"
        "    path(settings.BASE_PATH + 'x/', views.index),\n"
        "    path('y/{}/'.format(unknown()), views.index),\n"
        "]\n"
    )
    settings = SETTINGS + "VERSION = '2'\nBASE_PATH = read()\n"
    files = {
        "shop/settings.py": settings,
        "shop/urls.py": "from django.urls import path\nfrom shop import views\n" + urls,
        "shop/views.py": "def index(request): return None\n",
    }
    assert set(routes_of(tmp_path, files)) == {"GET /{language}/about/", "GET /api/v2/", "GET /x/", "GET /y/{unknown}/"}


def test_what_is_outside_is_a_gap_and_not_silence(tmp_path: Path) -> None:
    """URLs of a library are told as a gap; Django's own are known."""
    files = {
        "shop/settings.py": SETTINGS,
        "shop/urls.py": (
            "from django.urls import include, path\n"
            "urlpatterns = [path('out/', include('allauth.urls')), path('', include('django.contrib.auth.urls'))]\n"
        ),
    }
    project = project_of(tmp_path, files)
    details = [gap.detail for gap in project.gaps if gap.kind == "not-understood"]
    assert details == ["line 2: the routes of allauth.urls below /out/ are not in this repository or not followed"]
    verdicts = authentication({route.name: route for route in project.routes})
    assert verdicts["POST /password_change/"] == "enforced"
    assert verdicts["POST /login/"] == "absent"


def test_files_that_nothing_includes_are_no_routes(tmp_path: Path) -> None:
    """Only what hangs on ROOT_URLCONF is served; lists that include each other end."""
    urls = "urlpatterns = [path('a/', views.index), path('again/', include('shop.urls'))]\n"
    lost = "from django.urls import path\nurlpatterns = [path('lost/', index)]\n"
    routes = shop(tmp_path, urls, "def index(request): return None\n", lost=lost)
    assert "GET /a/" in routes
    assert not any("lost" in name for name in routes)


def test_a_repository_without_django_has_no_routes(tmp_path: Path) -> None:
    """Lists of that name mean nothing without settings."""
    assert routes_of(tmp_path, {"a.py": "urlpatterns = [path('a/', index)]\n"}) == {}


# --- view functions ---------------------------------------------------------------------------------------------------

FUNCTIONS = """\
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpResponseForbidden, HttpResponseNotAllowed
from django.views.decorators.http import require_POST, require_http_methods

def open_page(request): return render(request, "page.html")

@login_required
def mine(request): return render(request, "mine.html")

@permission_required("shop.change_order")
def change(request): save(request.POST)

@user_passes_test(lambda user: user.is_staff)
def staff(request): return render(request, "staff.html")

@user_passes_test(lambda user: color(user))
def odd(request): return render(request, "odd.html")

@staff_member_required
@require_POST
def purge(request): Order.objects.all().delete()

@require_http_methods(["PUT", "DELETE"])
def both(request): return None

def only(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    save(request.POST)

def inside(request):
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    return render(request, "a.html")

@login_required
def create(request): save(request.POST)

def split(request):
    if request.method == "POST":
        return create(request)
    return listing(request)

def listing(request): return render(request, "list.html")
"""


def test_functions_with_decorators(tmp_path: Path) -> None:
    """Decorators of Django guard; others are read; methods come from decorators and from what the view asks for."""
    names = ["open_page", "mine", "change", "staff", "odd", "purge", "both", "only", "inside", "split"]
    urls = "urlpatterns = [" + ", ".join(f"path('{name}/', views.{name})" for name in names) + "]\n"
    routes = shop(tmp_path, urls, FUNCTIONS)
    assert authentication(routes) == {
        "GET /open_page/": "absent",
        "GET /mine/": "enforced",
        "ANY /change/": "enforced",
        "GET /staff/": "enforced",
        "GET /odd/": "unknown",
        "POST /purge/": "enforced",
        "PUT /both/": "absent",
        "DELETE /both/": "absent",
        "POST /only/": "absent",
        "GET /inside/": "enforced",
        "GET /split/": "absent",
        "POST /split/": "enforced",
    }
    allowed = {name for name, route in routes.items() if route.authorization.value is Access.ENFORCED}
    assert allowed == {"ANY /change/", "GET /staff/", "POST /purge/"}
    assert str(routes["GET /inside/"].authentication.evidence[0]) == "shop/views.py:34"


def test_decorators_in_the_url_list(tmp_path: Path) -> None:
    """A view is wrapped where it is mounted, by name, or in a variable; whole lists too."""
    urls = (
        "from django.contrib.auth.decorators import login_required\n"
        "from django.views.decorators.cache import cache_page\n"
        "from django.views.decorators.http import require_POST\n"
        "from decorator_include import decorator_include\n"
        "wrapped = login_required(views.index)\n"
        "urlpatterns = [\n"
        "    path('a/', login_required(views.index)), path('b/', wrapped), path('c/', cache_page(60)(views.index)),\n"
        "    path('d/', require_POST(views.index)), path('e/', views.home), path('f/', lambda request: None),\n"
        "    path('g/', decorator_include([login_required], [path('h/', views.index)])),\n"
        "]\n"
    )
    views = (
        "from django.contrib.auth.decorators import login_required\n"
        "def index(request): return None\nhome = login_required(index)\n"
    )
    assert authentication(shop(tmp_path, urls, views)) == {
        "GET /a/": "enforced",
        "GET /b/": "enforced",
        "GET /c/": "absent",
        "POST /d/": "absent",
        "GET /e/": "enforced",
        "GET /f/": "absent",
        "GET /g/h/": "enforced",
    }


# --- view classes -----------------------------------------------------------------------------------------------------

CLASSES = """\
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.core.exceptions import PermissionDenied
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import CreateView, DeleteView, ListView, TemplateView

class Open(TemplateView): template_name = "open.html"

class Mine(LoginRequiredMixin, ListView):
    def get_queryset(self): return Order.objects.filter(owner=self.request.user)

class Late(ListView, LoginRequiredMixin): pass

class Allowed(PermissionRequiredMixin, DeleteView): permission_required = "shop.delete_order"

class Tested(UserPassesTestMixin, CreateView):
    def test_func(self): return self.request.user.is_staff

class Gate:
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

class Gated(Gate, View):
    def dispatch(self, request, *args, **kwargs): return super().dispatch(request, *args, **kwargs)
    def get(self, request): return None
    post = get

@method_decorator(login_required, name="dispatch")
class Decorated(View):
    def get(self, request): return None

class Partly(View):
    http_method_names = ["get", "post"]
    def get(self, request): return None
    @method_decorator(login_required)
    def post(self, request): return None
    def delete(self, request): return None
"""


def test_view_classes(tmp_path: Path) -> None:
    """Mixins, ``dispatch``, decorators on classes and methods guard; a mixin after Django's view never runs."""
    names = ["Open", "Mine", "Late", "Allowed", "Tested", "Gated", "Decorated", "Partly"]
    urls = "urlpatterns = [" + ", ".join(f"path('{name}/', views.{name}.as_view())" for name in names) + "]\n"
    routes = shop(tmp_path, urls, CLASSES)
    assert authentication(routes) == {
        "GET /Open/": "absent",
        "GET /Mine/": "enforced",
        "GET /Late/": "absent",
        "GET /Allowed/": "enforced",
        "POST /Allowed/": "enforced",
        "GET /Tested/": "enforced",
        "POST /Tested/": "enforced",
        "GET /Gated/": "enforced",
        "POST /Gated/": "enforced",
        "GET /Decorated/": "enforced",
        "GET /Partly/": "absent",
        "POST /Partly/": "enforced",
    }
    allowed = {name for name, route in routes.items() if route.authorization.value is Access.ENFORCED}
    assert allowed == {"GET /Mine/", "GET /Allowed/", "POST /Allowed/", "GET /Tested/", "POST /Tested/"}


def test_views_from_outside(tmp_path: Path) -> None:
    """Django's generic views check nothing; what an unknown library's view does is unknown."""
    urls = (
        "from django.views.generic import RedirectView\nfrom django.contrib.auth.views import PasswordChangeView\n"
        "from library import page, Page\nfrom graphene_django.views import GraphQLView\n"
        "class Own(Page):\n    def get(self, request): return None\n"
        "urlpatterns = [\n"
        "    path('a/', RedirectView.as_view(url='/')), path('b/', PasswordChangeView.as_view()), path('c/', page),\n"
        "    path('d/', Page.as_view()), path('e/', Own.as_view()), path('graphql', GraphQLView.as_view()),\n"
        "]\n"
    )
    assert authentication(shop(tmp_path, urls)) == {
        "GET /a/": "absent",
        "GET /b/": "enforced",
        "POST /b/": "enforced",
        "ANY /c/": "unknown",
        "ANY /d/": "unknown",
        "GET /e/": "unknown",
        "GET /graphql": "unknown",
        "POST /graphql": "unknown",
    }


def test_the_admin(tmp_path: Path) -> None:
    """The admin asks for staff; a site of one's own asks what it says."""
    urls = (
        "from django.contrib import admin\n"
        "class Site(admin.AdminSite):\n    def has_permission(self, request): return request.user.is_superuser\n"
        "mine = Site()\nurlpatterns = [path('admin/', admin.site.urls), path('own/', mine.urls)]\n"
    )
    routes = shop(tmp_path, urls)
    assert authentication(routes) == {"ANY /admin/**": "enforced", "ANY /own/**": "enforced"}
    assert routes["ANY /admin/**"].authorization.value is Access.ENFORCED


# --- middleware -------------------------------------------------------------------------------------------------------

MIDDLEWARE = """\
import re
from django.conf import settings
from django.shortcuts import redirect
EXEMPT = [re.compile(expression) for expression in settings.OPEN_PATHS]
EXEMPT += [re.compile("^health")]

class LoginMiddleware:
    def __init__(self, get_response): self.get_response = get_response
    def __call__(self, request):
        if not request.user.is_authenticated:
            path = request.path_info.lstrip("/")
            if not any(pattern.match(path) for pattern in EXEMPT):
                return redirect(settings.LOGIN_URL)
        return self.get_response(request)

class SecondFactor:
    def __init__(self, get_response): self.get_response = get_response
    def __call__(self, request):
        if request.user.is_authenticated and not request.user.is_verified():
            return redirect("/login/otp")
        return self.get_response(request)
"""


def guarded(folder: Path, middleware: str, settings: str = "") -> dict[str, str]:
    """Return the verdicts on two routes behind a middleware."""
    files = {
        "shop/settings.py": f"ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['{middleware}']\n{settings}",
        "shop/middleware.py": MIDDLEWARE,
        "shop/urls.py": (
            "from django.contrib.auth.decorators import login_not_required\nfrom django.urls import path\n"
            "def index(request): return None\n@login_not_required\ndef landing(request): return None\n"
            "urlpatterns = [path('a/', index), path('landing/', landing), path('health/', index)]\n"
            "urlpatterns += [path('api/x', index)]\n"
        ),
    }
    return authentication(routes_of(folder, files))


def test_djangos_own_middleware(tmp_path: Path) -> None:
    """All views ask for a login but those that say otherwise."""
    verdicts = guarded(tmp_path, "django.contrib.auth.middleware.LoginRequiredMiddleware")
    assert verdicts == {
        "GET /a/": "enforced",
        "GET /landing/": "absent",
        "GET /health/": "enforced",
        "GET /api/x": "enforced",
    }


def test_middleware_with_exemptions(tmp_path: Path) -> None:
    """Exemptions are read from the code and the settings; those that cannot be settled leave all in doubt."""
    settled = guarded(tmp_path / "settled", "shop.middleware.LoginMiddleware", "OPEN_PATHS = [r'^api/']\n")
    assert settled == {
        "GET /a/": "enforced",
        "GET /landing/": "enforced",
        "GET /health/": "absent",
        "GET /api/x": "absent",
    }
    unsettled = guarded(tmp_path / "unsettled", "shop.middleware.LoginMiddleware")
    assert unsettled["GET /a/"] == "unknown"


def test_middleware_that_asks_only_who_is_signed_in(tmp_path: Path) -> None:
    """A second factor for those who are signed in keeps nobody out; an unknown one may."""
    assert guarded(tmp_path / "factor", "shop.middleware.SecondFactor")["GET /a/"] == "absent"
    assert guarded(tmp_path / "outside", "stronghold.middleware.LoginRequiredMiddleware")["GET /a/"] == "unknown"


# --- views registered for models --------------------------------------------------------------------------------------


def test_views_registered_for_models(tmp_path: Path) -> None:
    """A list asks for the views of a model; a registration for all models of a class counts for each."""
    views = (
        "from django.contrib.auth.mixins import LoginRequiredMixin\nfrom django.views import View\n"
        "from shop.models import Site\nfrom shop.registry import register_model_view\n"
        "@register_model_view(Site, 'list', path='', detail=False)\n"
        "class SiteList(View):\n    def get(self, request): return None\n"
        "@register_model_view(Site, 'edit')\n"
        "class SiteEdit(LoginRequiredMixin, View):\n    def post(self, request): return None\n"
        "class Journal(View):\n    def get(self, request): return None\n"
    )
    registry = (
        "def get_model_urls(app, model, detail=True):\n    paths = []\n    return paths\n"
        "def register_model_view(model, name='', path=None, detail=True): ...\n"
    )
    features = (
        "from shop.models import Journaled\nfrom shop.registry import register_model_view\n"
        "def register(*models):\n    for model in models:\n        if issubclass(model, Journaled):\n"
        "            register_model_view(model, 'journal')('shop.views.Journal')\n"
    )
    urls = (
        "from shop.registry import get_model_urls\n"
        "urlpatterns = [\n    path('sites/', include(get_model_urls('shop', 'site', detail=False))),\n"
        "    path('sites/<int:pk>/', include(get_model_urls('shop', 'site'))),\n]\n"
    )
    models = "class Journaled: pass\nclass Site(Journaled): pass\n"
    routes = shop(tmp_path, urls, views, registry=registry, features=features, models=models)
    assert authentication(routes) == {
        "GET /sites/": "absent",
        "POST /sites/{pk}/edit/": "enforced",
        "GET /sites/{pk}/journal/": "absent",
    }


def test_views_that_an_attribute_switches(tmp_path: Path) -> None:
    """What a class or ``as_view()`` sets decides; a view that bears the name of Django's is the repository's."""
    views = (
        "from django.contrib.auth.views import redirect_to_login\nfrom django.http import HttpResponseForbidden\n"
        "from django.views.generic import TemplateView\n"
        "class Gate:\n    login_required = False\n    permission_required = False\n"
        "    def dispatch(self, request, *args, **kwargs):\n"
        "        if self.login_required or self.permission_required:\n"
        "            if not request.user.is_authenticated:\n                return redirect_to_login(request.path)\n"
        "        if self.permission_required:\n"
        "            has_permission = request.user.has_perm(self.permission_required)\n"
        "            if not has_permission:\n                return HttpResponseForbidden()\n"
        "        return super().dispatch(request, *args, **kwargs)\n"
        "class TemplateView(Gate, TemplateView): pass\n"
        "class Mine(TemplateView): login_required = True\n"
        "class Allowed(Mine): permission_required = 'shop.view_order'\n"
    )
    urls = (
        "urlpatterns = [\n    path('open/', views.TemplateView.as_view()), path('mine/', views.Mine.as_view()),\n"
        "    path('allowed/', views.Allowed.as_view()),\n"
        "    path('option/', views.TemplateView.as_view(login_required=True)),\n]\n"
    )
    routes = shop(tmp_path, urls, views)
    assert authentication(routes) == {
        "GET /open/": "absent",
        "GET /mine/": "enforced",
        "GET /allowed/": "enforced",
        "GET /option/": "enforced",
    }
    allowed = {name for name, route in routes.items() if route.authorization.value is Access.ENFORCED}
    assert allowed == {"GET /allowed/"}


def test_what_belongs_to_the_caller_is_looked_up(tmp_path: Path) -> None:
    """Asking for the caller's own record is authorization, in callees too; who signs people in guards nothing."""
    views = (
        "from django.contrib.auth import authenticate, login as auth_login\n"
        "from django.contrib.auth.decorators import login_required\n"
        "from django.http import HttpResponseForbidden\n"
        "from django.shortcuts import get_object_or_404, redirect\n"
        "def project_of(request, code):\n    project = get_object_or_404(Project, code=code)\n"
        "    if request.user.id == project.owner_id:\n        return project\n"
        "    get_object_or_404(Member, project=project, user=request.user)\n    return project\n"
        "@login_required\ndef own(request, code):\n    project = project_of(request, code)\n"
        "    return render(request, 'own.html', {'project': project})\n"
        "@login_required\ndef any_one(request, code):\n    project = get_object_or_404(Project, code=code)\n"
        "    return render(request, 'any.html', {'project': project})\n"
        "def enter(request, token):\n    user = authenticate(username=token)\n"
        "    if user is None:\n        return HttpResponseForbidden()\n    auth_login(request, user)\n"
        "    return redirect('/')\n"
        "def entrance(request, token):\n    return enter(request, token)\n"
    )
    names = ["own", "any_one", "enter", "entrance"]
    urls = "urlpatterns = [" + ", ".join(f"path('{name}/<code>/', views.{name})" for name in names) + "]\n"
    routes = shop(tmp_path, urls, views)
    assert {name: str(route.authorization.value) for name, route in routes.items()} == {
        "GET /own/{code}/": "enforced",
        "GET /any_one/{code}/": "absent",
        "GET /enter/{code}/": "unknown",
        "GET /entrance/{code}/": "unknown",
    }
    assert authentication(routes)["GET /entrance/{code}/"] == "unknown"
