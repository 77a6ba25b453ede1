"""What the middleware costs a request, in CPU time of the application's process, beside the same one without it.

    python benchmarks/trail_middleware.py [--requests 3000]

The applications are called in the process, without a network. Events go to a real PostgreSQL through the writer's
thread, whose time counts as well.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import django
import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from fastapi import FastAPI

from trustwright import trail
from trustwright.trail import schema
from trustwright.trail.middleware.asgi import AuditMiddleware
from trustwright.trail.places import DATA, address

ROUNDS = 7


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=3000)
    count = parser.parse_args().requests
    settings.configure(DATABASES={}, ALLOWED_HOSTS=["*"], TRUSTWRIGHT_TRAIL={})
    django.setup()
    with tempfile.TemporaryDirectory(prefix="tw", ignore_cleanup_errors=True) as folder:
        os.environ[DATA] = folder
        with psycopg.connect(address()[0]) as connection:
            schema.apply(connection)
        print("| added CPU, µs per request | recorded (POST) | not recorded (GET) |")
        print("|---|---|---|")
        for name, pair in (("FastAPI", _fastapi()), ("Django", _django())):
            costs = [_added(pair, method, count) for method in ("POST", "GET")]
            print(f"| {name} | {costs[0]:.1f} | {costs[1]:.1f} |")
        trail.close()


Ask = Callable[[str, int], None]


def _added(pair: tuple[Ask, Ask], method: str, count: int) -> float:
    """Return what the second adds to the first, in microseconds per request; they take turns."""
    plain, audited = [], []
    for _ in range(ROUNDS):
        for ask, taken in zip(pair, (plain, audited), strict=True):
            began = time.process_time()
            ask(method, count)
            trail.close()
            taken.append((time.process_time() - began) / count)
    return (statistics.median(audited) - statistics.median(plain)) * 1e6


def _fastapi() -> tuple[Ask, Ask]:
    def made(audited: bool) -> Ask:
        app = FastAPI()

        @app.api_route("/orders/{number}", methods=["GET", "POST"])
        async def order(number: int) -> dict[str, int]:
            return {"number": number}

        served: Any = AuditMiddleware(app, identify=lambda scope: 7) if audited else app

        async def asked(method: str, count: int) -> None:
            headers = [(b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64)"), (b"x-request-id", b"r-1")]

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: Any) -> None:
                return None

            for number in range(count):
                scope = {
                    "type": "http", "method": method, "path": f"/orders/{number}", "raw_path": b"", "query_string": b"",
                    "headers": headers, "client": ("203.0.113.7", 1), "server": ("x", 1), "scheme": "http",
                    "root_path": "", "http_version": "1.1", "asgi": {"version": "3.0"},
                }  # fmt: skip
                await served(scope, receive, send)

        return lambda method, count: asyncio.run(asked(method, count))

    return made(False), made(True)


def _django() -> tuple[Ask, Ask]:
    from trustwright.trail.middleware.django import AuditMiddleware as DjangoMiddleware  # noqa: PLC0415 - needs settings

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse("{}")

    def made(served: Callable[[HttpRequest], Any]) -> Ask:
        def ask(method: str, count: int) -> None:
            for number in range(count):
                request = HttpRequest()
                request.method, request.path = method, f"/orders/{number}"
                request.META = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64)"}
                served(request)

        return ask

    return made(answer), made(DjangoMiddleware(answer))


if __name__ == "__main__":
    main()
