"""The HLR's part of an order, and the look for duplicates, against a bare pipelined client."""

import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import uvloop
from rich.console import Console

from forerunner import home
from forerunner.bench.peer import PEERS
from forerunner.bench.rows import Extent, Row, median
from forerunner.bench.sim.site import SimSite, sims, standing
from forerunner.database import Database
from forerunner.orders.book import Book
from forerunner.orders.entering import Asked, enter
from forerunner.orders.leg import Leg
from forerunner.orders.record import Orders
from forerunner.orders.sealing import Seal
from forerunner.orders.terms import Terms
from forerunner.telco import Change, SubscriberSystem
from forerunner.telco.hlr import open_system

_PEER = PEERS / "by_bare_ctrl.py"
_ROUNDS = {"full": 3, "short": 1}
_SIMS = {"full": 10_000, "short": 200}


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `hlr_vs_bare` and `target_check_vs_bare`."""
    count, taken = _SIMS[extent], dict[str, list[float]]()
    with standing("hlr", ["hlr"]) as site:
        for number in range(_ROUNDS[extent]):
            first = 2 * number * count
            for name, seconds in (
                ("leg", _leg(site, first, count)),
                ("bare write", _bare(site, first + count, count, "write")),
                ("check", _check(site, first, count)),
                ("bare read", _bare(site, first, count, "read")),
            ):
                taken.setdefault(name, []).append(seconds)
                console.print(f"{name}: {count} SIMs in {seconds:.2f} s")
    write = "an order's part on the HLR, entered in the ledger, each SIM read back"
    return [
        _row("hlr_vs_bare", write, taken["leg"], taken["bare write"], count),
        _row("target_check_vs_bare", "IMSI and MSISDN", taken["check"], taken["bare read"], count),
    ]


def _row(name: str, what: str, ours: Sequence[float], bare: Sequence[float], count: int) -> Row:
    ratios = [peer / own for own, peer in zip(ours, bare, strict=True)]
    rate = count / (median(ours) or 1)
    spread = f"rounds {min(ratios):.2f} to {max(ratios):.2f}"
    return Row(
        name,
        f"{what}: {rate:.0f} SIMs/s; {spread}",
        median(ratios),
        "x",
        goal=">= 0.75",
        peer="bare CTRL, SIMs/s",
        peer_value=count / (median(bare) or 1),
        n=len(ratios),
    )


def _bare(site: SimSite, first: int, count: int, act: str) -> float:
    given = site.directory / "bare.json"
    host = site.place.address("hlr")
    given.write_text(json.dumps({"host": host, "first": first, "count": count, "act": act}))
    command = [sys.executable, str(_PEER), str(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home.root())
    return float(done.stdout)


def _leg(site: SimSite, first: int, count: int) -> float:
    ledger = Database(f"sqlite:///{site.directory / 'ledger.sqlite'}")
    orders = Orders(Book(ledger), Seal(b"of the benchmark"))
    changes = [Change(None, each) for each in sims(first, count)]
    name = f"bench-{first}"
    asked = Asked(name, name, "create", ("hlr1",), {}, count, lambda _: {}, lambda _: iter(changes))
    order = enter(orders, asked)

    leg = partial(Leg, orders, order, terms=Terms(permit=lambda: None))
    # What looking costs is the other row.
    _timed(site, lambda system: leg(system=system).check())
    return _timed(site, lambda system: leg(system=system).apply())


def _check(site: SimSite, first: int, count: int) -> float:
    some = sims(first, count)

    async def act(system: SubscriberSystem) -> None:
        for at in range(0, count, 1000):
            await system.taken(some[at : at + 1000])

    return _timed(site, act)


def _timed(site: SimSite, act: Callable[[SubscriberSystem], Awaitable[None]]) -> float:
    async def whole() -> float:
        system = await open_system("hlr1", {"host": site.place.address("hlr")})
        begun = time.perf_counter()
        await act(system)
        seconds = time.perf_counter() - begun
        await system.aclose()
        return seconds

    # As the module does it.
    return uvloop.run(whole())
