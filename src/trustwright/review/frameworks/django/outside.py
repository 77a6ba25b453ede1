"""What is known of classes and functions that Django and its libraries bring: their methods, and whom they let in."""

from dataclasses import dataclass

_FORM = ("GET", "POST")


@dataclass(frozen=True, slots=True)
class Outside:
    """A view from outside: its methods, and True when it lets only signed-in users in by itself."""

    methods: tuple[str, ...]
    signed_in: bool = False


GENERIC: dict[str, tuple[str, ...]] = {
    "TemplateView": ("GET",), "RedirectView": ("GET",), "ListView": ("GET",), "DetailView": ("GET",),
    "BaseListView": ("GET",), "BaseDetailView": ("GET",), "FormView": _FORM, "BaseFormView": _FORM,
    "CreateView": _FORM, "BaseCreateView": _FORM, "UpdateView": _FORM, "BaseUpdateView": _FORM, "DeleteView": _FORM,
    "BaseDeleteView": _FORM, "ProcessFormView": _FORM, "DeletionMixin": ("POST",), "ArchiveIndexView": ("GET",),
    "YearArchiveView": ("GET",), "MonthArchiveView": ("GET",), "WeekArchiveView": ("GET",),
    "DayArchiveView": ("GET",), "TodayArchiveView": ("GET",), "DateDetailView": ("GET",),
    "JavaScriptCatalog": ("GET",), "JSONCatalog": ("GET",), "ListAPIView": ("GET",), "RetrieveAPIView": ("GET",),
    "CreateAPIView": ("POST",), "DestroyAPIView": ("DELETE",), "UpdateAPIView": ("PUT", "PATCH"),
    "ListCreateAPIView": ("GET", "POST"), "RetrieveUpdateAPIView": ("GET", "PUT", "PATCH"),
    "RetrieveDestroyAPIView": ("GET", "DELETE"), "RetrieveUpdateDestroyAPIView": ("GET", "PUT", "PATCH", "DELETE"),
    "ObtainAuthToken": ("POST",), "APIRootView": ("GET",), "SpectacularAPIView": ("GET",),
    "SpectacularYAMLAPIView": ("GET",), "SpectacularJSONAPIView": ("GET",), "SpectacularRedocView": ("GET",),
    "SpectacularSwaggerView": ("GET",), "SpectacularSwaggerSplitView": ("GET",), "LoginView": _FORM,
    "LogoutView": ("POST",), "PasswordChangeView": _FORM, "PasswordChangeDoneView": ("GET",),
    "PasswordResetView": _FORM, "PasswordResetDoneView": ("GET",), "PasswordResetConfirmView": _FORM,
    "PasswordResetCompleteView": ("GET",), "FilterView": ("GET",), "SingleTableView": ("GET",),
    "TokenObtainPairView": ("POST",), "TokenRefreshView": ("POST",), "TokenVerifyView": ("POST",),
    "TokenObtainSlidingView": ("POST",), "TokenRefreshSlidingView": ("POST",), "TokenBlacklistView": ("POST",),
    "TokenViewBase": ("POST",), "WizardView": _FORM, "SessionWizardView": _FORM, "NamedUrlSessionWizardView": _FORM,
    "CookieWizardView": _FORM, "Select2QuerySetView": ("GET",), "GraphQLView": _FORM, "AsyncGraphQLView": _FORM,
    "ListCreateBulkUpdateAPIView": ("GET", "POST", "PUT", "PATCH"), "BulkUpdateAPIView": ("PUT", "PATCH"),
    "BulkDestroyAPIView": ("DELETE",), "BulkCreateAPIView": ("POST",),
    "ListBulkCreateDestroyAPIView": ("GET", "POST", "DELETE"),
    "ListBulkCreateUpdateDestroyAPIView": ("GET", "POST", "PUT", "PATCH", "DELETE"),
}  # fmt: skip
"""View class to the methods it answers. Forms also answer PUT, as if it were POST; browsers never send it."""

