"""The trigger that turns new predictions in the ledger into asset events."""

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from forerunner.airflow.warm_up import take_request

if TYPE_CHECKING:
    from forerunner.ledger import Ledger
    from forerunner.model import Prediction

_log = logging.getLogger(__name__)

FRESH_S = 60.0
"""Age in seconds up to which a prediction that nobody acted on is still raised after a start."""

Payload = Mapping[str, Any]

_LOOK_BACK = 200
_PAUSE_S = 1.0


class LedgerTrigger(BaseEventTrigger):
    """Raises what a reader of the ledger finds, for ever; a subclass says which reader.

    All reading is done in a thread: the event loop belongs to every trigger.

    Args:
        poll_s: Seconds between two looks.
    """

    def __init__(self, poll_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.poll_s = poll_s

    @abstractmethod
    def reader(self) -> Callable[[], Sequence[Payload]]:
        """Return what finds the payloads that are new since it was last called."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield an event for each payload, for ever."""
        read = self.reader()
        while True:
            try:
                fresh = await asyncio.to_thread(read)
            except Exception:  # noqa: BLE001 (whatever it was, nobody would start the trigger again)
                _log.exception("the ledger cannot be read; trying again")
                await asyncio.sleep(max(_PAUSE_S, self.poll_s))
                continue
            for payload in fresh:
                yield TriggerEvent(payload)  # type: ignore[no-untyped-call]
            await asyncio.sleep(self.poll_s)


class PredictionTrigger(LedgerTrigger):
    """Raises `{"prediction": <id>}` for each prediction, moments after it was written."""

    def __init__(self, poll_s: float = 0.1) -> None:
        super().__init__(poll_s)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes the trigger again from."""
        return f"{__name__}.PredictionTrigger", {"poll_s": self.poll_s}

    def reader(self) -> Callable[[], Sequence[Payload]]:
        """Return the tail of the predictions."""
        return Tail().read


class Tail:
    """Reads the ledger's predictions once each, from where the last reader may have stopped."""

    def __init__(self) -> None:
        self._ledger: Ledger | None = None
        self._sequence = 0
        self._seen: set[str] = set()

    def read(self) -> list[dict[str, str]]:
        """Return `{"prediction": <id>}` for each one that has not been returned before.

        After a start of Airflow one without a prediction is asked for, to warm the path up.
        """
        found = [{"prediction": identifier} for identifier in self._fresh()]
        return [*found, {"warm_up": str(time.time())}] if take_request() else found

    def _fresh(self) -> list[str]:
        if self._ledger is None:
            return self._open()
        rows = self._ledger.predictions_after(self._sequence)
        return [self._take(sequence, x) for sequence, x in rows if x.id not in self._seen]

    def _open(self) -> list[str]:
        from forerunner.ledger import Ledger

        ledger = Ledger.open()
        last = ledger.last_sequence()
        rows = ledger.predictions_after(max(0, last - _LOOK_BACK))
        found = [self._take(sequence, x) for sequence, x in rows if _is_waiting(ledger, x)]
        self._ledger, self._sequence = ledger, max(last, self._sequence)
        return found

    def _take(self, sequence: int, prediction: "Prediction") -> str:
        self._seen.add(prediction.id)
        self._sequence = max(self._sequence, sequence)
        return prediction.id


def _is_waiting(ledger: "Ledger", prediction: "Prediction") -> bool:
    """Return whether it is fresh and nobody planned for it, or a plan of it has no outcome.

    Such a plan was begun by a run that was ended with the Airflow of before.
    """
    entries = ledger.entries(limit=1, prediction=prediction.id)
    if entries:
        return not entries[0].outcomes
    return time.time() - prediction.made_at < FRESH_S
