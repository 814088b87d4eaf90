"""Speed tests on the real lab: what a link does to packets shows, and no two tests share a link."""

import json
import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from forerunner.collect.speed_tests import operation
from forerunner.collect.speed_tests.claims import Claims
from forerunner.collect.speed_tests.conduct import Ended, Limits
from forerunner.collect.speed_tests.headroom import Headroom
from forerunner.collect.speed_tests.measuring import Site
from forerunner.collect.speed_tests.wanted import PING_RATE, SpeedTest
from forerunner.collect.speed_tests.ways import Ways
from forerunner.database import Database
from forerunner.events import EventBook
from forerunner.fleet import Device
from forerunner.lab import Lab, build, impair, probe_hosts
from forerunner.lab.journal import NETNS
from forerunner.store import Store

pytestmark = pytest.mark.lab
Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
LINK = "r1:r3"
LINKS = {"r1:h1", "r1:r3", "r3:r4", "r4:h2"}
PING = SpeedTest("h1", "h2", "ping", PING_RATE, 2)
UDP = SpeedTest("h1", "h2", "udp", 4e6, 2)
TCP = SpeedTest("h1", "h2", "tcp", 50e6, 2)
LONG = SpeedTest("h1", "h2", "tcp", 20e6, 4)


class Runs:
    """Runs tests in this process, as a playbook's task does in its own."""

    def __init__(self, lab: Lab, var: Path) -> None:
        self.lab, self.var, self.store = lab, var, Store(var / "telemetry")
        self.database = Database(f"sqlite:///{var / 'ledger.sqlite'}")
        self.claims = Claims(self.database)

    def run(self, *tests: SpeedTest, limits: Limits | None = None) -> dict[str, Ended]:
        lab, reach = self.lab, ("probe", self.lab.key("probe"), self.lab.known_hosts, "linux")
        devices = {x: Device(x, lab.management_address(x), *reach) for x in lab.hosts}
        addresses = {x: lab.host_address(x) for x in lab.hosts}
        site = Site(devices, addresses, lab.topology, {}, Headroom(unknown="allow"), self.store)
        meant = operation.plan(tests, Ways(lab.topology, {"h1": "r1", "h2": "r4"}), 0.0)
        ended = operation.carry_out(meant, site, limits or Limits(), self.claims)
        return {each.slot.test.protocol: each for each in ended}

    def stored(self) -> int:
        metrics = ("speed_tcp_bit_s", "speed_udp_bit_s", "path_loss_share")
        return len(self.store.read(metrics, ["h1"]))


@pytest.fixture
def runs(lab: Lab, lab_environment: dict[str, str]) -> Runs:
    return Runs(lab, Path(lab_environment["FORERUNNER_VAR"]))


@pytest.fixture
def impaired(lab: Lab) -> Iterator[Callable[..., None]]:
    def set_to(**what: float) -> None:
        impair.apply(lab, LINK, impair.Impairment(**what))

    yield set_to
    impair.clear(lab, LINK)


def running(lab: Lab) -> dict[int, list[str]]:
    """Return the words of what runs on the traffic hosts beside their SSH servers, by pid."""
    places = {(NETNS / lab.namespace(host)).stat().st_ino for host in lab.hosts}
    found = {}
    for process in psutil.process_iter():
        try:
            here = Path(f"/proc/{process.pid}/ns/net").stat().st_ino in places
            if here and process.name() != "sshd":
                found[process.pid] = process.cmdline()
        except (OSError, psutil.Error):
            continue
    return found


def senders(lab: Lab) -> set[int]:
    starts = (["ping"], ["iperf3", "-c"])
    found = running(lab).items()
    return {pid for pid, words in found if words[:1] in starts or words[:2] in starts}


