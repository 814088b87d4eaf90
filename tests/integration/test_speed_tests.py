"""Speed tests on the real lab: what a link does to packets shows, and no two tests share a link."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from forerunner.collect.speed_tests.claims import Claims
from forerunner.database import Database
from forerunner.lab import Lab, impair, probe_hosts
from forerunner.lab.journal import NETNS
from forerunner.store import Store

pytestmark = pytest.mark.lab
Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
LINK = "r1:r3"
PING = {"source": "h1", "target": "h2", "protocol": "ping", "duration": 3}
UDP = {"source": "h1", "target": "h2", "protocol": "udp", "rate": 4_000_000, "duration": 3}
TCP = {"source": "h1", "target": "h2", "protocol": "tcp", "rate": 50_000_000, "duration": 3}


class Runs:
    """Runs of playbook speed_test, and what they leave."""

    def __init__(self, playbook: Playbook, environment: dict[str, str]) -> None:
        self._playbook, self.var = playbook, Path(environment["FORERUNNER_VAR"])

    def __call__(self, *tests: dict[str, Any], **more: Any) -> "subprocess.CompletedProcess[str]":
        variables = json.dumps({"speed_test_tests": tests, "speed_test_gap": 0, **more})
        return self._playbook("speed_test", "-e", variables)

    def report(self) -> dict[str, dict[str, Any]]:
        report = json.loads((self.var / "reports" / "speed_tests.json").read_text())
        return {row["name"]: row for row in report["tests"]}

    def stored(self) -> int:
        metrics = ("speed_tcp_bit_s", "speed_udp_bit_s", "path_loss_share")
        return len(Store(self.var / "telemetry").read(metrics, ["h1"]))

    def claims(self) -> Claims:
        return Claims(Database(f"sqlite:///{self.var / 'ledger.sqlite'}"))


@pytest.fixture
def runs(lab: Lab, playbook: Playbook, lab_environment: dict[str, str]) -> Runs:
    return Runs(playbook, lab_environment)


@pytest.fixture
def impaired(lab: Lab) -> Iterator[Callable[..., None]]:
    def set_to(**what: float) -> None:
        impair.apply(lab, LINK, impair.Impairment(**what))

    yield set_to
    impair.clear(lab, LINK)


def running(lab: Lab) -> list[psutil.Process]:
    """Return what runs on the traffic hosts beside their SSH servers."""
    places = {(NETNS / lab.namespace(host)).stat().st_ino for host in lab.hosts}
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            here = Path(f"/proc/{process.pid}/ns/net").stat().st_ino
        except OSError:
            continue
        if here in places and process.info["name"] != "sshd":
            found.append(process)
    return found


def awaited(lab: Lab, *words: str) -> psutil.Process:
    """Wait for a program on a traffic host, by the first words of its command."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for process in running(lab):
            try:
                if tuple(process.cmdline()[: len(words)]) == words:
                    return process
            except psutil.Error:
                continue
        time.sleep(0.05)
    raise AssertionError(f"{words} did not come")


def is_empty(lab: Lab) -> bool:
    end = time.monotonic() + 5
    while running(lab) and time.monotonic() < end:
        time.sleep(0.1)
    return not running(lab)


def test_what_a_link_does_to_packets_shows_in_the_results(runs: Runs, impaired) -> None:
    impaired(loss=0.05, rate=10e6, delay_s=0.02)
    done = runs(PING, UDP, TCP)
    assert done.returncode == 0, done.stdout
    rows = runs.report()
    ping, udp, tcp = (rows[f"h1>h2 {name}"]["figures"] for name in ("ping", "udp", "tcp"))
    # 150 pings lose 5% each way, 1,000 datagrams 5% once: within four standard deviations.
    assert ping["path_loss_share"] == pytest.approx(0.0975, abs=0.097)
    assert udp["speed_udp_loss_share"] == pytest.approx(0.05, abs=0.028)
    assert udp["speed_udp_bit_s"] == pytest.approx(4e6 * 0.95, rel=0.04)
    assert ping["path_rtt_p50_s"] == pytest.approx(0.040, abs=0.004)
    # 3 Mbit/s: what is left of ten by loss and delay depends on the kernel's congestion control.
    assert 0.2e6 < tcp["speed_tcp_bit_s"] < 10e6
    assert tcp["speed_tcp_retransmits"] > 0
    ends = sorted((row["began"], row["ended"]) for row in rows.values())
    assert all(one[1] <= two[0] for one, two in pairwise(ends))


