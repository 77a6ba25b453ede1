"""What several commands of the trail are given in the same words: which events, and moments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import click

from trustwright.errors import TrustwrightError
from trustwright.trail.search import Query
from trustwright.trail.vocabulary import ACTIONS, OUTCOMES

_UNITS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Moment(click.ParamType[datetime]):
    """A moment: RFC 3339, a day, or how long ago (``90m``, ``24h``, ``7d``, ``2w``); in UTC when no zone is said."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            if text[-1:] in _UNITS and text[:-1].isdecimal():
                return datetime.now(UTC) - timedelta(seconds=int(text[:-1]) * _UNITS[text[-1]])
            found = datetime.fromisoformat(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{text[:40]!r} is no moment; write 2026-11-22, 2026-11-22T14:00:00Z or 24h.", param, ctx)


_OPTIONS: Final = (
    click.option("--actor", type=click.UUID, help="Who did it: the actor's UUID."),
    click.option("--action", type=click.Choice(ACTIONS), help="What was done."),
    click.option("--outcome", type=click.Choice(OUTCOMES), help="How it ended."),
    click.option("--resource-type", help="What it was done to: order."),
    click.option("--resource-id", help="Which one it was done to."),
    click.option("--since", type=Moment(), help="From this moment on: 2026-11-22, 2026-11-22T14:00:00Z, or 24h ago."),
    click.option("--until", type=Moment(), help="Before this moment."),
)


def choosing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose events."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def query(
    *,
    actor: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    **equal: str | None,
) -> Query:
    """Return what the options ask for.

    Raises:
        TrustwrightError: the time ends before it begins, or a text has what no text can have.
    """
    if since is not None and until is not None and since >= until:
        raise TrustwrightError("--until is not after --since; give a later moment.")
    for name, text in equal.items():
        if text is not None and ("\0" in text or not text.isprintable()):
            raise TrustwrightError(f"--{name.replace('_', '-')}: has characters that cannot be shown; leave them out.")
    return Query(actor_id=actor, since=since, until=until, **equal)
