"""Polling over SNMP: how fast, against what else there is, and what dead agents cost."""

import asyncio
import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise

from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.bench.telemetry import agents as site
from forerunner.bench.telemetry.agents import Agents
from forerunner.collect.poll import Answer, poll_forever

_AGENTS = {"full": 200, "short": 20}
_ROUNDS = {"full": 5, "short": 1}
_SIZES = (50, 200, 800)
# PySNMP takes so long that a tenth of the agents says the same.
_SHARE_OF_PYSNMP = 10
_INTERVAL_S = 2.0
_WATCHED_S = {"full": 30.0, "short": 5.0}
_DEAD = 10
_WHAT = "agents of 50 interfaces and 8 counters each, polled and stored"
Sweep = Callable[[Agents, int], list[float]]


def peers(extent: Extent, console: Console) -> list[Row]:
    """Return the rows that compare us with a peer, measured in turns."""
    count, rounds = _AGENTS[extent], _ROUNDS[extent]
    contenders: dict[str, tuple[Sweep, int]] = {
        "ours": (site.ours, count),
        "bare": (lambda some, n: site.peer("bare_gufo", some, n), count),
        "bulkwalk": (site.bulkwalk, count),
        "pysnmp": (lambda some, n: site.peer("pysnmp", some, n), count // _SHARE_OF_PYSNMP),
    }
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    with site.agents(count) as every:
        for _ in range(rounds):
            for name, (sweep, size) in contenders.items():
                taken[name] += [size / each for each in sweep(every[:size], 1)]
                console.print(f"{name}: {taken[name][-1]:.0f} agents/s")
    rate = {name: statistics.median(each) for name, each in taken.items()}
    what = f"{count} {_WHAT}; {rate['ours']:.0f} agents/s"
    found = []
    for name, goal in {"pysnmp": ">= 10", "bulkwalk": ">= 1.5", "bare": ">= 0.8"}.items():
        share = rate["ours"] / rate[name]
        row = Row(f"snmp_vs_{name}", what, share, "", goal, name, rate[name], share, rounds)
        found.append(row)
    return found


def growth(extent: Extent, console: Console) -> list[Row]:
    """Return `snmp_rate_50`, `snmp_rate_200` and `snmp_rate_800`."""
    made, rounds = [], _ROUNDS[extent]
    for size in _SIZES:
        count = size if extent == "full" else size // 10
        with site.agents(count) as every:
            rate = count / statistics.median(site.ours(every, rounds))
        console.print(f"{count} agents: {rate:.0f} a second")
        made.append(Row(f"snmp_rate_{size}", f"{count} {_WHAT}", rate, "agents/s", n=rounds))
    return made


def dead(extent: Extent, console: Console) -> list[Row]:
    """Return `dead_agent_delay_ms`."""
    count = _AGENTS[extent]
    number = count // _DEAD
    without, with_dead = (
        form.percentile(_lateness(count, some, _WATCHED_S[extent]), 0.95) or 0.0
        for some in (0, number)
    )
    console.print(
        f"late by {without:.4f} s without dead agents, by {with_dead:.4f} s with {number}"
    )
    what = f"later by p95 with {number} dead agents of {count}, a poll each {_INTERVAL_S:g} s"
    delay = max(0.0, with_dead - without) * 1000
    return [Row("dead_agent_delay_ms", what, delay, "ms", "<= 200", n=count)]


def _lateness(count: int, number: int, seconds: float) -> list[float]:
    """Return by how much each sample of an agent that answers came later than it was due."""
    found: list[Answer] = []

    async def whole(every: Agents) -> None:
        try:
            async with asyncio.timeout(seconds):
                await poll_forever(site.devices(every), _INTERVAL_S, found.append)
        except TimeoutError:
            return

    with site.agents(count, number) as every:
        asyncio.run(whole(every))
    return [late for host in {each.target.host for each in found} for late in _late(found, host)]


def _late(found: Sequence[Answer], host: str) -> list[float]:
    times = [each.time for each in found if each.target.host == host and each.up]
    # The first one learns which interfaces there are.
    return [max(0.0, after - before - _INTERVAL_S) for before, after in pairwise(times[1:])]
