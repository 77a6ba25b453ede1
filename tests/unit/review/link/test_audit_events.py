"""Audit events are told by what is written to, and by the sort of event a log is kept for."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.audit_events import is_audit_event

CALLS = {
    "audit.log('user.deleted')": True,
    "ActivityLog.create(user)": True,
    "log('logins', '{name} logged in')": True,
    "log('registrations', name)": True,
    "log('ready')": False,
    "log('info', 'ready')": False,
    "auditLog.find(user)": False,
}


@pytest.mark.parametrize("text", CALLS)
def test_what_is_an_event(tmp_path: Path, text: str) -> None:
    (code,) = project_of(tmp_path, {"a.js": text + "\n"}).production()
    assert is_audit_event(code, code.facts.calls[0]) is CALLS[text]
