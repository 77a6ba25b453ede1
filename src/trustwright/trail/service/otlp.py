"""Log records of OpenTelemetry as events: an attribute with the name of a field is that field, the rest is metadata."""

from collections.abc import Iterator
from typing import Any, Final

from trustwright.trail.event import Event, EventError, Json, read
from trustwright.trail.identifier import new_id

PREFIX: Final = "audit."
"""What the attributes may begin with: ``audit.action`` is the field ``action``."""

_FIELDS: Final = frozenset(
    {
        "id", "actor_type", "actor_id", "action", "resource_type", "resource_id", "outcome", "ip_address", "user_agent",
        "session_id",
    }
)  # fmt: skip
_ALIASES: Final = {"client.address": "ip_address", "user_agent.original": "user_agent", "session.id": "session_id"}
"""OpenTelemetry's own names for some of the fields (semantic conventions)."""


def events_of(said: Any, sender: str) -> tuple[list[Event], list[str]]:
    """Return the events of an ``ExportLogsServiceRequest`` in JSON, and why each other record is none.

    Args:
        said: the decoded request.
        sender: whose key it came with; it goes into ``metadata.sender``.
    """
    events, rejected = [], []
    for number, (resource, record) in enumerate(_records(said)):
        try:
            events.append(_event(resource, record, sender))
        except EventError as error:
            rejected.append(f"record {number}: {error.field} {error.reason}")
    return events, rejected


def _records(said: Any) -> Iterator[tuple[dict[str, Json], dict[str, Any]]]:
    for resource in _list(said, "resourceLogs"):
        attributes = _attributes(resource.get("resource") or {})
        for scope in _list(resource, "scopeLogs"):
            for record in _list(scope, "logRecords"):
                yield attributes, record


def _list(said: Any, name: str) -> list[dict[str, Any]]:
    found = said.get(name) if isinstance(said, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _attributes(said: Any) -> dict[str, Json]:
    return {str(item.get("key")): _value(item.get("value")) for item in _list(said, "attributes")}


def _value(said: Any) -> Json:
    """Return an ``AnyValue``; a number with a fraction becomes a text, for events hold none."""
    if not isinstance(said, dict) or not said:
        return None
    kind, value = next(iter(said.items()))
    if kind == "intValue":
        return int(value) if str(value).lstrip("-").isdecimal() else None
    if kind == "doubleValue":
        return str(value)
    if kind == "arrayValue":
        return [_value(item) for item in _list(value, "values")]
    if kind == "kvlistValue":
        return {str(item.get("key")): _value(item.get("value")) for item in _list(value, "values")}
    return value if isinstance(value, str | bool) else None


def _event(resource: dict[str, Json], record: dict[str, Any], sender: str) -> Event:
    fields: dict[str, Json] = {}
    metadata: dict[str, Json] = {"sender": sender}
    if "service.name" in resource:
        metadata["service"] = resource["service.name"]
    for key, value in _attributes(record).items():
        name = _ALIASES.get(key, key.removeprefix(PREFIX))
        if name in _FIELDS and isinstance(value, str):
            fields[name] = value
        else:
            metadata[key] = value
    body = _value(record.get("body"))
    if body is not None:
        metadata["body"] = body
    if record.get("traceId"):
        metadata["trace_id"] = str(record["traceId"])
    fields.setdefault("id", str(new_id(_milliseconds(record))))
    return read({**fields, "metadata": metadata})


def _milliseconds(record: dict[str, Any]) -> int | None:
    nanoseconds = str(record.get("timeUnixNano") or record.get("observedTimeUnixNano") or "")
    return int(nanoseconds) // 1_000_000 if nanoseconds.isdecimal() and len(nanoseconds) < 20 else None
