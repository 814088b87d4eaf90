"""What role sim_order does to reconcile: each system by itself, then one report of all of them.

Where it is asked for, what differs is put right in between, behind the gate.
"""

import asyncio
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from forerunner.errors import ForerunnerError
from forerunner.files import write_whole
from forerunner.fleet.device import DeviceResult
from forerunner.fleet.inventory import device_results
from forerunner.orders.claims import Claims
from forerunner.orders.errors import OrderError
from forerunner.orders.reconciling import Drift, drifts
from forerunner.orders.record import Orders
from forerunner.orders.repair import REPAIRED, STRAY_STAYS, Repair, told
from forerunner.orders.steps import LOCAL
from forerunner.orders.task import Work, open_subscriber_system, see_that_it_is_open
from forerunner.report import publish
from forerunner.telco import SubscriberSystem, SystemUnreachable

# A page for people; the JSON beside it has all of them.
_SHOWN = 2000
NOTED = "sim_order_comparison"
"""Fact of a system: the hash of what was left of it last, in this run."""
_Answer = TypeVar("_Answer")


def reconcile(orders: Orders, work: Work, directory: Path) -> dict[str, Any]:
    """Compare one system with the ledger, and leave what differs as a file for the report.

    Args:
        orders: The ledger's orders.
        work: Which system, and how it is reached.
        directory: Where the systems' files are.
    """
    said: dict[str, Any]
    try:
        found = asyncio.run(_opened(work, partial(drifts, orders)))
    except ForerunnerError as error:
        said = {**_failed(error), "drifts": []}
    else:
        message = f"{work.system}: {len(found)} differences"
        said = {"status": "ok", "message": message, "drifts": [x.to_dict() for x in found]}
    return {"changed": False, "message": said["message"], **_noted(directory, work.system, said)}


def mend(compared: Mapping[str, str], directory: Path, strays: int) -> dict[str, Any]:
    """Say what is to be put right, and what the gate is to be asked for.

    Args:
        compared: What `reconcile` noted for each system, by inventory name.
        directory: Where the systems' files are.
        strays: How many strays are to go at the most; where there are more, all of them stay.
    """
    found = [x for name, noted in compared.items() for x in _read(directory, name, noted)["drifts"]]
    count = sum(x["kind"] == "stray" for x in found)
    stay = _why_strays_stay(count, strays)
    due = [x for x in found if not stay or x["kind"] != "stray"]
    digest = hashlib.sha256(json.dumps(due, sort_keys=True).encode()).hexdigest()
    names = {x["system"]: None for x in due}
    # The first one for all: of two repairs, neither comes at the other's.
    facts = {
        "sim_order_plan": {"repair": digest, "remove_strays": strays},
        "sim_order_leases": [lease(name) for name in ("all", *names)] if names else [],
        "sim_order_strays_stay": stay,
        "sim_order_run": f"repair-{secrets.token_hex(8)}",
    }
    counts = Counter(f"{x['kind']} on {x['system']}" for x in due)
    said = ", ".join(f"{number} {what}" for what, number in counts.items()) or "nothing"
    message = f"to be put right: {said}" + (f"; strays, {count}: {stay}" if stay and count else "")
    return {"changed": False, "message": message, "ansible_facts": facts}


def _why_strays_stay(count: int, allowed: int) -> str:
    """Return why strays stay; empty where they are to go."""
    if not allowed:
        return STRAY_STAYS
    return "" if count <= allowed else f"they stay: more than remove_strays={allowed} were found"


def lease(system: str) -> str:
    """Return what a repair leases of a system, or of all: not two at a time."""
    return f"{system}/repair"


def repair(
    claims: Claims, work: Work, directory: Path, noted: str, strays_stay: str
) -> dict[str, Any]:
    """Put right on one system what was found there, and note what became of each.

    Args:
        claims: What the repair holds in the ledger.
        work: Which system, how it is reached, and on what terms it is written.
        directory: Where the systems' files are.
        noted: What `reconcile` noted for it.
        strays_stay: Why strays stay; empty where they are to go.

    Raises:
        OrderError: The file is not the one that the gate was asked for.
    """
    said = dict(_read(directory, work.system, noted))
    found = [Drift.from_dict(each) for each in said["drifts"]]
    outcomes = {x.identity: strays_stay for x in found if x.kind == "stray" and strays_stay}
    if len(outcomes) < len(found):
        said |= _tried(work, partial(_repaired, claims, work, strays_stay, outcomes, found))
    said["drifts"] = [each.to_dict() for each in told(found, outcomes)]
    done = sum(outcome == REPAIRED for outcome in outcomes.values())
    message = f"{work.system}: {done} of {len(found)} differences put right"
    message += "" if said["status"] == "ok" else f"; {said['message']}"
    return {"changed": done > 0, "message": message, **_noted(directory, work.system, said)}


