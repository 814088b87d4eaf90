"""Polling simulated agents: steady, in columns, with gaps and reboots marked."""

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forerunner.collect.poll import COLUMNS, Answer, Device, Target, poll_forever, table_of
from forerunner.simulator import ber
from forerunner.simulator.snmp import Agent, serve
from forerunner.store import RollUps, Store, Wanted

_PORTS = itertools.count(20161)


def polled(
    seconds: float,
    act: Callable[[list[Agent]], None] = lambda _: None,
    agents: int = 3,
    interval_s: float = 0.2,
    community: str = "public",
    before: Callable[[list[Agent]], None] = lambda _: None,
) -> list[Answer]:
    """Return what is polled of agents while something is done with them half way."""
    found: list[Answer] = []
    addresses = [("127.0.0.1", next(_PORTS)) for _ in range(agents)]

    async def whole() -> None:
        served = await serve(addresses, interfaces=5)
        before(served)
        targets = [
            Target(f"r{at}", address, port, community)
            for at, (address, port) in enumerate(addresses)
        ]
        devices = [Device(each, timeout_s=0.1) for each in targets]
        asyncio.get_running_loop().call_later(seconds / 2, act, served)
        try:
            async with asyncio.timeout(seconds):
                await poll_forever(devices, interval_s, found.append)
        except TimeoutError:
            return

    asyncio.run(whole())
    return found


def test_every_counter_of_every_interface_grows_as_it_does(tmp_path: Path) -> None:
    Store(tmp_path).append_tables([table_of(polled(1.5))])
    RollUps(tmp_path).roll_up()
    rates = RollUps(tmp_path).read("minute", Wanted(hosts=["r1"]))

    found = {(each.interface, each.metric): each.p50 for each in rates}
    assert found["eth0", "if_in_bit_s"] == pytest.approx(8 * 1_000_008, rel=0.05)
    assert found["eth4", "if_in_errors_s"] == pytest.approx(1_000_045, rel=0.05)
    assert len([1 for port, _ in found if port]) == 5 * len(COLUMNS)
    assert found["", "snmp_up"] == 1.0


def test_a_device_that_is_silent_is_marked_and_delays_nobody() -> None:
    def silence(agents: list[Agent]) -> None:
        agents[0].silent = True

    found = polled(2.4, silence)
    up = {host: [each.up for each in found if each.target.host == host] for host in ("r0", "r1")}
    steps = [
        later.time - earlier.time
        for earlier, later in itertools.pairwise(x for x in found if x.target.host == "r1")
    ]
    assert not all(up["r0"])
    assert up["r0"][0]
    assert all(up["r1"])
    assert max(steps) < 0.4


def test_a_device_that_comes_back_is_polled_again_and_both_are_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def pause(agents: list[Agent]) -> None:
        agents[0].silent = True
        asyncio.get_running_loop().call_later(0.5, setattr, agents[0], "silent", False)

    found = [each.up for each in polled(3.0, pause, agents=1)]
    assert (found[0], False in found, found[-1]) == (True, True, True)
    said = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert ["answers again" in each for each in said] == [False, True]


def begun(seconds_ago: float) -> Callable[[list[Agent]], None]:
    def act(agents: list[Agent]) -> None:
        agents[0].mib.begun = time.time() - seconds_ago

    return act


def test_a_reboot_is_marked_once() -> None:
    found = polled(1.6, begun(0.0), agents=2, before=begun(1000.0))
    marked = [each for each in found if each.rebooted]

    assert [each.target.host for each in marked] == ["r0"]
    assert marked[0].uptime_s < 1.0


def test_uptime_that_wraps_after_497_days_is_no_reboot() -> None:
    found = polled(1.6, before=begun(2**32 / 100 - 0.8), agents=1)
    uptimes = [each.uptime_s for each in found]
    assert (min(uptimes) < 1.0, max(uptimes) > 42_000_000) == (True, True)
    assert not any(each.rebooted for each in found)


def test_whoever_has_another_community_gets_no_answer() -> None:
    assert not any(each.up for each in polled(0.6, community="private"))


def test_neither_community_nor_user_is_shown() -> None:
    assert "sesame" not in repr(Target("r1", "127.0.0.1", 161, "sesame"))


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x82\x01", b"\x30\x03\x02\x01\x01", b"x" * 40]
)
def test_what_is_no_message_gets_no_answer(data: bytes) -> None:
    async def asked() -> list[bytes]:
        (agent,) = await serve([("127.0.0.1", next(_PORTS))], interfaces=1)
        sent: list[bytes] = []
        agent._transport = type("T", (), {"sendto": lambda _, answer, __: sent.append(answer)})()  # type: ignore[assignment]
        agent.datagram_received(data, ("127.0.0.1", 1))
        return sent

    assert asyncio.run(asked()) == []


def test_numbers_and_names_are_written_as_they_are_read() -> None:
    for value in (0, 1, 127, 128, 255, 256, 2**32 - 1, 2**64 - 1):
        tag, content, end = ber.read(ber.number(ber.COUNTER64, value))
        assert (tag, int.from_bytes(content, "big", signed=True)) == (ber.COUNTER64, value)
        assert end == len(ber.number(ber.COUNTER64, value))
    assert (
        ber.oid("1.3.6.1.2.1.31.1.1.1.6.300") == bytes.fromhex("2b060102011f0101010682") + b"\x2c"
    )
    assert len(ber.tlv(ber.OCTETS, b"x" * 300)) == 304
