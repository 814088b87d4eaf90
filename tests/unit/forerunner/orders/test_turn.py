"""A system waits for the one before as long as somebody works on that, however slowly."""

import asyncio
import time

import pytest

from forerunner.orders import pulse
from forerunner.orders.errors import OrderError
from forerunner.orders.leg import Leg
from forerunner.orders.record import Order, Orders
from forerunner.orders.terms import Terms


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pulse beat oftener than a lease wants it."""
    monkeypatch.setattr(pulse, "EVERY_S", 0.1)


def checked(orders: Orders, order: Order, shelves) -> None:  # type: ignore[no-untyped-def]
    for each in shelves.values():
        asyncio.run(Leg(orders, order, each, Terms(lambda: None)).check())


def test_a_throttle_that_is_slower_than_the_stall_keeps_nobody_from_waiting(
    orders: Orders, shelves, create
) -> None:
    order = create("a", 0, 6)
    checked(orders, order, shelves)
    # Each SIM takes longer than a system is waited for that nobody works on.
    slow = Terms(lambda: None, rate=1.5, stall_s=0.4)
    quick = Terms(lambda: None, stall_s=0.4)

    async def all_at_once() -> None:
        terms = {"hlr1": slow}
        legs = [Leg(orders, order, x, terms.get(x.name, quick)) for x in shelves.values()]
        await asyncio.gather(*(leg.apply() for leg in legs))

    asyncio.run(all_at_once())

    assert {len(each.records) for each in shelves.values()} == {6}
    assert {orders.work("a", name)[0] for name in shelves} == {"applied"}


def test_a_system_that_nobody_works_on_is_not_waited_for(orders: Orders, shelves, create) -> None:
    order = create("a", 0, 6)
    checked(orders, order, shelves)
    leg = Leg(orders, order, shelves["hss1"], Terms(lambda: None, stall_s=0.4))

    with pytest.raises(OrderError, match=r"nobody has worked on hlr1 for 0\.4 s"):
        asyncio.run(leg.apply())


def test_whoever_works_on_another_part_is_not_waited_for(orders: Orders, shelves, create) -> None:
    order, pulses = create("a", 0, 25), []
    checked(orders, order, shelves)
    leg = Leg(orders, order, shelves["hss1"], Terms(lambda: None, stall_s=0.4, chunks=range(1)))

    def beat() -> None:
        pulses.append(orders.beat("a", "hlr1", 1))

    async def beside() -> None:
        async with asyncio.timeout(5):
            other = asyncio.ensure_future(_repeatedly(beat))
            try:
                await leg.apply()
            finally:
                other.cancel()

    with pytest.raises(OrderError, match="nobody has worked on hlr1"):
        asyncio.run(beside())
    assert pulses


async def _repeatedly(act) -> None:  # type: ignore[no-untyped-def]
    while True:
        act()
        await asyncio.sleep(0.05)


def test_a_slow_throttle_keeps_its_leave_and_ends_when_it_is_lost(
    orders: Orders, shelves, create
) -> None:
    order, began = create("a", 0, 2), time.monotonic()
    checked(orders, order, shelves)

    def permit() -> None:
        if time.monotonic() - began > 0.5:
            raise OrderError("its lease is over")

    leg = Leg(orders, order, shelves["hlr1"], Terms(permit, rate=0.01))
    with pytest.raises(OrderError, match="its lease is over"):
        asyncio.run(leg.apply())
    assert len(shelves["hlr1"].records) == 1
