"""`make bench-change`, part rollout: a ring managed in band, changed with and without an order."""

import asyncio
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from analytics.decide import WavePolicy
from forerunner.bench.change import site
from forerunner.bench.rows import Extent, Row
from forerunner.configure import Configuration, configure
from forerunner.configure.health import Patience
from forerunner.configure.intent import Intended
from forerunner.dialects import frr
from forerunner.fleet import FleetError, connect
from forerunner.lab import Lab
from forerunner.lab.convergence import wait_converged
from forerunner.trials.routers import (
    device,
    guards_armed,
    network,
    running,
    terms,
    with_lines,
)

ISOLATED_S = 5.0
"""A router that does not answer for longer than its neighbours' dead interval is isolated."""

_ENTRY = "r1"
_POLL_S = 0.5
_SETTLED_S = 9.0
_PATIENCE = Patience(5.0, 12.0)
_POISON = ("router ospf", " passive-interface default", "exit")


def rows(extent: Extent, console: Console) -> Sequence[Row]:
    """Return the rows of part `rollout`; the ring has ten routers in both extents."""
    del extent
    with site.lab_of("ring") as lab:
        poisoned = _poisoned(lab, console)
        ours = _ours(lab, console)
        naive = _naive(lab, console)
    site.keep("rollout", {"poisoned": poisoned, "ours": ours, "naive": naive})
    return [
        Row("ring_isolated_naive", "new OSPF timers, router by router in the inventory's order",
            len(naive), n=10),
        Row("ring_isolated_ours", "the same in waves: routers that did not answer for "
            f"{ISOLATED_S:g} s, or at the end", len(ours), goal="== 0", n=10),
        Row("poisoned_devices_touched", "by a template that breaks OSPF, before the halt",
            len(poisoned), goal="== 1", n=10),
    ]  # fmt: skip


def _poisoned(lab: Lab, console: Console) -> list[str]:
    """Roll out what breaks OSPF everywhere; return the routers on which a change was begun."""
    before = {name: running(lab, name) for name in lab.routers}
    known = {name: guards_armed(lab, name) for name in lab.routers}
    done = _rollout(lab, {name: with_lines(x, *_POISON) for name, x in before.items()})
    touched = [name for name in lab.routers if guards_armed(lab, name) != known[name]]
    console.print(f"poisoned: {touched}; {done.hosts[touched[0]].message if touched else done}")
    wait_converged(lab, 60)
    if {name: running(lab, name) for name in lab.routers} != before:
        raise site.NotMeasured("a poisoned router was not put back byte for byte")
    return touched


def _ours(lab: Lab, console: Console) -> list[str]:
    targets = {name: _slower(running(lab, name)) for name in lab.routers}
    with _watched(lab) as isolated:
        done = _rollout(lab, targets)
        time.sleep(_SETTLED_S)
    console.print(f"ours: waves {done.waves}, isolated {sorted(isolated)}")
    bad = [each.message for each in done.hosts.values() if each.status != "changed"]
    if bad:
        raise site.NotMeasured(f"the rollout was not carried out: {bad}")
    return sorted(isolated)


def _naive(lab: Lab, console: Console) -> list[str]:
    """Bring the timers back router by router, each given its dead interval, and no way back."""
    for name in lab.routers:
        told = asyncio.run(_pushed(lab, name))
        console.print(f"naive: {name}: {told}")
        if told == "changed":
            time.sleep(_SETTLED_S)
    return sorted(set(lab.routers) - _answering(lab))


async def _pushed(lab: Lab, router: str) -> str:
    target = _faster(running(lab, router))
    commands = frr.changes(running(lab, router), target)
    try:
        async with asyncio.timeout(10.0), connect(device(lab, router), 5.0) as session:
            await session.execute(frr.configure(commands))
    except (FleetError, TimeoutError) as error:
        return f"not reached: {error}"
    return "changed"


def _rollout(lab: Lab, targets: dict[str, str]) -> Configuration:
    devices = {name: device(lab, name) for name in targets}
    given = terms(
        lab, timer_s=60.0, patience=_PATIENCE, waves=WavePolicy(2.0, 0, allow_exposed=True)
    )
    return configure(devices, Intended(targets), given, network(lab, controller=_ENTRY))


def _slower(config: str) -> str:
    timers = config.replace("ip ospf hello-interval 1\n", "ip ospf hello-interval 2\n")
    return timers.replace("ip ospf dead-interval 4\n", "ip ospf dead-interval 8\n")


def _faster(config: str) -> str:
    timers = config.replace("ip ospf hello-interval 2\n", "ip ospf hello-interval 1\n")
    return timers.replace("ip ospf dead-interval 8\n", "ip ospf dead-interval 4\n")


@contextmanager
def _watched(lab: Lab) -> Iterator[set[str]]:
    """Ping every router all the while; those that stay silent too long are in the set."""
    isolated, over = set[str](), threading.Event()

    def watch() -> None:
        heard = dict.fromkeys(lab.routers, time.monotonic())
        while not over.is_set():
            now = time.monotonic()
            heard |= dict.fromkeys(_answering(lab), now)
            isolated.update(name for name, last in heard.items() if now - last > ISOLATED_S)
            over.wait(_POLL_S)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield isolated
    finally:
        over.set()
        thread.join()
        isolated |= set(lab.routers) - _answering(lab)


def _answering(lab: Lab) -> set[str]:
    """Return the routers that answer a ping from where the controller stands."""
    pings = {
        name: subprocess.Popen(
            ["ping", "-c", "1", "-W", "1", lab.management_address(name)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in lab.routers
    }
    return {name for name, ping in pings.items() if ping.wait() == 0}
