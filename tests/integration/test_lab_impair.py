import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from forerunner.degradation import Point, Schedule
from forerunner.lab import Lab, bfd, delay, impair, traffic, wait_converged
from forerunner.lab.commands import pids, run
from forerunner.lab.impair import CLEAN, Impairment
from forerunner.topology import UnknownLink

pytestmark = pytest.mark.lab
LINK = "r1:r3"


@pytest.fixture(autouse=True)
def clean(lab: Lab) -> Iterator[None]:
    impair.clear(lab, LINK)
    wait_converged(lab, 20)
    yield
    impair.clear(lab, LINK)


def ping(lab: Lab, count: int) -> int:
    """Answers to pings over the link itself."""
    there = lab.link(LINK).directions[0].peer_address
    options = ("-q", "-c", str(count), "-i", "0.01", "-W", "1")
    command = ["ip", "netns", "exec", lab.namespace("r1"), "ping", *options, there]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return int(output.split(" received")[0].split()[-1])


def test_loss_is_seen_by_ping_and_counted_once(lab: Lab) -> None:
    changes = [impair.apply(lab, LINK, Impairment(loss=0.2)) for _ in range(2)]

    # Both ways at 20%: 64% of 300 come back, give or take five standard deviations.
    assert changes == [True, False]
    assert 150 < ping(lab, 300) < 234
    assert impair.current(lab, LINK) == Impairment(loss=0.2)


def test_a_black_hole_swallows_everything_while_the_carrier_stays_up(lab: Lab) -> None:
    impair.apply(lab, LINK, Impairment(blackhole=True))

    assert ping(lab, 20) == 0
    for way in lab.link(LINK).directions:
        shown = run("ip", "-n", lab.namespace(way.host), "link", "show", way.interface)
        assert "state UP" in shown


def test_clearing_brings_every_packet_back(lab: Lab) -> None:
    impair.apply(lab, LINK, Impairment(blackhole=True))

    assert [impair.clear(lab, LINK), impair.clear(lab, LINK)] == [True, False]
    assert ping(lab, 50) == 50


def test_a_rate_is_read_back_and_can_change(lab: Lab) -> None:
    for rate in (1e7, 2e7):
        assert impair.apply(lab, LINK, Impairment(rate=rate))
        assert impair.current(lab, LINK) == Impairment(rate=rate)
        assert not impair.apply(lab, LINK, Impairment(rate=rate))


def test_a_delay_is_seen_by_ping_and_ends_without_a_trace(lab: Lab) -> None:
    meant = Impairment(delay_s=0.04)
    changes = [impair.apply(lab, LINK, meant) for _ in range(2)]
    read, during = impair.current(lab, LINK), round_trip_s(lab)
    changes += [impair.clear(lab, LINK) for _ in range(2)]

    # Both ways at 40 ms.
    assert (changes, read) == ([True, False] * 2, meant)
    assert 0.08 <= during < 0.1
    assert round_trip_s(lab) < 0.02
    assert traces(lab) == [[], []]


def test_delay_loss_and_rate_go_together_and_change_one_by_one(lab: Lab) -> None:
    all_three = Impairment(loss=0.1, rate=1e7, delay_s=0.02)
    for meant in (all_three, replace(all_three, rate=None), replace(all_three, delay_s=0.03)):
        assert impair.apply(lab, LINK, meant)
        assert impair.current(lab, LINK) == meant


@pytest.fixture
def held(lab: Lab) -> Impairment:
    """A delay by NFQUEUE, also where the kernel has netem."""
    for way in lab.link(LINK).directions:
        delay.start(lab, way, 0.04)
    return Impairment(delay_s=0.04)


def test_a_delay_loses_nothing_and_keeps_the_order(lab: Lab, held: Impairment) -> None:
    there = lab.link(LINK).directions[0].peer_address
    enter = ("ip", "netns", "exec")
    server = ("iperf3", "--server", "--one-off", "--forceflush")
    receiver = subprocess.Popen(
        [*enter, lab.namespace("r3"), *server], stdout=subprocess.PIPE, text=True
    )
    assert receiver.stdout is not None
    while "listening" not in receiver.stdout.readline():
        assert receiver.poll() is None
    small = ("--udp", "--length", "100", "--bitrate", "1.6M", "--time", "2", "--json")
    shown = run(*enter, lab.namespace("r1"), "iperf3", "--client", there, *small)
    receiver.communicate(timeout=10)
    seen = json.loads(shown)["end"]["streams"][0]["udp"]

    # 2,000 packets a second.
    assert seen["packets"] > 3_800
    assert (seen["lost_packets"], seen["out_of_order"]) == (0, 0)


def test_packets_pass_when_the_delayer_dies_and_the_next_run_mends_it(
    lab: Lab, held: Impairment
) -> None:
    assert impair.current(lab, LINK) == held
    assert round_trip_s(lab) >= 0.08
    for pid in chain.from_iterable(delayers(lab)):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while any(delayers(lab)):
        assert time.monotonic() < deadline

    assert ping(lab, 20) == 20
    assert round_trip_s(lab) < 0.02
    assert impair.current(lab, LINK) != held
    assert [impair.apply(lab, LINK, held) for _ in range(2)] == [True, False]
    assert impair.current(lab, LINK) == held
    assert round_trip_s(lab) >= 0.08


def test_clearing_ends_a_delayer_that_has_no_rule(lab: Lab, held: Impairment) -> None:
    for way in lab.link(LINK).directions:
        run("ip", "netns", "exec", lab.namespace(way.host), "nft", "flush", "ruleset")

    assert [impair.clear(lab, LINK), impair.clear(lab, LINK)] == [True, False]
    assert traces(lab) == [[], []]


