"""How far a batch is, in a line every few seconds, for whoever waits for it."""

import asyncio
import time
from collections.abc import Callable

from forerunner.fleet.device import DeviceResult

Report = Callable[[str], None]

EVERY_S = 5.0
_NAMED = 5


class Progress:
    """Counts the devices that are done.

    Args:
        total: How many there are.
        report: Takes one line.
        every_s: Seconds between lines; a batch that ends sooner says nothing.
    """

    def __init__(self, total: int, report: Report, every_s: float = EVERY_S) -> None:
        self._total, self._report, self._every_s = total, report, every_s
        self._done = 0
        self._bad: list[str] = []
        self._fresh: list[str] = []
        self._began = time.monotonic()

    def add(self, name: str, result: DeviceResult) -> None:
        """Count a device."""
        self._done += 1
        if not result.succeeded:
            self._bad.append(name)
            self._fresh.append(name)

    def line(self) -> str:
        """Return how many of how many are done, and which failed since the last line."""
        text = f"{self._done} of {self._total} devices after {time.monotonic() - self._began:.0f} s"
        if self._bad:
            text += f", {len(self._bad)} did not make it"
        if self._fresh:
            more = len(self._fresh) - _NAMED
            names = ", ".join(self._fresh[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            text += f"; now {names}"
        self._fresh = []
        return text

    async def run(self) -> None:
        """Report again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            self._report(self.line())
