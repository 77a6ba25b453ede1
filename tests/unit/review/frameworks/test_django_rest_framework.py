"""Django REST framework: routers, viewsets, generic views, and permissions by default, view, action and method."""

from pathlib import Path

import pytest

from tests.reviewing import project_of, routes_of
from trustwright.review.model import Route

PRIVATE = "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
HEAD = """\
from django.urls import include, path
from rest_framework import generics, mixins, permissions, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated, SAFE_METHODS
from rest_framework.routers import DefaultRouter, SimpleRouter
from rest_framework.views import APIView
"""


def api(folder: Path, text: str, settings: str = "", **others: str) -> dict[str, Route]:
    """Return the routes of a small API: ``api/urls.py`` with all of it, and other modules of ``api``."""
    files = {"api/settings.py": "ROOT_URLCONF = 'api.urls'\n" + settings, "api/urls.py": HEAD + text}
    return routes_of(folder, files | {f"api/{name}.py": body for name, body in others.items()})


def authentication(routes: dict[str, Route]) -> dict[str, str]:
    """Return the verdict on authentication by route."""
    return {name: str(route.authentication.value) for name, route in routes.items()}


def authorization(routes: dict[str, Route]) -> dict[str, str]:
    """Return the verdict on authorization by route."""
    return {name: str(route.authorization.value) for name, route in routes.items()}


# --- routers ----------------------------------------------------------------------------------------------------------


def test_a_router_makes_the_urls_of_a_viewset(tmp_path: Path) -> None:
    """Actions come from bases, methods and ``@action``; the default router has a page of its own."""
    text = (
        "class Orders(viewsets.ModelViewSet):\n"
        "    lookup_field = 'code'\n"
        "    @action(detail=True, methods=['post'], url_path='set-paid')\n    def pay(self, request, code): pass\n"
        "    @pay.mapping.delete\n    def unpay(self, request, code): pass\n"
        "    @action(detail=False)\n    def recent(self, request): pass\n"
        "class Prices(mixins.ListModelMixin, viewsets.GenericViewSet):\n    def create(self, request): pass\n"
        "router = DefaultRouter()\nrouter.register(r'orders', Orders)\n"
        "plain = SimpleRouter(trailing_slash=False)\nplain.register('prices', Prices, basename='price')\n"
        "urlpatterns = [path('api/', include(router.urls))] + plain.urls\n"
    )
    assert set(api(tmp_path, text)) == {
        "GET /api/",
        "GET /api/orders/",
        "POST /api/orders/",
        "GET /api/orders/recent/",
        "GET /api/orders/{code}/",
        "PUT /api/orders/{code}/",
        "PATCH /api/orders/{code}/",
        "DELETE /api/orders/{code}/",
        "POST /api/orders/{code}/set-paid/",
        "DELETE /api/orders/{code}/set-paid/",
        "GET /prices",
        "POST /prices",
    }


def test_routers_are_filled_from_other_modules(tmp_path: Path) -> None:
    """Registering happens in functions that get the router, in other modules, and by taking another's registry."""
    text = (
        "from api.orders import add_orders\nfrom api.shared import router\nfrom api.prices import prices\n"
        "router = add_orders(router)\nrouter.registry.extend(prices.registry)\n"
        "urlpatterns = [path('', include(router.urls))]\n"
    )
    views = "from rest_framework import viewsets\nclass A(viewsets.ViewSet):\n    def list(self, request): pass\n"
    routes = api(
        tmp_path,
        text,
        shared="from rest_framework.routers import SimpleRouter\nrouter = SimpleRouter()\n",
        views=views,
        orders="from api.views import A\ndef add_orders(given):\n    given.register('orders', A)\n    return given\n",
        prices=(
            "from rest_framework.routers import SimpleRouter\nfrom api.views import A\n"
            "prices = SimpleRouter()\nprices.register('prices', A)\n"
        ),
        late="from api.shared import router\nfrom api.views import A\nrouter.register('late', A)\n",
    )
    assert set(routes) == {"GET /orders/", "GET /prices/", "GET /late/"}


