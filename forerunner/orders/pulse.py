"""A worker's pulse in the ledger: whoever waits for it knows that it lives, however slow it is."""

import time

from forerunner.orders.record import Order, Orders
from forerunner.orders.terms import Terms

EVERY_S = 5.0
"""Seconds between two beats, and between two questions for leave: a lease lasts longer."""


class Pulse:
    """Asks for leave before each write, and says in the ledger every few seconds who is at work.

    Args:
        orders: The ledger's orders.
        order: The order.
        system: The system that is worked on.
        terms: What leave is asked by.
    """

    def __init__(self, orders: Orders, order: Order, system: str, terms: Terms) -> None:
        self._orders, self._order, self._system, self._terms = orders, order, system, terms
        # Parts of an order are worked on side by side: each is waited for by itself.
        self.chunks = range(order.chunks) if terms.chunks is None else terms.chunks
        self._beaten = time.monotonic()

    def permit(self) -> None:
        """Ask for leave to write now; raises what prevents it."""
        self._terms.permit()
        now = time.monotonic()
        if now - self._beaten >= EVERY_S:
            self._orders.beat(self._order.id, self._system, self.chunks.start)
            self._beaten = now
