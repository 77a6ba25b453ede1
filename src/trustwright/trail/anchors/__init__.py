"""Places outside to which checkpoints go: only they justify a claim against whoever holds the database and the key.

A kind of anchor is a module here with ``CLAIM``, what it justifies, and ``put(target, checkpoint, tiles)``, which
delivers a checkpoint and returns the receipt, empty when there is none.
"""

import importlib
import json
import logging
import pkgutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

from trustwright.trail.errors import TrailError
from trustwright.trail.tiles import Folder, Storage, Tiles

log = logging.getLogger(__name__)

FILE: Final = "anchors.json"
STATE: Final = "anchors-state.json"
EVERY: Final = 60.0
"""Seconds between two checkpoints that go to an anchor."""

NONE: Final = "tamper-resistant to the application's role; no anchor outside is configured"


class Kind(Protocol):
    """What a module of this folder offers."""

    CLAIM: str

    def put(self, target: str, checkpoint: bytes, tiles: Tiles) -> bytes:
        """Deliver a checkpoint to ``target``; return the receipt. Raises TrailError when that fails."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One place: its kind, which is a module's name, and where it is."""

    kind: str
    target: str

    @property
    def module(self) -> Kind:
        """The module of its kind."""
        return cast("Kind", importlib.import_module(f"{__name__}.{self.kind}"))


def kinds() -> list[str]:
    """Name the kinds there are."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def configured(keys: Path) -> list[Anchor]:
    """Return the anchors that the folder of the keys names.

    Raises:
        TrailError: the file is damaged.
    """
    try:
        said = json.loads((keys / FILE).read_text(encoding="utf-8"))
        return [Anchor(str(item["kind"]), str(item["target"])) for item in said]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise TrailError(f"{keys / FILE}: it is damaged ({error}); remove it and add the anchors again.") from error


def configure(keys: Path, anchors: list[Anchor]) -> None:
    """Name the anchors."""
    said = [{"kind": anchor.kind, "target": anchor.target} for anchor in anchors]
    Folder(keys).write({FILE: json.dumps(said, indent=2).encode() + b"\n"})


def state(keys: Path) -> dict[str, dict[str, object]]:
    """Return what became of the last delivery to each anchor, by ``kind target``: size, seconds, error."""
    try:
        found = json.loads((keys / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def claim(keys: Path, now: float) -> str:
    """Say what the anchors justify today; one that got nothing for a day justifies nothing.

    Args:
        keys: the folder of the keys.
        now: seconds since 1970 UTC.
    """
    known = state(keys)
    claims = []
    for anchor in configured(keys):
        seconds = known.get(f"{anchor.kind} {anchor.target}", {}).get("seconds")
        if isinstance(seconds, int | float) and now - seconds < 86_400:
            claims.append(anchor.module.CLAIM)
    return "; ".join(dict.fromkeys(claims)) or NONE


class Anchoring:
    """Delivers checkpoints in a thread of its own: a place that does not answer holds up no signature.

    Args:
        keys: the folder that names the anchors.
        storage: the log's files; receipts go below ``anchors/``.
        every: seconds between two deliveries.
    """

    def __init__(self, keys: Path, storage: Storage, every: float = EVERY) -> None:
        self._keys = keys
        self._storage = storage
        self._every = every
        self._next = 0.0
        self._busy = threading.Lock()
        self._thread: threading.Thread | None = None

    def offer(self, checkpoint: bytes, size: int, clock: Callable[[], float] = time.time) -> threading.Thread | None:
        """Deliver a checkpoint unless the last one was delivered just now; return the thread that does it."""
        if clock() < self._next or not (self._keys / FILE).exists() or not self._busy.acquire(blocking=False):
            return None
        self._next = clock() + self._every
        thread = threading.Thread(target=self._deliver, args=(checkpoint, size, clock), name="audit-trail-anchors")
        self._thread = thread
        thread.start()
        return thread

    def finish(self, timeout: float = 60.0) -> None:
        """Wait for a delivery that is under way, so many seconds at most."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _deliver(self, checkpoint: bytes, size: int, clock: Callable[[], float]) -> None:
        try:
            known = state(self._keys)
            for anchor in configured(self._keys):
                name = f"{anchor.kind} {anchor.target}"
                try:
                    receipt = anchor.module.put(anchor.target, checkpoint, Tiles(self._storage, size))
                except (TrailError, OSError, ValueError) as error:
                    log.warning("the anchor %s did not take the checkpoint of %d entries: %s", name, size, error)
                    known[name] = {**known.get(name, {}), "error": str(error)[:300]}
                    continue
                known[name] = {"size": size, "seconds": int(clock())}
                if receipt:
                    self._storage.write({f"anchors/{size}.{anchor.kind}": receipt})
            Folder(self._keys).write({STATE: json.dumps(known, indent=2, sort_keys=True).encode() + b"\n"})
        finally:
            self._busy.release()
