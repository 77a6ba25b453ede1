"""OCSF: the attributes that its schema requires of the two classes."""

from pathlib import Path

import pytest

from tests.trail_events import NOW, entry, event, somebody
from trustwright.trail.export.ocsf import translated
from trustwright.trail.merkle import EMPTY_ROOT
from trustwright.trail.note import Checkpoint
from trustwright.trail.reading import Log
from trustwright.trail.tiles import Folder
from trustwright.trail.vocabulary import ACTIONS, OUTCOMES

REQUIRED = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "src_endpoint"}
OF_CLASS = {3002: {"user", "service"}, 6003: {"actor", "api"}}


@pytest.fixture
def log() -> Log:
    """Return a log with nothing but a checkpoint."""
    return Log(Folder(Path("none")), Checkpoint("test.example/log", 9, EMPTY_ROOT, 1), b"")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_required_attributes_are_there(action: str, outcome: str, log: Log) -> None:
    said = translated(log, entry(4, event(NOW, "anna", action, outcome=outcome)))
    assert said.keys() >= REQUIRED | OF_CLASS[said["class_uid"]]
    assert said["type_uid"] == said["class_uid"] * 100 + said["activity_id"]
    assert said["category_uid"] == said["class_uid"] // 1000
    assert said["status_id"] == (1 if outcome == "success" else 2)
    assert said["time"] == round(NOW.timestamp() * 1000)


def test_a_sign_in_says_who_from_where_and_how(log: Log) -> None:
    made = event(NOW, "anna", "login", ip_address="192.0.2.7", session_id="s1", metadata={"mfa": True})
    said = translated(log, entry(4, made))
    assert said["user"] == {"type_id": 1, "type": "User", "uid": str(somebody("anna"))}
    assert said["src_endpoint"] == {"ip": "192.0.2.7"}
    assert said["is_mfa"] is True
    assert said["session"] == {"uid": "s1"}
    assert said["metadata"]["sequence"] == said["unmapped"]["leaf"] == 4
