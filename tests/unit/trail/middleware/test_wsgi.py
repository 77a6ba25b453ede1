"""WSGI: what is recorded of requests to Flask, and who is known within them."""

from collections.abc import Iterator

import pytest
from flask import Flask, abort, request

from tests.trail_spool import Spooled
from trustwright import trail
from trustwright.trail.middleware.wsgi import ACTOR, AuditMiddleware


def shop() -> Flask:
    app = Flask(__name__)

    @app.route("/orders/<int:number>", methods=["GET", "DELETE"])
    def order(number: int) -> str:
        request.environ[ACTOR] = 7
        if number == 403:
            abort(403)
        if number == 500:
            raise RuntimeError
        trail.record("read", "invoice")
        return ""

    app.wsgi_app = AuditMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    return app


@pytest.mark.parametrize(
    ("method", "number", "recorded"),
    [
        ("GET", 1, [("read", "invoice", "success")]),
        ("DELETE", 1, [("read", "invoice", "success"), ("delete", "orders", "success")]),
        ("GET", 403, [("read", "orders", "failure")]),
        ("DELETE", 500, [("delete", "orders", "error")]),
    ],
)
def test_what_is_recorded(spooled: Spooled, method: str, number: int, recorded: list[tuple[str, ...]]) -> None:
    shop().test_client().open(f"/orders/{number}", method=method, headers={"X-Request-Id": "r-1"}).close()
    events = spooled()
    assert [(event["action"], event["resource_type"], event["outcome"]) for event in events] == recorded
    assert len({event["actor_id"] for event in events}) == 1
    assert all(event["metadata"]["request_id"] == "r-1" for event in events)


def test_a_stream_is_recorded_when_it_is_through_and_once(spooled: Spooled) -> None:
    sent: list[int] = []

    def app(environ: object, start: object) -> Iterator[bytes]:
        start("200 OK", [])  # type: ignore[operator]
        for number in range(3):
            sent.append(number)
            yield b"x"

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/uploads", "REMOTE_ADDR": "::1"}
    body = AuditMiddleware(app)(environ, lambda *rest: None)
    assert b"".join(body) == b"xxx"
    body.close()  # type: ignore[attr-defined]
    body.close()  # type: ignore[attr-defined]
    assert [event["resource_type"] for event in spooled()] == ["uploads"]
    assert sent == [0, 1, 2]


def test_an_application_that_breaks_at_once(spooled: Spooled) -> None:
    def app(environ: object, start: object) -> list[bytes]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        AuditMiddleware(app)({"REQUEST_METHOD": "GET", "PATH_INFO": "/x"}, lambda *rest: None)
    assert spooled()[0]["outcome"] == "error"
