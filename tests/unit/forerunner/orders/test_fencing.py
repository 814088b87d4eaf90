"""Two who work on one order, and a death at the worst moment: neither writes over the other."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from forerunner.fleet.inventory import device_results
from forerunner.orders import entering, steps
from forerunner.orders.errors import OrderError
from forerunner.orders.finish import finish
from forerunner.orders.leg import Leg
from forerunner.orders.record import Order, Orders
from forerunner.orders.shard import Shard
from forerunner.orders.states import Only
from forerunner.orders.terms import Terms

Create = Callable[..., Order]
ANY = Only(frozenset({"planned", "checked", "begun"}))
PLANNED = Only(frozenset({"planned"}))
NOBODY = Shard.from_text("")


def leg(orders: Orders, order: Order, shelf, **terms) -> Leg:  # type: ignore[no-untyped-def]
    given = Terms(**{"permit": lambda: None, "patience_s": 1.0, **terms})
    return Leg(orders, orders.get(order.id), shelf, given)


def applied(orders: Orders, order: Order, shelves) -> None:  # type: ignore[no-untyped-def]
    for act in ("check", "apply"):
        for each in shelves.values():
            asyncio.run(getattr(leg(orders, order, each), act)())


def undone(orders: Orders, order: Order, shelves) -> str:  # type: ignore[no-untyped-def]
    for each in reversed(shelves.values()):
        asyncio.run(leg(orders, order, each).undo())
    return finish(orders, orders.get(order.id), lambda _: 60.0).state


def test_a_dry_run_leaves_an_order_that_is_under_way(
    orders: Orders, shelves, create: Create
) -> None:
    order = create("a", 0, 25)
    said = steps.settle_dry(orders, "a", NOBODY)

    assert "it is under way, and stays as it is" in said["message"]
    entering.drop(orders, "a")
    assert orders.get("a") == order
    applied(orders, order, shelves)
    steps.settle_dry(orders, "a", NOBODY)
    assert {len(each.records) for each in shelves.values()} == {25}


def test_a_dry_run_forgets_what_it_entered_itself(orders: Orders, create: Create) -> None:
    order = create("a", 0, 25)
    orders.set_request("a", {**order.request, entering.DRY: True})

    assert "would be carried out" in steps.settle_dry(orders, "a", NOBODY)["message"]
    assert orders.find("a") is None
    create("b", 0, 25)


def test_of_nothing_a_dry_run_makes_nobody_fail(orders: Orders) -> None:
    said = steps.settle_dry(orders, "none", NOBODY)
    assert said["ansible_facts"]["device_results"] == device_results({})


def test_what_was_changed_since_it_was_brought_is_parked_however_often_it_is_tried(
    orders: Orders, shelves, create: Create, sim
) -> None:
    order = create("a", 0, 25)
    applied(orders, order, shelves)
    imsi = sim(3).imsi
    shelves["mind1"].records[imsi] = {**shelves["mind1"].records[imsi], "status": "barred"}
    orders.fail("a", "refused")

    assert [undone(orders, order, shelves) for _ in range(3)] == ["parked"] * 3
    assert list(shelves["mind1"].records) == [imsi]
    del shelves["mind1"].records[imsi]
    assert undone(orders, order, shelves) == "undone"


@pytest.mark.parametrize(
    ("turn", "state", "only"),
    [
        (
            lambda o: o.set_work("a", "hlr1", 0, "begun", ANY),
            "checked",
            Only(frozenset({"planned"})),
        ),
        (lambda o: o.set_state("a", "undone"), "begun", ANY),
        (lambda o: o.fail("a", "refused"), "begun", replace(ANY, failing=False)),
        (lambda o: None, "undone", replace(ANY, failing=True)),
        (lambda o: o.book.execute("DELETE FROM sim_orders"), "begun", ANY),
    ],
)
def test_a_chunk_that_somebody_else_went_on_with_is_not_noted(
    orders: Orders, create: Create, turn, state, only
) -> None:
    create("a", 0, 25)
    turn(orders)
    with pytest.raises(OrderError, match="somebody else went on with it"):
        orders.set_work("a", "hlr1", 0, state, only)


def test_what_was_noted_may_be_noted_again(orders: Orders, create: Create) -> None:
    create("a", 0, 25)
    for _ in range(2):
        orders.set_work("a", "hlr1", 0, "checked", PLANNED)
    assert orders.work("a", "hlr1")[0] == "checked"


def test_a_part_without_chunks_writes_nothing(orders: Orders, shelves, create: Create) -> None:
    order = create("a", 0, 25)
    for each in shelves.values():
        asyncio.run(leg(orders, order, each).check())
    asyncio.run(leg(orders, order, shelves["hlr1"], chunks=range(0)).apply())
    assert shelves["hlr1"].writes == 0


def test_a_reason_stays_and_an_end_is_the_end(orders: Orders, create: Create) -> None:
    create("a", 0, 25)
    orders.fail("a", "the HLR refuses it")
    orders.go_on("a", "undoing")
    assert (orders.get("a").state, orders.get("a").reason) == ("undoing", "the HLR refuses it")
    orders.set_state("a", "undone", "the HLR refuses it")
    orders.go_on("a", "applying")
    assert orders.get("a").state == "undone"


def test_numbers_are_free_only_together_with_the_end(
    orders: Orders, shelves, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = create("a", 0, 25)
    applied(orders, order, shelves)
    for name in shelves:
        orders.set_proven("a", name)
    claims = "SELECT count(*) FROM sim_numbers WHERE state = 'taken'"
    before = orders.book.execute(claims)
    monkeypatch.setattr(orders, "set_state", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        finish(orders, orders.get("a"), lambda _: 60.0)
    monkeypatch.undo()

    assert orders.book.execute(claims) == before
    assert finish(orders, orders.get("a"), lambda _: 60.0).state == "done"


def test_whoever_enters_an_order_second_does_not_make_its_keys_anew(
    orders: Orders, create: Create
) -> None:
    create("a", 0, 25)
    before = orders.chunk("a", 0)
    with pytest.raises(OrderError, match="somebody else entered it meanwhile"):
        orders.book.transact(
            lambda execute: entering._add(execute, ("a", 0, 0, 10, "of another writer"))
        )
    assert orders.chunk("a", 0) == before


def test_each_attempt_asks_whether_it_may(orders: Orders, shelves, create: Create) -> None:
    order, asked = create("a", 0, 5), []
    asyncio.run(leg(orders, order, shelves["hlr1"]).check())
    shelves["hlr1"].breaks_at = {1, 2, 3}
    asyncio.run(leg(orders, order, shelves["hlr1"], permit=lambda: asked.append(1)).apply())
    # Once before the chunk is begun, and before each of four attempts.
    assert len(asked) == 5


def test_who_may_not_any_more_writes_nothing_more(orders: Orders, shelves, create: Create) -> None:
    order, asked = create("a", 0, 5), []

    def permit() -> None:
        asked.append(1)
        if len(asked) > 2:
            raise OrderError("its ansible-playbook has ended")

    asyncio.run(leg(orders, order, shelves["hlr1"]).check())
    shelves["hlr1"].breaks_at = {2}
    with pytest.raises(OrderError, match="has ended"):
        asyncio.run(leg(orders, order, shelves["hlr1"], permit=permit).apply())
    assert shelves["hlr1"].writes == 2
