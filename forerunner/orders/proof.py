"""Proving SIMs of an order: a sample of them authenticates as in the network."""

import random
from collections.abc import Sequence
from typing import cast

from forerunner.orders.record import Chunk, Order, Orders
from forerunner.telco import Proving, Subscriber, SubscriberSystem

_SAID = "it does not authenticate: "


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
    service (suspended, terminated) is not asked for, nor is any on a system that cannot show it.

    Raises:
        SystemUnreachable: The system does not answer.
    """
    proven, found = 0, False
    positions = set(sample(order.total, size, order.id)) if hasattr(system, "prove") else set()
    for number in range(order.chunks) if positions else ():
        some = [x for x in _served(orders.chunk(order.id, number)) if x[0] in positions]
        if some:
            good = await _prove(orders, order, system, number, some)
            proven, found = proven + good, found or good < len(some)
    if not found:
        orders.set_proven(order.id, system.name)
    return proven


async def _prove(
    orders: Orders,
    order: Order,
    system: SubscriberSystem,
    number: int,
    some: Sequence[tuple[int, Subscriber]],
) -> int:
    problems = await cast(Proving, system).prove([each for _, each in some])
    said = zip(some, problems, strict=True)
    found = [(at, each.imsi, _SAID + problem) for (at, each), problem in said if problem]
    if found:
        orders.troubles(order.id).note(system.name, number, found)
        orders.fail(order.id, f"{system.name}: {found[0][1]}: {found[0][2]}")
    return len(some) - len(found)


def _served(chunk: Chunk) -> list[tuple[int, Subscriber]]:
    """Return the SIMs of a chunk that are to get service, by position."""
    after = ((at, x.after) for at, x in zip(chunk.positions, chunk.changes, strict=True))
    return [(at, each) for at, each in after if each and each.status == "active"]
