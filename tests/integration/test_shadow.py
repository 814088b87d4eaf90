"""A shadow router on this machine: alike, apart, and gone without a trace."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from forerunner import home
from forerunner.dialects import frr
from forerunner.fleet import Device, Rejected, Unreachable
from forerunner.shadow import Interface, Likeness, NoShadow, Shadow, UnlikeDevice, open_shadow
from forerunner.shadow import router as shadow_router
from forerunner.shadow.machine import check_machine

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("machine")]

R1 = Device("r1", "192.0.2.1", "netops", Path("key"), Path("known"), "frr")
LINKS = ("to-b", "to-c")
LIKE = Likeness(
    ("zebra", "ospfd", "bgpd", "staticd", "bfdd"),
    (
        Interface("lo", True, 65536, ()),
        *(Interface(name, True, 1500, ()) for name in LINKS),
        Interface("mgmt", True, 1500, ("198.18.0.11/24",)),
    ),
)


@pytest.fixture
def running(machine: None) -> str:
    """What a router ran once."""
    text = frr.running_config((home.root() / "tests/golden/frr/running.txt").read_text())
    return text.replace("frr version 8.4.4", f"frr version {check_machine().version}")


def on_shadow(running: str, work: Callable[[Shadow], Awaitable[object]]) -> object:
    async def inside() -> object:
        async with open_shadow(R1, LIKE, running) as shadow:
            return await work(shadow)

    return asyncio.run(inside())


async def after(shadow: Shadow, running: str, *commands: str) -> str:
    await shadow.execute(frr.configure(commands))
    now = frr.running_config(await shadow.execute(frr.SHOW_RUNNING_CONFIG))
    return frr.differences(running, now)


def changed(running: str, *commands: str) -> str:
    """Give a shadow commands and return what it runs afterwards, against what it ran."""

    async def work(shadow: Shadow) -> str:
        return await after(shadow, running, *commands)

    return str(on_shadow(running, work))


def test_it_runs_what_the_router_runs(running: str) -> None:
    assert changed(running) == ""


def test_it_takes_a_change_and_rejects_what_the_router_would(running: str) -> None:
    good = "ip prefix-list new seq 5 permit 10.0.0.0/8"
    assert changed(running, good) == f"+ {good}"
    with pytest.raises(Rejected, match=r"^r1: .*% Unknown command: ip prefix-list new seq 5 perr"):
        changed(running, good, "ip prefix-list new seq 5 perrmit any")


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        # An address that the kernel has, and no configuration names.
        (("router bgp 65001", "neighbor 198.18.0.11 remote-as 65002"), "the local system"),
        # A daemon that does not run.
        (("router rip",), "ripd is not running"),
    ],
)
def test_it_knows_of_the_router_what_its_configuration_does_not_say(
    running: str, commands: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Rejected, match=said):
        changed(running, *commands)


def test_one_that_does_not_come_to_run_the_same_is_not_used(running: str) -> None:
    unheard = running.replace("end\n", "spanning-tree mode rapid\nend\n")
    with pytest.raises(UnlikeDevice, match=r"r1: .*spanning-tree mode rapid"):
        changed(unheard)


def test_a_device_of_another_version_has_none(running: str) -> None:
    other = running.replace(check_machine().version, "7.5.1")
    with pytest.raises(UnlikeDevice, match=r"r1: it runs FRR 7\.5\.1"):
        changed(other)


def test_one_that_does_not_start_says_why(running: str, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = replace(LIKE, interfaces=(LIKE.interfaces[1], LIKE.interfaces[1]))
    monkeypatch.setitem(globals(), "LIKE", twice)
    with pytest.raises(NoShadow, match=r"does not start: .*File exists"):
        changed(running)


def test_a_command_that_does_not_end_is_ended(
    running: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(shadow: Shadow) -> None:
        monkeypatch.setattr(shadow_router, "COMMAND_S", 1.0)
        await shadow.execute("ping 198.18.0.11")

    with pytest.raises(Unreachable, match=r"r1: .*did not answer within 1 s"):
        on_shadow(running, work)


def test_many_stand_side_by_side_under_the_same_names(running: str) -> None:
    async def one(number: int) -> str:
        line = f"ip prefix-list mine seq 5 permit 10.{number}.0.0/16"
        async with open_shadow(R1, LIKE, running) as shadow:
            return await after(shadow, running, line)

    async def all_at_once() -> list[str]:
        return await asyncio.gather(*map(one, range(4)))

    wanted = [f"+ ip prefix-list mine seq 5 permit 10.{n}.0.0/16" for n in range(4)]
    assert asyncio.run(all_at_once()) == wanted


def outside() -> tuple[str, ...]:
    """Everything that a router could touch: interfaces, mounts, namespaces, files."""
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    names = sorted(line.split()[1] for line in links.splitlines())
    places = ("/run/netns", "/run/frr", "/etc/frr", "/var/log/frr", "/tmp/shadow.log")
    files = sorted(str(path) for place in places for path in [place, *Path(place).glob("*")])
    there = [path for path in files if Path(path).exists()]
    # Labs of others come and go beside this test.
    ours = [name for name in (*names, *there) if "fr" not in name or "frr" in name]
    mounts = [
        row for row in Path("/proc/self/mounts").read_text().splitlines() if "netns" not in row
    ]
    return (*ours, *mounts)


def test_nothing_outside_is_touched(running: str) -> None:
    before = outside()

    async def work(shadow: Shadow) -> tuple[str, ...]:
        await shadow.execute("configure terminal\nlog file /tmp/shadow.log\ninterface new\nexit")
        await shadow.execute("write memory")
        return outside()

    assert on_shadow(running, work) == before
    assert outside() == before


KILLED = """
import asyncio, os, signal, sys
sys.path.insert(0, "tests/integration")
import test_shadow as t
async def main():
    async with t.open_shadow(t.R1, t.LIKE, sys.stdin.read()):
        print("open", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.fixture
def killed(running: str) -> Iterator[list[psutil.Process]]:
    """The processes of a shadow whose maker was killed."""
    maker = subprocess.Popen(
        [sys.executable, "-c", KILLED], cwd=home.root(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert maker.stdin
    assert maker.stdout
    maker.stdin.write(running)
    maker.stdin.close()
    assert maker.stdout.readline() == "open\n"
    processes = psutil.Process(maker.pid).children(recursive=True)
    os.kill(maker.pid, signal.SIGKILL)
    maker.wait()
    maker.stdout.close()
    yield processes
    for each in processes:
        if each.is_running():
            each.kill()


def test_nothing_is_left_of_it_when_its_maker_is_killed(killed: list[psutil.Process]) -> None:
    names = {process.name() for process in killed if process.is_running()} | {"unshare"}
    assert len(killed) >= 2, names
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(map(psutil.Process.is_running, killed)):
        time.sleep(0.1)
    assert [process for process in killed if process.is_running()] == []
