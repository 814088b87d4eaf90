"""The kill switch as a Variable of Airflow, carried to the ledger, which every write asks.

`go` is the only word that lets changes pass. Any other one, a Variable that is not there, an
error in reading it and no answer in time are a stop: Airflow does not tell an error of its
secrets backends from a Variable that nobody has set, so neither may be taken for a go.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from forerunner.errors import ForerunnerError

VARIABLE = "forerunner_kill_switch"
GO = "go"

# Together with the time of a write's own question they stay under the 5 s that a stop may take.
_POLL_S = 1.5
_PATIENCE_S = 3.5
_LOOK_S = 0.25
_WORD_LENGTH = 200

_log = logging.getLogger(__name__)


def read() -> str:
    """Return why the Variable stops everything; empty when it says go."""
    # `forerunner airflow up` names the Variable and must not wait for Airflow to be loaded.
    from airflow.sdk import Variable

    try:
        word = str(Variable.get(VARIABLE, default="")).strip()
    except Exception as error:  # noqa: BLE001 (whatever it is: what cannot be read is a stop)
        return f"{VARIABLE} cannot be read: {type(error).__name__}"
    if word.lower() == GO:
        return ""
    return word[:_WORD_LENGTH] or f"{VARIABLE} is not set, or cannot be read"


class Mirror:
    """Carries the Variable's word to the ledger: before its context is entered, and during it.

    Args:
        word: Reads the Variable.
        poll_s: Seconds between two readings.
        patience_s: Seconds after which an answer that does not come is a stop.
    """

    def __init__(
        self,
        word: Callable[[], str] | None = None,
        poll_s: float = _POLL_S,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._read, self._poll_s, self._patience_s = word or read, poll_s, patience_s
        self._end = threading.Event()
        self._heard = (0.0, "")

    def __enter__(self) -> Self:
        """Carry over what the Variable says now, and go on doing so.

        Raises:
            ForerunnerError: The ledger cannot be told; nothing is to be run then.
        """
        self._listen()
        self._told = self._word()
        _tell(self._told)
        threading.Thread(target=self._keep_listening, name="kill-switch", daemon=True).start()
        self._teller = threading.Thread(target=self._keep_telling, daemon=True)
        self._teller.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; a reading that hangs is left to itself."""
        self._end.set()
        self._teller.join(self._patience_s)

    def _listen(self) -> None:
        # By the time at which it was asked for: an answer that took long tells of before.
        asked = time.monotonic()
        self._heard = (asked, self._read())

    def _word(self) -> str:
        asked, word = self._heard
        late = time.monotonic() - asked > self._patience_s
        return f"{VARIABLE} was not read for {self._patience_s:g} s" if late else word

    def _keep_listening(self) -> None:
        while not self._end.wait(self._poll_s):
            self._listen()

    def _keep_telling(self) -> None:
        while not self._end.wait(_LOOK_S):
            word = self._word()
            if word == self._told:
                continue
            try:
                _tell(word)
                self._told = word
            except ForerunnerError as error:
                # Without the ledger no write is admitted either.
                _log.error("the kill switch cannot be told: %s", error)


def _tell(word: str) -> None:
    from forerunner.database import Database
    from forerunner.gate import switch

    switch.set_row(Database(), "airflow", bool(word), "Airflow", word)
