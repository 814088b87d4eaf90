"""Which systems SIMs in service are on, and which an order on them has to go to.

A SIM is on the systems of the order that brought it into service, which is the one that took its
IMSI: an order that changes it goes to all of those, so that no system keeps what it was before.
"""

import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from forerunner.errors import InvalidData
from forerunner.orders.book import Book
from forerunner.sims.request import Request

_SOME = 500
# The interval that an IMSI is in is the last that begins before its end.
_BROUGHT = """SELECT c.imsi, o.systems FROM sim_cards c JOIN sim_numbers n ON n.kind = 'imsi'
    AND n.state = 'taken' AND n.last >= CAST(c.imsi AS BIGINT) AND n.first = (SELECT MAX(m.first)
    FROM sim_numbers m WHERE m.kind = 'imsi' AND m.first <= CAST(c.imsi AS BIGINT))
    JOIN sim_orders o ON o.id = n.order_id"""
_INTERVALS = """SELECT n.first, n.last, o.systems FROM sim_numbers n JOIN sim_orders o
    ON o.id = n.order_id WHERE n.kind = 'imsi' AND n.state = 'taken' ORDER BY n.first"""


class Places:
    """The systems that SIMs in service are on.

    Args:
        book: The ledger's tables of orders.
    """

    def __init__(self, book: Book) -> None:
        self._book = book

    def of(self, imsis: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return them by IMSI; a SIM that no order brought is left out, and is everywhere."""
        found: dict[str, tuple[str, ...]] = {}
        for first in range(0, len(imsis), _SOME):
            some = {f"n{at}": each for at, each in enumerate(imsis[first : first + _SOME])}
            named = ", ".join(f":{name}" for name in some)
            rows = self._book.execute(f"{_BROUGHT} WHERE c.imsi IN ({named})", **some)
            found |= {str(imsi): tuple(json.loads(systems)) for imsi, systems in rows}
        return found

    def without(self, system: str) -> "Without":
        """Return the SIMs that are on other systems alone."""
        rows = self._book.execute(_INTERVALS)
        found = [(int(a), int(b)) for a, b, systems in rows if system not in json.loads(systems)]
        return Without([a for a, _ in found], [b for _, b in found])


@dataclass(frozen=True)
class Without:
    """IMSIs that a system is to have nothing of, as intervals in their order.

    Attributes:
        firsts: The first of each.
        lasts: The last of each.
    """

    firsts: Sequence[int]
    lasts: Sequence[int]

    def __contains__(self, imsi: str) -> bool:
        place = bisect_right(self.firsts, int(imsi)) - 1
        return place >= 0 and int(imsi) <= self.lasts[place]


@dataclass
class Reach:
    """The systems of one order on SIMs in service; takes the SIMs one by one.

    Attributes:
        inventory: All systems, in the order in which a SIM comes to them.
        named: Those that the request names; None where it names none.
        on: Those that the first SIM is on.
    """

    inventory: Sequence[str]
    named: Sequence[str] | None
    on: Collection[str] | None = field(default=None, init=False)

    @property
    def systems(self) -> tuple[str, ...]:
        """Return where the order goes to: where it is told to, else where its SIMs are."""
        goes = self.named or (self.inventory if self.on is None else self.on)
        return tuple(name for name in self.inventory if name in goes)

    def problem(self, on: Collection[str] | None) -> str:
        """Return why a SIM cannot be of this order; empty where it can.

        Args:
            on: The systems that it is on; None for all.
        """
        places = self.inventory if on is None else on
        if self.on is None:
            self.on = places
        if self.named is None:
            return self._unlike(places)
        left = [name for name in self.inventory if name in places and name not in self.named]
        reason = f"it is on {', '.join(left)} as well, which targets leaves out"
        return f"{reason}; name them too, or no targets for all that it is on" if left else ""

    def _unlike(self, places: Collection[str]) -> str:
        gone = [name for name in places if name not in self.inventory]
        if gone:
            reason = f"it is on {', '.join(gone)} as well, which the inventory does not have"
            return f"{reason}; name all others as targets to leave that as it is"
        if {*places} != {*(self.on or ())}:
            reason = (
                f"it is on {', '.join(places)}, and the first SIM on {', '.join(self.on or ())}"
            )
            return f"{reason}; order them apart"
        return ""


def reach_of(request: Request, inventory: Mapping[str, str]) -> Reach:
    """Return which systems a request is for.

    Args:
        request: The request.
        inventory: Kind by inventory name, in the order in which a SIM comes to them.

    Raises:
        InvalidData: It names one that the inventory does not have.
    """
    wanted = request.data.get("targets")
    for each in wanted or ():
        if each not in inventory and each not in inventory.values():
            problem = f"{each} is no system of the inventory; it has {', '.join(inventory)}"
            raise InvalidData(request.source, "targets", problem)
    if not wanted:
        return Reach(list(inventory), None)
    named = [name for name, kind in inventory.items() if name in wanted or kind in wanted]
    return Reach(list(inventory), named)
