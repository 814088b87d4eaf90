"""What role sim_order does to reconcile: each system by itself, then one report of all of them.

Where it is asked for, what differs is put right in between, behind the gate.
"""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from forerunner.errors import ForerunnerError
from forerunner.files import write_whole
from forerunner.fleet.device import DeviceResult
from forerunner.fleet.inventory import device_results
from forerunner.orders.reconciling import Drift, drifts
from forerunner.orders.record import Orders
from forerunner.orders.repair import REPAIRED, Repair
from forerunner.orders.steps import LOCAL
from forerunner.orders.task import Work, open_subscriber_system, see_that_it_is_open
from forerunner.report import publish
from forerunner.telco import SubscriberSystem, SystemUnreachable

# A page for people; the JSON beside it has all of them.
_SHOWN = 2000


def reconcile(orders: Orders, work: Work, directory: Path) -> dict[str, Any]:
    """Compare one system with the ledger, and leave what differs as a file for the report.

    Args:
        orders: The ledger's orders.
        work: Which system, and how it is reached.
        directory: Where the systems' files are.
    """
    path = directory / f"{work.system}.json"
    path.unlink(missing_ok=True)
    said: dict[str, Any]
    try:
        found = asyncio.run(_opened(work, partial(drifts, orders)))
    except ForerunnerError as error:
        said = {**_failed(error), "drifts": []}
    else:
        message = f"{work.system}: {len(found)} differences"
        said = {"status": "ok", "message": message, "drifts": [x.to_dict() for x in found]}
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps(said))
    return {"changed": False, "message": said["message"]}


def mend(systems: Sequence[str], directory: Path, strays: bool) -> dict[str, Any]:
    """Say what is to be put right, and what the gate is to be asked for.

    Args:
        systems: Their inventory names.
        directory: Where the systems' files are.
        strays: Whether strays are to go.
    """
    found = [x for name in systems for x in _read(directory / f"{name}.json", name)["drifts"]]
    due = [x for x in found if strays or x["kind"] != "stray"]
    digest = hashlib.sha256(json.dumps(due, sort_keys=True).encode()).hexdigest()
    names = {x["system"]: None for x in due}
    counts = Counter(f"{x['kind']} on {x['system']}" for x in due)
    said = ", ".join(f"{number} {what}" for what, number in counts.items()) or "nothing"
    stay = len(found) - len(due)
    message = f"to be put right: {said}" + (f"; {stay} strays stay" if stay else "")
    plan = {"repair": digest, "remove_strays": strays}
    # The first one for all: whoever repairs lets go of every SIM at its end.
    leases = [lease(name) for name in ("all", *names)] if names else []
    facts = {"sim_order_plan": plan, "sim_order_leases": leases}
    return {"changed": False, "message": message, "ansible_facts": facts}


def lease(system: str) -> str:
    """Return what a repair leases of a system, or of all: not two at a time."""
    return f"{system}/repair"


def repair(orders: Orders, work: Work, directory: Path, strays: bool) -> dict[str, Any]:
    """Put right on one system what was found there, and note what became of each.

    Args:
        orders: The ledger's orders.
        work: Which system, how it is reached, and on what terms it is written.
        directory: Where the systems' files are.
        strays: Whether strays are to go.
    """
    path = directory / f"{work.system}.json"
    said = dict(_read(path, work.system))
    found = [Drift.from_dict(each) for each in said["drifts"]]
    if all(x.kind == "stray" and not strays for x in found):
        return {"changed": False, "message": f"{work.system}: nothing to put right"}
    outcomes: dict[str, str] = {}
    try:
        asyncio.run(_opened(work, partial(_repaired, orders, work, (strays, outcomes), found)))
    except ForerunnerError as error:
        said |= _failed(error)
    found = [replace(each, outcome=outcomes.get(each.identity, "")) for each in found]
    write_whole(path, json.dumps({**said, "drifts": [x.to_dict() for x in found]}))
    done = sum(x.outcome == REPAIRED for x in found)
    message = f"{done} of {len(found)} differences put right"
    message += "" if said["status"] == "ok" else f"; {said['message']}"
    return {"changed": done > 0, "message": f"{work.system}: {message}"}


def report(systems: Sequence[str], directory: Path, reports: Path) -> dict[str, Any]:
    """Publish what the systems' files say, and name the systems that could not be compared.

    Args:
        systems: Their inventory names.
        directory: Where the systems' files are.
        reports: Where reports are.
    """
    said = {name: _read(directory / f"{name}.json", name) for name in systems}
    found = [each for one in said.values() for each in one["drifts"]]
    counts = dict(Counter[str](str(each["kind"]) for each in found).most_common())
    facts = {"time": time.time(), "systems": list(systems), "counts": counts}
    write_whole(reports / "sims_all.json", json.dumps({**facts, "drifts": found}) + "\n")
    page = publish(reports, "sims", {**facts, "drifts": found[:_SHOWN]})
    done = sum(each["outcome"] == REPAIRED for each in found)
    message = f"{_said(found, counts, done)}; see {page}"
    left = {x: y for x, y in said.items() if y["status"] != "ok"}
    bad = {x: DeviceResult(y["status"], y["message"]) for x, y in left.items()}
    results = {**bad, LOCAL: DeviceResult("failed" if len(found) > done or bad else "ok", message)}
    facts = {"device_results": device_results(results)}
    return {"changed": False, "message": message, "counts": counts, "ansible_facts": facts}


def _said(found: Sequence[Mapping[str, Any]], counts: Mapping[str, int], done: int) -> str:
    kinds = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    put = f", {done} of them put right" if any(each["outcome"] for each in found) else ""
    return f"{len(found)} differences" + (f" ({kinds})" if kinds else "") + put


def _read(path: Path, system: str) -> Mapping[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {"status": "failed", "message": f"{system}: it was not compared", "drifts": []}


async def _repaired(
    orders: Orders,
    work: Work,
    how: tuple[bool, dict[str, str]],
    found: Sequence[Drift],
    system: SubscriberSystem,
) -> list[Drift]:
    """Put right what was found on a system, while its windows are open and the gate permits it."""

    def permit() -> None:
        see_that_it_is_open(work, datetime.now(UTC))
        work.terms.permit()

    profile = next(iter(work.settings.get("profiles") or ()), "")
    terms = replace(work.terms, permit=permit)
    strays, outcomes = how
    return await Repair(orders, system, terms, strays, profile, outcomes).all(found)


def _failed(error: ForerunnerError) -> dict[str, str]:
    status = "unreachable" if isinstance(error, SystemUnreachable) else "failed"
    return {"status": status, "message": str(error)}


async def _opened(
    work: Work, act: Callable[[SubscriberSystem], Awaitable[list[Drift]]]
) -> list[Drift]:
    system = await open_subscriber_system(work)
    try:
        return await act(system)
    finally:
        await system.aclose()
