"""What of the layers over a route runs for it: conditions on the method, the path and the set-up are decided."""

import re
from collections.abc import Iterable, Iterator

from trustwright.review.frameworks.express.chains import ANY, Layer
from trustwright.review.link.assembly.exemptions import Exemptions
from trustwright.review.link.assembly.handlers import Handler, Handlers
from trustwright.review.link.assembly.paths import Path
from trustwright.review.link.assembly.values import Condition
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.values import Values
from trustwright.review.model import GuardUse

_METHOD = re.compile(r"(^|\.)(req|request|ctx)\.method$")


class Guarding:
    """Finds the guards of routes."""

    def __init__(self, symbols: Symbols, handlers: Handlers) -> None:
        """Take the resolver of names and what finds functions behind expressions."""
        self._corpus = symbols.corpus
        self._handlers = handlers
        self._conditions = Conditions(Values(symbols))
        self._exemptions = Exemptions(symbols)
        self._known: dict[tuple[Handler, str, str], tuple[GuardUse, ...]] = {}

    def of(
        self, layers: Iterable[Layer], method: str, path: Path, conditions: frozenset[Condition]
    ) -> tuple[GuardUse, ...]:
        """Return what runs before a route, in order.

        Args:
            layers: all that is registered over the route.
            method: the route's.
            path: the route's, mounts included.
            conditions: the ``if``s under which the route itself is registered.
        """
        found = (guard for layer in layers for guard in self._of(layer, method, path, conditions))
        return tuple(dict.fromkeys(found))

    def _of(self, layer: Layer, method: str, path: Path, conditions: frozenset[Condition]) -> Iterator[GuardUse]:
        whole = Asked(method, str(path))
        below = Asked(method, str(Path(path.shown[len(layer.mount.shown) :])))
        for handler, scope in layer.guards:
            for guard in self._uses(handler, scope, method):
                asked = whole if self._asks_whole_path(guard) else below
                doubted = self._handlers.doubted(guard, layer.conditions - conditions)
                yield self._exemptions.applied(self._conditions.applied(doubted, asked), asked.path)

    def _uses(self, handler: Handler, scope: str, method: str) -> tuple[GuardUse, ...]:
        key = (handler, scope, method)
        if key not in self._known:

            def known(name: str) -> str | None:
                return method if method != ANY and _METHOD.search(name) else None

            self._known[key] = self._handlers.guards(handler, scope, known)
        return self._known[key]

    def _asks_whole_path(self, guard: GuardUse) -> bool:
        """Tell whether a guard looks at ``req.originalUrl``; ``req.path`` leaves out where the router is mounted."""
        code = self._corpus.code(guard.reference.path)
        return code is not None and b"originalUrl" in code.text[guard.reference.start : guard.reference.end]
