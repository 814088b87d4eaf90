"""Waiting for somebody else's work, for as long as it goes on."""

import asyncio
import logging
import time

from forerunner.telco.errors import SystemUnreachable
from forerunner.telco.northbound.lots.settings import LotSettings

_FIRST_S = 0.005
_GROWTH = 1.5
_TELL_S = 30.0

_log = logging.getLogger(__name__)


class Watch:
    """Looks ever less often, and gives up when nothing has moved for a while.

    Args:
        settings: How often, and for how long.
    """

    def __init__(self, settings: LotSettings) -> None:
        self._settings = settings
        self._pause_s = min(_FIRST_S, settings.poll)
        self._begun = self._moved = self._told = time.monotonic()
        self._waiting: frozenset[str] = frozenset()
        self._size = 0

    async def pause(self, said: str, waiting: frozenset[str], size: int = 0) -> None:
        """Wait until it is time to look again.

        Args:
            said: What is missing, for messages.
            waiting: Lots in the inbox: one that left it since is progress.
            size: Bytes of a result that is not whole: more of them are progress.

        Raises:
            SystemUnreachable: There was no progress for as long as the settings say.
        """
        now = time.monotonic()
        if self._waiting - waiting or size > self._size:
            self._moved = now
        self._waiting, self._size = waiting, size
        if now - self._moved > self._settings.wait:
            problem = f"{said}, and nothing moved for {self._settings.wait:g} s; see whether it"
            raise SystemUnreachable(self._settings.name, f"{problem} works off its inbox")
        if now - self._told > _TELL_S:
            self._told = now
            _log.info("%s: %s, after %.0f s", self._settings.name, said, now - self._begun)
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * _GROWTH, self._settings.poll)
