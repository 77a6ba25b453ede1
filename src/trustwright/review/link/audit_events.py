"""Recognises calls that write an audit event."""

import re
from functools import lru_cache
from typing import Final

from trustwright.review.source.code import Code
from trustwright.review.source.facts import Call

_WORDS: Final = (
    r"audit|activity_?logs?\b|activity_?log(?=[A-Z_]|$)|event_?log|operat(?:e|ion)_?log|change_?log|object_?change|"
    r"security_?(?:log|event)|history_?(?:log|entry|record)|log_?entry|log_?in_?(?:log|history)|admin_?log|access_?log"
)
_AUDIT: Final = re.compile(_WORDS, re.IGNORECASE)
_LOGS_EVENT: Final = re.compile(
    r"^(?:log|record|write|create|add|emit|save|store|insert|append)_(?:\w+_)?(?:event|activity|action|history_entry)s?$"
    r"|^(?:log|record|write)(?:[A-Z]\w*)?(?:Event|Activity|Action|Change)s?$"
)
_WRITES: Final = re.compile(
    r"^(?:create|insert|add|log|record|write|save|emit|send|publish|track|append|push|info|event|notify|dispatch|enqueue|"
    r"register|store|put|capture|audit|bulk|success|failure|begin|end|start|finish|complete)|"
    r"(?:^|_|[a-z])(?:log|record|write|create|emit|audit|trail)(?:_?(?:log|event|entry|trail|action|activity|change))?s?$",
    re.IGNORECASE,
)
_NO_EVENT: Final = re.compile(
    r"(?:Serializer|Table|Schema|Form|View|ViewSet|Filter|Error|Exception|Config|Options|Response|Dto|Page|Interceptor|Guard|"
    r"Module|Controller|Repository|Service|Params|Query|Context|Client|Logger|Decorator)(?:\(\))?$"
)
_READS: Final = re.compile(
    r"^(?:get|find|list|use|parse|read|fetch|query|count|search|filter|render|format|build|is|has|can|show|load|export|"
    r"delete|purge|clean|rotate|handle|on|with|make|map|to|from|select|view|display|should|skip|set|configure|init|setup)"
    r"(?:_|[A-Z]|$)"
)
_ANALYTICS: Final = re.compile(
    r"analytics|posthog|amplitude|mixpanel|segment|gtag|firebase|telemetry|metric|statsd|sentry", re.IGNORECASE
)
_SENDS: Final = frozenset(
    {"emit", "publish", "send", "dispatch", "add", "enqueue", "send_robust", "apply_async", "delay", "trigger"}
)
_CHANNEL: Final = re.compile(r"\(\s*[\"'](?:logins?|registrations?|audit\w*|security|auth|admin|activity)[\"']\s*,")
"""A log that is kept for one sort of event: ``log("logins", ...)``."""
_OF_LIBRARIES: Final = frozenset(
    {
        "actstream.action.send", "django.contrib.admin.models.LogEntry.objects.log_action",
        "django.contrib.admin.models.LogEntry.objects.log_actions",
        "django.contrib.admin.models.LogEntry.objects.create",
        "reversion.set_comment", "reversion.add_to_revision", "auditlog.models.LogEntry.objects.log_create",
    }
)  # fmt: skip


def is_audit_event(code: Code, call: Call, helpers: tuple[str, ...] = ()) -> bool:
    """Tell whether a call writes an audit event.

    ``helpers`` are the functions that the company says do. A call counts by the name of what it writes to (an audit
    log, an activity log) together with a verb that writes; reading the log, and events for analytics, do not.
    """
    callee = call.callee
    if any(callee == helper or callee.endswith("." + helper) for helper in helpers):
        return True
    last = callee.rpartition(".")[2]
    answer = _by_name(callee, code.target(call), call.new)
    if answer is None or (last == "log" and not answer):
        text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + 80))
        if last == "log":
            return _CHANNEL.match(text) is not None
        return re.match(r"\(\s*[\"'`][\w.:/-]*audit", text, re.IGNORECASE) is not None
    return answer


@lru_cache(maxsize=50_000)
def _by_name(callee: str, target: str, new: bool) -> bool | None:
    """Tell by its names whether a call writes an audit event; ``None`` when what it is given decides."""
    if target in _OF_LIBRARIES:
        return True
    receiver, _, last = (callee if "." in callee else target).rpartition(".")
    if _ANALYTICS.search(callee) or _NO_EVENT.search(last) or _READS.match(last):
        return False
    if _LOGS_EVENT.match(last):
        return True
    if last in _SENDS and not _AUDIT.search(callee):
        return None
    if not _AUDIT.search(f"{receiver}.{last}"):
        return False
    if _AUDIT.search(last):
        made = new or last[:1].isupper()  # AuditLog(...): a row, or a model's constructor
        return made or _WRITES.search(last) is not None or _AUDIT.fullmatch(last) is not None
    nearest = _AUDIT.search(receiver.rpartition(".")[2]) is not None
    plainly = last in {"create", "insert", "save", "log", "record", "add", "write"}
    return plainly or (nearest and _WRITES.match(last) is not None)
