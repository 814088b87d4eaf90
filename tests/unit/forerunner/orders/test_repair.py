"""What a system has otherwise than the ledger is put right, and nothing that is somebody's else."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from forerunner.gate import NotAdmitted
from forerunner.orders import allocation
from forerunner.orders.allocation import Interval
from forerunner.orders.cards import Cards
from forerunner.orders.claims import STANDS_S, Claims
from forerunner.orders.errors import NumbersTaken
from forerunner.orders.reconciling import Drift, Held, drifts
from forerunner.orders.record import Orders
from forerunner.orders.repair import REPAIRED, STRAY_STAYS, Repair, told
from forerunner.orders.terms import Terms
from forerunner.telco import Change, Subscriber, SystemUnreachable


@pytest.fixture
def served(orders: Orders, shelves, sim) -> list[Subscriber]:  # type: ignore[no-untyped-def]
    """SIMs that are in service on the shelves."""
    some = [sim(number) for number in range(4)]
    cards = Cards(orders.book, orders.seal)
    changes = [Change(None, each) for each in some]
    orders.book.transact(lambda execute: cards.change(execute, "before", changes))
    for shelf in shelves.values():
        assert asyncio.run(shelf.bring(changes)) == [""] * 4
    return some


@pytest.fixture
def mend(orders: Orders) -> Callable[..., dict[str, str]]:
    """Compare, put right, and return what became of each difference."""

    def act(shelf, permit=lambda: None, **more) -> dict[str, str]:  # type: ignore[no-untyped-def]
        found = asyncio.run(drifts(orders, shelf))
        repair = Repair(Claims(orders, "one"), shelf, Terms(permit, patience_s=0.5), **more)
        asyncio.run(repair.all(found))
        return {x.identity: x.outcome for x in told(found, repair.outcomes)}

    return act


def spoil(shelf, sims) -> None:  # type: ignore[no-untyped-def]
    """Have a key altered, a SIM gone, a status changed."""
    shelf.records[sims[0].imsi] |= {"k": "9" * 32}
    del shelf.records[sims[1].imsi]
    shelf.records[sims[2].imsi] |= {"status": "barred"}


def test_what_differs_is_brought_as_the_ledger_has_it(
    orders: Orders, shelves, served, mend
) -> None:
    shelf = shelves["hlr1"]
    spoil(shelf, served)

    assert mend(shelf) == {each.imsi: REPAIRED for each in served[:3]}
    assert shelf.records == {each.imsi: shelf.expected(each) for each in served}
    assert asyncio.run(drifts(orders, shelf)) == []


def test_a_stray_goes_only_where_that_is_said(orders: Orders, shelves, served, sim, mend) -> None:
    shelf, stray = shelves["hlr1"], sim(9)
    shelf.records[stray.imsi] = shelf.expected(stray)

    assert mend(shelf) == {stray.imsi: STRAY_STAYS}
    assert stray.imsi in shelf.records
    assert mend(shelf, strays_stay="") == {stray.imsi: REPAIRED}
    assert set(shelf.records) == {each.imsi for each in served}


def test_a_sim_in_service_elsewhere_is_never_removed(
    orders: Orders, shelves, served, mend, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after the system was renamed: no order has ever named it.
    monkeypatch.setattr("forerunner.orders.reach.Without.__contains__", lambda *_: True)
    shelf, before = shelves["hlr1"], dict(shelves["hlr1"].records)

    outcomes = mend(shelf, strays_stay="")

    assert {each.imsi for each in served} == outcomes.keys()
    assert all("in service, on other systems" in outcome for outcome in outcomes.values())
    assert shelf.records == before


def test_a_stray_that_is_ordered_meanwhile_stays(
    orders: Orders, shelves, served, sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, stray = shelves["hlr1"], sim(9)
    shelf.records[stray.imsi] = shelf.expected(stray)
    found = asyncio.run(drifts(orders, shelf))
    cards, asked, known = Cards(orders.book, orders.seal), [], Held.known

    def later(self: Held, keys: list[str]) -> dict[str, Subscriber]:
        """Let an order for it begin and end after it was asked for the first time."""
        if asked:
            change = [Change(None, stray)]
            orders.book.transact(lambda execute: cards.change(execute, "b", change))
        asked.append(keys)
        return known(self, keys)

    monkeypatch.setattr(Held, "known", later)
    repair = Repair(Claims(orders, "one"), shelf, Terms(lambda: None), strays_stay="")
    asyncio.run(repair.all(found))

    assert (len(asked), repair.outcomes[stray.imsi]) == (2, "it stays: an order is at it by now")
    assert stray.imsi in shelf.records


def test_no_order_takes_a_stray_while_it_is_removed(
    orders: Orders, shelves, served, sim, mend
) -> None:
    shelf, stray = shelves["hlr1"], sim(9)
    shelf.records[stray.imsi] = shelf.expected(stray)
    assert mend(shelf, strays_stay="") == {stray.imsi: REPAIRED}

    number = [Interval("imsi", int(stray.imsi), int(stray.imsi))]
    with pytest.raises(NumbersTaken, match="taken by a repair"):
        orders.book.transact(lambda execute: allocation.take(execute, "b", number, 0.0))
    Claims(orders, "one").end()
    orders.book.transact(lambda execute: allocation.take(execute, "b", number, 0.0))


def test_claims_of_a_repair_that_was_killed_end_by_themselves(
    orders: Orders, shelves, served, mend
) -> None:
    spoil(shelves["hlr1"], served)
    mend(shelves["hlr1"])
    claim = [Interval("change", int(served[0].imsi), int(served[0].imsi))]
    now = orders.book.clock()

    def later(seconds: float) -> None:
        orders.book.transact(lambda x: allocation.take(x, "b", claim, now + seconds))

    with pytest.raises(NumbersTaken):
        later(STANDS_S - 60)
    later(STANDS_S + 60)


def test_strays_stay_where_the_ledger_has_nothing_of_the_system(
    orders: Orders, shelves, sim, mend
) -> None:
    shelf, stray = shelves["hlr1"], sim(9)
    shelf.records[stray.imsi] = shelf.expected(stray)

    assert "no SIM in service on this system at all" in mend(shelf, strays_stay="")[stray.imsi]
    assert stray.imsi in shelf.records


def test_what_was_ported_out_goes_as_a_stray_does(
    orders: Orders, shelves, served, mend, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, gone = shelves["hlr1"], served[3]
    expected = type(shelf).expected

    def without(self, subscriber):  # type: ignore[no-untyped-def]
        return None if subscriber.imsi == gone.imsi else expected(self, subscriber)

    monkeypatch.setattr(type(shelf), "expected", without)
    monkeypatch.setattr(shelf, "_bring", lambda x: shelf.records.pop(x.before.imsi, None) and "")

    assert mend(shelf) == {gone.imsi: STRAY_STAYS}
    assert mend(shelf, strays_stay="") == {gone.imsi: REPAIRED}
    assert set(shelf.records) == {each.imsi for each in served[:3]}


def test_an_order_is_looked_for_again_before_a_writing_is_repeated(
    orders: Orders, shelves, served, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, moving, writes = shelves["hlr1"], set(), []
    spoil(shelf, served)
    found = asyncio.run(drifts(orders, shelf))

    async def dead(changes: list[Change]) -> list[str]:
        writes.append([change.after.imsi for change in changes if change.after])
        moving.add(served[0].imsi)
        raise SystemUnreachable("hlr1", "it does not answer")

    monkeypatch.setattr(shelf, "bring", dead)
    monkeypatch.setattr("forerunner.orders.repair.in_flight", lambda _orders: set(moving))
    repair = Repair(Claims(orders, "one"), shelf, Terms(lambda: None, patience_s=0.5))
    with pytest.raises(SystemUnreachable):
        asyncio.run(repair.all(found))

    assert [served[0].imsi in each for each in writes][:2] == [True, False]


def test_what_was_written_and_not_read_back_says_so(
    orders: Orders, shelves, served, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = shelves["hlr1"]
    spoil(shelf, served)
    found = asyncio.run(drifts(orders, shelf))

    async def dead(_subscribers: list[Subscriber]) -> list[None]:
        raise SystemUnreachable("hlr1", "it does not answer")

    monkeypatch.setattr(shelf, "read", dead)
    repair = Repair(Claims(orders, "one"), shelf, Terms(lambda: None, patience_s=0.3))
    with pytest.raises(SystemUnreachable):
        asyncio.run(repair.all(found))
    assert set(repair.outcomes.values()) == {"it was written, and not read back"}


def test_what_was_written_before_an_error_is_told(orders: Orders, shelves, served) -> None:
    shelf, left = shelves["hlr1"], [2]
    spoil(shelf, served)
    found = asyncio.run(drifts(orders, shelf))

    def permit() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise NotAdmitted("stopped")

    repair = Repair(Claims(orders, "one"), shelf, Terms(permit, rate=1.0))
    with pytest.raises(NotAdmitted):
        asyncio.run(repair.all(found))
    assert [each.outcome for each in told(found, repair.outcomes)] == [REPAIRED, REPAIRED, ""]


def test_what_an_order_is_at_is_left_to_it(orders: Orders, shelves, served, sim, mend) -> None:
    shelf, stray = shelves["hlr1"], sim(9)
    spoil(shelf, served)
    shelf.records[stray.imsi] = shelf.expected(stray)
    found = asyncio.run(drifts(orders, shelf))
    claim = [Interval("change", int(served[0].imsi), int(served[0].imsi))]
    orders.book.transact(lambda execute: allocation.take(execute, "b", claim, 0.0))
    before = dict(shelf.records)

    def moving(_orders: Orders) -> set[str]:
        return {stray.imsi, served[1].imsi, served[2].imsi}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forerunner.orders.repair.in_flight", moving)
        repair = Repair(Claims(orders, "one"), shelf, Terms(lambda: None), strays_stay="")
        asyncio.run(repair.all(found))
        outcomes = [repair.outcomes[each.identity] for each in found]

    assert "is being changed by order b" in outcomes[0]
    assert outcomes[1:] == ["it stays: an order is at it by now"] * 3
    assert shelf.records == before


def test_no_order_changes_a_sim_while_it_is_put_right(
    orders: Orders, shelves, served, mend
) -> None:
    spoil(shelves["hlr1"], served)
    spoil(shelves["hss1"], served)
    claim = [Interval("change", int(served[0].imsi), int(served[0].imsi))]
    # Of two systems that have it otherwise, one does not keep the other from it.
    assert {*mend(shelves["hlr1"]).values(), *mend(shelves["hss1"]).values()} == {REPAIRED}

    with pytest.raises(NumbersTaken, match="is being changed"):
        orders.book.transact(lambda execute: allocation.take(execute, "b", claim, 0.0))
    Claims(orders, "another").end()
    with pytest.raises(NumbersTaken, match=r"by a repair \(one\)"):
        orders.book.transact(lambda execute: allocation.take(execute, "b", claim, 0.0))
    Claims(orders, "one").end()
    orders.book.transact(lambda execute: allocation.take(execute, "b", claim, 0.0))


def test_what_a_system_says_it_wrote_and_has_not_is_not_put_right(
    orders: Orders, shelves, served, mend
) -> None:
    shelf = shelves["hlr1"]
    spoil(shelf, served)

    async def nothing(changes: list[Change]) -> list[str]:
        return [""] * len(changes)

    shelf.bring = nothing
    assert list(mend(shelf).values()) == ["it stays: k", "it stays: presence", "it stays: status"]


def test_nothing_is_written_without_leave(orders: Orders, shelves, served, mend) -> None:
    shelf = shelves["hlr1"]
    spoil(shelf, served)
    before = dict(shelf.records)

    def refuse() -> None:
        raise NotAdmitted("its window opens later")

    with pytest.raises(NotAdmitted):
        mend(shelf, refuse)
    assert shelf.records == before


def test_a_difference_is_read_back_as_it_was_written(sim) -> None:
    drift = Drift("hlr1", "key", sim(1).imsi, ("k", "opc"), "again", REPAIRED)

    assert Drift.from_dict(drift.to_dict()) == drift
    assert replace(drift, outcome="") != drift
