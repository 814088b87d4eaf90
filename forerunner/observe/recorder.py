"""Writing down without holding up: what blocks runs in threads, what fails is tried again."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from forerunner.collect.poll import Answer
from forerunner.collect.poll import table_of as polled
from forerunner.errors import ForerunnerError
from forerunner.ledger import Ledger
from forerunner.model import Prediction, Sample
from forerunner.store import Store, table_of

# About ten minutes of the lab; what a broken disk keeps from being written beyond that is lost.
_MOST_SAMPLES = 300_000
_MOST_ANSWERS = 5000
_FLUSH_EVERY_S = 1.0
_COMPACT_EVERY_S = 30.0
_RETRY_S = 0.25
_log = logging.getLogger(__name__)


class TelemetryWriter:
    """Appends samples to the store about once a second, and merges its files now and then.

    Attributes:
        trouble: Why samples are kept back; empty when they are not.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Sample] = deque(maxlen=_MOST_SAMPLES)
        self._answers: deque[Answer] = deque(maxlen=_MOST_ANSWERS)
        self._lock = threading.Lock()
        # One for all of its life: each thread that ever allocates has a heap of its own, which
        # DuckDB and Arrow would leave fragmented in every thread of the loop's pool.
        self._thread = ThreadPoolExecutor(1, "telemetry")
        self.trouble = ""

    def add(self, samples: Iterable[Sample]) -> None:
        """Take samples; they are written within about a second."""
        self._waiting.extend(samples)

    def add_answer(self, answer: Answer) -> None:
        """Take what a poll gave; it is written within about a second."""
        self._answers.append(answer)

    async def run(self) -> None:
        """Write until cancelled."""
        compact_at, loop = 0.0, asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_FLUSH_EVERY_S)
            await loop.run_in_executor(self._thread, self.flush)
            compact_at += _FLUSH_EVERY_S
            if compact_at >= _COMPACT_EVERY_S:
                compact_at = 0.0
                await loop.run_in_executor(self._thread, self._compact)

    def flush(self) -> None:
        """Write what waits; keep it when that fails."""
        # The service's end may come while the thread of `run` is still at it.
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        samples = [self._waiting.popleft() for _ in range(len(self._waiting))]
        answers = [self._answers.popleft() for _ in range(len(self._answers))]
        if not samples and not answers:
            return
        try:
            self._store.append_tables([table_of(samples), polled(answers)])
            self.trouble = ""
        except (ForerunnerError, OSError) as error:
            self.trouble = str(error)
            _log.error("telemetry is kept back: %s", error)
            self._waiting.extendleft(reversed(samples))
            self._answers.extendleft(reversed(answers))

    def _compact(self) -> None:
        try:
            self._store.compact()
            self._store.release()
        except (ForerunnerError, OSError) as error:
            _log.error("telemetry files are not merged: %s", error)


class PredictionWriter:
    """Writes predictions to the ledger at once, in their order; one that fails is tried again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: deque[Prediction] = deque()
        self._came = asyncio.Event()
        self._lock = threading.Lock()

    def add(self, prediction: Prediction) -> None:
        """Take a prediction; it is written next."""
        self._waiting.append(prediction)
        self._came.set()

    async def run(self) -> None:
        """Write until cancelled; what was not written then still waits."""
        while True:
            await self._came.wait()
            self._came.clear()
            if not await asyncio.to_thread(self._write_next):
                await asyncio.sleep(_RETRY_S)
                self._came.set()

    def flush(self) -> None:
        """Write what still waits, once each."""
        with self._lock:
            left = [each for each in self._waiting if not self._write(each)]
            self._waiting = deque(left)

    def _write_next(self) -> bool:
        """Write what waits until one is not taken; return whether all of it was."""
        # It waits until it is written: a thread that is at it outlives the task that started it.
        with self._lock:
            while self._waiting:
                if not self._write(self._waiting[0]):
                    return False
                self._waiting.popleft()
            return True

    def _write(self, prediction: Prediction) -> bool:
        try:
            sequence = self._ledger.add_prediction(prediction)
        except (ForerunnerError, SQLAlchemyError, OSError) as error:
            return self._holds(prediction, error)
        _log.info(
            "%s of %s predicted with %.3f, entry %d (%s)",
            prediction.kind,
            prediction.target,
            prediction.probability,
            sequence,
            prediction.id,
        )
        return True

    def _holds(self, prediction: Prediction, refusal: Exception) -> bool:
        """Return whether the ledger holds it already, as after a commit whose answer was lost."""
        try:
            held = self._ledger.prediction(prediction.id)
        except (ForerunnerError, SQLAlchemyError, OSError):
            _log.error("%s: the ledger does not take it yet: %s", prediction.id, refusal)
            return False
        if held == prediction:
            _log.info("%s stands in the ledger already", prediction.id)
        else:
            _log.error("%s: the ledger holds another one of this name; dropped", prediction.id)
        return True
