"""WSGI (Flask and others): records requests, and who asked for what is recorded within them.

app.wsgi_app = AuditMiddleware(app.wsgi_app, identify=lambda environ: environ.get("app.user_id"))
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from trustwright.trail.context import Context, begin, end
from trustwright.trail.middleware.requests import ACTIONS, Rules, actor_uuid, client_address, record_request
from trustwright.trail.vocabulary import Action

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]

ACTOR = "trustwright.actor_id"
"""Where an application says who asks, in the environment of the request: ``request.environ[ACTOR] = user.id``."""


class AuditMiddleware:
    """Records requests that change something, and those that were refused or broke; waits for nothing.

    Args:
        app: the application within.
        identify: returns the id of the user of a request's environment, ``None`` for nobody.
        actions: the action of each method that is recorded.
        failures: whether refused and broken requests are recorded whatever their method.
        ignored: beginnings of paths that are never recorded.
        proxies: how many proxies of one's own stand before the server.
    """

    def __init__(
        self,
        app: App,
        *,
        identify: Callable[[Environ], object] = lambda environ: environ.get(ACTOR),
        actions: Mapping[str, Action] = ACTIONS,
        failures: bool = True,
        ignored: tuple[str, ...] = (),
        proxies: int = 0,
    ) -> None:
        self._app = app
        self._identify = identify
        self._rules = Rules(actions, failures, ignored, proxies)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Serve a request."""
        status = [500]

        def noting(line: str, *rest: Any, **more: Any) -> Any:
            status[0] = int(line.partition(" ")[0])
            return start_response(line, *rest, **more)

        token = begin(lambda: self._known(environ))
        try:
            body = self._app(environ, noting)
        except BaseException:
            self._done(environ, 500)
            raise
        finally:
            end(token)
        return _Body(body, lambda: self._done(environ, status[0]))

    def _done(self, environ: Environ, status: int) -> None:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
        record_request(self._rules, method, path, status, lambda: self._known(environ))

    def _known(self, environ: Environ) -> Context:
        actor = actor_uuid(self._identify(environ))
        forwarded = environ.get("HTTP_X_FORWARDED_FOR")
        return Context(
            actor_type="user" if actor is not None else "system",
            actor_id=actor,
            ip_address=client_address(environ.get("REMOTE_ADDR"), forwarded, self._rules.proxies),
            user_agent=environ.get("HTTP_USER_AGENT", "")[:1024] or None,
            request_id=environ.get("HTTP_X_REQUEST_ID", "")[:128] or None,
        )


class _Body:
    """A response's body that says when it is through."""

    def __init__(self, body: Iterable[bytes], done: Callable[[], None]) -> None:
        self._body = body
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body."""
        yield from self._body

    def close(self) -> None:
        """Record the request, once; servers call this at the end of every response (PEP 3333)."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            done, self._done = self._done, None
            if done is not None:
                done()
