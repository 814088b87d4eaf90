"""Waiting for the system before: a SIM comes to each system once the one before has it."""

import asyncio
import time

from forerunner.orders.errors import OrderError
from forerunner.orders.record import Order, Orders
from forerunner.orders.states import HELD, WorkState
from forerunner.orders.terms import Terms

_POLL_S = 0.2
# A lease lasts longer than this; one that waits must not lose it.
_KEEP_S = 5.0


class Turn:
    """Tells when a system may have a chunk.

    Args:
        orders: The ledger's orders.
        order: The order.
        system: The system that waits.
        terms: For how long it waits, and what keeps its leave to write alive meanwhile.
    """

    def __init__(self, orders: Orders, order: Order, system: str, terms: Terms) -> None:
        self._orders, self._order, self._system, self._terms = orders, order, system, terms
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
            if self._orders.get(self._order.id).failing:
                return False
            if halts := self._orders.troubles(self._order.id).halts(self._terms.shard):
                raise OrderError(f"{self._system}: waits no longer, for {halts[0].why}")
            self._stay()
            await asyncio.sleep(_POLL_S)
        return not self._orders.get(self._order.id).failing

    def _has(self, chunk: int) -> bool:
        """Return whether the system before has a chunk; what it had when it was last asked counts.

        One that is quicker than the one before asks once for all that has come meanwhile.
        """
        if self._work and self._work[chunk] in HELD:
            return True
        work = self._orders.work(self._order.id, self._before)
        if work != self._work:
            self._work, self._moved = work, time.monotonic()
        return work[chunk] in HELD

    def _stay(self) -> None:
        now = time.monotonic()
        if now - self._moved > self._terms.stall_s:
            problem = f"{self._before} has not moved for {self._terms.stall_s:g} s"
            raise OrderError(f"{self._system}: waits no longer, for {problem}")
        if now - self._kept > _KEEP_S:
            self._terms.permit()
            self._kept = now
