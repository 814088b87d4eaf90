"""All parts of our state at a scrape, each read at most every few seconds, none waited for long.

A part that cannot be read is told as one, `forerunner_part_up 0`, and its own metrics are left out:
a zero would look like a quiet night.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from prometheus_client.core import Metric

from forerunner.exporter.families import counter, gauge, single

Read = Callable[[], Sequence[Metric]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often parts are read, and how long they are waited for.

    Attributes:
        refresh_s: A part is not read again before this.
        patience_s: A scrape waits this long for parts; one that is late is told as it was.
        late_s: A part that has not been read for this long is down.
    """

    refresh_s: float = 3.0
    patience_s: float = 0.5
    late_s: float = 30.0


class Part:
    """One part of our state: what it gave last, and when.

    Args:
        name: As in the label `part`.
        read: Returns its metrics; whatever it raises is told as the part's failure.
    """

    def __init__(self, name: str, read: Read) -> None:
        self.name, self._read = name, read
        self.metrics: Sequence[Metric] | None = None
        self.errors, self.seconds, self.read_at = 0, 0.0, 0.0
        self._said = ""
        self._running: Future[Sequence[Metric]] | None = None
        self._began = 0.0

    def begin(self, pool: ThreadPoolExecutor, refresh_s: float) -> Future[Sequence[Metric]] | None:
        """Begin to read it where it is time, and return what is waited for."""
        now = time.monotonic()
        if self._running is None and (not self.read_at or now - self._began >= refresh_s):
            self._began = now
            self._running = pool.submit(self._read)
        return self._running

    def end(self) -> None:
        """Take what was read, where the reading has ended."""
        if self._running is None or not self._running.done():
            return
        error, ended = self._running.exception(), time.monotonic()
        self.metrics = self._running.result() if error is None else None
        self.seconds, self.read_at = ended - self._began, ended
        self._running = None
        self.errors += error is not None
        self._say(error)

    def _say(self, error: BaseException | None) -> None:
        """Log what is wrong once, not at every scrape, and that it is well again."""
        text = "" if error is None else f"cannot be read: {type(error).__name__}: {error}"
        if text != self._said:
            _log.log(logging.ERROR if text else logging.INFO, "%s %s", self.name, text or "is back")
        self._said = text

    def is_up(self, late_s: float) -> bool:
        """Return whether it was read well, and lately."""
        return self.metrics is not None and time.monotonic() - self.read_at <= late_s


class StateCollector:
    """What Prometheus is given.

    Args:
        parts: How each is read, by its name.
        pace: How often, and how long they are waited for.
    """

    def __init__(self, parts: Mapping[str, Read], pace: Pace | None = None) -> None:
        self._parts = [Part(name, read) for name, read in parts.items()]
        self._pace = pace or Pace()
        self._pool = ThreadPoolExecutor(len(self._parts), "part")
        self._lock = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of every part that can be read, and how each part is."""
        with self._lock:
            self._read(self._pace.patience_s)
            up = [part for part in self._parts if part.is_up(self._pace.late_s)]
            found = [metric for part in up for metric in part.metrics or ()]
            told = self._told(up)
        yield from (*told, *found)

    def read_first(self, patience_s: float) -> None:
        """Read all parts before anybody asks: the first scrape shall not find half of them."""
        with self._lock:
            self._read(patience_s)

    def close(self) -> None:
        """Let go of the threads; what is being read is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, patience_s: float) -> None:
        begun = [part.begin(self._pool, self._pace.refresh_s) for part in self._parts]
        wait([each for each in begun if each is not None], patience_s)
        for part in self._parts:
            part.end()

    def _told(self, up: Sequence[Part]) -> list[Metric]:
        def of(value: Callable[[Part], float]) -> dict[tuple[str, ...], float]:
            return {(part.name,): value(part) for part in self._parts}

        every = len(up) == len(self._parts)
        return [
            single("up", "Whether all of our state could be read.", every),
            gauge("part_up", "Whether a part could be read.", ["part"], of(lambda x: x in up)),
            gauge("part_read_seconds", "What reading it took.", ["part"], of(lambda x: x.seconds)),
            counter("scrape_errors", "Failed readings.", ["part"], of(lambda x: x.errors)),
        ]
