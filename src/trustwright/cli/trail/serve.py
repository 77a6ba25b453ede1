"""Take events over HTTP, from whatever is not Python."""

import click
from granian.constants import Interfaces
from granian.server import Server

from trustwright.trail.places import address
from trustwright.trail.service import app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8420, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
def command(host: str, port: int) -> None:
    """Take events over HTTP, from whatever is not Python.

    POST /v1/events takes one event or a list, /v1/logs takes OpenTelemetry's logs as JSON, /openapi.json describes it
    all. Senders need a key: `trustwright trail key create NAME`. Put a proxy with TLS before it.
    """
    address()  # the embedded database is to run before the first request comes
    target = f"{app.__name__}:{app.configured.__name__}"
    click.echo(f"listening on http://{host}:{port}")
    Server(target, address=host, port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False).serve()