def awaited(lab: Lab, *start: str) -> int:
    """Wait for a program on a traffic host, by the first words of its command."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for pid, words in running(lab).items():
            if tuple(words[: len(start)]) == start:
                return pid
        time.sleep(0.05)
    raise AssertionError(f"{start} did not come")


def shoot(lab: Lab, host: str) -> None:
    """Kill a traffic host's SSH server, and wait until it is gone: a signal is not yet a death."""
    os.kill(int((lab.router_directory(host) / "sshd.pid").read_text()), signal.SIGKILL)
    end = time.monotonic() + 10
    while not probe_hosts.dead(lab):
        assert time.monotonic() < end, f"the SSH server of {host} outlives SIGKILL"
        time.sleep(0.01)


def is_empty(lab: Lab) -> bool:
    end = time.monotonic() + 5
    while running(lab) and time.monotonic() < end:
        time.sleep(0.1)
    return not running(lab)


def test_what_a_link_does_to_packets_shows_in_the_results(runs: Runs, impaired) -> None:
    impaired(loss=0.05, delay_s=0.02)
    before = runs.stored()
    ended = runs.run(PING, UDP, TCP)
    assert {each.state for each in ended.values()} == {"measured"}, ended
    ping, udp, tcp = (ended[name].figures for name in ("ping", "udp", "tcp"))
    # 100 pings lose 5% each way, some 690 datagrams 5% once: within four standard deviations.
    assert ping["path_loss_share"] == pytest.approx(0.0975, abs=0.12)
    assert udp["speed_udp_loss_share"] == pytest.approx(0.05, abs=0.034)
    assert udp["speed_udp_bit_s"] == pytest.approx(4e6 * 0.95, rel=0.05)
    assert ping["path_rtt_p50_s"] == pytest.approx(0.040, abs=0.004)
    assert tcp["speed_tcp_retransmits"] > 0
    spans = sorted((each.began, each.ended) for each in ended.values())
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert (runs.stored(), runs.claims.live()) == (before + 3, [])


def test_a_rate_limit_shows_in_the_results(runs: Runs, impaired) -> None:
    impaired(rate=10e6)
    ended = runs.run(TCP, SpeedTest("h1", "h2", "udp", 20e6, 2))
    # The limit counts whole frames; in a full one there are 1448 or 1460 bytes of payload. TCP
    # needs some of its two seconds to find that out.
    assert 7.5e6 < ended["tcp"].figures["speed_tcp_bit_s"] < 9.8e6
    assert ended["udp"].figures["speed_udp_loss_share"] == pytest.approx(0.5, abs=0.05)
    assert ended["udp"].figures["speed_udp_bit_s"] == pytest.approx(9.6e6, rel=0.08)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_server_that_is_killed_is_a_failure_and_leaves_nothing(
    runs: Runs, lab: Lab, protocol: Any
) -> None:
    def kill() -> None:
        server = awaited(lab, "iperf3", "-s")
        awaited(lab, "iperf3", "-c")
        time.sleep(0.5)
        os.kill(server, signal.SIGKILL)

    before, killer = runs.stored(), threading.Thread(target=kill)
    killer.start()
    (ended,) = runs.run(SpeedTest("h1", "h2", protocol, 4e6, 20)).values()
    killer.join()
    assert (ended.state, ended.figures) == ("failed", {})
    assert ended.reason.startswith(f"h1>h2 {protocol}: iperf3: ")
    assert ended.ended - ended.began < 15
    assert (runs.stored(), is_empty(lab), runs.claims.live()) == (before, True, [])
    (again,) = runs.run(SpeedTest("h1", "h2", protocol, 4e6, 1)).values()
    assert (again.state, runs.stored()) == ("measured", before + 1)


def test_a_killed_run_leaves_no_program_and_its_links_only_until_they_are_sure_to_be_free(
    runs: Runs, lab: Lab
) -> None:
    limits = Limits(late_s=2.0, slack_s=1.0)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=runs.run, args=(LONG,), kwargs={"limits": limits})
    process.start()
    awaited(lab, "iperf3", "-c")
    process.kill()
    process.join()
    assert is_empty(lab)
    held = runs.claims.live()
    assert {each.link for each in held} == LINKS
    (refused,) = runs.run(PING, limits=Limits(wait_s=0)).values()
    assert refused.state == "skipped"
    assert "is claimed for h1>h2 tcp by process" in refused.reason
    (waited,) = runs.run(PING).values()
    assert waited.state == "measured"
    assert waited.began >= max(each.expires for each in held)


