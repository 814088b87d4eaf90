"""Waiting for the system before: a SIM comes to each system once the one before has it."""

import asyncio
import time

from forerunner.orders import pulse
from forerunner.orders.errors import OrderError
from forerunner.orders.pulse import Pulse
from forerunner.orders.record import Order, Orders
from forerunner.orders.states import HELD, WorkState
from forerunner.orders.terms import Terms

_POLL_S = 0.2


class Turn:
    """Tells when a system may have a chunk.

    Args:
        orders: The ledger's orders.
        order: The order.
        system: The system that waits.
        terms: For how long it waits.
        pulse: What keeps its leave to write alive meanwhile.
    """

    def __init__(
        self, orders: Orders, order: Order, system: str, terms: Terms, pulse: Pulse
    ) -> None:
        self._pulse = pulse
        self._orders, self._order, self._system, self._terms = orders, order, system, terms
        place = order.systems.index(system)
        self._before = order.systems[place - 1] if place else ""
        self._work: list[WorkState] = []
        self._moved = self._kept = time.monotonic()
        self._beat = 0.0

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
        self._work = self._orders.work(self._order.id, self._before)
        return self._work[chunk] in HELD

    def _stay(self) -> None:
        now = time.monotonic()
        if now - self._kept > pulse.EVERY_S:
            self._pulse.permit()
            self._kept = now
            # A throttle may take hours for a chunk: what counts is that somebody is at it.
            beat = self._orders.last_beat(self._order.id, self._before, self._pulse.chunks)
            if beat != self._beat:
                self._beat, self._moved = beat, now
        if now - self._moved > self._terms.stall_s:
            problem = f"nobody has worked on {self._before} for {self._terms.stall_s:g} s"
            raise OrderError(f"{self._system}: waits no longer, for {problem}")
