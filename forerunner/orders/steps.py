"""The steps of an order that are no system's: going on with it, and settling what became of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from forerunner.errors import InvalidData
from forerunner.fleet.device import DeviceResult
from forerunner.fleet.inventory import NO_HOST, device_results
from forerunner.orders.activation import activate
from forerunner.orders.asking import asked
from forerunner.orders.cards import Cards
from forerunner.orders.columns import Pools
from forerunner.orders.entering import DRY, drop, enter
from forerunner.orders.errors import OrderError
from forerunner.orders.finish import End, again, finish, standing_of, summary
from forerunner.orders.reach import reach_of
from forerunner.orders.record import Order, Orders
from forerunner.orders.shard import Shard
from forerunner.orders.site import Site
from forerunner.orders.states import UNTOUCHED
from forerunner.sims.rejects import Rejected, write_rejects
from forerunner.sims.request import MANNER, Request, read_request

LOCAL = "localhost"


def take(orders: Orders, given: Mapping[str, Any], dry: bool, who: str) -> dict[str, Any]:
    """Take a request into the ledger with its numbers, or go on with an order by its name.

    Args:
        orders: The ledger's orders.
        given: What module sim_order was given.
        dry: Nothing is to be written to any system.
        who: Who asks.

    Raises:
        InvalidData: Something of the request does not fit; rejects of single SIMs are a file too.
        OrderError: Another request has its name, its numbers are taken, or there is no such order.
    """
    if not given["request"]:
        order = orders.get(given["order"])
    else:
        request = _read(Path(given["request"]), Path(given["directory"]))
        dry = dry or request.dry
        order = _entered(orders, request, given, dry)
    if not dry or order.request.get(DRY):
        _gone_on_with(orders, order, "", who if given["abandon"] else "")
    facts = {"sim_order_id": order.id, "sim_order_dry": dry}
    message = f"order {order.id}: {order.total} SIMs, {order.state}"
    return {"changed": False, "message": message, "ansible_facts": facts}


def _read(path: Path, directory: Path) -> Request:
    with _rejects_told(directory / "rejects" / f"{path.stem}.csv"):
        return read_request(path)


def _entered(orders: Orders, request: Request, given: Mapping[str, Any], dry: bool) -> Order:
    found = orders.find(request.id)
    same = found is not None and found.hash == request.hash
    # A dry run looks at an order that is under way, and says nothing anew of it.
    if found and same and (found.ended or (dry and found.state != "collecting")):
        return found
    _see_that_it_can_begin(request, orders.book.clock())
    if found and same and found.state != "collecting":
        return _said_anew(orders, found, request)
    cards, password = Cards(orders.book, orders.seal), Path(given["password_file"])
    pools, encrypted = Pools(given["pools"]), bool(given["takes_encrypted"])
    site = Site(pools, given["profiles"], cards, password, encrypted)
    with _rejects_told(Path(given["directory"]) / request.id / "rejects.csv"):
        reach = reach_of(request, given["systems"])
        wanted = asked(request, site, reach, orders.book.clock())
        marked = {**wanted.request, DRY: True} if dry else wanted.request
        order = enter(orders, replace(wanted, request=marked), given["chunk"])
    # What a dry run left half entered is meant now.
    return _said_anew(orders, order, request) if order.request.get(DRY) and not dry else order


@contextmanager
def _rejects_told(path: Path) -> Iterator[None]:
    """Write all that does not fit to a file, and say where it is."""
    try:
        yield
    except Rejected as error:
        write_rejects(path, error)
        raise OrderError(f"{error}; all of them: {path}") from None


def _said_anew(orders: Orders, order: Order, request: Request) -> Order:
    """Return an order that was taken before, with what its request may say anew."""
    kept = {x: y for x, y in order.request.items() if x not in MANNER}
    new = {x: y for x, y in request.record.items() if x in MANNER}
    orders.set_request(order.id, kept | new)
    return orders.get(order.id)


def _see_that_it_can_begin(request: Request, now: float) -> None:
    window = request.window()
    if window and window[1].timestamp() < now:
        raise InvalidData(request.source, "window", "is over; name a later one")


def begin(orders: Orders, given: Mapping[str, Any], dry: bool, who: str) -> dict[str, Any]:
    """Go on with an order, and say what the gate is to be asked for.

    Args:
        orders: The ledger's orders.
        given: What module sim_order was given.
        dry: Nothing is to be written, to the ledger neither.
        who: Who asks.

    Raises:
        OrderError: Its SIMs are not all entered yet, or another request is meant.
    """
    name, shard = given["order"], Shard.from_text(given["shard"])
    order = orders.find(name)
    if order:
        _see_that_it_is_meant(order, given["hash"])
    if order is None or order.ended:
        return _facts(name, {}, [])
    if not dry:
        _gone_on_with(orders, order, str(shard), who if given["abandon"] else "")
    plan = {"order": order.id, "hash": order.hash, "shard": str(shard)}
    return _facts(order.id, plan, shard.leases(order))


def _gone_on_with(orders: Orders, order: Order, shard: str, abandoned_by: str) -> None:
    """Try an order again that could not go on, or have it taken back by whoever gives it up."""
    if abandoned_by and not order.ended:
        orders.fail(order.id, f"given up by {abandoned_by}")
    orders.troubles(order.id).resume(shard)


def _see_that_it_is_meant(order: Order, digest: str) -> None:
    if digest and order.hash != digest:
        problem = "is of another request than the one that is meant, and stays as it is"
        raise OrderError(f"order {order.id} {problem}; give yours a name of its own")
    if order.state == "collecting":
        problem = f"order {order.id} was broken off while it was entered"
        raise OrderError(f"{problem}; give its request again: -e request=FILE")


def judge(orders: Orders, name: str) -> dict[str, Any]:
    """Say whether an order that was to be proven has to be taken back, and where.

    Args:
        orders: The ledger's orders.
        name: The order's request_id; empty, or of none that there is, in a dry run.

    Returns:
        The fact `sim_order_undo`: Ansible's pattern of the systems to take it back from.
    """
    order = orders.find(name)
    due = order is not None and order.failing and not order.ended
    message = f"order {name}: {'to be taken back' if due else 'nothing is to be taken back'}"
    pattern = ",".join(order.systems) if order and due else NO_HOST
    return {"changed": False, "message": message, "ansible_facts": {"sim_order_undo": pattern}}


def settle(orders: Orders, name: str, shard: Shard, given: Mapping[str, Any]) -> dict[str, Any]:
    """Say what became of an order, end it where it can be ended, and name who did not make it.

    Args:
        orders: The ledger's orders.
        name: The order's request_id.
        shard: Which part of it was worked on.
        given: What module sim_order was given. With `final` every step is done, and the order is
            over or must be gone on with.
    """
    order = orders.get(name)
    if not given["final"] and not (order.failing and _is_untouched(orders, order)):
        return _told(orders, order, standing_of(orders, order), shard, over=False)
    pools, default = Pools(given["pools"]), float(given["quarantine"])
    end = finish(orders, order, lambda numbers: pools.quarantine_s(numbers, default))
    order = orders.get(name)
    codes = (
        activate(orders, order, Path(given["directory"]) / name) if end.state == "done" else None
    )
    told = _told(orders, order, end, shard, over=True)
    where = f"; activation codes: {codes}" if codes else ""
    return {**told, "message": f"{told['message']}{where}"}


def settle_dry(orders: Orders, name: str, shard: Shard) -> dict[str, Any]:
    """Say what would become of an order; one that the dry run entered itself is forgotten."""
    order = orders.find(name)
    if order is None or order.ended:
        return _nothing_to_do(order)
    told = _told(orders, order, standing_of(orders, order), shard, over=order.failing)
    if not order.request.get(DRY):
        return {**told, "message": f"{told['message']}; it is under way, and stays as it is"}
    drop(orders, name)
    would = "would be rejected" if order.failing else "would be carried out"
    message = f"order {name} {would}: {order.total} SIMs on {', '.join(order.systems)}"
    return {**told, "message": f"{message}{order.reason and f' ({order.reason})'}"}


def _nothing_to_do(order: Order | None) -> dict[str, Any]:
    results = {LOCAL: DeviceResult("ok", "nothing to do")}
    return {
        "changed": False,
        "state": order.state if order else "",
        "message": "nothing to do",
        "ansible_facts": {"device_results": device_results(results)},
    }


def _is_untouched(orders: Orders, order: Order) -> bool:
    return all(
        state in UNTOUCHED for system in order.systems for state in orders.work(order.id, system)
    )


def _told(orders: Orders, order: Order, end: End, shard: Shard, over: bool) -> dict[str, Any]:
    told = summary(end, order)
    results = {**_systems(orders, order, shard), LOCAL: DeviceResult("ok", told)}
    bad = [name for name, each in results.items() if not each.succeeded]
    if (over and end.state != "done") or (bad and not order.failing):
        hint = "" if over else f"; {again(order)}"
        results[LOCAL] = DeviceResult("failed", f"{told}{hint}")
    if order.failing and not over:
        # It is yet to be taken back, for which no system may be left out.
        results = {LOCAL: DeviceResult("ok", told)}
    return {
        "changed": False,
        "state": end.state,
        "message": told,
        "work": end.work,
        "hosts": {name: each.to_dict() for name, each in results.items()},
        "ansible_facts": {"device_results": device_results(results)},
    }


def _systems(orders: Orders, order: Order, shard: Shard) -> dict[str, DeviceResult]:
    """Return what became of each system."""
    troubles = orders.troubles(order.id)
    found = {name: DeviceResult("ok", f"{name}: {order.state}") for name in order.systems}
    if order.failing:
        problems = troubles.first_by_system()
        found |= {name: DeviceResult("failed", f"{name}: {x}") for name, x in problems.items()}
    return found | {x.system: DeviceResult(x.status, x.why) for x in troubles.halts(str(shard))}


def _facts(name: str, plan: Mapping[str, Any], leases: list[str]) -> dict[str, Any]:
    due = bool(leases)
    facts = {"sim_order_id": name, "sim_order_plan": plan, "sim_order_leases": leases}
    message = f"order {name}: going on" if due else f"order {name}: nothing is left to do"
    return {"changed": False, "message": message, "ansible_facts": facts}
