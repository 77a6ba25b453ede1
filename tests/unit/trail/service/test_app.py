"""The HTTP service: events in, strangers and wrong events out, the same event once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from trustwright.trail.identifier import new_id
from trustwright.trail.service import keys
from trustwright.trail.service.app import MOST_BYTES, MOST_EVENTS, application

pytestmark = pytest.mark.slow

EVENT = {"actor_type": "user", "action": "delete", "resource_type": "order", "outcome": "success"}


@pytest.fixture
def service(database: str, tmp_path: Path) -> Iterator[TestClient]:
    with psycopg.connect(database) as connection:
        key = keys.create(connection, "shop")
    with TestClient(application(database, tmp_path / "serve.spool")) as client:
        client.headers["authorization"] = f"Bearer {key}"
        yield client


def count(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM public.system_audit_log").fetchone()
    assert row is not None
    return int(row[0])


def test_one_and_many_are_kept(service: TestClient, database: str) -> None:
    one = service.post("/v1/events", json=EVENT)
    many = service.post("/v1/events", json=[EVENT] * 20)
    assert (one.status_code, many.status_code, one.json()["kept"]) == (201, 201, "database")
    assert len(set(many.json()["ids"])) == 20
    assert count(database) == 21


def test_what_is_sent_again_is_there_once(service: TestClient, database: str) -> None:
    event = {**EVENT, "id": str(new_id())}
    answers = [service.post("/v1/events", json=event) for _ in range(3)]
    assert {answer.json()["ids"][0] for answer in answers} == {event["id"]}
    assert count(database) == 1


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("{", 400, "the body is no JSON"),
        ("[" * 100_000, 400, "the body is no JSON"),
        ("[]", 422, f"between 1 and {MOST_EVENTS} events"),
        (json.dumps([EVENT] * (MOST_EVENTS + 1)), 422, f"between 1 and {MOST_EVENTS} events"),
        (json.dumps([EVENT, {**EVENT, "action": "remove"}]), 422, "action is none of login"),
        (json.dumps({**EVENT, "metadata": {"a": 0.1}}), 422, "floating-point"),
        ('"event"', 422, "event is not an object"),
        (" " * (MOST_BYTES + 1), 413, "longer than"),
    ],
    ids=["cut", "deep", "none", "too many", "action", "float", "text", "long"],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    service: TestClient, database: str, body: str, status: int, says: str
) -> None:
    answer = service.post("/v1/events", content=body)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert count(database) == 0


def test_a_wrong_event_of_many_is_named(service: TestClient) -> None:
    said = service.post("/v1/events", json=[EVENT, {**EVENT, "outcome": "fine"}]).json()
    assert (said["index"], said["field"]) == (1, "outcome")


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer twt_guess", "Basic x"])
def test_strangers_are_refused(service: TestClient, header: str) -> None:
    answer = service.post("/v1/events", json=EVENT, headers={"authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_revoked_key_stops_working(service: TestClient, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "FRESH", 0.0)
    assert service.post("/v1/events", json=EVENT).status_code == 201
    with psycopg.connect(database) as connection:
        assert keys.revoke(connection, "shop") == 1
    assert service.post("/v1/events", json=EVENT).status_code == 401


def test_a_full_queue_asks_for_patience(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustwright.trail.service.app.QUEUE", 0)
    answer = service.post("/v1/events", json=EVENT)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert service.get("/healthz").status_code == 503


def _log(**attributes: str) -> dict[str, Any]:
    listed = [{"key": f"audit.{name}", "value": {"stringValue": value}} for name, value in attributes.items()]
    listed += [{"key": "client.address", "value": {"stringValue": "203.0.113.7"}}]
    listed += [{"key": "rows", "value": {"intValue": "7"}}, {"key": "share", "value": {"doubleValue": 0.5}}]
    record = {"timeUnixNano": "1795318847123000000", "attributes": listed, "body": {"stringValue": "gone"}}
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return {"resourceLogs": [{"resource": service, "scopeLogs": [{"logRecords": [record]}]}]}


def test_logs_of_opentelemetry(service: TestClient, database: str) -> None:
    answer = service.post("/v1/logs", json=_log(**EVENT))
    assert (answer.status_code, answer.json()) == (200, {})
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT action, host(ip_address), metadata, extract(epoch FROM created_at) FROM public.system_audit_log"
        ).fetchone()
    assert row is not None
    assert row[:2] == ("delete", "203.0.113.7")
    assert row[2] == {"body": "gone", "rows": 7, "share": "0.5", "sender": "shop", "service": "shop"}
    assert float(row[3]) == 1795318847.123


def test_logs_that_are_no_events_are_counted(service: TestClient, database: str) -> None:
    said = service.post("/v1/logs", json=_log(action="delete")).json()
    assert said["partialSuccess"]["rejectedLogRecords"] == "1"
    assert count(database) == 0
    assert (
        service.post("/v1/logs", content=b"\x0a", headers={"content-type": "application/x-protobuf"}).status_code == 415
    )


ODD = {"resourceLogs": [1, {"scopeLogs": [{"logRecords": [{"attributes": [{}]}]}]}]}


@pytest.mark.parametrize("body", [[], {}, {"resourceLogs": 1}, ODD], ids=["list", "empty", "number", "nested"])
def test_odd_logs_break_nothing(service: TestClient, body: Any) -> None:
    assert service.post("/v1/logs", json=body).status_code == 200


def test_the_description_names_every_answer(service: TestClient) -> None:
    said = service.get("/openapi.json").json()
    assert set(said["paths"]["/v1/events"]["post"]["responses"]) >= {"201", "400", "401", "413", "422", "429", "503"}
