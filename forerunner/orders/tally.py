"""How many SIM orders stand where."""

from dataclasses import dataclass
from typing import cast, get_args

from forerunner.orders.book import Book
from forerunner.orders.states import OrderState


@dataclass(frozen=True)
class Standing:
    """The orders that stand at one state.

    Attributes:
        orders: How many.
        sims: SIMs of all of them.
    """

    orders: int = 0
    sims: int = 0


def tally(book: Book) -> dict[OrderState, Standing]:
    """Return how many orders stand at each state, also where none does.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    rows = book.execute("SELECT state, count(*), sum(total) FROM sim_orders GROUP BY state")
    found = {cast(OrderState, state): Standing(int(n), int(sims)) for state, n, sims in rows}
    return {state: found.get(state, Standing()) for state in get_args(OrderState)}
