"""Faults that a test asks for: a JSON file beside the database, looked at before each request."""

import json
from pathlib import Path
from typing import Any


class Faults:
    """What is to go wrong.

    The file holds any of: `busy`, how many write transactions are refused; `cut_after`, after how
    many requests of a connection it is cut; `stall_after`, after how many requests nothing answers
    any more; `lose_commit`, true to cut before a commit is answered; `active`, the side that is
    active, 0 or 1; `standby_code`, how the other side refuses a write.

    Args:
        path: The file; with none nothing goes wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._changed = path, 0
        self._wanted: dict[str, Any] = {}

    def get(self, name: str, default: int = 0) -> int:
        """Return what the file says, as it is now."""
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            self._wanted, self._changed = {}, 0
            return default
        if changed != self._changed:
            self._wanted, self._changed = json.loads(self._path.read_text()), changed
        return int(self._wanted.get(name, default))

    def spend(self, name: str) -> bool:
        """Return whether a fault is to happen now, and count it."""
        if self.get(name) <= 0:
            return False
        self._wanted[name] = int(self._wanted[name]) - 1
        return True
