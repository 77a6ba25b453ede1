"""OCSF 1.5 as JSON lines: Authentication (3002) for sign-ins and sign-outs, API Activity (6003) for all else."""

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from trustwright.trail.reading import Log
from trustwright.trail.verify import Entry

VERSION: Final = "1.5.0"
_AUTHENTICATION: Final = {"login": (1, "Logon"), "logout": (2, "Logoff")}
_API: Final = {"create": (1, "Create"), "read": (2, "Read"), "update": (3, "Update"), "delete": (4, "Delete")}
_OTHER: Final = 99
_USER_TYPES: Final = {"user": (1, "User"), "system": (3, "System")}
_STATUS: Final = {"success": (1, "Success"), "failure": (2, "Failure"), "error": (2, "Failure")}
_SEVERITY: Final = {"success": (1, "Informational"), "failure": (2, "Low"), "error": (3, "Medium")}


def write(log: Log, entries: Iterable[Entry], output: Path) -> int:
    """Write entries to a file and return how many there were."""
    count = 0
    with output.open("w", encoding="utf-8") as file:
        for entry in entries:
            file.write(json.dumps(translated(log, entry), ensure_ascii=False, sort_keys=True) + "\n")
            count += 1
    return count


def translated(log: Log, entry: Entry) -> dict[str, Any]:
    """Return an event as OCSF says it; what OCSF has no word for is under ``unmapped``."""
    said = entry.said
    action, outcome = said["action"], said["outcome"]
    authentication = action in _AUTHENTICATION
    category, category_name, class_, class_name = (
        (3, "Identity & Access Management", 3002, "Authentication")
        if authentication
        else (6, "Application Activity", 6003, "API Activity")
    )
    activity, activity_name = (_AUTHENTICATION if authentication else _API).get(action, (_OTHER, action))
    found = {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": category,
        "category_name": category_name,
        "class_uid": class_,
        "class_name": class_name,
        "type_uid": class_ * 100 + activity,
        "type_name": f"{class_name}: {activity_name if activity != _OTHER else 'Other'}",
        "time": round(datetime.fromisoformat(said["created_at"]).timestamp() * 1000),
        "severity_id": _SEVERITY[outcome][0],
        "severity": _SEVERITY[outcome][1],
        "status_id": _STATUS[outcome][0],
        "status": _STATUS[outcome][1],
        "status_code": outcome,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Trustwright", "vendor_name": "Trustwright"},
            "log_name": log.checkpoint.origin,
            "uid": said["id"],
            "sequence": entry.index,
        },
        "src_endpoint": {"ip": said["ip_address"]} if "ip_address" in said else {"name": "unknown"},
        "unmapped": _unmapped(log, entry),
    }
    return found | (_signing_in(said) if authentication else _calling(said))


def _signing_in(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"user": _user(said), "service": {"name": said["resource_type"]}}
    metadata = said.get("metadata") or {}
    if isinstance(metadata.get("mfa"), bool):
        found["is_mfa"] = metadata["mfa"]
    if "session_id" in said:
        found["session"] = {"uid": said["session_id"]}
    return found


def _calling(said: dict[str, Any]) -> dict[str, Any]:
    actor: dict[str, Any] = {"user": _user(said)}
    if "session_id" in said:
        actor["session"] = {"uid": said["session_id"]}
    resource = {"type": said["resource_type"]}
    if "resource_id" in said:
        resource["uid"] = said["resource_id"]
    found: dict[str, Any] = {"actor": actor, "api": {"operation": said["action"]}, "resources": [resource]}
    if "user_agent" in said:
        found["http_request"] = {"user_agent": said["user_agent"]}
    return found


def _user(said: dict[str, Any]) -> dict[str, Any]:
    kind, name = _USER_TYPES.get(said["actor_type"], (_OTHER, said["actor_type"]))
    return {"type_id": kind, "type": name, "uid": said.get("actor_id") or "unknown"}


def _unmapped(log: Log, entry: Entry) -> dict[str, Any]:
    """Tell the event's metadata and what proves it; the metadata as text, for its keys are the application's own."""
    root = base64.b64encode(log.checkpoint.root).decode()
    found: dict[str, Any] = {"leaf": entry.index, "checkpoint_size": log.checkpoint.size, "checkpoint_root": root}
    if "metadata" in entry.said:
        found["metadata"] = json.dumps(entry.said["metadata"], ensure_ascii=False, sort_keys=True)
    return found