def _tried(work: Work, act: Callable[[SubscriberSystem], Awaitable[None]]) -> dict[str, str]:
    """Act on a system, and return what stopped that; empty where nothing did."""
    try:
        asyncio.run(_opened(work, act))
    except ForerunnerError as error:
        return _failed(error)
    return {}


def report(
    compared: Mapping[str, str], left_out: Sequence[str], directory: Path, reports: Path
) -> dict[str, Any]:
    """Publish what the systems' files say, and name the systems that could not be compared.

    Args:
        compared: What was noted last for each system, by inventory name.
        left_out: The systems that were not to be compared.
        directory: Where the systems' files are.
        reports: Where reports are.
    """
    said = {name: _read(directory, name, noted) for name, noted in compared.items()}
    found = [each for one in said.values() for each in one["drifts"]]
    counts = dict(Counter[str](str(each["kind"]) for each in found).most_common())
    facts = {"time": time.time(), "systems": list(compared), "counts": counts}
    write_whole(reports / "sims_all.json", json.dumps({**facts, "drifts": found}) + "\n")
    page = publish(reports, "sims", {**facts, "drifts": found[:_SHOWN]})
    done = sum(each["outcome"] == REPAIRED for each in found)
    message = f"{_said(found, counts, done)}; see {page}"
    message += f"; not compared: {', '.join(left_out)}" if left_out else ""
    left = {x: y for x, y in said.items() if y["status"] != "ok"}
    bad = {x: DeviceResult(y["status"], y["message"]) for x, y in left.items()}
    results = {**bad, LOCAL: DeviceResult("failed" if len(found) > done or bad else "ok", message)}
    facts = {"device_results": device_results(results)}
    return {"changed": False, "message": message, "counts": counts, "ansible_facts": facts}


def _said(found: Sequence[Mapping[str, Any]], counts: Mapping[str, int], done: int) -> str:
    kinds = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    put = f", {done} of them put right" if any(each["outcome"] for each in found) else ""
    return f"{len(found)} differences" + (f" ({kinds})" if kinds else "") + put


async def _repaired(
    claims: Claims,
    work: Work,
    strays_stay: str,
    outcomes: dict[str, str],
    found: Sequence[Drift],
    system: SubscriberSystem,
) -> None:
    """Put right what was found on a system, while its windows are open and the gate permits it."""

    def permit() -> None:
        see_that_it_is_open(work, datetime.now(UTC))
        work.terms.permit()

    profile = next(iter(work.settings.get("profiles") or ()), "")
    terms = replace(work.terms, permit=permit)
    await Repair(claims, system, terms, strays_stay, profile, outcomes).all(found)


def _noted(directory: Path, system: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Leave what is said of a system as a file, and return the fact that tells it from others."""
    text = json.dumps(said)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(directory / f"{system}.json", text)
    return {"ansible_facts": {NOTED: hashlib.sha256(text.encode()).hexdigest()}}


def _read(directory: Path, system: str, noted: str) -> Mapping[str, Any]:
    """Return what was left of a system in this run, and nothing of another one."""
    path = directory / f"{system}.json"
    text = path.read_text() if path.exists() else ""
    if hashlib.sha256(text.encode()).hexdigest() != noted:
        raise OrderError(f"{path}: it is not what was compared in this run; reconcile again")
    return dict(json.loads(text))


def _failed(error: ForerunnerError) -> dict[str, str]:
    status = "unreachable" if isinstance(error, SystemUnreachable) else "failed"
    return {"status": status, "message": str(error)}


async def _opened(work: Work, act: Callable[[SubscriberSystem], Awaitable[_Answer]]) -> _Answer:
    system = await open_subscriber_system(work)
    try:
        return await act(system)
    finally:
        await system.aclose()
