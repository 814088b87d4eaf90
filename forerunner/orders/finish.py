"""The end of an order: done, undone, rejected or parked, by what stands on every system."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from forerunner.database import Execute
from forerunner.orders import allocation
from forerunner.orders.allocation import Interval, NumberKind
from forerunner.orders.cards import Cards
from forerunner.orders.record import Order, Orders
from forerunner.orders.states import UNTOUCHED, OrderState
from forerunner.telco import Change, Subscriber

Quarantine = Callable[[Interval], float]
_KINDS: tuple[NumberKind, ...] = ("imsi", "iccid", "msisdn")


@dataclass(frozen=True)
class End:
    """What became of an order.

    Attributes:
        state: Where it stands now.
        reason: Why.
        advice: What is to be done where it has not come to an end.
        work: By system, how many chunks stand in which state.
    """

    state: OrderState
    reason: str
    advice: str
    work: Mapping[str, Mapping[str, int]]


def standing_of(orders: Orders, order: Order) -> End:
    """Return where an order and its chunks stand now."""
    work = {system: orders.work(order.id, system) for system in order.systems}
    counts = {system: dict(Counter[str](states)) for system, states in work.items()}
    return End(order.state, order.reason, "", counts)


def finish(orders: Orders, order: Order, quarantine_s: Quarantine) -> End:
    """Bring an order to the end that its systems allow, and note it; repeating it does nothing.

    Args:
        orders: The ledger's orders.
        order: The order, whose systems have all been worked on.
        quarantine_s: Seconds for which numbers that left service are not given out again.
    """
    stands = standing_of(orders, order)
    if order.ended:
        return stands
    state, advice = _judge(order, {state for each in stands.work.values() for state in each})
    if state == "done":
        _confirm(orders, order, quarantine_s)

    def end(execute: Execute) -> None:
        # Together: once its numbers are free, another order may have them.
        if state == "done":
            allocation.release(execute, order.id)
        elif state in ("undone", "rejected"):
            allocation.forget(execute, order.id)
        orders.set_state(order.id, state, order.reason, execute)

    orders.book.transact(end)
    return End(state, order.reason, advice, stands.work)


def again(order: Order) -> str:
    """Return how somebody goes on with an order."""
    command = f"ansible-playbook playbooks/provision_sims.yml -e order_id={order.id}"
    return f"`{command}` goes on with it"


def _judge(order: Order, states: Set[str]) -> tuple[OrderState, str]:
    if not order.failing:
        done = states == {"proven"}
        return ("done", "") if done else (order.state, f"it was broken off; {again(order)}")
    if "stuck" in states:
        stuck = "not all of it can be taken back"
        return "parked", f"{stuck}: see `forerunner orders {order.id}`; {again(order)}"
    if not states <= UNTOUCHED:
        return order.state, f"it is not taken back yet; {again(order)}"
    return ("undone" if "undone" in states else "rejected"), ""


def _confirm(orders: Orders, order: Order, quarantine_s: Quarantine) -> None:
    """Enter the SIMs as they stand now, a chunk a transaction, and give old numbers back."""
    cards = Cards(orders.book, orders.seal)
    now = orders.book.clock()
    for number in range(order.chunks):
        changes = orders.chunk(order.id, number).changes

        def act(execute: Execute, changes: Sequence[Change] = changes) -> None:
            cards.change(execute, order.id, changes)
            for each in left(changes):
                allocation.give_back(execute, [each], order.id, now + quarantine_s(each))

        orders.book.transact(act)


def left(changes: Sequence[Change]) -> Iterable[Interval]:
    """Yield the numbers that changes take out of service."""
    for kind in _KINDS:
        before = {number_of(each.before, kind) for each in changes if each.before}
        after = {number_of(each.after, kind) for each in changes if each.after}
        yield from allocation.intervals(kind, before - after)


def number_of(subscriber: Subscriber, kind: NumberKind) -> int:
    """Return a number as allocation counts it: an ICCID without its check digit."""
    text = str(getattr(subscriber, kind))
    return int(text[:-1] if kind == "iccid" else text)


def summary(end: End, order: Order) -> str:
    """Return one line for people."""
    stands = json.dumps(end.work) if end.state == "parked" else ""
    said = f"order {order.id}: {end.state}, {order.total} SIMs on {', '.join(order.systems)}"
    why = "; ".join(x for x in (end.reason, end.advice) if x)
    return " ".join(x for x in (said, why and f"({why})", stands) if x)
