"""The HTTP service: events in, one or many to a request, and logs as OpenTelemetry sends them."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trustwright.trail.event import Event, EventError, read
from trustwright.trail.places import address, data_folder
from trustwright.trail.service.keys import Keys
from trustwright.trail.service.openapi import described
from trustwright.trail.service.otlp import events_of
from trustwright.trail.writer import QUEUE, Kept, Writer

VERSION: Final = "1"
MOST_BYTES: Final = 2_000_000
MOST_EVENTS: Final = 1_000
PATIENCE: Final = 10.0
"""Seconds that a request waits to hear that its events are kept."""


class _RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = JSONResponse({"error": error, **more}, status)
        if status == 401:
            self.answer.headers["WWW-Authenticate"] = "Bearer"
        if status in {429, 503}:
            self.answer.headers["Retry-After"] = "1"


class Service:
    """Takes requests and hands their events to a writer.

    Args:
        url: the database.
        spool: the file for events that come while it is away.
    """

    def __init__(self, url: str, spool: Path) -> None:
        self._keys = Keys(url)
        self._writer = Writer(url, spool)

    def close(self) -> None:
        """Record what waits and stop."""
        self._writer.close()

    async def events(self, request: Request) -> Response:
        """Answer ``POST /v1/events``."""
        try:
            await self._admit(request)
            said = await _json(request)
            return await self._record(_events(said if isinstance(said, list) else [said]))
        except _RefusedError as refused:
            return refused.answer

    async def logs(self, request: Request) -> Response:
        """Answer ``POST /v1/logs``: OTLP/HTTP with JSON (opentelemetry.io/docs/specs/otlp)."""
        try:
            name = await self._admit(request)
            _as_json(request)
            events, rejected = events_of(await _json(request), name)
            for at in range(0, len(events), MOST_EVENTS):
                await self._record(events[at : at + MOST_EVENTS])
        except _RefusedError as refused:
            return refused.answer
        if not rejected:
            return JSONResponse({})
        partial = {"rejectedLogRecords": str(len(rejected)), "errorMessage": "; ".join(rejected[:3])}
        return JSONResponse({"partialSuccess": partial})

    async def health(self, request: Request) -> Response:
        """Answer ``GET /healthz``."""
        full = self._writer.waiting >= QUEUE // 2
        return JSONResponse({"status": "full" if full else "ok"}, 503 if full else 200)

    async def openapi(self, request: Request) -> Response:
        """Answer ``GET /openapi.json``."""
        return JSONResponse(described(VERSION, MOST_EVENTS))

    async def _admit(self, request: Request) -> str:
        """Return who sends; refuse strangers, and everybody while too much waits."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        name = await asyncio.to_thread(self._keys.name_of, key) if scheme.lower() == "bearer" and key else None
        if name is None:
            raise _RefusedError(401, "the API key is missing or does not work; `trail key create NAME` makes one")
        if self._writer.waiting >= QUEUE // 2:
            raise _RefusedError(429, "too much waits to be kept; send it again in a second")
        return name

    async def _record(self, events: list[Event]) -> Response:
        futures: list[Future[Kept]] = [self._writer.submit(event) for event in events]
        waiting = [asyncio.wrap_future(future) for future in futures]
        done, late = await asyncio.wait(waiting, timeout=PATIENCE) if waiting else (set(), set())
        if late:
            raise _RefusedError(503, "the events could not be kept yet; send them again, with the same ids")
        kept = {future.result() for future in done}
        where = "spool" if "spool" in kept else "database"
        return JSONResponse({"ids": [str(event.id) for event in events], "kept": where}, 201)


def _as_json(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise _RefusedError(415, "send OTLP as JSON: OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/json")


def _events(said: list[object]) -> list[Event]:
    if not 0 < len(said) <= MOST_EVENTS:
        raise _RefusedError(422, f"a request has between 1 and {MOST_EVENTS} events, not {len(said)}")
    return [_event(index, one) for index, one in enumerate(said)]


def _event(index: int, said: object) -> Event:
    try:
        return read(said)
    except EventError as error:
        raise _RefusedError(422, f"{error.field} {error.reason}", index=index, field=error.field) from error


async def _json(request: Request) -> Any:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise _RefusedError(413, f"the body is longer than {MOST_BYTES} bytes; send fewer events at a time")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _RefusedError(400, f"the body is no JSON: {str(error)[:200]}") from error


def application(url: str, spool: Path) -> Starlette:
    """Return the service as an ASGI application.

    Args:
        url: the database.
        spool: the file for events that come while it is away.
    """
    service = Service(url, spool)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(service.close)

    routes = [
        Route("/v1/events", service.events, methods=["POST"]),
        Route("/v1/logs", service.logs, methods=["POST"]),
        Route("/healthz", service.health),
        Route("/openapi.json", service.openapi),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def configured() -> Starlette:
    """Return the service for the database and the folders that the environment names."""
    return application(address()[0], data_folder() / "spool" / f"serve-{os.getpid()}.spool")
