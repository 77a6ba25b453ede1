"""What the middleware of every kind of server shares: which requests are recorded, and as what."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from trustwright.trail.context import Context
from trustwright.trail.event import Json
from trustwright.trail.recording import hand_over, made
from trustwright.trail.vocabulary import Action, Outcome

ACTIONS: Final[Mapping[str, Action]] = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
"""What a request's method does, where the application does not say otherwise."""

ACTORS: Final = UUID("7d1b2f50-8b1e-5a07-9f43-3f6f2f6c1f11")
"""The namespace (RFC 9562, section 5.5) of actors whose ids are no UUIDs."""

_VERSION: Final = re.compile(r"api|v\d+|rest|internal|admin")
_WORD: Final = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_MASKED: Final = re.compile(r"\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-fA-F]{24,}")


@dataclass(frozen=True, slots=True)
class Rules:
    """Which requests are recorded.

    Attributes:
        actions: the action of each method that is recorded; others are not, unless they fail.
        failures: whether requests that were refused (401, 403) or broke (5xx) are recorded whatever their method.
        ignored: beginnings of paths that are never recorded, such as health checks.
        proxies: how many proxies of one's own stand before the server: so many addresses from the right of
            ``X-Forwarded-For`` are believed, and none by default.
    """

    actions: Mapping[str, Action]
    failures: bool = True
    ignored: tuple[str, ...] = ()
    proxies: int = 0

    def action_of(self, method: str, path: str, status: int) -> Action | None:
        """Return as what a request is recorded; ``None`` when it is not."""
        found = self.actions.get(method)
        if found is None and self.failures and (status in {401, 403} or status >= 500):
            found = "read"
        return None if found is None or path.startswith(self.ignored or "\0") else found


def record_request(rules: Rules, method: str, path: str, status: int, asked: Callable[[], Context]) -> None:
    """Record a request when the rules say so; returns at once, the event being in the writer's hands.

    ``asked`` tells what is known of the request; it is called only when that is wanted.
    """
    action = rules.action_of(method, path, status)
    if action is None:
        return
    known = asked()
    kind, which = resource_of(path)
    metadata: dict[str, Json] = {"method": method, "path": path[:512], "status": status}
    if known.get("request_id"):
        metadata["request_id"] = known["request_id"]
    outcome: Outcome = "success" if status < 400 else "failure" if status < 500 else "error"
    fields: dict[str, Any] = {**known}
    fields.pop("request_id", None)
    hand_over(made(action, kind, resource_id=which, outcome=outcome, metadata=metadata, **fields))


@lru_cache(maxsize=10_000)
def resource_of(path: str) -> tuple[str, str | None]:
    """Return the type and the id of what a path names: ``/api/v1/orders/42`` is ``("orders", "42")``."""
    kind, which = "request", None
    for part in path.split("/"):
        if not part or _VERSION.fullmatch(part):
            continue
        if _MASKED.fullmatch(part):
            which = part
        elif _WORD.fullmatch(part.lower()) and which is None:
            kind = part.lower()
    return kind, which


def actor_uuid(value: object) -> UUID | None:
    """Return the UUID of an actor: its own, or one made of its id, the same each time; ``None`` for nobody."""
    if value is None or value == "":
        return None
    if isinstance(value, UUID):
        return value
    text = str(value)
    try:
        return UUID(text)
    except ValueError:
        return uuid5(ACTORS, text)


def client_address(peer: str | None, forwarded: str | None, proxies: int) -> str | None:
    """Return where a request came from: the peer, or behind one's own proxies what the outermost of them saw."""
    if proxies > 0 and forwarded:
        seen = [part.strip() for part in forwarded.split(",")]
        peer = seen[-min(proxies, len(seen))]
    if peer is None or not re.fullmatch(r"[0-9a-fA-F.:]{2,45}", peer):
        return None
    return peer
