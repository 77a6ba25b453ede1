"""ASGI: what is recorded of requests to Starlette, FastAPI and Litestar, and who is known within them."""

from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from litestar import Litestar, post
from litestar.middleware import DefineMiddleware
from litestar.testing import TestClient as LitestarClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.trail_spool import Spooled
from trustwright import trail
from trustwright.trail.middleware.asgi import AuditMiddleware

ACTOR = UUID("018f3a5e-0000-7000-8000-000000000001")


def answers(request: Request) -> PlainTextResponse:
    if "broken" in request.url.path:
        raise RuntimeError
    return PlainTextResponse("", 403 if "forbidden" in request.url.path else 200)


def client(**options: Any) -> TestClient:
    app = Starlette(routes=[Route("/{rest:path}", answers, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])])
    app.add_middleware(AuditMiddleware, identify=lambda scope: ACTOR, **options)
    return TestClient(app, raise_server_exceptions=False, client=("203.0.113.7", 1))


@pytest.mark.parametrize(
    ("method", "path", "action", "outcome"),
    [
        ("POST", "/orders", "create", "success"),
        ("PUT", "/orders/42", "update", "success"),
        ("DELETE", "/api/v1/orders/42", "delete", "success"),
        ("DELETE", "/orders/forbidden", "delete", "failure"),
        ("GET", "/orders/forbidden", "read", "failure"),
        ("GET", "/orders/broken", "read", "error"),
    ],
)
def test_what_is_recorded(spooled: Spooled, method: str, path: str, action: str, outcome: str) -> None:
    answer = client().request(method, path, headers={"user-agent": "probe", "x-request-id": "r-1"})
    (event,) = spooled()
    assert (event["action"], event["outcome"], event["actor_id"]) == (action, outcome, str(ACTOR))
    assert (event["ip_address"], event["user_agent"]) == ("203.0.113.7", "probe")
    assert event["metadata"] == {"method": method, "path": path, "request_id": "r-1", "status": answer.status_code}
    assert event.get("resource_id") == ("42" if "42" in path else None)


def test_what_changes_nothing_is_not_recorded(spooled: Spooled) -> None:
    client().get("/orders/42")
    client(ignored=("/healthz",)).post("/healthz/deep")
    assert spooled() == []


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "203.0.113.7"), (1, "198.51.100.2"), (2, "192.0.2.1"), (9, "192.0.2.1")]
)
def test_only_so_many_proxies_are_believed(spooled: Spooled, proxies: int, address: str) -> None:
    client(proxies=proxies).post("/x", headers={"x-forwarded-for": "192.0.2.1, 198.51.100.2"})
    assert spooled()[0]["ip_address"] == address


def test_what_is_recorded_within_a_request_knows_who_asked(spooled: Spooled) -> None:
    app = FastAPI()

    @app.get("/export")
    async def export() -> None:
        await trail.arecord("export", "orders", metadata={"rows": 7})

    app.add_middleware(AuditMiddleware, identify=lambda scope: "user-7")
    with TestClient(app) as browser:
        browser.get("/export", headers={"x-request-id": "r-2"})
        browser.get("/export")
    first, second = spooled()
    assert first["actor_id"] == second["actor_id"]
    assert first["metadata"] == {"request_id": "r-2", "rows": 7}
    assert second["metadata"] == {"rows": 7}


def test_litestar(spooled: Spooled) -> None:
    @post("/orders")
    async def order() -> None:
        return None

    audited = DefineMiddleware(AuditMiddleware, identify=lambda scope: None)  # type: ignore[arg-type] # ours is wider
    app = Litestar([order], middleware=[audited])
    with LitestarClient(app) as browser:
        browser.post("/orders")
    (event,) = spooled()
    assert (event["action"], event["resource_type"], event["actor_type"]) == ("create", "orders", "system")


def test_nothing_is_left_of_a_request_after_it(spooled: Spooled) -> None:
    client().post("/orders", headers={"x-request-id": "r-3"})
    trail.record("read", "report")
    assert "actor_id" not in spooled()[1]
