"""Writing events without holding up whoever notes them: in batches, and again where that fails."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable

from forerunner.errors import ForerunnerError, InvalidData
from forerunner.events.book import EventBook
from forerunner.model import Event

# What a broken disk keeps from being written beyond that is lost, and counted.
_MOST = 20_000
_FLUSH_EVERY_S = 0.5
_A_BATCH = 500
_KEEP_S, _FORGET_EVERY_S = 90 * 86_400.0, 3600.0
_log = logging.getLogger(__name__)


class EventWriter:
    """Takes events in an event loop, and writes them about twice a second.

    Args:
        book: Where they are written.
        most: How many may wait; the oldest go where more do.
    """

    def __init__(self, book: EventBook, most: int = _MOST) -> None:
        self._book, self._most = book, most
        self._waiting: deque[Event] = deque()
        self._lock = threading.Lock()
        self.written = self.lost = 0
        """How many were written, and how many were not, as nothing could be written for so long."""
        self.trouble = ""
        """Why events are kept back; empty when they are not."""

    def add(self, events: Iterable[Event]) -> None:
        """Take events; they are written soon."""
        self._waiting.extend(events)
        while len(self._waiting) > self._most:
            self._waiting.popleft()
            self.lost += 1

    async def run(self) -> None:
        """Write until cancelled, and let go of what is older than three months."""
        forget_at = time.monotonic()
        while True:
            await asyncio.sleep(_FLUSH_EVERY_S)
            await asyncio.to_thread(self.flush)
            if time.monotonic() >= forget_at:
                forget_at = time.monotonic() + _FORGET_EVERY_S
                await asyncio.to_thread(self._forget)

    def flush(self) -> None:
        """Write what waits; keep it when that fails."""
        # The service's end may come while a thread of `run` is still at it.
        with self._lock:
            while self._waiting and self._write(self._batch()):
                pass

    def _forget(self) -> None:
        try:
            gone = self._book.forget(time.time() - _KEEP_S)
        except (ForerunnerError, OSError) as error:
            _log.error("old incidents are not let go: %s", error)
            return
        if gone:
            _log.info("%d incidents are older than three months, and gone", gone)

    def _batch(self) -> list[Event]:
        return [self._waiting.popleft() for _ in range(min(_A_BATCH, len(self._waiting)))]

    def _write(self, batch: list[Event]) -> bool:
        """Write a batch, and return whether it went; one that did not waits again."""
        try:
            self._book.note(batch)
        except InvalidData as error:
            if len(batch) > 1:
                written = [self._write([each]) for each in batch]
                return all(written)
            # A fault of ours; written never, it must not keep the others from being written.
            _log.error("an event does not fit and is left out: %s", error)
            self.lost += 1
            return True
        except (ForerunnerError, OSError) as error:
            self.trouble = str(error)
            _log.error("events are kept back: %s", error)
            self._waiting.extendleft(reversed(batch))
            return False
        self.written += len(batch)
        self.trouble = ""
        return True
