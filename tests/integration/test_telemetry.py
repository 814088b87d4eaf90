"""Telemetry on the real lab: no loss that is none, and loss in its own direction."""

import asyncio
import math
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
import yaml

from forerunner import home
from forerunner.collect import load, poll, snmp
from forerunner.collect.probe import AgentAccess, Gap, Handlers, probe_forever
from forerunner.degradation import schedule
from forerunner.lab import Lab, impair
from forerunner.ledger import Ledger
from forerunner.model import ProbeBin
from forerunner.topology import Topology

pytestmark = pytest.mark.lab
Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
_DROP = """table netdev telemetry_test {{
 chain arriving {{
  type filter hook ingress device "{device}" priority 0; policy accept;
  udp dport 8620 numgen random mod 100 < {percent} drop
 }}
}}
"""


def _topology() -> Topology:
    file = home.root() / "inventories" / "lab" / "group_vars" / "all" / "network.yml"
    return Topology.from_data(yaml.safe_load(file.read_text())["network_links"])


def _measure(lab: Lab, seconds: float) -> tuple[list[ProbeBin], list[Gap]]:
    bins: list[ProbeBin] = []
    gaps: list[Gap] = []

    async def run() -> None:
        agents = [
            AgentAccess(name, lab.management_address(name), lab.key("agent"), lab.known_hosts)
            for name in lab.routers
        ]
        handlers = Handlers(bins.append, gaps.append)
        try:
            async with asyncio.timeout(seconds):
                await probe_forever(agents, _topology(), handlers)
        except TimeoutError:
            return

    asyncio.run(run())
    return bins, gaps


@pytest.fixture
def lossy(lab: Lab) -> Iterator[None]:
    enter = ["ip", "netns", "exec", f"{lab.name}-r3", "nft"]
    rules = _DROP.format(device="to-r1", percent=10)
    subprocess.run([*enter, "-f", "-"], input=rules, text=True, check=True)
    yield
    subprocess.run([*enter, "delete", "table", "netdev", "telemetry_test"], check=True)


def test_a_clean_lab_loses_nothing_on_a_busy_machine(lab: Lab) -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        bins, gaps = _measure(lab, 8)
    finally:
        for each in busy:
            each.kill()
            each.wait()
    assert not gaps
    assert {one.link for one in bins} == {link.name for link in _topology().links}
    assert sum(one.lost_forward + one.lost_backward for one in bins) == 0


@pytest.mark.usefixtures("lossy")
def test_loss_is_measured_in_its_direction(lab: Lab) -> None:
    bins, _ = _measure(lab, 12)
    sent = sum(one.sent for one in bins if one.link == "r1:r3")
    lost = sum(one.lost_forward for one in bins if one.link == "r1:r3")
    assert abs(lost - 0.1 * sent) < 4 * math.sqrt(sent * 0.1 * 0.9)
    assert sum(one.lost_backward for one in bins) == 0


def _kill_probing_agents(lab: Lab, router: str) -> None:
    namespace = Path(f"/run/netns/{lab.name}-{router}").stat().st_ino
    for process in psutil.process_iter():
        try:
            here = Path(f"/proc/{process.pid}/ns/net").stat().st_ino == namespace
            words = process.cmdline()
        except (OSError, psutil.Error):
            continue
        if here and words and words[-1].endswith("agent/main.py"):
            process.kill()


def test_a_killed_agent_is_a_gap_and_no_loss(lab: Lab) -> None:
    killer = threading.Timer(4, _kill_probing_agents, (lab, "r1"))
    killer.start()
    bins, gaps = _measure(lab, 10)
    killer.join()
    assert {gap.host for gap in gaps} == {"r1"}
    assert sum(one.lost_forward + one.lost_backward for one in bins) == 0
    again = [one.time for one in bins if one.link == "r1:r3"]
    assert max(b - a for a, b in pairwise(again)) > 0.3
    assert again[-1] > gaps[-1].time


def test_counters_of_all_routers_give_loads(lab: Lab) -> None:
    credentials = snmp.Credentials.from_file(lab.directory / "snmp.json")
    agents = [snmp.Agent(name, lab.management_address(name), credentials) for name in lab.routers]
    assert len(load.directions(None, _topology(), agents)) == 14


def test_a_dead_agent_delays_nobody_and_is_marked(lab: Lab) -> None:
    user = snmp.Credentials.from_file(lab.directory / "snmp.json").user
    devices = [
        poll.Device(poll.Target("r1", lab.management_address("r1"), user=user)),
        poll.Device(poll.Target("r2", "127.77.77.77", user=user), timeout_s=0.5),
    ]
    polled: list[poll.Answer] = []

    async def run() -> None:
        try:
            async with asyncio.timeout(4):
                await poll.poll_forever(devices, 0.5, polled.append)
        except TimeoutError:
            return

    asyncio.run(run())
    up = [each for each in polled if each.target.host == "r1"]
    assert len(up) >= 5
    assert all(each.up and "to-r3" in each.interfaces for each in up)
    assert not any(each.up for each in polled if each.target.host == "r2")
    status = list(poll.COLUMNS).index("if_oper_status")
    assert set(up[0].values[status :: len(poll.COLUMNS)]) == {1.0}


@pytest.fixture
def observing(trained: None, lab: Lab, playbook: Playbook, tmp_path: Path) -> Iterator[Ledger]:
    """Let the service observe the lab, and return a ledger that nobody else writes to."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    ledger = Ledger.open(url)
    started = playbook("start_telemetry", FORERUNNER_LEDGER=url)
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield ledger
    finally:
        stopped = playbook("stop_telemetry")
        ledger.close()
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_link_that_goes_bad_is_predicted_before_it_fails_and_no_other(
    lab: Lab, observing: Ledger
) -> None:
    plan = schedule("stepped", 1)
    assert plan.fault_at_s is not None
    assert observing.predictions() == []
    fault_at = impair.play(lab, "r1:r3", plan) + plan.fault_at_s
    found = sorted(observing.predictions(), key=lambda each: each.made_at)
    assert {(each.kind, each.target) for each in found} == {("link_failure", "r1:r3")}
    assert found[0].made_at < fault_at
