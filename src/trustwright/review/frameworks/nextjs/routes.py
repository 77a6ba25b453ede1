"""Route handlers of the app router: ``route.ts`` exports one function for each method."""

from collections.abc import Iterator

from trustwright.review.frameworks.nextjs.handlers import Handlers
from trustwright.review.model import DeclaredRoute

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def route_handlers(handlers: Handlers, path: str, url: str) -> Iterator[DeclaredRoute]:
    """Yield the routes of one ``route`` file that serves ``url``."""
    code = handlers.symbols.corpus.code(path)
    if code is None:
        return
    places = {item.exported: item.start for item in code.facts.exports}
    for method in METHODS:
        if method not in places and "*" not in places:
            continue
        handler = handlers.exported(path, method)
        if handler is None and method not in places:
            continue
        yield DeclaredRoute(
            method=method,
            path=url,
            framework="nextjs",
            location=code.location(places.get(method, places.get("*", 0))),
            handler=handler.reference if handler else None,
            handler_name=handler.name if handler else method,
            guards=handler.guards if handler else (),
            unresolved=handler.unresolved if handler else ("its handler could not be found",),
        )
