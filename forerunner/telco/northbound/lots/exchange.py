"""Giving a lot and waiting for its result, so that whatever dies, the same again is safe.

Three rules make it so:

- What was given before, by whoever died since, is over before anything else is asked.
- A result that was there before its lot was given is of an earlier time, and is thrown away.
- A result counts once its lot has left the inbox, and once it is whole; only when it was read to
  its end it is taken away.
"""

import logging
import time
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from forerunner.telco.errors import TelcoError
from forerunner.telco.northbound.lots.drop import Drop
from forerunner.telco.northbound.lots.reading import BadResult, is_whole
from forerunner.telco.northbound.lots.settings import LotSettings
from forerunner.telco.northbound.lots.watch import Watch
from forerunner.telco.northbound.lots.writing import Lot

_Answer = TypeVar("_Answer")

_log = logging.getLogger(__name__)


class Exchange:
    """Lots out, results in.

    Args:
        settings: What they are like.
        drop: Where they go.
    """

    def __init__(self, settings: LotSettings, drop: Drop) -> None:
        self._settings, self._layout, self._drop = settings, settings.layout, drop
        self._settled = False

    async def ask(self, lot: Lot, read: Callable[[BinaryIO], _Answer]) -> _Answer:
        """Give a lot and return what its result says.

        Args:
            lot: The lot.
            read: Reads a whole result to its end.

        Raises:
            SystemUnreachable: The server does not answer, or no whole result comes.
            TelcoError: It refuses, or the result cannot be understood; it is left there.
        """
        settled, self._settled = self._settled, False
        if not settled:
            await self._await_earlier()
        result = self._layout.result_path(lot.name)
        await self._drop.remove(result)
        lot_path = self._layout.lot_path(lot.name)
        await self._drop.put(self._layout.part_path(lot.name), lot_path, lot.content)
        answer = self._read(await self._awaited(lot), read, result)
        await self._drop.remove(result)
        self._settled = True
        return answer

    async def _await_earlier(self) -> None:
        """Wait until the lots that are in the inbox now are worked off."""
        earlier = waiting = await self._waiting()
        watch = Watch(self._settings)
        while earlier := earlier & waiting:
            said = f"{len(earlier)} lots that were given before still wait"
            await watch.pause(said, waiting)
            waiting = await self._waiting()

    async def _awaited(self, lot: Lot) -> BinaryIO:
        watch, begun = Watch(self._settings), time.monotonic()
        path = self._layout.result_path(lot.name)
        own = path.rpartition("/")[2], self._layout.lot_path(lot.name).rpartition("/")[2]
        size: int | None = None
        while True:
            waiting = await self._waiting()
            found = None if own[1] in waiting else await self._drop.size(path)
            if found is not None and found != size and (file := await self._whole(path)):
                _log.debug("%s after %.2f s", own[0], time.monotonic() - begun)
                return file
            size = found
            await watch.pause(self._missing(own, waiting, size), waiting, size or 0)

    async def _whole(self, path: str) -> BinaryIO | None:
        file = await self._drop.fetch(path)
        if file and not is_whole(file, self._layout):
            file.close()
            return None
        return file

    def _missing(self, own: tuple[str, str], waiting: frozenset[str], size: int | None) -> str:
        if own[1] in waiting:
            return f"lot {own[1]} is not worked off, as one of {len(waiting)} in the inbox"
        return f"result {own[0]} is {'missing' if size is None else 'cut'}"

    def _read(self, file: BinaryIO, read: Callable[[BinaryIO], _Answer], path: str) -> _Answer:
        try:
            return read(file)
        except BadResult as error:
            file.close()
            problem = f"its result cannot be understood: {error}; it is left in {path}"
            raise TelcoError(self._settings.name, problem) from None

    async def _waiting(self) -> frozenset[str]:
        names = await self._drop.names(self._layout.inbox)
        return frozenset(each for each in names if self._layout.is_lot(each))
