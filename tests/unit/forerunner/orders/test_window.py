"""When an order may be written: in the window of its request and of each system."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from forerunner.orders import task
from forerunner.orders.record import Order, Orders
from forerunner.orders.states import Only
from forerunner.orders.terms import Terms
from forerunner.orders.window import closed_until, outside

Create = Callable[..., Order]
WINDOW = "2026-12-01T22:00Z/2026-12-02T04:00:00+00:00"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-12-01T21:59:59+00:00", "opens 2026-12-01 22:00 UTC"),
        ("2026-12-01T22:00:00+00:00", ""),
        ("2026-12-02T03:59:59+00:00", ""),
        ("2026-12-02T04:00:00+00:00", "closed 2026-12-02 04:00 UTC"),
        # An hour before it begins, by the clocks of another zone.
        ("2026-12-01T22:00:00+01:00", "opens 2026-12-01 22:00 UTC"),
    ],
)
def test_a_moment_is_inside_the_window_or_it_is_said_how_it_misses_it(
    moment: str, said: str
) -> None:
    assert outside(WINDOW, datetime.fromisoformat(moment)) == said


def test_without_a_window_any_time_will_do() -> None:
    assert (outside("", datetime.now(UTC)), closed_until((), "UTC", datetime.now(UTC))) == ("", "")


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("2000-01-01T00:00Z/2000-01-02T00:00Z", "closed 2000-01-02 00:00 UTC; give its request"),
        ("2100-01-01T00:00Z/2100-01-02T00:00Z", "opens 2100-01-01 00:00 UTC; run it then"),
    ],
)
def test_nothing_is_written_outside_the_window_of_the_request(
    orders: Orders, create: Create, window: str, said: str
) -> None:
    order = create("a", 0, 5)
    orders.set_request(order.id, {**order.request, "window": window})
    for system in order.systems:
        orders.set_work(order.id, system, 0, "checked", Only(frozenset({"planned"})))

    told = task.do(orders, work(order, "apply"))

    assert f"the window of order a {said}" in told["message"]
    assert set(orders.work(order.id, order.systems[0])) == {"checked"}


def work(order: Order, action: Any) -> task.Work:
    return task.Work(order.systems[0], "hlr", {}, order.id, action, Terms(permit=lambda: None))
