"""The door to vendors' drivers: as strict as any session, and nobody waits for who was given up."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forerunner import service
from forerunner.fleet import Device, Unreachable
from forerunner.fleet.door import open_napalm, with_napalm
from forerunner.simulator import make_fleet, task
from forerunner.simulator.keys import USER, user_key

pytest.importorskip("napalm")
Make = Callable[..., Device]


@pytest.fixture
def simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Start one simulated device and say how it is reached."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))

    def make(behaviour: str = "well") -> Device:
        fleet = make_fleet(1, tmp_path / "fleet", 79, ["eos"], {behaviour: 1})
        task.start(fleet)
        (one,) = fleet.devices
        known = fleet.directory / "known_hosts"
        return Device(one.name, one.address, USER, user_key(fleet.directory), known, "eos", 2222)

    yield make
    service.stop(task.NAME)


def running(driver: Any) -> str:
    return str(driver.get_config(retrieve="running")["running"])


def test_who_is_given_up_is_not_waited_for(simulated: Make) -> None:
    device = simulated("silent")

    async def give_up() -> tuple[float, bool]:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await with_napalm(device, running, 15.0)
        busy = any(each.name.startswith("napalm-") for each in threading.enumerate())
        return time.monotonic() - began, busy

    waited, busy = asyncio.run(give_up())
    # The thread is still at it: what is measured is that nobody waits.
    assert (waited < 5, busy) == (True, True)


def test_several_calls_share_one_session_and_a_second_one_stands_beside_it(
    simulated: Make,
) -> None:
    device = simulated()

    async def read() -> tuple[str, str, str]:
        async with open_napalm(device, 15.0) as driver:
            first = await driver.do(running)
            other = await with_napalm(device, running, 15.0)
            return first, other, await driver.do(running)

    first, other, again = asyncio.run(read())
    assert "hostname dev0001" in first
    assert first == other == again


@pytest.mark.parametrize("behaviour", ["well", "impostor"])
@pytest.mark.parametrize("platform", ["eos", "ios", "nxos", "junos"])
def test_no_driver_speaks_to_a_device_whose_host_key_is_not_known(
    simulated: Make, platform: str, behaviour: str
) -> None:
    device = replace(simulated(behaviour), platform=platform)
    if behaviour == "well":
        device.known_hosts.write_text("")
    with pytest.raises(Unreachable, match="host key"):
        asyncio.run(with_napalm(device, running, 15.0))
    assert not (device.known_hosts.parent / f"{device.name}.log").exists()
