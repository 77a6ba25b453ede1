"""Routes that are there for callers nobody knows yet, by the words of their paths: to sign in, to see that all is well.

A name is no evidence of a guard, and none is taken from it: what is meant to be public still has to be declared so. It
says only that an open door is no surprise here.
"""

import re
from enum import StrEnum
from typing import Final

from trustwright.review.model import Route


class Entrance(StrEnum):
    """What an open route is there for."""

    SIGNING_IN = "is there for people who are not signed in yet"
    LIFE = "tells programs about the service"
    FILES = "hands out the files of pages"
    FEED = "publishes for other programs"
    SETTING_UP = "sets the application up"


_BEHIND: Final = r"(?:/(?:\{[^}]*\}|[*]+))*"
"""What may follow: the secret that was mailed, the provider, the tenant."""
_SIGNING_IN: Final = re.compile(
    r"/(?:(?:[\w.-]*[-_])?(?:log|sign)[-_]?(?:in|out|up)(?:[-_.][\w.-]+)?|logged[-_]?out|exit|register|registration|join|"
    r"auth|authenticate|recover/reset|(?:forgot(?:ten)?|reset|recover|new|lost)[-_]?(?:my[-_]?)?passwords?|forgot|"
    r"passwords?[-_/]resets?/(?:done|complete|check|confirm|sent)|passwords?[-_/]?(?:resets?|forgot(?:ten)?|recover(?:y)?|reminder|confirm)|reset/\{[^}]*\}|recover|"
    r"(?:verify|confirm|resend|verification|activate|unlock)(?:[-_/](?:e?mail|code|account|token|link|email[-_]token))?|"
    r"(?:e?mail|account)[-_/](?:verify|confirm|verification|confirmation|activate)|verif(?:y|ication)[-_]\w+|"
    r"invit(?:e|ation)[-_]?requests?|invit(?:e|ation)s?/(?:accept/?)?\{\w*(?:token|code|key|hash|secret)\w*\}|magic[-_]?link|csrf[-_]?token|"
    r"(?:oauth2?|sso|saml2?|oidc|openid|ldap|remote_user|google|github|azure|idp)(?:/[\w.-]+)*(?:/\{[^}]*\})?|providers|"
    r"(?:auth|login|oauth2?)/(?:[\w.-]+/)*callback|acs|callback|token|authorize|refresh(?:[-_]?token)?)"
    + _BEHIND
    + r"/?$",
    re.IGNORECASE,
)
_LIFE: Final = re.compile(
    r"(?:^|/)(?:health[-_]?(?:z|check|checks)?|healthz|ping|heartbeat|live(?:ness|z)?|ready(?:ness|z)?|readiness|status|"
    r"up|version|robots\.txt|favicon\.ico|sitemap[\w-]*\.xml|opensearch\.xml|manifest\.json|[\w-]*\.webmanifest|"
    r"csp[-_]?(?:report|violation)s?|i18n/setlang|setlang|jsi18n|nodeinfo(?:/[\w.]+)?|_?telemetry|"
    r"security\.txt|hello)/?$|/\.well-known/",
    re.IGNORECASE,
)
_FILES: Final = re.compile(
    r"/(?:static|assets?|public|fonts?|images?|img|css|js|locales|_next)/(?:[^/]+/)*\{?[^/]*$", re.IGNORECASE
)
_FEED: Final = re.compile(r"/(?:outbox|rss|atom|feed|[^/]+\.(?:xml|rss|atom))/?$", re.IGNORECASE)
_SETTING_UP: Final = re.compile(
    r"(?:^|/)(?:setup|set-up|install|installation|onboarding|initial(?:ize|ise|-setup)?|(?:create|first|initial)[-_]?admin)"
    r"(?:/[\w-]+)*/?$",
    re.IGNORECASE,
)
_NAMES_A_RECORD: Final = re.compile(r"\{(?!\w*(?:org|tenant|slug|lang|locale|provider|version)\w*\})[^}]*\}/\w")
"""A record's id with more behind it: ``/users/{id}/reset-password`` is done to somebody, by somebody else."""
_METHODS: Final = frozenset({"GET", "POST", "ANY", "ACTION"})


def entrance(route: Route) -> Entrance | None:
    """Say what a route without a guard is there for, when its path tells; ``None`` when it does not."""
    path = route.declared.path
    if route.declared.method == "GET" and _FILES.search(path):
        return Entrance.FILES
    if route.declared.method == "GET" and _FEED.search(path):
        return Entrance.FEED
    if route.declared.method not in _METHODS or _NAMES_A_RECORD.search(path):
        return None
    found = (
        (Entrance.SETTING_UP, _SETTING_UP),
        (Entrance.LIFE, _LIFE),
        (Entrance.SIGNING_IN, _SIGNING_IN),
    )
    return next((what for what, pattern in found if pattern.search(path)), None)