def test_routers_of_ones_own_and_nested_ones(tmp_path: Path) -> None:
    """A subclass may map more methods or make other URLs; nested routers hang below their parent."""
    text = (
        "from rest_framework.routers import Route\nfrom rest_framework_nested import routers\n"
        "from rest_framework_extensions.routers import NestedRouterMixin\n"
        "class Bulk(SimpleRouter):\n    def __init__(self):\n        super().__init__()\n"
        "        self.routes[0].mapping.update({'delete': 'clear'})\n"
        "class Own(SimpleRouter):\n"
        "    routes = [Route(url='^{prefix}/all$', mapping={'get': 'list'}, name='', detail=False)]\n"
        "class Chain(NestedRouterMixin, SimpleRouter): pass\n"
        "class A(viewsets.ViewSet):\n    def list(self, request): pass\n    def clear(self, request): pass\n"
        "bulk, own = Bulk(), Own()\nbulk = Bulk()\nbulk.register('bulk', A)\nown = Own()\nown.register('own', A)\n"
        "nested = routers.NestedSimpleRouter(bulk, 'bulk', lookup='item')\nnested.register('parts', A)\n"
        "chain = Chain()\nparents = chain.register('parents', A)\n"
        "parents.register('children', A, parents_query_lookups=['parent'])\n"
        "urlpatterns = bulk.urls + own.urls + nested.urls + chain.urls\n"
    )
    assert set(api(tmp_path, text)) == {
        "GET /bulk/",
        "DELETE /bulk/",
        "GET /own/all",
        "GET /bulk/{item_pk}/parts/",
        "GET /parents/",
        "GET /parents/{parent_lookup_parent}/children/",
    }


def test_views_and_viewsets_without_a_router(tmp_path: Path) -> None:
    """Methods come from the class, its generic bases, and the dict given to ``as_view``."""
    text = (
        "class One(generics.RetrieveUpdateDestroyAPIView): http_method_names = ['get', 'delete']\n"
        "class Two(APIView):\n    def post(self, request): pass\n"
        "class Three(viewsets.ModelViewSet): pass\n"
        "three = Three.as_view({'get': 'list', 'put': 'update'})\n"
        "@api_view(['GET', 'POST'])\ndef four(request): pass\n"
        "urlpatterns = [path('one/', One.as_view()), path('two/', Two.as_view())]\n"
        "urlpatterns += [path('three/', three), path('four/', four)]\n"
    )
    assert set(api(tmp_path, text)) == {
        "GET /one/",
        "DELETE /one/",
        "POST /two/",
        "GET /three/",
        "PUT /three/",
        "GET /four/",
        "POST /four/",
    }


# --- permissions ------------------------------------------------------------------------------------------------------

VIEW = (
    "class View(generics.RetrieveUpdateAPIView):\n    http_method_names = ['get', 'put']\n    permission_classes = {}\n"
)
URL = "urlpatterns = [path('a/<int:pk>/', View.as_view())]\n"


@pytest.mark.parametrize(
    ("settings", "reads"),
    [
        ("", "absent"),
        (PRIVATE, "enforced"),
        ("REST_FRAMEWORK = dict(DEFAULT_PERMISSION_CLASSES=('api.own.Own',))\n", "enforced"),
        ("REST_FRAMEWORK = {}\nREST_FRAMEWORK['DEFAULT_PERMISSION_CLASSES'] = ['api.own.Open']\n", "absent"),
        (
            "BASE = {'DEFAULT_PERMISSION_CLASSES': ['api.own.Own']}\nREST_FRAMEWORK = {**BASE, 'PAGE_SIZE': 5}\n",
            "enforced",
        ),
        ("REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['library.Auth']}\n", "unknown"),
    ],
)
def test_the_default_of_the_settings(tmp_path: Path, settings: str, reads: str) -> None:
    """Views that say nothing get the permissions of the settings, and anybody may call them without."""
    own = (
        "from rest_framework.permissions import BasePermission\n"
        "class Own(BasePermission):\n"
        "    def has_permission(self, request, view): return bool(request.user.is_authenticated)\n"
        "class Open(BasePermission):\n    def has_permission(self, request, view): return True\n"
    )
    text = "class View(APIView):\n    def get(self, request): pass\n" + URL
    assert authentication(api(tmp_path, text, settings, own=own)) == {"GET /a/{pk}/": reads}


def test_settings_in_several_modules(tmp_path: Path) -> None:
    """Production settings build on common ones; those for development do not count."""
    files = {
        "api/settings/base.py": "ROOT_URLCONF = 'api.urls'\n" + PRIVATE,
        "api/settings/production.py": "from .base import *\nDEBUG = False\n",
        "api/settings/dev.py": "from .base import *\nREST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': []}\n",
        "api/urls.py": HEAD + "class View(APIView):\n    def get(self, request): pass\n" + URL,
    }
    assert authentication(routes_of(tmp_path, files)) == {"GET /a/{pk}/": "enforced"}


