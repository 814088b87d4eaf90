"""Sequence numbers of an HSS: each goes up by one with every vector, also over a crash."""

import sqlite3
import threading
from pathlib import Path

from forerunner.telco.s6a import SQN_STEP

_TABLE = "CREATE TABLE IF NOT EXISTS sequence (imsi TEXT PRIMARY KEY, sqn INTEGER NOT NULL)"
_NEXT = (
    "INSERT INTO sequence VALUES (?, ?) ON CONFLICT (imsi) DO UPDATE SET sqn = sqn + ?"
    " RETURNING sqn"
)
_RESET = "INSERT INTO sequence VALUES (?, ?) ON CONFLICT (imsi) DO UPDATE SET sqn = excluded.sqn"


class Numbering:
    """The sequence numbers.

    Args:
        path: Of their database.
    """

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute(_TABLE)
        self._lock = threading.Lock()

    def next(self, imsi: str) -> int:
        """Return a number that was never given for a subscriber; it is on the disk by then."""
        with self._lock:
            row = self._base.execute(_NEXT, (imsi, SQN_STEP, SQN_STEP)).fetchone()
        return int(row[0])

    def reset(self, imsi: str, sqn: int) -> None:
        """Go on from where the SIM says that it is."""
        with self._lock:
            self._base.execute(_RESET, (imsi, sqn))
