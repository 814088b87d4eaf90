"""A device's processor, memory and neighbours over SNMP, and what becomes of them as events."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from forerunner.collect.neighbours import Neighbours
from forerunner.collect.poll import poll_forever
from forerunner.collect.session import Target
from forerunner.collect.vitals import Reading, Vitals
from forerunner.simulator import snmp_vitals as simulated
from forerunner.simulator.snmp import Agent, Mib, serve
from forerunner.store.bounds import BOUNDS

_PORTS = itertools.count(21161)
Act = Callable[[Mib], None]


def readings(*acts: Act, pause_s: float = 0.0) -> list[Reading]:
    """Return what an agent says after each of some things was done to it."""

    async def whole() -> list[Reading]:
        port = next(_PORTS)
        (agent,) = await serve([("127.0.0.1", port)], interfaces=1)
        device = Vitals(Target("r1", "127.0.0.1", port, "public"), timeout_s=0.2)
        found = []
        for act in acts:
            act(agent.mib)
            found.append(await device.poll())
            await asyncio.sleep(pause_s)
        return found

    return asyncio.run(whole())


def routing(ospf: dict[str, int], bgp: dict[str, int], stopped: tuple[str, ...] = ()) -> Act:
    def act(mib: Mib) -> None:
        simulated.set_ospf(mib, ospf)
        simulated.set_bgp(mib, bgp, stopped)

    return act


def told(*acts: Act) -> list[tuple[str, str, str]]:
    """Return the events of an agent to which some things are done, one after the other."""
    seen = Neighbours()
    found = [event for each in readings(*acts) for event in seen.update(each)]
    return [(each.kind, each.interface, each.severity) for each in found]


def value(reading: Reading, metric: str, interface: str = "") -> float | None:
    found = {(x.interface, x.metric): x.value for x in reading.samples()}
    return found.get((interface, metric))


def test_processor_and_memory_are_read_as_net_snmp_has_them() -> None:
    found = readings(simulated.add_vitals, lambda _: None, pause_s=0.5)
    assert value(found[0], "cpu_used_share") is None
    assert value(found[1], "cpu_used_share") == pytest.approx(0.25, abs=0.05)
    assert value(found[1], "memory_total_bytes") == 4_000_000 * 1024
    assert value(found[1], "memory_available_bytes") == 2_000_000 * 1024
    assert value(found[1], "load_1m") == 0.5


def test_processor_and_memory_are_read_where_only_host_resources_has_them() -> None:
    (found,) = readings(simulated.add_host_resources)
    assert value(found, "cpu_used_share") == pytest.approx(0.3)
    assert value(found, "memory_total_bytes") == 7000 * 1024
    assert value(found, "memory_available_bytes") == 6300 * 1024


def test_neighbours_and_peers_are_samples_by_their_addresses() -> None:
    (found,) = readings(routing({"10.1.0.2": 8}, {"10.0.0.4": 3}))
    assert value(found, "ospf_neighbour_state", "10.1.0.2") == 8.0
    assert value(found, "ospf_neighbour_events", "10.1.0.2") == 6.0
    assert value(found, "bgp_peer_state", "10.0.0.4") == 3.0
    assert (value(found, "ospf_up"), value(found, "bgp_up")) == (1.0, 1.0)


def test_a_device_without_any_of_it_says_so_and_is_up() -> None:
    (found,) = readings(lambda _: None)
    assert {x.metric: x.value for x in found.samples()} == {
        "snmp_vitals_up": 1.0,
        "ospf_up": 0.0,
        "bgp_up": 0.0,
    }


def test_every_gauge_of_it_has_bounds() -> None:
    both = readings(simulated.add_vitals, routing({"10.1.0.2": 8}, {"10.0.0.4": 6}))[1]
    assert {x.metric for x in both.samples()} <= BOUNDS.keys()


def test_a_neighbour_that_goes_and_comes_back_is_told_each_time() -> None:
    whole = routing({"10.1.0.2": 8, "10.1.0.6": 4}, {})
    without = routing({"10.1.0.6": 4}, {})
    assert told(whole, without, without, whole) == [
        ("ospf.neighbour_down", "10.1.0.2", "error"),
        ("ospf.neighbour_up", "10.1.0.2", "info"),
    ]


def test_a_peer_that_falls_and_is_established_again_is_told_each_time() -> None:
    up, down = routing({}, {"10.0.0.4": 6}), routing({}, {"10.0.0.4": 3})
    assert told(up, down, down, up) == [
        ("bgp.neighbour_down", "10.0.0.4", "error"),
        ("bgp.neighbour_up", "10.0.0.4", "info"),
    ]


def test_a_peer_that_is_first_seen_down_is_told_as_an_error_unless_it_was_shut_down() -> None:
    assert told(routing({}, {"10.0.0.4": 3, "10.0.0.5": 1}, stopped=("10.0.0.5",))) == [
        ("bgp.neighbour_down", "10.0.0.4", "error"),
        ("bgp.neighbour_down", "10.0.0.5", "info"),
    ]


def test_a_table_that_is_no_longer_served_is_a_gap_and_no_fall() -> None:
    whole = routing({"10.1.0.2": 8}, {"10.0.0.4": 6})

    def gone(mib: Mib) -> None:
        simulated.stop_serving(mib, "ospf", "bgp")

    assert told(whole, gone, whole) == []
    assert value(readings(whole, gone)[1], "ospf_up") == 0.0


def test_what_happened_during_a_gap_is_told_after_it() -> None:
    whole = routing({"10.1.0.2": 8}, {"10.0.0.4": 6})

    def gone(mib: Mib) -> None:
        simulated.stop_serving(mib, "ospf", "bgp")

    after = routing({"10.1.0.2": 8}, {"10.0.0.4": 1})
    assert told(whole, gone, after) == [("bgp.neighbour_down", "10.0.0.4", "error")]


def test_an_agent_that_is_silent_is_marked_and_delays_nobody() -> None:
    taken: list[Reading] = []

    async def whole() -> None:
        ports = [("127.0.0.1", next(_PORTS)) for _ in range(3)]
        agents: list[Agent] = await serve(ports, interfaces=1)
        agents[0].silent = True
        devices = [
            Vitals(Target(f"r{at}", address, port, "public"), timeout_s=0.3)
            for at, (address, port) in enumerate(ports)
        ]
        try:
            async with asyncio.timeout(1.5):
                await poll_forever(devices, 0.2, taken.append)
        except TimeoutError:
            return

    asyncio.run(whole())
    silent = [each for each in taken if each.target.host == "r0"]
    others = [each.time for each in taken if each.target.host == "r1"]
    assert silent
    assert {x.metric: x.value for x in silent[0].samples()} == {"snmp_vitals_up": 0.0}
    assert max(b - a for a, b in itertools.pairwise(others)) < 0.3