OWN = """\
class ReadOnly(permissions.BasePermission):
    def has_permission(self, request, view): return request.method in SAFE_METHODS
class Staff(permissions.BasePermission):
    def has_permission(self, request, view):
        if request.method in permissions.SAFE_METHODS:
            return True
        return request.user.is_staff
class Owner(permissions.BasePermission):
    def has_object_permission(self, request, view, obj): return obj.owner == request.user
"""


@pytest.mark.parametrize(
    ("classes", "reads", "writes"),
    [
        ("[IsAuthenticated]", "enforced", "enforced"),
        ("[AllowAny]", "absent", "absent"),
        ("[]", "absent", "absent"),
        ("[permissions.IsAuthenticatedOrReadOnly]", "absent", "enforced"),
        ("(permissions.DjangoModelPermissions,)", "enforced", "enforced"),
        ("[Staff]", "absent", "enforced"),
        ("[Owner]", "enforced", "enforced"),
        ("[IsAdminUser | ReadOnly]", "absent", "enforced"),
        ("[(ReadOnly & IsAuthenticated) | IsAdminUser]", "enforced", "enforced"),
        ("[IsAuthenticated | AllowAny]", "absent", "absent"),
        ("[~IsAuthenticated]", "unknown", "unknown"),
        ("[ReadOnly]", "absent", "enforced"),
    ],
)
def test_permissions_of_a_view(tmp_path: Path, classes: str, reads: str, writes: str) -> None:
    """Bodies are read for the method at hand; combinations too. Who lets nobody write enforces."""
    routes = api(tmp_path, OWN + VIEW.format(classes) + URL)
    assert authentication(routes) == {"GET /a/{pk}/": reads, "PUT /a/{pk}/": writes}


def test_what_permissions_allow(tmp_path: Path) -> None:
    """Model permissions are asked for writing; the caller's own objects are authorization too."""
    text = (
        "class One(generics.RetrieveUpdateAPIView):\n    http_method_names = ['get', 'put']\n"
        "    permission_classes = [permissions.DjangoModelPermissions]\n"
        "class Two(generics.RetrieveAPIView):\n"
        "    def get_queryset(self):\n        user = self.request.user\n"
        "        return Order.objects.filter(owner=user)\n"
        "urlpatterns = [path('one/', One.as_view()), path('two/', Two.as_view())]\n"
    )
    assert authorization(api(tmp_path, text, PRIVATE)) == {
        "GET /one/": "absent",
        "PUT /one/": "enforced",
        "GET /two/": "enforced",
    }


def test_object_permissions_need_an_object(tmp_path: Path) -> None:
    """``has_object_permission`` says nothing of lists, nor of methods that never look for their object."""
    text = OWN + (
        "class Orders(viewsets.ModelViewSet):\n    http_method_names = ['get', 'post']\n"
        "    permission_classes = [Owner]\n"
        "    @action(detail=True, methods=['post'])\n    def pay(self, request, pk):\n        self.get_object().pay()\n"
        "    @action(detail=True, methods=['post'])\n"
        "    def skip(self, request, pk):\n        Order.objects.get(pk=pk).skip()\n"
        "router = SimpleRouter()\nrouter.register('orders', Orders)\nurlpatterns = router.urls\n"
    )
    verdicts = authentication(api(tmp_path, text))
    assert verdicts["GET /orders/"] == "absent"
    assert verdicts["GET /orders/{pk}/"] == "enforced"
    assert verdicts["POST /orders/{pk}/pay/"] == "enforced"
    assert verdicts["POST /orders/{pk}/skip/"] == "absent"