def test_a_rate_limit_shows_and_results_are_in_the_store(runs: Runs, impaired) -> None:
    impaired(rate=10e6)
    before = runs.stored()
    done = runs(TCP, UDP | {"rate": 20_000_000})
    assert done.returncode == 0, done.stdout
    rows = runs.report()
    # A limit of 10 Mbit/s counts frames, of which a full one holds 1448 or 1460 bytes of payload.
    assert rows["h1>h2 tcp"]["figures"]["speed_tcp_bit_s"] == pytest.approx(9.6e6, rel=0.06)
    assert rows["h1>h2 udp"]["figures"]["speed_udp_loss_share"] == pytest.approx(0.5, abs=0.05)
    assert runs.stored() == before + 2


def test_a_dry_run_says_when_and_sends_nothing(runs: Runs, lab: Lab, playbook: Playbook) -> None:
    before = runs.stored()
    done = playbook("speed_test", "--check")
    assert done.returncode == 0, done.stdout
    assert "0 s  h1>h2 ping for 5 s over r1:h1, r1:r3, r3:r4, r4:h2" in done.stdout
    assert (runs.stored(), running(lab)) == (before, [])


@pytest.mark.parametrize("wanted", [TCP, UDP], ids=["tcp", "udp"])
def test_a_server_that_is_killed_is_a_failure_and_leaves_nothing(
    runs: Runs, lab: Lab, begin, tmp_path: Path, wanted: dict[str, Any]
) -> None:
    before = runs.stored()
    variables = json.dumps({"speed_test_tests": [wanted | {"duration": 20}]})
    process = begin("speed_test", "-e", variables)
    server = awaited(lab, "iperf3", "-s")
    awaited(lab, "iperf3", "-c")
    time.sleep(1.0)
    server.kill()
    began = time.monotonic()
    assert process.wait(60) != 0
    assert time.monotonic() - began < 15
    said = (tmp_path / "playbook.log").read_text()
    assert f"h1>h2 {wanted['protocol']}: iperf3: " in said
    assert "failed=1" in said
    assert (runs.stored(), is_empty(lab), runs.claims().live()) == (before, True, [])
    again = runs(wanted | {"duration": 1})
    assert again.returncode == 0, again.stdout
    assert runs.stored() == before + 1


def test_a_killed_run_leaves_no_program_and_its_links_only_until_they_are_sure_to_be_free(
    runs: Runs, lab: Lab, begin
) -> None:
    process = begin("speed_test", "-e", json.dumps({"speed_test_tests": [TCP | {"duration": 8}]}))
    awaited(lab, "iperf3", "-c")
    children = psutil.Process(process.pid).children(recursive=True)
    for each in (*children, psutil.Process(process.pid)):
        each.send_signal(signal.SIGKILL)
    process.wait(10)
    assert is_empty(lab)
    held = runs.claims().live()
    assert {each.link for each in held} == {"r1:h1", "r1:r3", "r3:r4", "r4:h2"}
    refused = runs(PING, speed_test_wait=0)
    assert refused.returncode == 0, refused.stdout
    assert "is claimed for h1>h2 tcp by process" in runs.report()["h1>h2 ping"]["reason"]
    waiting = runs(PING | {"duration": 1})
    assert (waiting.returncode, runs.report()["h1>h2 ping"]["state"]) == (0, "measured")
    assert runs.report()["h1>h2 ping"]["began"] >= max(each.expires for each in held)


def test_two_runs_at_once_share_no_link(runs: Runs, lab: Lab, begin) -> None:
    """Watch the kernel itself: never two clients or pings on the hosts at a time."""
    tests = [PING | {"duration": 1}, UDP | {"duration": 1}, TCP | {"duration": 1}]
    variables = json.dumps({"speed_test_tests": tests, "speed_test_gap": 0})
    processes = [begin("speed_test", "-e", variables) for _ in range(2)]
    before, seen, most = runs.stored(), set(), 0
    while any(process.poll() is None for process in processes):
        now = {each.pid for each in senders(lab)}
        seen |= now
        most = max(most, len(now))
        time.sleep(0.02)
    assert [process.returncode for process in processes] == [0, 0]
    assert (most, len(seen)) == (1, 6)
    assert runs.stored() == before + 6


def senders(lab: Lab) -> list[psutil.Process]:
    found = []
    for process in running(lab):
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if words[:1] == ["ping"] or words[:2] == ["iperf3", "-c"]:
            found.append(process)
    return found


def test_a_probe_host_that_is_dead_is_unreachable_and_the_lab_mends_it(
    runs: Runs, lab: Lab, playbook: Playbook
) -> None:
    os.kill(int((lab.router_directory("h2") / "sshd.pid").read_text()), signal.SIGKILL)
    assert [each.router for each in probe_hosts.dead(lab)] == ["h2"]
    done = runs(UDP, speed_test_timeout=5)
    assert done.returncode != 0
    assert "h2: " in done.stdout
    assert "unreachable=1" in done.stdout
    assert playbook("build_lab", "-e", "{subscriber_lab_systems: []}").returncode == 0
    assert probe_hosts.dead(lab) == []
    assert runs(UDP | {"duration": 1}).returncode == 0
