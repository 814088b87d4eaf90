"""Requests before any system hears of them: a million SIMs, and orders that meet in the pools."""

import json
import multiprocessing
import resource
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.database import Database
from forerunner.orders import steps
from forerunner.orders.book import Book
from forerunner.orders.errors import NumbersTaken
from forerunner.orders.record import Orders
from forerunner.orders.sealing import Seal

_MILLION = {"full": 1_000_000, "short": 2000}
_ROUNDS = {"full": 100, "short": 3}
_AT_ONCE = 8
_SIMS = 5
_POOLS = [
    {"name": "lab", "kind": "imsi", "first": "001010000000000", "last": "001010009999999"},
    {"name": "lab", "kind": "iccid", "first": "8988303000000000002", "last": "8988303000099999999"},
    {"name": "lab", "kind": "msisdn", "first": "882399000000000", "last": "882399009999999"},
]


def plan(extent: Extent, console: Console) -> list[Row]:
    """Return `plan_1m_s`."""
    directory, count = form.fresh("sim", "plan"), _MILLION[extent]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, peak = pool.apply(_planned, (directory, count))
    console.print(f"{count} SIMs in {seconds:.1f} s, {peak:.0f} MB")
    what = f"{count} SIMs validated, numbers and keys made, sealed in the ledger; {peak:.0f} MB"
    return [Row("plan_1m_s", what, seconds, "s", goal="<= 60")]


def allocation(extent: Extent, console: Console) -> list[Row]:
    """Return `allocation_overlaps`."""
    directory, rounds = form.fresh("sim", "allocation"), _ROUNDS[extent]
    given = [(directory, worker, rounds) for worker in range(_AT_ONCE)]
    _orders(directory).everything(1)
    with multiprocessing.get_context("spawn").Pool(_AT_ONCE) as pool:
        entered = sum(pool.starmap(_enter_some, given))
    overlaps = _overlaps(_orders(directory))
    console.print(f"{entered} orders, {overlaps} overlaps")
    what = f"numbers in two of {entered} orders, {_AT_ONCE} at once, {rounds} rounds"
    return [Row("allocation_overlaps", what, overlaps, goal="== 0", n=entered)]


def _orders(directory: Path) -> Orders:
    ledger = Database(f"sqlite:///{directory / 'ledger.sqlite'}")
    return Orders(Book(ledger), Seal(b"of the benchmark"))


def _take(directory: Path, name: str, count: int) -> None:
    made = {"imsi": "lab", "iccid": "lab", "msisdn": "lab", "key_source": "generated"}
    whole = {"request_id": name, "operation": "create", "profile": "basic", **made}
    path = directory / f"{name}.json"
    path.write_text(json.dumps({**whole, "quantity": count}))
    given: dict[str, Any] = {
        "request": str(path),
        "order": "",
        "systems": {"hlr1": "hlr", "hss1": "hss", "gport1": "gport", "mind1": "mind"},
        "pools": _POOLS,
        "profiles": ["basic"],
        "takes_encrypted": False,
        "directory": str(directory),
        "password_file": str(directory / "none"),
        "chunk": 1000,
        "abandon": False,
    }
    steps.take(_orders(directory), given, dry=False, who="bench")


def _planned(directory: Path, count: int) -> tuple[float, float]:
    begun = time.perf_counter()
    _take(directory, "million", count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return time.perf_counter() - begun, peak


def _enter_some(directory: Path, worker: int, rounds: int) -> int:
    entered = 0
    for number in range(rounds):
        # Who looked for free numbers at the same moment looks again, as a person would.
        for attempt in range(_AT_ONCE * 4):
            try:
                _take(directory, f"o-{worker}-{number}", _SIMS)
            except NumbersTaken:
                time.sleep(0.01 * attempt)
            else:
                entered += 1
                break
    return entered


def _overlaps(orders: Orders) -> int:
    """Return how many numbers stand in two orders, by what the orders themselves hold."""
    seen: dict[str, str] = {}
    twice = 0
    for order in orders.everything(100_000):
        for number in range(order.chunks):
            for change in orders.chunk(order.id, number).changes:
                sim = change.after
                for text in (sim.imsi, sim.iccid, sim.msisdn) if sim else ():
                    twice += seen.setdefault(text, order.id) != order.id
    return twice
