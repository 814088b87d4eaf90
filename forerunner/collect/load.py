"""Loads of the links' directions from interface counters."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from forerunner.collect import snmp
from forerunner.model import Sample
from forerunner.store import Store, StoreError
from forerunner.topology import Direction, Topology

_BITS = 8
_log = logging.getLogger(__name__)
_METRIC = "if_out_octets"
_PERIOD_S = 1.0
# A counter of 64 bits that goes back near its end has wrapped; from anywhere else it was reset.
_WRAP = 2.0**64
_NEAR = 2.0**40


def directions(
    store: Store | None,
    topology: Topology,
    agents: Sequence[snmp.Agent] = (),
    maximum_age_s: float = 10.0,
) -> dict[str, float]:
    """Return the load of each direction in bit/s, by its name; what is unknown is left out.

    The store answers for the directions that it knows freshly; for the others, if there are any,
    their senders are polled twice, about a second apart.

    Args:
        store: The telemetry store, or None.
        topology: The links.
        agents: SNMP agents of the routers.
        maximum_age_s: Age in seconds beyond which a stored counter says nothing about now.
    """
    return asyncio.run(measure(store, topology, agents, maximum_age_s))


async def measure(
    store: Store | None,
    topology: Topology,
    agents: Sequence[snmp.Agent] = (),
    maximum_age_s: float = 10.0,
) -> dict[str, float]:
    """Return what `directions` returns, inside an event loop that already runs."""
    now = time.time()
    # As long again before it, so that a counter that is just fresh has a predecessor.
    since = now - 2 * maximum_age_s
    known = await asyncio.to_thread(_stored, store, topology.routers, since) if store else []
    loads = rates(topology, known, newest_after=now - maximum_age_s)
    missing = {way.host for way in _directions(topology) if way.name not in loads}
    asked = [agent for agent in agents if agent.host in missing]
    if asked:
        loads |= rates(topology, await _poll_twice(asked))
    return loads


def _stored(store: Store, hosts: Collection[str], since: float) -> list[Sample]:
    """Return the counters that a store holds; none where it cannot be read: the routers can be."""
    try:
        return store.read([_METRIC], hosts, since)
    except StoreError as error:
        _log.warning("stored loads are not known: %s", error)
        return []


def rates(
    topology: Topology, samples: Iterable[Sample], newest_after: float = 0.0
) -> dict[str, float]:
    """Return the mean rate in bit/s of each direction over its samples of `if_out_octets`.

    Args:
        topology: The links.
        samples: Counters; other metrics are passed over.
        newest_after: A direction whose newest sample is older than this is left out.
    """
    series: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.metric == _METRIC:
            series[sample.host, sample.interface].append(sample)
    found = {}
    for way in _directions(topology):
        counters = sorted(series[way.host, way.interface], key=lambda each: each.time)
        rate = _rate(counters)
        if rate is not None and counters[-1].time >= newest_after:
            found[way.name] = rate
    return found


def _rate(counters: Sequence[Sample]) -> float | None:
    """Return bit/s over the intervals in which the counter was not reset; None when none is."""
    octets = seconds = 0.0
    for before, after in pairwise(counters):
        difference = after.value - before.value
        if difference < 0 and before.value > _WRAP - _NEAR and after.value < _NEAR:
            difference += _WRAP
        if difference >= 0 and after.time > before.time:
            octets += difference
            seconds += after.time - before.time
    return octets * _BITS / seconds if seconds else None


def _directions(topology: Topology) -> list[Direction]:
    return [way for link in topology.links for way in link.directions]


async def _poll_twice(agents: Sequence[snmp.Agent]) -> list[Sample]:
    first = await snmp.poll(agents)
    await asyncio.sleep(_PERIOD_S)
    return first + await snmp.poll(agents)
