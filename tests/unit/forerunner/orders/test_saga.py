"""An order is on every system or on none, wherever it breaks off and however often."""

import asyncio
from collections.abc import Callable

import pytest

from forerunner.gate import NotAdmitted
from forerunner.orders.errors import NumbersTaken, OrderError
from forerunner.orders.finish import End, finish
from forerunner.orders.leg import Leg
from forerunner.orders.proof import prove
from forerunner.orders.record import Order, Orders
from forerunner.orders.terms import Terms
from forerunner.telco import Change, SystemUnreachable, TelcoError

Create = Callable[..., Order]


def run(orders: Orders, order: Order, shelves, patience_s: float = 1.0, permit=lambda: None) -> End:
    """Do what the playbook does: look, apply on all systems at once, take back if need be, end."""
    terms = Terms(permit, patience_s=patience_s)

    async def everywhere(act: str) -> None:
        legs = (Leg(orders, orders.get(order.id), each, terms) for each in shelves.values())
        await asyncio.gather(*(getattr(leg, act)() for leg in legs))

    async def whole() -> End:
        await everywhere("check")
        await everywhere("apply")
        if not orders.get(order.id).failing:
            for each in shelves.values():
                await prove(orders, orders.get(order.id), each, 3)
        if orders.get(order.id).failing:
            for each in reversed(shelves.values()):
                await Leg(orders, orders.get(order.id), each, terms).undo()
        return finish(orders, orders.get(order.id), lambda _: 60.0)

    return asyncio.run(whole())


def counts(shelves) -> set[int]:
    return {len(each.records) for each in shelves.values()}


def test_all_of_an_order_is_on_every_system(orders: Orders, shelves, create: Create) -> None:
    end = run(orders, create("a", 0, 25), shelves)

    assert (end.state, counts(shelves)) == ("done", {25})
    assert end.work == {name: {"proven": 3} for name in shelves}


def test_the_same_request_again_does_nothing(orders: Orders, shelves, create: Create) -> None:
    run(orders, create("a", 0, 25), shelves)
    writes = [each.writes for each in shelves.values()]

    assert run(orders, create("a", 0, 25), shelves).state == "done"
    assert [each.writes for each in shelves.values()] == writes


def test_another_request_of_the_same_name_is_refused(orders: Orders, create: Create) -> None:
    create("a", 0, 25)

    with pytest.raises(OrderError, match="request_id a is the name of another request"):
        create("a", 0, 25, digest="other")


def test_two_orders_do_not_get_the_same_numbers(orders: Orders, create: Create) -> None:
    create("a", 0, 25)

    with pytest.raises(NumbersTaken, match="imsi 10124 is taken by order a"):
        create("b", 24, 5)


def test_a_number_in_use_rejects_an_order_before_anything_is_written(
    orders: Orders, shelves, create: Create, sim
) -> None:
    shelves["mind1"].records["x"] = {"imsi": "x", "msisdn": sim(7).msisdn}
    end = run(orders, create("a", 0, 25), shelves)

    assert (end.state, [each.writes for each in shelves.values()]) == ("rejected", [0, 0, 0])
    assert "its msisdn is in use there already" in end.reason
    create("b", 0, 25)


def test_a_profile_that_a_system_has_not_rejects_an_order_before_anything_is_written(
    orders: Orders, shelves, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_subscriber: object) -> None:
        raise TelcoError("mind1", "its service profile is none of this system's; add it")

    monkeypatch.setattr(shelves["mind1"], "expected", unknown)
    end = run(orders, create("a", 0, 25), shelves)

    assert (end.state, [each.writes for each in shelves.values()]) == ("rejected", [0, 0, 0])
    assert "its service profile is none of this system's" in end.reason


def test_a_sim_that_a_system_is_to_have_no_record_of_is_not_proven_there(
    orders: Orders, shelves, create: Create
) -> None:
    asked: list[str] = []

    async def proven(some) -> list[str]:  # type: ignore[no-untyped-def]
        asked.extend(each.imsi for each in some)
        return ["user unknown"] * len(some)

    shelf, order = shelves["hlr1"], create("a", 0, 25)
    shelf.prove = proven
    # As one is whose number was ported out.
    shelf.expected = lambda _: None
    assert asyncio.run(prove(orders, order, shelf, 20)) == 0
    assert (asked, orders.get(order.id).failing) == ([], False)


def test_a_refused_sim_takes_all_of_the_order_back(
    orders: Orders, shelves, create: Create, sim
) -> None:
    shelves["mind1"].refuses.add(sim(24).imsi)
    end = run(orders, create("a", 0, 25), shelves)

    assert (end.state, counts(shelves)) == ("undone", {0})
    assert "mind1: 001010000000024: refused" in end.reason


