"""The audit log: record who did what, prove later that nothing was removed or changed.

from trustwright import trail

trail.record("delete", "order", resource_id="42", actor_type="user", actor_id=user.id)
"""

from trustwright.trail.context import acting
from trustwright.trail.errors import TrailError
from trustwright.trail.event import Event, EventError
from trustwright.trail.recording import aaudited, arecord, audited, close, configure, record

__all__ = [
    "Event",
    "EventError",
    "TrailError",
    "aaudited",
    "acting",
    "arecord",
    "audited",
    "close",
    "configure",
    "record",
]