def delayers(lab: Lab) -> list[list[int]]:
    """Processes that hold packets, at each end of the link."""
    return [
        [pid for pid in pids(lab.namespace(way.host)) if b"delayer" in command(pid)]
        for way in lab.link(LINK).directions
    ]


def command(pid: int) -> bytes:
    """What a process was started as; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def traces(lab: Lab) -> list[list[object]]:
    """What a delay by NFQUEUE leaves at each end of the link: processes and tables."""
    ends = [lab.namespace(way.host) for way in lab.link(LINK).directions]
    tables = [run("ip", "netns", "exec", end, "nft", "list", "tables", "ip") for end in ends]
    return [
        [*found, *table.splitlines()] for found, table in zip(delayers(lab), tables, strict=True)
    ]


def test_half_an_impairment_is_mended_by_the_next(lab: Lab) -> None:
    impair.apply(lab, LINK, Impairment(loss=0.1))
    run("nsenter", f"--net=/run/netns/{lab.namespace('r3')}", "nft", "flush", "ruleset")

    assert impair.apply(lab, LINK, Impairment(loss=0.1))
    assert impair.current(lab, LINK) == Impairment(loss=0.1)


def test_an_unknown_link_is_refused(lab: Lab) -> None:
    with pytest.raises(UnknownLink, match="link 'r1:r9' is not in the inventory"):
        impair.clear(lab, "r1:r9")


def test_the_playbook_says_the_same_twice_and_refuses_the_unknown(
    lab: Lab, playbook: Callable[..., Any]
) -> None:
    results = [playbook("impair_link", "-e", f"link={LINK}", "-e", "loss=0.05") for _ in "12"]
    refused = playbook("impair_link", "-e", f"link={LINK}", "-e", "kind=unheard_of")

    assert ["changed=1" in result.stdout for result in results] == [True, False]
    assert impair.current(lab, LINK) == Impairment(loss=0.05)
    assert "degradation 'unheard_of' does not exist" in refused.stdout


def test_a_schedule_loses_packets_when_it_says_and_leaves_the_link_clean(
    lab: Lab, tmp_path: Path
) -> None:
    points = tuple(Point(i / 10, 1.0 if 10 <= i < 20 else 0.0, 10 <= i < 20) for i in range(25))
    meant = Schedule("stepped", 0, points, 1.0, 1.0, 2.5)

    with traffic.start(lab, 200.0, tmp_path / "stream.pcap") as stream:
        began = impair.play(lab, LINK, meant)
        count = stream.stop()

    during = sum(lost for at, lost in count.losses if 0.9 <= at - began < 2.1)
    assert impair.current(lab, LINK) == CLEAN
    assert 160 <= during <= 240
    assert during == count.lost
    assert count.sent > 450


def test_term_ends_a_degradation_and_leaves_the_link_clean(
    lab: Lab, lab_environment: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "forerunner.lab", "degrade"]
    wanted = ["--link", LINK, "--kind", "linear", "--seed", "3"]
    process = subprocess.Popen([*command, *wanted], env=lab_environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 25
    while impair.current(lab, LINK) == CLEAN:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    process.terminate()

    assert process.wait(10) != 0
    assert impair.current(lab, LINK) == CLEAN


def test_a_stream_leaves_no_process_behind_even_when_its_owner_is_killed(
    lab: Lab, tmp_path: Path
) -> None:
    script = (
        "import sys, time; from pathlib import Path; from forerunner.lab import Lab, traffic;"
        f"traffic.start(Lab.open({lab.name!r}), capture=Path({str(tmp_path / 'x.pcap')!r}));"
        "print('up', flush=True); time.sleep(60)"
    )
    # Their SSH servers are there before and after.
    before = [run("ip", "netns", "pids", lab.namespace(host)) for host in lab.hosts]
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "up\n"
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()

    deadline = time.monotonic() + 5
    while pids := [run("ip", "netns", "pids", lab.namespace(host)) for host in lab.hosts]:
        if pids == before:
            break
        assert time.monotonic() < deadline, pids
        time.sleep(0.05)


def test_bfd_finds_a_black_hole_before_the_dead_timer_does(lab: Lab) -> None:
    bfd.set_enabled(lab, True)
    try:
        assert bfd.sessions_up(lab, "r1") == 3
        impair.apply(lab, LINK, Impairment(blackhole=True))
        time.sleep(2.0)
        route = run("ip", "-n", lab.namespace("r1"), "route", "get", lab.host_address("h2"))
    finally:
        impair.clear(lab, LINK)
        wait_converged(lab, 20)
        bfd.set_enabled(lab, False)

    assert "dev to-r3" not in route
    assert bfd.sessions_up(lab, "r1") == 0


def test_congestion_shows_as_delay_and_ends_without_a_trace(lab: Lab) -> None:
    points = (Point(0.0, 0.0), Point(1.0, 0.03, rate_share=0.5), Point(4.0, 0.0))
    seen: list[float] = []
    player = threading.Thread(
        target=impair.play, args=(lab, LINK, Schedule("benign", 0, points, None, None, 4.5))
    )
    player.start()
    time.sleep(2.5)
    seen.append(round_trip_s(lab))
    player.join()
    seen.append(round_trip_s(lab))

    assert seen[0] > 0.02
    assert seen[1] < 0.02
    assert impair.current(lab, LINK) == CLEAN


def round_trip_s(lab: Lab) -> float:
    """Median round-trip time over the link itself, in seconds."""
    there = lab.link(LINK).directions[0].peer_address
    shown = run("ip", "netns", "exec", lab.namespace("r1"), "ping", "-c9", "-i0.05", there)
    times = [
        float(line.split("time=")[1].split()[0]) for line in shown.splitlines() if "time=" in line
    ]
    return sorted(times)[len(times) // 2] / 1000
