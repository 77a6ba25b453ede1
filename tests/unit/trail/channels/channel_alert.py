"""An alert as channels get it."""

from typing import Any
from uuid import UUID

from tests.trail_events import NOW

ALERT: dict[str, Any] = {
    "id": UUID(int=5), "rule": "mass-export", "title": "One actor exports again and again", "level": "high",
    "subject": ["<!channel> \x1b[31manna"], "actor_id": None, "happened_at": NOW, "leaf": 9, "leaves": [3, 5, 9],
    "events": 3, "detail": "3 events & more", "state": "open",
}  # fmt: skip