SIGNED_IN = frozenset({"PasswordChangeView", "PasswordChangeDoneView"})
"""Views of ``django.contrib.auth`` that let only signed-in users in."""

FUNCTIONS: dict[str, Outside] = {
    "django.views.static.serve": Outside(("GET",)),
    "django.contrib.staticfiles.views.serve": Outside(("GET",)),
    "django.contrib.sitemaps.views.sitemap": Outside(("GET",)),
    "django.contrib.sitemaps.views.index": Outside(("GET",)),
    "django.views.i18n.set_language": Outside(("POST",)),
    "django.contrib.flatpages.views.flatpage": Outside(("GET",)),
    "rest_framework.authtoken.views.obtain_auth_token": Outside(("POST",)),
    "rest_framework_simplejwt.views.token_obtain_pair": Outside(("POST",)),
    "rest_framework_simplejwt.views.token_refresh": Outside(("POST",)),
    "rest_framework_simplejwt.views.token_verify": Outside(("POST",)),
}
"""View functions; those that let anybody in."""

_AUTH = "django.contrib.auth.views."
INCLUDED: dict[str, tuple[tuple[str, str], ...]] = {
    "django.conf.urls.i18n": (("setlang/", "django.views.i18n.set_language"),),
    "rest_framework.urls": (("login/", _AUTH + "LoginView"), ("logout/", _AUTH + "LogoutView")),
    "django.contrib.auth.urls": (
        ("login/", _AUTH + "LoginView"), ("logout/", _AUTH + "LogoutView"),
        ("password_change/", _AUTH + "PasswordChangeView"), ("password_change/done/", _AUTH + "PasswordChangeDoneView"),
        ("password_reset/", _AUTH + "PasswordResetView"), ("password_reset/done/", _AUTH + "PasswordResetDoneView"),
        ("reset/{uidb64}/{token}/", _AUTH + "PasswordResetConfirmView"),
        ("reset/done/", _AUTH + "PasswordResetCompleteView"),
    ),
}  # fmt: skip
"""Django's own URL modules: path to view."""

OPEN_REST = ("rest_framework.authtoken.", "rest_framework_simplejwt.", "drf_spectacular.")
"""Libraries whose Django REST framework views set their own permissions: anybody."""

PLAIN = (
    "django.views.", "rest_framework.", "rest_framework_bulk.", "rest_framework_extensions.", "django_filters.",
    "django_tables2.", "drf_spectacular.", "extra_views.", "formtools.", "typing.", "abc.", "builtins.",
    "collections.", "object", "Generic", "django_htmx.", "vanilla.", "django.contrib.syndication.",
    "django.contrib.sitemaps.", "django.contrib.messages.", "django.contrib.auth.views.",
    "rest_framework_simplejwt.", "dal.", "easyaudit.", "django.db.", "django.utils.", "django.contrib.admin.views.",
    "drf_yasg.", "import_export.", "rest_polymorphic.", "dataclasses.", "drf_writable_nested.", "drf_flex_fields.",
    "flex_fields.", "simple_history.", "django.forms.", "crispy_forms.",
)  # fmt: skip
"""Beginnings of outside classes that refuse nobody by themselves, those in the table of known guards aside."""

DJANGO = ("django.", "object", "typing.", "abc.", "builtins.")
"""Beginnings of outside classes that know nothing of ``permission_classes``."""

GRAPHQL = ("graphene_django.", "strawberry.", "ariadne", "graphene.")
"""Libraries whose views hand requests to resolvers, which are not read yet."""


def methods_of(name: str) -> tuple[str, ...]:
    """Return the methods that an outside view class answers; empty when it is not known."""
    return GENERIC.get(name.rpartition(".")[2].removesuffix("()"), ())


def is_rest(name: str) -> bool:
    """Tell whether an outside class is a view of Django REST framework."""
    return name.startswith(("rest_framework", "drf_spectacular.", "drf_yasg.", "dj_rest_auth.", "rest_auth."))
