"""Flows of real routers by real collectors, one and both of which are killed in the middle."""

import json
import random
import socket
import struct
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from forerunner import home
from forerunner.bench.telemetry import iperf
from forerunner.bench.telemetry import matrix as bench
from forerunner.bench.telemetry.iperf import Pair
from forerunner.collect.flows import Config, import_flows, task
from forerunner.lab import Lab, exporters
from forerunner.store.flows import FlowStore, Span, Traffic

pytestmark = [pytest.mark.lab, pytest.mark.slow]
Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
CHANGED = json.dumps(bench.COLLECTION)


@pytest.fixture(scope="module")
def var(lab: Lab, playbook: Playbook, lab_environment: dict[str, str]) -> Iterator[Path]:
    """Flows are collected below here, of every router of the lab."""
    said = playbook("start_flows", "-e", CHANGED)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "changed=1" in said.stdout
    yield Path(lab_environment["FORERUNNER_VAR"])
    said = playbook("stop_flows")
    assert said.returncode == 0, said.stdout + said.stderr
    assert not exporters.stop(lab, check=True)


def heard(config: Config, lab: Lab, collector: str, since: float) -> None:
    """Wait until a collector surely hears every router again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        import_flows(config)
        rows = FlowStore(config.telemetry).coverage(since, time.time())
        sure = {x.exporter for x in rows if x.collector == collector and x.end > x.time}
        if sure == set(lab.routers):
            return
        time.sleep(0.5)
    raise AssertionError(f"{collector} hears {sure} alone")


def test_only_our_collectors_listen_and_a_second_start_changes_nothing(
    var: Path, playbook: Playbook
) -> None:
    config = Config.read(var / "flows" / "config.json")
    supervisor = json.loads((var / "services" / "flows.json").read_text())["pid"]

    again = playbook("start_flows", "-e", CHANGED)

    assert "changed=0" in again.stdout, again.stdout
    assert psutil.pid_exists(supervisor)
    assert task.listening(supervisor, config.address) == set(config.ports.values())


def test_the_matrix_is_what_was_sent_though_a_collector_is_killed(var: Path, lab: Lab) -> None:
    config = Config.read(var / "flows" / "config.json")
    began = time.time()
    for name in config.ports:
        heard(config, lab, name, began - 30)

    found = bench.compared(var, lab, 21, 6.0)

    assert found.wrong / found.total <= 0.05
    assert all(found.estimated[way] < 1.02 * sent for way, sent in found.sent.items())
    store, span = FlowStore(config.telemetry), found.span
    assert store.gaps(span.since, span.until, lab.routers) == []
    killed, other = config.ports
    rows = store.coverage(span.since, span.until)
    covered = {x: sum(y.end - y.time for y in rows if y.collector == x) for x in config.ports}
    assert covered[killed] < covered[other]
    heard(config, lab, killed, span.until)


def test_what_no_collector_heard_is_a_gap_and_nothing_is_doubled(var: Path, lab: Lab) -> None:
    config = Config.read(var / "flows" / "config.json")
    since = time.time()
    for name in config.ports:
        heard(config, lab, name, since - 30)
    pair = Pair("h1", "h2", 2e6)
    first = iperf.send(lab, [pair], 2)
    bench.collect(config, lab)
    killed_at = time.time()
    for name in config.ports:
        bench.kill_collector(var, name)
    for name in config.ports:
        heard(config, lab, name, killed_at + 2)
    later = time.time()
    second = iperf.send(lab, [pair], 2)
    span = Span(since, time.time())
    bench.collect(config, lab)

    gaps = Traffic(config.telemetry, config.site, Span(since, later)).gaps
    by_router = defaultdict(list)
    for gap in gaps:
        by_router[gap.exporter].append((gap.begin, gap.end))
    assert set(by_router) == set(lab.routers)
    assert all(len(each) == 1 for each in by_router.values()), gaps
    assert all(a <= killed_at <= b <= later for ((a, b),) in by_router.values()), gaps
    sent = first[0] + second[0]
    assert bench.estimated(config, span)["r1", "r4"] == pytest.approx(sent, rel=0.01)


def test_the_service_that_dies_is_started_again_and_leaves_no_collector(
    var: Path, lab: Lab
) -> None:
    config = Config.read(var / "flows" / "config.json")
    supervisor = psutil.Process(json.loads((var / "services" / "flows.json").read_text())["pid"])
    (service,) = supervisor.children()
    collectors = service.children(recursive=True)
    since = time.time()

    service.kill()

    for name in config.ports:
        heard(config, lab, name, since)
    assert not any(each.is_running() for each in collectors)
    (again,) = supervisor.children()
    assert {x.pid for x in again.children(recursive=True)}.isdisjoint(x.pid for x in collectors)
    assert task.listening(supervisor.pid, config.address) == set(config.ports.values())


def forged(now: float) -> bytes:
    """A packet of NetFlow v5 with one flow of 1 GB."""
    header = struct.pack("!HHIIIIBBH", 5, 1, 60_000, int(now), 0, 0, 0, 0, 0)
    ends = socket.inet_aton("10.2.1.2") + socket.inet_aton("10.2.4.2") + bytes(8)
    counts = struct.pack("!IIII", 10**6, 10**9, 50_000, 59_000)
    return header + ends + counts + struct.pack("!HHBBBBHHBBH", 1, 2, 0, 0, 17, *[0] * 6)


def test_what_a_stranger_sends_is_kept_apart_and_the_collectors_live(var: Path, lab: Lab) -> None:
    config = Config.read(var / "flows" / "config.json")
    supervisor = json.loads((var / "services" / "flows.json").read_text())["pid"]
    before = {each.pid for each in psutil.Process(supervisor).children(recursive=True)}
    since = time.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((config.address, 0))
        for port in config.ports.values():
            for size in (0, 1, 3, 20, 1400):
                stranger.sendto(
                    b"\x00\x09" + random.Random(size).randbytes(size), (config.address, port)
                )
            stranger.sendto(forged(since), (config.address, port))
    bench.collect(config, lab)

    kept = "".join(
        x.read_text() for x in (var / "telemetry" / "flows" / "quarantine").rglob("*.jsonl")
    )
    assert kept.count("nobody that the inventory names") == len(config.ports)
    assert bench.estimated(config, Span(since - 20, time.time())).get(("r1", "r4"), 0) < 1e8
    assert {x.pid for x in psutil.Process(supervisor).children(recursive=True)} == before


def test_traffic_is_shown_by_class_and_edge(var: Path, lab_environment: dict[str, str]) -> None:
    program = str(Path(sys.executable).with_name("forerunner"))
    command = [program, "traffic", "--last", "300", "--json"]

    done = subprocess.run(
        command, cwd=home.root(), env=lab_environment, capture_output=True, text=True, check=True
    )

    report = json.loads(done.stdout)
    assert report == json.loads((var / "reports" / "traffic.json").read_text())
    assert {"voice", "speed_test", "control"} <= {x["name"] for x in report["top"]["class"]}
    rates = {(x["origin"], x["target"]): x["bit_s"] for x in report["matrix"]}
    assert rates["r1", "r4"] > 10_000
    assert {x["name"] for x in report["top"]["prefix"][:3]} & {"10.2.4.0/24", "10.2.1.0/24"}


def test_the_import_is_a_playbook_and_a_second_one_changes_nothing(
    var: Path, playbook: Playbook
) -> None:
    stopped = playbook("stop_flows")
    first, second = playbook("import_flows"), playbook("import_flows")

    assert "changed=1" in stopped.stdout, stopped.stdout
    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert "changed=0" in second.stdout
