"""The end of an order: done, undone, rejected or parked, by what stands on every system."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forerunner.database import Execute
from forerunner.orders import allocation
from forerunner.orders.allocation import Interval, NumberKind
from forerunner.orders.cards import Cards
from forerunner.orders.record import Order, Orders
from forerunner.orders.states import UNTOUCHED, OrderState, WorkState
from forerunner.telco import Change, Subscriber

_KINDS: tuple[NumberKind, ...] = ("imsi", "iccid", "msisdn")


@dataclass(frozen=True)
class End:
    """What became of an order.

    Attributes:
        state: Where it stands now.
        reason: Why, and what to do where somebody must.
        work: By system, how many chunks stand in which state.
    """

    state: OrderState
    reason: str
    work: Mapping[str, Mapping[str, int]]


def finish(orders: Orders, order: Order, quarantine_s: float) -> End:
    """Bring an order to the end that its systems allow, and note it; repeating it does nothing.

    Args:
        orders: The ledger's orders.
        order: The order, whose systems have all been worked on.
        quarantine_s: Seconds for which a number that left service is not given out again.
    """
    work = {system: orders.work(order.id, system) for system in order.systems}
    counts = {system: dict(Counter[str](states)) for system, states in work.items()}
    if order.ended:
        return End(order.state, order.reason, counts)
    state, reason = _judge(order, [state for states in work.values() for state in states])
    if state == "done":
        _confirm(orders, order, quarantine_s)
    elif state in ("undone", "rejected"):
        orders.book.transact(lambda execute: allocation.forget(execute, order.id))
    orders.set_state(order.id, state, reason)
    return End(state, reason, counts)


def _judge(order: Order, states: Sequence[WorkState]) -> tuple[OrderState, str]:
    again = f"`ansible-playbook playbooks/provision_sims.yml -e order={order.id}` goes on with it"
    if not order.failing:
        if all(state == "applied" for state in states):
            return "done", ""
        return order.state, f"it was broken off; {again}"
    if "stuck" in states:
        stuck = "not all of it can be taken back"
        return "parked", f"{order.reason}; {stuck}: see `forerunner orders {order.id}`; {again}"
    if not all(state in UNTOUCHED for state in states):
        return order.state, f"{order.reason}; it is not taken back yet; {again}"
    return ("undone" if "undone" in states else "rejected"), order.reason


def _confirm(orders: Orders, order: Order, quarantine_s: float) -> None:
    """Enter the SIMs as they stand now, a chunk a transaction, and give old numbers back."""
    cards = Cards(orders.book, orders.seal)
    until = orders.book.clock() + quarantine_s
    for number in range(order.chunks):
        changes = orders.chunk(order.id, number).changes

        def act(execute: Execute, changes: Sequence[Change] = changes) -> None:
            cards.change(execute, order.id, changes)
            allocation.give_back(execute, list(left(changes)), order.id, until)

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
    return " ".join(x for x in (said, end.reason and f"({end.reason})", stands) if x)
