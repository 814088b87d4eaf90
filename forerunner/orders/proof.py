"""Proving SIMs of an order: a sample of them authenticates as in the network."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from forerunner.orders.record import Order, Orders
from forerunner.orders.troubles import NOT_PROVEN
from forerunner.telco import Proving, Subscriber, SubscriberSystem


def sample(total: int, size: int, seed: str) -> list[int]:
    """Return the positions of SIMs to prove: the first, the last, and others at random.

    Args:
        total: SIMs of the order.
        size: How many to prove, at the most all.
        seed: The same one gives the same sample.
    """
    ends = [0, total - 1][: min(size, total)]
    rest = range(1, total - 1)
    more = random.Random(seed).sample(rest, max(0, min(size - 2, len(rest))))
    return sorted({*ends, *more})


async def prove(orders: Orders, order: Order, system: SubscriberSystem, size: int) -> int:
    """Prove a sample of an order on a system, note what fails, and return how many were proven.

    An order of which a SIM does not authenticate is to be taken back. A SIM that is to get no
    service there (suspended, terminated, its number ported out) is not asked for, nor is any on a
    system that cannot show it.

    Raises:
        SystemUnreachable: The system does not answer.
    """
    positions = sample(order.total, size, order.id) if hasattr(system, "prove") and size else []
    some = [each for each in _chosen(orders, order, positions) if _served(system, each.sim)]
    # One conversation for all of them: opening it takes longer than some dozen SIMs.
    problems = await cast(Proving, system).prove([x.sim for x in some]) if some else []
    found = [(x, NOT_PROVEN + said) for x, said in zip(some, problems, strict=True) if said]
    for chosen, said in found:
        noted = [(chosen.position, chosen.sim.imsi, said)]
        orders.troubles(order.id).note(system.name, chosen.chunk, noted)
    if found:
        orders.fail(order.id, f"{system.name}: {found[0][0].sim.imsi}: {found[0][1]}")
    else:
        orders.set_proven(order.id, system.name)
    return len(some) - len(found)


@dataclass(frozen=True)
class _Chosen:
    """A SIM of the sample, and where it stands in the order."""

    chunk: int
    position: int
    sim: Subscriber


def _served(system: SubscriberSystem, sim: Subscriber) -> bool:
    return sim.status == "active" and system.expected(sim) is not None


def _chosen(orders: Orders, order: Order, positions: Sequence[int]) -> Iterator[_Chosen]:
    """Yield the SIMs at some positions of an order, as they are to stand."""
    wanted = set(positions)
    for number in orders.holding(order.id, positions):
        chunk = orders.chunk(order.id, number)
        for at, change in zip(chunk.positions, chunk.changes, strict=True):
            if at in wanted and change.after:
                yield _Chosen(number, at, change.after)
