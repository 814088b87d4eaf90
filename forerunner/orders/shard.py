"""A part of an order that is worked on by itself, as `2/8`: which chunks, under which leases."""

import re
from dataclasses import dataclass
from typing import Self

from forerunner.orders.errors import OrderError
from forerunner.orders.record import Order

_TEXT = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Shard:
    """One of so many parts of an order.

    Attributes:
        number: From 1.
        of: How many there are; 1 for the whole order.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read `2/8`; an empty text means the whole order.

        Raises:
            OrderError: It is something else.
        """
        if not text:
            return cls()
        found = _TEXT.fullmatch(text)
        if not found or int(found[1]) > int(found[2]):
            raise OrderError(f"shard {text[:20]!r} is no part of an order; write it as 2/8")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}" if self.of > 1 else ""

    def chunks(self, total: int) -> range:
        """Return which chunks of so many belong to it."""
        return range(total * (self.number - 1) // self.of, total * self.number // self.of)

    def leases(self, order: Order) -> list[str]:
        """Return what it leases of each system: other orders are brought to it beside this one."""
        return [self.lease(order, system) for system in order.systems]

    def lease(self, order: Order, system: str) -> str:
        """Return what it leases of a system; that of a whole order stands for all its shards."""
        part = f"/{self.number}-of-{self.of}" if self.of > 1 else ""
        return f"{system}/{order.id}{part}"
