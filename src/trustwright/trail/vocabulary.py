"""The closed words of an event, and which of its fields are personal. A change of these is a new ``VERSION``."""

import re
from typing import Final, Literal, get_args

VERSION: Final = 1
"""Written into each event (``v``), so that old events are read with the words of their time."""

ActorType = Literal["user", "system", "api_key", "service_account"]
Action = Literal["login", "logout", "create", "read", "update", "delete", "export", "permission_change"]
Outcome = Literal["success", "failure", "error"]

ACTOR_TYPES: Final[tuple[str, ...]] = get_args(ActorType)
ACTIONS: Final[tuple[str, ...]] = get_args(Action)
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)

PERSONAL: Final[dict[str, tuple[str, ...]]] = {
    "login": ("ip_address", "user_agent", "session_id", "metadata.email", "metadata.username", "metadata.location"),
    "logout": ("ip_address", "user_agent", "session_id"),
    "create": ("ip_address", "user_agent", "session_id", "metadata.email", "metadata.name", "metadata.phone"),
    "read": ("ip_address", "user_agent", "session_id"),
    "update": ("ip_address", "user_agent", "session_id", "metadata.email", "metadata.name", "metadata.phone"),
    "delete": ("ip_address", "user_agent", "session_id", "metadata.email", "metadata.name"),
    "export": ("ip_address", "user_agent", "session_id", "metadata.email"),
    "permission_change": ("ip_address", "user_agent", "session_id", "metadata.email", "metadata.name"),
}
"""The fields of each action's events that may say something of a person; ``metadata.x`` is the key ``x`` there."""

RESOURCE_TYPE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
"""What a resource type may be called: ``order``, ``user_role``, ``billing.invoice``."""

PRIVILEGED: Final = frozenset({"delete", "export", "permission_change"})
"""Actions that an application may have fail when their event cannot be kept (``fail_closed``)."""

TOMBSTONE: Final = "system_audit_log.month"
"""The resource type of the event that says that a month's rows were dropped by the rules: its action is ``delete``, its
``resource_id`` the month (``2026-11``), and its ``metadata`` name ``first_leaf`` and ``last_leaf``."""
