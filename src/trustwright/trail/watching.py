"""Runs the detections while the log grows: stores what they find and sends it where it belongs."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from psycopg import Connection
from psycopg.rows import dict_row

from trustwright.trail import alerts
from trustwright.trail.channels import DeliveryError, Route
from trustwright.trail.detection.engine import Engine
from trustwright.trail.errors import TrailError
from trustwright.trail.reading import Log

log = logging.getLogger(__name__)

_LOCK: Final = 7_230_531_102
"""Advisory lock of the one that watches a log."""

RECENT: Final = timedelta(days=1)
"""What was found longer ago is sent nowhere any more: it is in the list of alerts."""

ATTEMPTS: Final = 3
PAUSES: Final = (0.5, 2.0)
"""Seconds before the second and the third attempt."""

REST: Final = 60.0
"""Seconds for which a channel is left alone that failed three times."""

_PENDING: Final = """
SELECT a.* FROM trail.alert_state AS a
WHERE a.found_at > now() - %s AND a.happened_at > now() - %s AND a.level = ANY (%s)
AND NOT EXISTS (SELECT FROM trail.delivery AS d WHERE d.alert = a.id AND d.channel = %s)
ORDER BY a.found_at, a.id LIMIT 100
"""


class Watch:
    """The one that watches a log.

    Args:
        connection: of the role ``trustwright_detector``; it is used by nobody else.
        engine: the rules, which have seen nothing yet.
        routes: where alerts go.
        pauses: seconds before another attempt to send.

    Raises:
        TrailError: another one watches this log.
    """

    def __init__(
        self,
        connection: Connection[Any],
        engine: Engine,
        routes: Sequence[Route] = (),
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._connection, self._engine, self._routes, self._pauses = connection, engine, routes, pauses
        self._writer = uuid4()
        self._rests: dict[str, float] = {}
        connection.autocommit = True
        locked = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if locked is None or not locked[0]:
            raise TrailError("detections run on this log already; let those run, or stop them first.")
        row = connection.execute("SELECT next FROM trail.detection").fetchone()
        self._stored = int(row[0]) if row is not None else 0

    def step(self, current: Log) -> int:
        """Look at what is new in the log and store what the rules find; return how many new alerts there are.

        The first step looks at the whole log, for the rules remember; what it finds there again is not stored twice.
        """
        found = [one for one in self._engine.feed(current.entries(self._engine.next)) if one.leaf >= self._stored]
        if self._engine.next <= self._stored:
            return 0
        with self._connection.transaction():
            fresh = sum(alerts.add(self._connection, self._writer, one) for one in found)
            self._connection.execute(
                "INSERT INTO trail.detection (next) VALUES (%s) "
                "ON CONFLICT (single) DO UPDATE SET next = excluded.next",
                [self._engine.next],
            )
        self._stored = self._engine.next
        return fresh

    def deliver(self, clock: Callable[[], float] = time.monotonic) -> int:
        """Send what has not arrived yet; return how many deliveries failed. They are tried again later."""
        failed = 0
        for route in self._routes:
            if self._rests.get(route.name, 0.0) > clock():
                continue
            levels = [level for level in alerts.LEVELS if route.takes(level)]
            with self._connection.cursor(row_factory=dict_row) as cursor:
                pending = cursor.execute(_PENDING, [RECENT, RECENT, levels, route.name]).fetchall()
            for alert in pending:
                if not self._sent(route, alert):
                    failed += 1
                    self._rests[route.name] = clock() + REST
                    break
                self._connection.execute(
                    "INSERT INTO trail.delivery (alert, channel) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    [alert["id"], route.name],
                )
        return failed

    def _sent(self, route: Route, alert: dict[str, Any]) -> bool:
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self._pauses[min(attempt, len(self._pauses)) - 1])
            try:
                route.channel.send(alert)
            except DeliveryError as error:
                log.warning("alert %s did not reach the channel %s: %s", alert["id"], route.name, error)
            else:
                return True
        return False

    def run(self, look: Callable[[], Log], stop: threading.Event, every: float) -> int:
        """Work until told to stop; return how many alerts were new.

        Args:
            look: gives the log as it is now.
            stop: set to end after one more look.
            every: seconds between two looks.
        """
        fresh = 0
        while True:
            last = stop.is_set()
            fresh += self.step(look())
            self.deliver()
            if last:
                return fresh
            stop.wait(every)
