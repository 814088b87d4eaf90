"""What a repair claims in the ledger, so that no order comes at it meanwhile.

A claim ends with the repair; one of a repair that was killed ends by itself.
"""

import time
from dataclasses import dataclass, field

from forerunner.database import Execute
from forerunner.orders import allocation
from forerunner.orders.allocation import Interval
from forerunner.orders.errors import NumbersTaken
from forerunner.orders.pulse import EVERY_S
from forerunner.orders.record import Orders
from forerunner.telco import Subscriber

STANDS_S = 600.0
"""Seconds for which a claim stands without a sign of whoever made it: longer than one writing."""


@dataclass
class Claims:
    """The claims of one repair, on all systems together.

    Attributes:
        orders: The ledger's orders.
        run: Name of the repair; none other has it, so that it ends no claims but its own.
    """

    orders: Orders
    run: str
    _kept: float = field(default=0.0, init=False)

    @property
    def owner(self) -> str:
        """Return whose they are in the ledger; no order has such a name."""
        return f"/{self.run}"

    def sim(self, sim: Subscriber) -> str:
        """Claim a SIM in service, and return why it cannot be; empty where it is claimed."""
        return self._take([Interval("change", int(sim.imsi), int(sim.imsi))])

    def stray(self, identity: str) -> None:
        """Claim what is nobody's, so that no order takes it as a new number.

        What some order has by now, or gave back lately, no other can take: that is as good.
        """
        number = int(identity)
        for kind in allocation.NUMBERS:
            self._take([Interval(kind, number, number)])

    def keep(self) -> None:
        """Let the claims stand on; called often, it tells the ledger every few seconds."""
        if time.monotonic() - self._kept < EVERY_S:
            return
        until = self.orders.book.clock() + STANDS_S
        self.orders.book.transact(lambda execute: allocation.extend(execute, self.owner, until))
        self._kept = time.monotonic()

    def end(self) -> None:
        """Let orders have again what was repaired."""

        def drop(execute: Execute) -> None:
            allocation.release(execute, self.owner)
            allocation.forget(execute, self.owner)

        self.orders.book.transact(drop)

    def _take(self, wanted: list[Interval]) -> str:
        now = self.orders.book.clock()

        def take(execute: Execute) -> None:
            allocation.take(execute, self.owner, wanted, now, now + STANDS_S)

        try:
            self.orders.book.transact(take)
        except NumbersTaken as error:
            return str(error)
        return ""