def test_permissions_by_action(tmp_path: Path) -> None:
    """``@action`` may set its own; ``get_permissions`` is followed for each action, as far as it is understood."""
    text = (
        "class One(viewsets.ViewSet):\n"
        "    def get_permissions(self):\n"
        "        if self.action == 'list':\n            return [AllowAny()]\n"
        "        return super().get_permissions()\n"
        "    def list(self, request): pass\n    def create(self, request): pass\n"
        "    @action(detail=False, permission_classes=[AllowAny])\n    def free(self, request): pass\n"
        "class Two(viewsets.ViewSet):\n"
        "    def get_permissions(self):\n"
        "        if self.request.method == 'POST':\n            self.permission_classes = [IsAdminUser]\n"
        "        else:\n            self.permission_classes = [AllowAny]\n"
        "        return super(Two, self).get_permissions()\n"
        "    def list(self, request): pass\n    def create(self, request): pass\n"
        "class Three(viewsets.ViewSet):\n"
        "    by_action = {'list': [AllowAny]}\n"
        "    def get_permissions(self):\n"
        "        try:\n            return [permission() for permission in self.by_action[self.action]]\n"
        "        except KeyError:\n            return [permission() for permission in self.permission_classes]\n"
        "    def list(self, request): pass\n    def create(self, request): pass\n"
        "class Four(viewsets.ViewSet):\n"
        "    def get_permissions(self):\n        return compute(self)\n    def list(self, request): pass\n"
        "router = SimpleRouter()\n"
        "router.register('one', One)\nrouter.register('two', Two)\nrouter.register('three', Three)\n"
        "router.register('four', Four)\nurlpatterns = router.urls\n"
    )
    assert authentication(api(tmp_path, text, PRIVATE)) == {
        "GET /one/": "absent",
        "POST /one/": "enforced",
        "GET /one/free/": "absent",
        "GET /two/": "absent",
        "POST /two/": "enforced",
        "GET /three/": "absent",
        "POST /three/": "enforced",
        "GET /four/": "unknown",
    }


def test_functions_and_options(tmp_path: Path) -> None:
    """``@permission_classes`` and ``as_view(permission_classes=...)`` replace the default."""
    text = (
        "@api_view(['GET'])\n@permission_classes([AllowAny])\ndef one(request): pass\n"
        "@api_view(['GET'])\ndef two(request): pass\n"
        "class Three(APIView):\n    def get(self, request): pass\n"
        "urlpatterns = [path('one/', one), path('two/', two)]\n"
        "urlpatterns += [path('three/', Three.as_view(permission_classes=[AllowAny]))]\n"
    )
    verdicts = authentication(api(tmp_path, text, PRIVATE))
    assert verdicts == {"GET /one/": "absent", "GET /two/": "enforced", "GET /three/": "absent"}


def test_a_name_is_no_evidence(tmp_path: Path) -> None:
    """A permission that lets everybody in does so whatever it is called, and whatever it derives from."""
    text = (
        "class IsAuthenticatedAdmin(permissions.BasePermission):\n"
        "    def has_permission(self, request, view):\n        log(request.user)\n        return True\n"
        "class Weaker(IsAuthenticated):\n    def has_permission(self, request, view): return True\n"
        "class View(APIView):\n    permission_classes = [IsAuthenticatedAdmin]\n    def get(self, request): pass\n"
        "class Other(APIView):\n    permission_classes = [Weaker]\n    def get(self, request): pass\n"
        "urlpatterns = [path('a/', View.as_view()), path('b/', Other.as_view())]\n"
    )
    assert authentication(api(tmp_path, text)) == {"GET /a/": "absent", "GET /b/": "absent"}


def test_only_the_framework_asks_its_permissions(tmp_path: Path) -> None:
    """Django's own ``View`` never looks at ``permission_classes``, whatever stands there."""
    text = (
        "from django.views import View\nfrom outside.views import Base\n"
        "class Plain(View):\n    permission_classes = [IsAuthenticated]\n    def get(self, request): pass\n"
        "class Other(Base):\n    permission_classes = [IsAuthenticated]\n    def get(self, request): pass\n"
        "urlpatterns = [path('plain/', Plain.as_view()), path('other/', Other.as_view())]\n"
    )
    routes = api(tmp_path, text)
    assert routes["GET /plain/"].declared.framework == "django"
    assert str(routes["GET /plain/"].authentication.value) == "absent"
    assert routes["GET /other/"].declared.framework == "django-rest-framework"


def test_what_cannot_be_followed_is_a_gap(tmp_path: Path) -> None:
    """Registries taken over at run time are told."""
    files = {
        "api/settings.py": "ROOT_URLCONF = 'api.urls'\n",
        "api/urls.py": HEAD
        + "router = SimpleRouter()\nfor plugin in plugins():\n    router.registry.extend(plugin.registry)\n"
        + "urlpatterns = router.urls\n",
    }
    project = project_of(tmp_path, files)
    assert [gap.detail for gap in project.gaps if gap.kind == "not-understood"] == [
        "line 9: which routes router takes over is only known at run time"
    ]
