"""Kills at random moments of an order: afterwards it is whole, or not there, or parked."""

import random
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil
from rich.console import Console

from forerunner.bench.rows import Extent, Row
from forerunner.bench.sim.site import SimBenchError, SimSite, standing
from forerunner.bench.sim.systems import ask, orders_of
from forerunner.orders.cards import Cards
from forerunner.subscriber_lab.place import SYSTEMS
from forerunner.telco import Subscriber, SubscriberSystem

_KILLS = {"full": 50, "short": 2}
_SIMS = 600
_SEED = 4
_LONGEST_S = 12.0
_HANGS_S = 180.0
_TRIES = 4
# Whoever carries the order out (the play with all of its workers, or one of those), or a system.
_VICTIMS = ("playbook", "worker", *SYSTEMS)


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `kills_consistent` and `lost_or_doubled`."""
    chance, kills = random.Random(_SEED), _KILLS[extent]
    consistent = lost = hung = 0
    with standing("kills") as site:
        site.play("provision_sims", "-e", site.request("first", quantity=5, proof_sample=2))
        for number in range(kills):
            victim, moment = chance.choice(_VICTIMS), chance.uniform(1.0, _LONGEST_S)
            state, wrong, hangs = _one(site, f"lot-{number}", victim, moment)
            consistent += state in ("done", "undone", "rejected", "parked") and not wrong
            lost += wrong
            hung += hangs
            console.print(f"{number}: {victim} after {moment:.1f} s: {state}, {wrong} wrong")
    what = f"orders of {_SIMS} SIMs that were whole, or nowhere, once the same command was repeated"
    what += f"; {hung} plays hung and were ended"
    return [
        Row("kills_consistent", what, consistent, goal="== 50", n=kills, seed=str(_SEED)),
        Row("lost_or_doubled", "SIMs that a system has and the ledger has not, or not alike",
            lost, goal="== 0", n=kills * _SIMS, seed=str(_SEED)),
    ]  # fmt: skip


def _one(site: SimSite, name: str, victim: str, moment: float) -> tuple[str, int, bool]:
    """Order, kill, repeat until it ends; return its state, SIMs that stand wrongly, if it hung."""
    request = site.request(name, quantity=_SIMS, proof_sample=10)
    process = site.begin("provision_sims", "-e", request)
    _kill(site, process, victim, moment)
    hung = _ended(process)
    orders = orders_of(site)
    for _ in range(_TRIES):
        found = orders.find(name)
        if found and found.ended:
            break
        site.play("provision_sims", "-e", request)
    else:
        raise SimBenchError(f"{name} does not come to an end: {orders.get(name).reason}")
    order = orders.get(name)
    made = [x.after for n in range(order.chunks) for x in orders.chunk(name, n).changes if x.after]
    known = Cards(orders.book, orders.seal).find("imsi", [sim.imsi for sim in made])
    wanted = made if order.state == "done" else []
    wrong = sum(_standing_wrongly(site, kind, made, bool(wanted)) for kind in SYSTEMS)
    return order.state, wrong + abs(len(known) - len(wanted)), hung


def _ended(process: psutil.Popen) -> bool:
    """Wait for a play; end one that hangs, as who started it would, and return whether it did.

    Ansible's workers share a lock: where one is killed that holds it, the rest wait for ever.
    """
    try:
        process.wait(_HANGS_S)
    except psutil.TimeoutExpired:
        _shoot([process, *process.children(recursive=True)])
        process.wait()
        return True
    return False


def _kill(site: SimSite, process: psutil.Popen, victim: str, moment: float) -> None:
    time.sleep(moment)
    if victim in SYSTEMS:
        site.stop([victim])
        site.start([victim])
        return
    # It may be done by then, which is a moment too.
    with suppress(psutil.NoSuchProcess):
        below = process.children(recursive=True)
        _shoot(below[:1] if victim == "worker" else [process, *below])


def _shoot(processes: Sequence[psutil.Process]) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            each.kill()


def _standing_wrongly(site: SimSite, kind: str, made: Sequence[Subscriber], there: bool) -> int:
    """Return how many SIMs a system has otherwise than it is to have them."""

    async def count(system: SubscriberSystem) -> int:
        found = await system.read(made)
        wanted = [system.expected(each) if there else None for each in made]
        return sum(a != b for a, b in zip(found, wanted, strict=True))

    return ask(site, kind, count)
