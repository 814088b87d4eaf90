"""What the modules of SIM orders call: plain parameters in, a plain result out."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

import uvloop

from forerunner.database import Database, LedgerError
from forerunner.errors import ForerunnerError
from forerunner.gate import check
from forerunner.orders.book import Book, patiently
from forerunner.orders.errors import OrderError
from forerunner.orders.leg import Leg
from forerunner.orders.proof import prove
from forerunner.orders.record import Order, Orders
from forerunner.orders.sealing import open_seal
from forerunner.orders.terms import Terms
from forerunner.orders.troubles import Halt, HaltStatus
from forerunner.orders.window import closed_until, outside
from forerunner.sims.form import TARGETS
from forerunner.telco import SubscriberSystem, SystemUnreachable

Action = Literal["check", "apply", "prove", "undo"]
SAMPLE = 20
"""SIMs that are proven where the request names no number."""
ACTIONS: tuple[Action, ...] = ("check", "apply", "prove", "undo")


@dataclass(frozen=True)
class Work:
    """What is to be done on one system.

    Attributes:
        system: Its inventory name.
        kind: What it is, as `hlr`.
        settings: How it is reached, checked by its own package.
        order: The order's request_id.
        action: What to do.
        terms: On what terms.
        window: Maintenance windows, as the gate's policy has them; none for any time.
        timezone: Of the windows.
    """

    system: str
    kind: str
    settings: Mapping[str, Any]
    order: str
    action: Action
    terms: Terms
    window: tuple[Mapping[str, Any], ...] = ()
    timezone: str = "UTC"


def opened_orders(password_file: str, create: bool = False) -> Orders:
    """Return the orders of the ledger.

    Raises:
        VaultError: There is no password to seal keys by.
    """
    return Orders(Book(Database()), open_seal(Path(password_file), create))


def permission(token: str, lease: str) -> Callable[[], None]:
    """Return what asks the gate before each write."""
    ledger, parent = Database(), os.getppid()

    def permit() -> None:
        if os.getppid() != parent:
            # Whoever started this is dead, and nobody would hear what became of it.
            raise OrderError(f"{lease}: not written to, for its ansible-playbook has ended")
        # The lease outlasts a ledger that is started anew; one that ran out meanwhile is refused.
        patiently(lambda: check(token, lease, ledger))

    return permit


def do(orders: Orders, work: Work) -> dict[str, Any]:
    """Do one step of an order on one system, and return a module's result.

    What stops it is noted with the order and is not raised: the other systems must hear of it, and
    taking back must reach this system too. Role sim_order lets the system fail as itself.

    Raises:
        LedgerError: The ledger cannot be used, so that nothing can be noted.
    """
    try:
        return _do(orders, work)
    except LedgerError:
        raise
    except ForerunnerError as error:
        status: HaltStatus = "unreachable" if isinstance(error, SystemUnreachable) else "failed"
        halt = Halt(work.system, status, str(error))
        orders.troubles(work.order).halt(work.terms.shard, halt)
        return {"changed": False, "message": str(error), "work": {}}


def _do(orders: Orders, work: Work) -> dict[str, Any]:
    order = orders.get(work.order)
    if work.system not in order.systems or not _is_due(orders, order, work):
        return {"changed": False, "message": f"{work.system}: nothing to do", "work": {}}
    if work.action == "apply":
        _see_that_all_is_checked(orders, order)
        work = replace(work, terms=replace(work.terms, permit=partial(_permit, order, work)))
        work.terms.permit()
    proven = uvloop.run(_done(orders, order, work))
    states = orders.work(order.id, work.system)
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    stands = ", ".join(f"{count} {state}" for state, count in counts.items())
    said = f"{proven} SIMs proven" if work.action == "prove" else f"chunks: {stands}"
    changed = work.action in ("apply", "undo")
    return {"changed": changed, "message": f"{work.system}: {said}", "work": counts}


def _is_due(orders: Orders, order: Order, work: Work) -> bool:
    """Return whether a step is the next one of an order on this system."""
    if order.ended or order.failing != (work.action == "undo"):
        return False
    if work.action == "prove":
        return set(orders.work(order.id, work.system)) == {"applied"}
    return True


def _see_that_all_is_checked(orders: Orders, order: Order) -> None:
    """Raise unless every system was looked at whole: nothing is written before."""
    for system in order.systems:
        if "planned" in orders.work(order.id, system):
            next_step = f"`ansible-playbook playbooks/take_sim_order.yml -e order_id={order.id}`"
            raise OrderError(f"{system}: not all of it is checked there yet; run {next_step}")


def _permit(order: Order, work: Work) -> None:
    """Raise unless now is a time to write: by the gate, the system's windows, and the order's."""
    now = datetime.now(UTC)
    see_that_it_is_open(work, now)
    if missed := outside(str(order.request.get("window", "")), now):
        hint = "run it then" if missed.startswith("opens") else "give its request a later one"
        raise OrderError(f"{work.system}: the window of order {order.id} {missed}; {hint}")
    work.terms.permit()


def see_that_it_is_open(work: Work, now: datetime) -> None:
    """Raise unless a system's own windows allow to write to it now."""
    if opening := closed_until(work.window, work.timezone, now):
        raise OrderError(f"{work.system}: its maintenance window opens {opening}; run it then")


async def _done(orders: Orders, order: Order, work: Work) -> int:
    system = await open_subscriber_system(work)
    try:
        if work.action == "prove":
            return await prove(orders, order, system, _sample(order))
        if work.action != "check":
            orders.go_on(order.id, "undoing" if work.action == "undo" else "applying")
        leg = Leg(orders, order, system, work.terms)
        await {"check": leg.check, "apply": leg.apply, "undo": leg.undo}[work.action]()
        return 0
    finally:
        await system.aclose()


def _sample(order: Order) -> int:
    """Return how many SIMs are to be proven: none whose keys pass on as a vendor encrypted them."""
    passes = order.request.get("transport") == "pass"
    return 0 if passes else int(order.request.get("proof_sample", SAMPLE))


def preload() -> None:
    """Load what speaks with the systems, so that processes forked from this one need not."""
    for kind in TARGETS:
        import_module(f"forerunner.telco.{kind}")


async def open_subscriber_system(work: Work) -> SubscriberSystem:
    """Return the system that work is for.

    Raises:
        InvalidData: A setting of it does not fit.
    """
    package = import_module(f"forerunner.telco.{work.kind}")
    return cast(SubscriberSystem, await package.open_system(work.system, work.settings))
