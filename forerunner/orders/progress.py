"""How far an order is on a system, in a line every few seconds."""

import time
from collections.abc import Callable

EVERY_S = 5.0


class Progress:
    """Passes on a line now and then; a step that ends sooner says nothing.

    Args:
        say: Takes a line.
        every_s: Seconds between two lines.
    """

    def __init__(self, say: Callable[[str], object], every_s: float = EVERY_S) -> None:
        self._say, self._every_s = say, every_s
        self._said = time.monotonic()

    def __call__(self, line: str) -> None:
        """Take a line."""
        now = time.monotonic()
        if now - self._said >= self._every_s:
            self._said = now
            self._say(line)
