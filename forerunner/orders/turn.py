"""Waiting for the system before: a SIM comes to each system once the one before has it."""

import asyncio
import time
from collections.abc import Callable

from forerunner.orders.errors import OrderError
from forerunner.orders.record import Order, Orders
from forerunner.orders.states import WorkState

_POLL_S = 0.2
# A lease lasts longer than this; one that waits must not lose it.
_KEEP_S = 5.0


class Turn:
    """Tells when a system may have a chunk.

    Args:
        orders: The ledger's orders.
        order: The order.
        system: The system that waits.
        keep: Called every few seconds while it waits; raises where it must not go on.
        stall_s: Seconds after which it gives up on a system that does not move.
    """

    def __init__(
        self, orders: Orders, order: Order, system: str, keep: Callable[[], None], stall_s: float
    ) -> None:
        self._orders, self._order, self._keep, self._stall_s = orders, order, keep, stall_s
        self._system = system
        place = order.systems.index(system)
        self._before = order.systems[place - 1] if place else ""
        self._work: list[WorkState] = []
        self._moved = self._kept = time.monotonic()

    async def come(self, chunk: int) -> bool:
        """Wait for a chunk; return False where it never comes, for the order is taken back.

        Raises:
            OrderError: The system before has halted, or does not move.
        """
        self._moved = time.monotonic()
        while self._before and not self._has(chunk):
            order = self._orders.get(self._order.id)
            if order.failing:
                return False
            if order.halted:
                raise OrderError(f"{self._system}: waits no longer, for {order.halted}")
            self._stay()
            await asyncio.sleep(_POLL_S)
        return not self._orders.get(self._order.id).failing

    def _has(self, chunk: int) -> bool:
        """Return whether the system before has a chunk; what it had when it was last asked counts.

        One that is quicker than the one before asks once for all that has come meanwhile.
        """
        if self._work and self._work[chunk] == "applied":
            return True
        work = self._orders.work(self._order.id, self._before)
        if work != self._work:
            self._work, self._moved = work, time.monotonic()
        return work[chunk] == "applied"

    def _stay(self) -> None:
        now = time.monotonic()
        if now - self._moved > self._stall_s:
            problem = f"{self._before} has not moved for {self._stall_s:g} s"
            raise OrderError(f"{self._system}: waits no longer, for {problem}")
        if now - self._kept > _KEEP_S:
            self._keep()
            self._kept = now
