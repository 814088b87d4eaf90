"""A SIM in service is on the systems of its order, and an order on it goes to all of those."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forerunner.orders.allocation import Interval, take
from forerunner.orders.asking import asked
from forerunner.orders.cards import Cards
from forerunner.orders.columns import Pools
from forerunner.orders.entering import Asked, enter
from forerunner.orders.reach import reach_of
from forerunner.orders.reconciling import drifts
from forerunner.orders.record import Orders
from forerunner.orders.site import Site
from forerunner.sims.rejects import Rejected
from forerunner.sims.request import read_request
from forerunner.telco import Change, Subscriber

INVENTORY = {"hlr1": "hlr", "hss1": "hss", "mind1": "mind"}
Bring = Callable[..., list[Subscriber]]


@pytest.fixture
def bring(orders: Orders, sim: Callable[..., Subscriber]) -> Bring:
    """Bring SIMs into service by an order: `bring("a", 0, 3, "hlr1", "hss1")`."""

    def act(name: str, first: int, count: int, *systems: str) -> list[Subscriber]:
        some = [sim(first + n) for n in range(count)]
        numbers = {"imsi": [Interval("imsi", int(some[0].imsi), int(some[-1].imsi))]}

        def allocate(execute: Any) -> Any:
            take(execute, name, numbers["imsi"], 0.0)
            return numbers

        changes = [Change(None, each) for each in some]
        rest = ({}, count, allocate, lambda _: iter(changes))
        enter(orders, Asked(name, "h", "create", systems, *rest), 10)
        cards = Cards(orders.book, orders.seal)
        orders.book.transact(lambda execute: cards.change(execute, name, changes))
        orders.set_state(name, "done")
        return some

    return act


@pytest.fixture
def ask(orders: Orders, tmp_path: Path) -> Callable[..., Asked]:
    def act(operation: str, sims: list[Subscriber], **more: Any) -> Asked:
        rows = [{"imsi": each.imsi} for each in sims]
        data = {"request_id": "b", "operation": operation, "sims": rows, **more}
        (tmp_path / "b.json").write_text(json.dumps(data))
        site = Site(Pools([]), ["basic"], Cards(orders.book, orders.seal))
        request = read_request(tmp_path / "b.json")
        return asked(request, site, reach_of(request, INVENTORY), 0.0)

    return act


def test_an_order_on_sims_goes_to_all_systems_that_they_are_on(bring: Bring, ask) -> None:
    some = bring("a", 0, 3, "hlr1", "mind1")

    assert ask("terminate", some).systems == ("hlr1", "mind1")


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("terminate", {}),
        ("suspend", {}),
        ("port_out", {"routing_number": "D018"}),
        ("change_msisdn", {"new_msisdn": "491510000900"}),
        ("swap_sim", {"new_imsi": "001010000000900", "key_source": "generated",
                      "new_iccid": "8949100000000009006"}),
    ],
)  # fmt: skip
def test_targets_that_would_leave_sims_half_there_are_refused_row_by_row(
    bring: Bring, ask, operation: str, more: dict[str, str]
) -> None:
    some = bring("a", 0, 2, "hlr1", "hss1", "mind1")

    with pytest.raises(Rejected) as raised:
        ask(operation, some, targets=["hlr", "hss1"], quantity=2, **more)

    told = [(x.row, x.field, x.reason) for x in raised.value.rejects if x.row]
    left = "it is on mind1 as well, which targets leaves out; name them too, or no targets"
    assert [(row, field) for row, field, _ in told] == [(1, "imsi"), (2, "imsi")]
    assert all(left in reason for _, _, reason in told)


def test_all_that_sims_are_on_may_be_named(bring: Bring, ask) -> None:
    some = bring("a", 0, 2, "hlr1", "hss1")

    assert ask("terminate", some, targets=["hss", "hlr"]).systems == ("hlr1", "hss1")


def test_sims_on_different_systems_are_ordered_apart(bring: Bring, ask) -> None:
    some = [*bring("a", 0, 1, "hlr1", "hss1"), *bring("c", 1, 1, "hlr1")]

    with pytest.raises(Rejected, match=r"row 2, imsi: .*: it is on hlr1, and the first SIM on"):
        ask("terminate", some)


def test_a_system_that_the_inventory_lost_is_left_out_only_when_asked_for(
    bring: Bring, ask
) -> None:
    some = bring("a", 0, 1, "hlr1", "old1")

    with pytest.raises(Rejected, match="it is on old1 as well, which the inventory does not"):
        ask("terminate", some)
    assert ask("terminate", some, targets=["hlr1"]).systems == ("hlr1",)


def test_sims_that_no_order_brought_are_on_all_systems(orders: Orders, ask, sim) -> None:
    cards = Cards(orders.book, orders.seal)
    orders.book.transact(lambda execute: cards.change(execute, "x", [Change(None, sim(7))]))

    assert ask("terminate", [sim(7)]).systems == tuple(INVENTORY)
    with pytest.raises(Rejected, match="hss1, mind1 as well"):
        ask("terminate", [sim(7)], targets=["hlr"])


def test_a_system_without_some_sims_lacks_none_of_them(
    orders: Orders, bring: Bring, shelves
) -> None:
    bring("a", 0, 2, "hlr1", "hss1")
    (astray,) = bring("c", 2, 1, "hlr1")
    shelves["hss1"].records[astray.imsi] = shelves["hss1"].expected(astray)

    found = asyncio.run(drifts(orders, shelves["hss1"]))

    assert [(x.kind, x.identity[-1]) for x in found] == [
        ("missing", "0"), ("missing", "1"), ("stray", "2")
    ]  # fmt: skip
    assert asyncio.run(drifts(orders, shelves["mind1"])) == []
