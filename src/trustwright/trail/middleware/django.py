"""Django: records requests, and every statement that changes audited tables, bulk operations and raw SQL included.

    MIDDLEWARE = [..., "django.contrib.auth.middleware.AuthenticationMiddleware",
                  "trustwright.trail.middleware.django.AuditMiddleware"]
    INSTALLED_APPS = [..., "trustwright.trail.middleware.django.AuditConfig"]
    TRUSTWRIGHT_TRAIL = {"models": ["shop.Order", "auth.User"], "ignored": ["/healthz"]}

What the database does by itself is not seen: its own cascades, its triggers, and other programs' connections.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import transaction
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponseBase

from trustwright.trail.context import Context, begin, end
from trustwright.trail.middleware.requests import ACTIONS, Rules, actor_uuid, client_address, record_request
from trustwright.trail.recording import hand_over, made, record
from trustwright.trail.vocabulary import Action

SETTING: Final = "TRUSTWRIGHT_TRAIL"
_VERBS: Final[dict[str, Action]] = {"insert": "create", "update": "update", "delete": "delete"}
_STATEMENT: Final = re.compile(
    r"\s*(?:WITH\b.*?\)\s*)?(INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE(?:\s+TABLE)?)\s+"
    r"(?:\"?\w+\"?\.)?[\"`]?(\w+)",
    re.IGNORECASE | re.DOTALL,
)
_BY_KEY: Final = re.compile(
    r"WHERE\s+(?:\"?\w+\"?\.)?\"?\w*(?:id|pk)\"?\s*(?:=\s*%s|IN\s*\((%s(?:,\s*%s)*)\))\s*$", re.IGNORECASE
)
_MOST_IDS: Final = 20


class AuditConfig(AppConfig):
    """The app that watches the tables of the models in ``TRUSTWRIGHT_TRAIL["models"]``."""

    name = "trustwright.trail.middleware"
    label = "trustwright_trail"

    def ready(self) -> None:
        """Look at every statement of every connection from now on."""
        connection_created.connect(_watch, dispatch_uid="trustwright-trail")


def _watch(sender: object, connection: Any, **kwargs: object) -> None:
    wrapper = _Watched(connection)
    if not any(isinstance(item, _Watched) for item in connection.execute_wrappers):
        connection.execute_wrappers.append(wrapper)


@lru_cache(maxsize=1)
def _tables() -> dict[str, str]:
    """Return the audited tables with the resource type of each."""
    chosen = getattr(settings, SETTING, {}).get("models", ())
    named = [apps.get_model(name)._meta for name in chosen]  # noqa: SLF001 - Django documents it
    parents = [parent._meta for meta in named for parent in meta.get_parent_list()]  # noqa: SLF001
    return {meta.db_table: meta.model_name for meta in (*parents, *named)}


class _Watched:
    """Sees each statement before it runs, and records it once it has."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._inside = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Run a statement."""
        found = _changes(sql) if isinstance(sql, str) and not self._inside else None
        result = execute(sql, params, many, context)
        if found is not None:
            action, table = found
            kind = _tables().get(table)
            if kind is not None:
                rows = context["cursor"].rowcount
                if rows <= 0 and action == "create":  # not counted yet when the statement returns its rows
                    rows = 1 + sql.upper().partition("VALUES")[2].count("), (")
                if rows:
                    self._record(action, kind, sql, params, rows)
        return result

    def _record(self, action: Action, kind: str, sql: str, params: Any, rows: int) -> None:
        ids = _ids(sql, params) if action != "create" else []
        metadata = {"rows": rows, "ids": ids[:_MOST_IDS]} if len(ids) != 1 else {"rows": rows}
        fields = {"resource_id": ids[0] if len(ids) == 1 else None, "metadata": metadata}
        if getattr(settings, SETTING, {}).get("same_database", False):
            self._inside = True
            try:
                record(action, kind, connection=self._connection, **fields)
            finally:
                self._inside = False
        else:
            transaction.on_commit(partial(hand_over, made(action, kind, **fields)), using=self._connection.alias)


@lru_cache(maxsize=2_000)
def _changes(sql: str) -> tuple[Action, str] | None:
    """Return what a statement does and to which table; ``None`` when it changes nothing."""
    match = _STATEMENT.match(sql)
    if match is None:
        return None
    verb = match[1].partition(" ")[0].lower()
    return _VERBS.get(verb, "delete"), match[2]


def _ids(sql: str, params: Any) -> list[str]:
    """Return the primary keys that a statement is about, when it ends with them."""
    match = _BY_KEY.search(sql)
    if match is None or not isinstance(params, tuple | list):
        return []
    count = match[1].count("%s") if match[1] else 1
    return [str(value) for value in params[-count:]]


class AuditMiddleware:
    """Records requests that change something, and those that were refused or broke; works in both worlds.

    Args:
        get_response: what serves the request.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        said = getattr(settings, SETTING, {})
        self._rules = Rules(
            said.get("actions", ACTIONS), said.get("failures", True), tuple(said.get("ignored", ())),
            said.get("proxies", 0),
        )  # fmt: skip
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Serve a request."""
        if iscoroutinefunction(self):
            return self._later(request)
        token = begin(lambda: self._known(request))
        try:
            response: HttpResponseBase = self._get_response(request)
        finally:
            end(token)
        self._done(request, response.status_code)
        return response

    async def _later(self, request: HttpRequest) -> Any:
        token = begin(lambda: self._known(request))
        try:
            response: HttpResponseBase = await self._get_response(request)
        finally:
            end(token)
        self._done(request, response.status_code)
        return response

    def _done(self, request: HttpRequest, status: int) -> None:
        record_request(self._rules, request.method or "", request.path, status, lambda: self._known(request))

    def _known(self, request: HttpRequest) -> Context:
        user = getattr(request, "_cached_user", None)  # who was never looked at was never needed
        actor = actor_uuid(user.pk) if user is not None and user.is_authenticated else None
        meta, session = request.META, getattr(request, "session", None)
        key = getattr(session, "session_key", None)
        return Context(
            actor_type="user" if actor is not None else "system",
            actor_id=actor,
            ip_address=client_address(meta.get("REMOTE_ADDR"), meta.get("HTTP_X_FORWARDED_FOR"), self._rules.proxies),
            user_agent=meta.get("HTTP_USER_AGENT", "")[:1024] or None,
            request_id=meta.get("HTTP_X_REQUEST_ID", "")[:128] or None,
            session_id=_fingerprint(key) if key else None,
        )


def _fingerprint(key: str) -> str:
    """Return what tells sessions apart without being one: whoever reads the log must not be able to take one over."""
    return actor_uuid(f"session:{key}").hex  # type: ignore[union-attr]
