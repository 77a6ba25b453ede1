"""ASGI (Starlette, FastAPI, Litestar and others): records requests, and who asked for what is recorded within them.

app.add_middleware(AuditMiddleware, identify=lambda scope: scope["user"].id)
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from trustwright.trail.context import Context, begin, end
from trustwright.trail.middleware.requests import ACTIONS, Rules, actor_uuid, client_address, record_request
from trustwright.trail.vocabulary import Action

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def _user(scope: Scope) -> object:
    """Return the id of the user that an authentication middleware left in the scope."""
    user = scope.get("user")
    return getattr(user, "id", None) or (getattr(user, "identity", None) if _signed_in(user) else None)


def _signed_in(user: object) -> bool:
    return bool(getattr(user, "is_authenticated", False))


class AuditMiddleware:
    """Records requests that change something, and those that were refused or broke.

    It does not wait for the event to be kept, so a database that stalls holds up nobody. What must not happen
    unrecorded calls ``trail.record`` itself.

    Args:
        app: the application within.
        identify: returns the id of the user of a scope, ``None`` for nobody; asked when something is recorded.
        actions: the action of each method that is recorded.
        failures: whether refused and broken requests are recorded whatever their method.
        ignored: beginnings of paths that are never recorded.
        proxies: how many proxies of one's own stand before the server.
    """

    def __init__(
        self,
        app: App,
        *,
        identify: Callable[[Scope], object] = _user,
        actions: Mapping[str, Action] = ACTIONS,
        failures: bool = True,
        ignored: tuple[str, ...] = (),
        proxies: int = 0,
    ) -> None:
        self._app = app
        self._identify = identify
        self._rules = Rules(actions, failures, ignored, proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = begin(lambda: self._known(scope))
        try:
            await self._app(scope, receive, noting)
        finally:
            end(token)
            record_request(self._rules, scope["method"], scope["path"], status, lambda: self._known(scope))

    def _known(self, scope: Scope) -> Context:
        headers = dict(scope["headers"])
        client = scope.get("client")
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        actor = actor_uuid(self._identify(scope))
        return Context(
            actor_type="user" if actor is not None else "system",
            actor_id=actor,
            ip_address=client_address(client[0] if client else None, forwarded, self._rules.proxies),
            user_agent=headers.get(b"user-agent", b"").decode("latin-1")[:1024] or None,
            request_id=headers.get(b"x-request-id", b"").decode("latin-1")[:128] or None,
        )
