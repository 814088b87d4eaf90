"""Measuring between two probe hosts over SSH, once it is their turn."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from forerunner.collect import load
from forerunner.collect.speed_tests import iperf, ping
from forerunner.collect.speed_tests.conduct import Skipped, Turn, Unsettled
from forerunner.collect.speed_tests.headroom import Headroom, crowded
from forerunner.collect.speed_tests.remote import Program, ready
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.fleet import Device, Session, Unreachable, open_session
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Topology

_SERVER_ENDS_S = 3.0


@dataclass(frozen=True)
class Site:
    """What tests run on.

    Attributes:
        devices: The probe hosts as they are reached.
        addresses: The address that each tests by.
        topology: The links between routers.
        loads: Bit/s by direction name at the beginning; what is unknown is left out.
        headroom: How far links may be filled.
        store: Where results go.
        port: TCP and UDP port of iperf3's servers.
        connect_s: Seconds for a session with a probe host.
        load_age_s: Age in seconds beyond which a stored counter says nothing of a load.
    """

    devices: Mapping[str, Device]
    addresses: Mapping[str, str]
    topology: Topology
    loads: Mapping[str, float]
    headroom: Headroom
    store: Store
    port: int = 5201
    connect_s: float = 10.0
    load_age_s: float = 10.0


@dataclass
class Measurer:
    """Runs tests; it remembers which hosts cannot be reached, and what it sent itself.

    Attributes:
        site: What they run on.
        lost: Why a host cannot be reached, by its name.
        sent: When a test of ours ended last on a direction, by its name.
    """

    site: Site
    lost: dict[str, str] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with the loads that were known before the first test."""
        self._loads = dict(self.site.loads)

    async def measure(self, turn: Turn) -> dict[str, float]:
        """Run a test in its turn, store what it gave, and return it.

        Raises:
            Skipped: A link has no room for it.
            Unreachable: A probe host does not answer; nothing was sent.
            Unsettled: A session broke off; programs may still run.
            NotMeasured: It gave no result that can be believed.
        """
        test, site = turn.slot.test, self.site
        why = crowded(test, turn.slot.way, site.topology, await self.loads(), site.headroom)
        if why:
            raise Skipped(why)
        try:
            async with AsyncExitStack() as stack:
                sessions = {name: await self._session(stack, name) for name in _ends(test)}
                figures = await _run(turn, sessions, site)
        finally:
            self.sent |= dict.fromkeys(turn.slot.way.forward | turn.slot.way.backward, time.time())
        await asyncio.to_thread(site.store.append, samples(test, figures, time.time()))
        return figures

    async def loads(self) -> Mapping[str, float]:
        """Return the loads now, in bit/s by direction name.

        Where a test of ours has just sent, its own traffic would stand in the way of the next one:
        there the load before it counts, until the counters say nothing of it any more.
        """
        age_s = self.site.load_age_s
        fresh = await load.measure(self.site.store, self.site.topology, (), age_s)
        ours = {name for name, at in self.sent.items() if at >= time.time() - 2 * age_s}
        kept = {name: x for name, x in self._loads.items() if name in ours}
        self._loads = {name: x for name, x in fresh.items() if name not in ours} | kept
        return self._loads

    async def _session(self, stack: AsyncExitStack, host: str) -> Session:
        if host in self.lost:
            raise Unreachable(host, self.lost[host])
        try:
            return await stack.enter_async_context(
                open_session(self.site.devices[host], self.site.connect_s)
            )
        except Unreachable as error:
            self.lost[host] = error.problem
            raise


def samples(test: SpeedTest, figures: Mapping[str, float], now: float) -> list[Sample]:
    """Return a test's figures as samples of its source, on an interface called `to:<target>`."""
    return [Sample(now, test.source, test.interface, name, x) for name, x in figures.items()]


def _ends(test: SpeedTest) -> tuple[str, ...]:
    return (test.source,) if test.protocol == "ping" else (test.source, test.target)


async def _run(turn: Turn, sessions: Mapping[str, Session], site: Site) -> dict[str, float]:
    test, begun = turn.slot.test, False
    try:
        async with AsyncExitStack() as stack:
            server = await _server(stack, turn, sessions, site)
            words = _words(test, site)
            sender = await stack.enter_async_context(
                ready(sessions[test.source], words, turn.life_s)
            )
            await turn.confirm()
            begun = True
            sender.go()
            return await _figures(test, sender, server)
    except Unreachable as error:
        if begun:
            raise Unsettled(str(error)) from error
        raise


def _words(test: SpeedTest, site: Site) -> list[str]:
    """Return the words of the end that sends."""
    source, target = site.addresses[test.source], site.addresses[test.target]
    if test.protocol == "ping":
        return ping.command(test, source, target)
    return iperf.client(test, source, target, site.port)


async def _server(
    stack: AsyncExitStack, turn: Turn, sessions: Mapping[str, Session], site: Site
) -> Program | None:
    """Return iperf3's server once it listens; a ping needs none."""
    test = turn.slot.test
    if test.protocol == "ping":
        return None
    words = iperf.server(site.addresses[test.target], site.port)
    server = await stack.enter_async_context(ready(sessions[test.target], words, turn.life_s))
    server.go()
    await server.until(iperf.LISTENING)
    return server


async def _figures(test: SpeedTest, sender: Program, server: Program | None) -> dict[str, float]:
    answer = await sender.answer()
    if answer.status is None:
        raise Unreachable(test.source, f"{test.name} was cut off; run it again")
    if server is None:
        return ping.figures(test, answer)
    # Its report comes first: iperf3 ends with 0 though it tells of an error there.
    found = iperf.figures(test, answer)
    await _see_off(test, server)
    return found


async def _see_off(test: SpeedTest, server: Program) -> None:
    """Make sure that the server ended well, too.

    Raises:
        NotMeasured: It did not.
    """
    try:
        async with asyncio.timeout(_SERVER_ENDS_S):
            status = (await server.answer()).status
    except TimeoutError:
        status = None
    if status != 0:
        raise iperf.NotMeasured(f"{test.name}: iperf3's server at {test.target} did not end well")