def test_two_runs_at_once_share_no_link(runs: Runs, lab: Lab, begin) -> None:
    """Watch the hosts themselves: never is there more than one program that sends."""
    tests = [
        {"source": "h1", "target": "h2", "protocol": "ping", "duration": 1},
        {"source": "h2", "target": "h1", "protocol": "udp", "rate": 4_000_000, "duration": 1},
        {"source": "h1", "target": "h2", "protocol": "tcp", "rate": 4_000_000, "duration": 1},
    ]
    variables = json.dumps({"speed_test_tests": tests, "speed_test_gap": 0})
    processes = [begin("speed_test", "-e", variables) for _ in range(2)]
    before, seen, most = runs.stored(), set(), 0
    while any(process.poll() is None for process in processes):
        now = senders(lab)
        seen, most = seen | now, max(most, len(now))
        time.sleep(0.02)
    assert [process.returncode for process in processes] == [0, 0]
    assert (most, len(seen)) == (1, 6)
    assert runs.stored() == before + 4


def test_a_dry_run_says_when_and_sends_nothing(runs: Runs, lab: Lab, playbook: Playbook) -> None:
    before = runs.stored()
    done = playbook("speed_test", "--check")
    assert done.returncode == 0, done.stdout
    assert "0 s  h1>h2 ping for 5 s over r1:h1, r1:r3, r3:r4, r4:h2" in done.stdout
    assert (runs.stored(), running(lab)) == (before, {})


def test_a_probe_host_that_is_dead_is_unreachable_and_the_lab_mends_it(
    runs: Runs, lab: Lab
) -> None:
    shoot(lab, "h2")
    assert [each.router for each in probe_hosts.dead(lab)] == ["h2"]
    ended = runs.run(UDP, TCP)
    assert {each.state for each in ended.values()} == {"unreachable"}
    assert all(each.reason.startswith("h2: ") for each in ended.values())
    assert build(lab).actions == ("start sshd on h2",)
    (again,) = runs.run(SpeedTest("h1", "h2", "udp", 4e6, 1)).values()
    assert again.state == "measured"


def test_a_path_that_breaks_its_promise_fails_as_itself_and_is_an_event(
    runs: Runs, playbook: Playbook, impaired
) -> None:
    # No loss: so much of it now and then ends the routers' adjacency, and goes round the bad link.
    impaired(delay_s=0.02)
    tests = [{"source": "h1", "target": "h2", "protocol": "ping", "duration": 1}]
    paths = [
        {"source": x, "target": y, "sla_class": "bronze"} for x, y in (("h1", "h2"), ("h2", "h1"))
    ]
    classes = [{"name": "bronze", "latency_ms": 5}]
    judged = {"sla_check_classes": classes, "sla_check_paths": paths}
    variables = json.dumps({"speed_test_tests": tests, **judged})
    assert playbook("speed_test", "-e", variables).returncode == 0
    (second,) = runs.run(SpeedTest("h1", "h2", "ping", PING_RATE, 1)).values()
    assert second.state == "measured", second
    book = EventBook(runs.database)
    tried = playbook("check_sla", "--check", "-e", variables)
    assert (tried.returncode, book.newest(host="h1")) == (2, [])
    done = playbook("check_sla", "-e", variables)
    assert done.returncode == 2
    assert "h1>h2 (bronze): latency_ms is violated, " in done.stdout, done.stdout
    assert "h2>h1 (bronze): latency_ms is unknown, nothing was measured lately" in done.stdout
    assert done.stdout.count("failed=1") == 2
    assert [each.kind for each in book.newest(host="h1")] == ["sla.latency"]
    assert [each.kind for each in book.newest(host="h2")] == ["sla.unknown"]
    report = json.loads((runs.var / "reports" / "sla.json").read_text())
    assert report["counts"] == {"violated": 1, "unknown": 1}
