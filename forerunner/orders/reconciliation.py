"""What role sim_order does to reconcile: each system by itself, then one report of all of them."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forerunner.errors import ForerunnerError
from forerunner.files import write_whole
from forerunner.fleet.device import DeviceResult
from forerunner.fleet.inventory import device_results
from forerunner.orders.reconciling import Drift, drifts
from forerunner.orders.record import Orders
from forerunner.orders.steps import LOCAL
from forerunner.orders.task import Work, open_subscriber_system
from forerunner.report import publish
from forerunner.telco import SystemUnreachable

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
        found = asyncio.run(_compared(orders, work))
    except ForerunnerError as error:
        status = "unreachable" if isinstance(error, SystemUnreachable) else "failed"
        said = {"status": status, "message": str(error), "drifts": []}
    else:
        message = f"{work.system}: {len(found)} differences"
        said = {"status": "ok", "message": message, "drifts": [x.to_dict() for x in found]}
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps(said))
    return {"changed": False, "message": said["message"]}


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
    kinds = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    message = f"{len(found)} differences" + (f" ({kinds})" if kinds else "") + f"; see {page}"
    bad = {
        x: DeviceResult(y["status"], y["message"]) for x, y in said.items() if y["status"] != "ok"
    }
    results = {**bad, LOCAL: DeviceResult("failed" if found or bad else "ok", message)}
    facts = {"device_results": device_results(results)}
    return {"changed": False, "message": message, "counts": counts, "ansible_facts": facts}


def _read(path: Path, system: str) -> Mapping[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {"status": "failed", "message": f"{system}: it was not compared", "drifts": []}


async def _compared(orders: Orders, work: Work) -> list[Drift]:
    system = await open_subscriber_system(work)
    try:
        return await drifts(orders, system)
    finally:
        await system.aclose()
