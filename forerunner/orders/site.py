"""What the inventory and the ledger say of orders, and how a request finds its numbers there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forerunner.errors import InvalidData
from forerunner.orders.cards import Cards
from forerunner.orders.columns import Pooled, Pools, Ranged
from forerunner.sims.numbers import NumberKind
from forerunner.sims.packed import Packed
from forerunner.sims.request import Request


@dataclass(frozen=True)
class Site:
    """What orders are made of.

    Attributes:
        pools: The number pools of the inventory.
        profiles: Its service profiles.
        cards: The SIMs in service.
        password_file: The vault password's, for secrets in vaults; None for the environment's.
        takes_encrypted: Whether the systems that hold keys take them as a vendor encrypted them.
    """

    pools: Pools
    profiles: Sequence[str]
    cards: Cards
    password_file: Path | None = None
    takes_encrypted: bool = False

    def column(self, request: Request, kind: NumberKind, field: str, count: int) -> Ranged | Pooled:
        """Return where a request's numbers of a kind come from, by a field of it.

        Args:
            request: The request.
            kind: Of the numbers.
            field: Of the request.
            count: How many are wanted; 0 where a range says it.

        Raises:
            InvalidData: It names none, or a range that lies in no pool.
        """
        if field not in request.data:
            raise InvalidData(request.source, field, "is needed: a pool, or a range FIRST-LAST")
        column = self.pools.column(request.source, field, kind, str(request.data[field]), count)
        if isinstance(column, Ranged) and not foreign(request, kind):
            if not self.pools.hold(column.span):
                problem = f"lies in no pool of {kind} in the inventory"
                raise InvalidData(request.source, field, problem)
        elif foreign(request, kind) and not isinstance(column, Ranged):
            problem = "is a pool of ours; name the numbers that come from another operator"
            raise InvalidData(request.source, field, problem)
        return column

    def strays(self, request: Request, numbers: Packed) -> Iterator[int]:
        """Yield the places of numbers that lie in no pool of the inventory and ought to."""
        if not foreign(request, numbers.kind):
            yield from self.pools.strays(numbers)


def foreign(request: Request, kind: NumberKind) -> bool:
    """Return whether numbers are another operator's until now, and in no pool of ours."""
    return request.operation == "port_in" and kind == "msisdn"