def test_somebody_elses_record_stays_when_an_order_is_taken_back(
    orders: Orders, shelves, create: Create, sim
) -> None:
    order, theirs = create("a", 0, 25), sim(24)
    shelf = shelves["hss1"]
    shelf.taken = _nothing_taken
    shelf.records[theirs.imsi] = {**shelf.expected(theirs), "k": "9" * 32}
    end = run(orders, order, shelves)

    assert (end.state, list(shelf.records)) == ("undone", [theirs.imsi])


async def _nothing_taken(subscribers) -> list[str]:
    return [""] * len(subscribers)


def test_what_cannot_be_taken_back_is_parked_and_goes_on_later(
    orders: Orders, shelves, create: Create, sim
) -> None:
    shelves["mind1"].refuses.add(sim(24).imsi)
    order = create("a", 0, 25)
    # One that the HLR takes, and will not give back.
    hlr = shelves["hlr1"]
    bring = hlr.bring

    async def stubborn(changes: list[Change]) -> list[str]:
        return [""] * len(changes) if changes[0].after is None else await bring(changes)

    hlr.bring = stubborn
    end = run(orders, order, shelves)

    assert (end.state, end.work["hlr1"]) == ("parked", {"stuck": 3})
    assert "provision_sims.yml -e order_id=a` goes on with it" in end.advice
    del hlr.bring
    assert (run(orders, order, shelves).state, counts(shelves)) == ("undone", {0})


@pytest.mark.parametrize("at", range(1, 51, 7))
@pytest.mark.parametrize("name", ["hlr1", "mind1"])
def test_a_connection_that_breaks_is_no_reason_to_give_up(
    orders: Orders, shelves, create: Create, name: str, at: int
) -> None:
    shelves[name].breaks_at = {at}

    assert (run(orders, create("a", 0, 25), shelves).state, counts(shelves)) == ("done", {25})
    assert all(each["k"] for shelf in shelves.values() for each in shelf.records.values())


def test_a_stop_leaves_it_where_it_is_and_it_goes_on(
    orders: Orders, shelves, create: Create
) -> None:
    order, asked = create("a", 0, 25), [0]

    def permit() -> None:
        asked[0] += 1
        if asked[0] == 4:
            raise NotAdmitted("stopped")

    with pytest.raises(NotAdmitted):
        run(orders, order, shelves, permit=permit)
    assert finish(orders, orders.get("a"), lambda _: 60.0).state == "checking"
    assert (run(orders, order, shelves).state, counts(shelves)) == ("done", {25})


def test_keys_are_not_in_the_ledger_in_clear(
    orders: Orders, shelves, create: Create, sim, tmp_path
) -> None:
    run(orders, create("a", 0, 25), shelves)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.sqlite*"))

    assert sim(3).imsi.encode() in files
    assert sim(3).k.encode() not in files


def test_an_undone_order_frees_its_numbers(orders: Orders, shelves, create: Create, sim) -> None:
    shelves["mind1"].refuses.add(sim(24).imsi)
    run(orders, create("a", 0, 25), shelves)
    shelves["mind1"].refuses.clear()

    assert run(orders, create("b", 0, 25), shelves).state == "done"


def test_a_dead_system_costs_taking_back_its_patience_once(
    orders: Orders, shelves, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelves["mind1"].refuses = {"00101" + f"{24:010}"}
    order = create("a", 0, 25)
    dead, waits = shelves["hlr1"], []

    async def undo_alone() -> None:
        terms = Terms(lambda: None, patience_s=7.0)
        await Leg(orders, orders.get(order.id), dead, terms).undo()

    async def answered(ask, patience_s: float) -> object:  # type: ignore[no-untyped-def]
        waits.append(patience_s)
        return await ask()

    async def nothing(_changes: object) -> list[str]:
        raise SystemUnreachable("hlr1", "it does not answer")

    run_until_undo(orders, order, shelves)
    monkeypatch.setattr("forerunner.orders.leg.answered", answered)
    monkeypatch.setattr(dead, "bring", nothing)
    asyncio.run(undo_alone())

    assert waits == [7.0, 0.0, 0.0]
    assert orders.work(order.id, "hlr1") == ["stuck"] * 3


def run_until_undo(orders: Orders, order: Order, shelves) -> None:  # type: ignore[no-untyped-def]
    """Apply an order that one system refuses, and do not take it back."""
    terms = Terms(lambda: None, patience_s=1.0)

    async def whole() -> None:
        for act in ("check", "apply"):
            legs = (Leg(orders, orders.get(order.id), each, terms) for each in shelves.values())
            await asyncio.gather(*(getattr(leg, act)() for leg in legs))

    asyncio.run(whole())
    assert orders.get(order.id).failing
