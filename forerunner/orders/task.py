"""What the modules of SIM orders call: plain parameters in, a plain result out."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

from forerunner.database import Database
from forerunner.gate import check
from forerunner.orders.book import Book
from forerunner.orders.errors import OrderError
from forerunner.orders.leg import Leg, Terms
from forerunner.orders.proof import prove
from forerunner.orders.record import Order, Orders
from forerunner.orders.sealing import open_seal
from forerunner.orders.window import closed_until
from forerunner.telco import Proving, SubscriberSystem

Action = Literal["check", "apply", "prove", "undo"]
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
        shard: Which part of how many; `(0, 1)` for all of it.
        terms: On what terms.
        window: Maintenance windows, as the gate's policy has them; none for any time.
        timezone: Of the windows.
        sample: SIMs to prove.
    """

    system: str
    kind: str
    settings: Mapping[str, Any]
    order: str
    action: Action
    shard: tuple[int, int]
    terms: Terms
    window: tuple[Mapping[str, Any], ...] = ()
    timezone: str = "UTC"
    sample: int = 0


def opened_orders(password_file: str, create: bool = False) -> Orders:
    """Return the orders of the ledger.

    Raises:
        VaultError: There is no password to seal keys by.
    """
    return Orders(Book(Database()), open_seal(Path(password_file), create))


def lease_of(system: str, order: str) -> str:
    """Return what an order leases of a system: another order may be brought to it beside this."""
    return f"{system}/{order}"


def permission(token: str, system: str, order: str) -> Callable[[], None]:
    """Return what asks the gate before each write."""
    ledger, parent = Database(), os.getppid()

    def permit() -> None:
        if os.getppid() != parent:
            # Whoever started this is dead, and nobody would hear what became of it.
            raise OrderError(f"{system}: not written to, for its ansible-playbook has ended")
        check(token, lease_of(system, order), ledger)

    return permit


def do(orders: Orders, work: Work) -> dict[str, Any]:
    """Do one step of an order on one system, and return a module's result.

    Raises:
        ForerunnerError: It could not be done; the order stays where it is, and goes on later.
    """
    order = orders.get(work.order)
    if work.system not in order.systems or order.ended or not _is_due(order, work.action):
        return {"changed": False, "message": f"{work.system}: nothing to do for {order.id}"}
    if work.action == "check":
        _check_window(work)
    proven = asyncio.run(_done(orders, order, work))
    states = orders.work(order.id, work.system)
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    said = f"{proven} SIMs proven" if work.action == "prove" else str(counts)
    changed = work.action in ("apply", "undo")
    return {"changed": changed, "message": f"{work.system}: {work.action}: {said}", "work": counts}


def _is_due(order: Order, action: Action) -> bool:
    return order.failing == (action == "undo")


def _check_window(work: Work) -> None:
    opening = closed_until(work.window, work.timezone, datetime.now(UTC))
    if opening:
        raise OrderError(f"{work.system}: its maintenance window opens {opening}; run it then")


async def _done(orders: Orders, order: Order, work: Work) -> int:
    system = await _open(work)
    try:
        if work.action == "prove":
            return await _prove(orders, order, system, work)
        if work.action != "check":
            orders.set_state(
                order.id, "undoing" if work.action == "undo" else "applying", order.reason
            )
        leg = Leg(orders, order, system, work.terms)
        await {"check": leg.check, "apply": leg.apply, "undo": leg.undo}[work.action]()
        return 0
    finally:
        await system.aclose()


async def _open(work: Work) -> SubscriberSystem:
    package = import_module(f"forerunner.telco.{work.kind}")
    return cast(SubscriberSystem, await package.open_system(work.system, work.settings))


async def _prove(orders: Orders, order: Order, system: SubscriberSystem, work: Work) -> int:
    if not hasattr(system, "prove"):
        return 0
    return await prove(orders, order, work.system, cast(Proving, system), work.sample)
