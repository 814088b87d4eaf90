"""What routers tell by themselves reaches the ledger: real traps, real log lines, real tables."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home, service
from forerunner.collect.neighbours import Neighbours
from forerunner.collect.session import Target
from forerunner.collect.snmp import Credentials
from forerunner.collect.vitals import Reading, Vitals
from forerunner.database import Database
from forerunner.events import EventBook
from forerunner.lab import Lab
from forerunner.lab.commands import run
from forerunner.lab.daemons import daemons, start
from forerunner.listen import task
from forerunner.model import Event

pytestmark = pytest.mark.lab
_DEFAULTS = home.root() / "roles" / "telemetry" / "defaults" / "main.yml"
_OTHER = "1.3.6.1.4.1.99999.7"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EventBook:
    """A ledger of the test's own, which the receiver writes to."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    monkeypatch.setenv("FORERUNNER_LEDGER", url)
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    return EventBook(Database(url))


@pytest.fixture
def wanted(lab: Lab, tmp_path: Path) -> dict[str, Any]:
    """How role telemetry starts the receiver; v2c is let in too, and nobody may be too loud."""
    communities = tmp_path / "communities.json"
    communities.write_text('["sesame"]')
    rules = [
        *yaml.safe_load(_DEFAULTS.read_text())["telemetry_listen_rules"],
        {
            "match": r"rcvd End-of-RIB .* from (?P<interface>[\d.]+)",
            "kind": "syslog.bgp_synchronised",
            "severity": "info",
        },
    ]
    config = {
        "hosts": {name: [lab.management_address(name)] for name in lab.routers},
        "address": lab.management_address(),
        "trap_port": 162,
        "log_port": 514,
        "snmp": str(lab.directory / "snmp.json"),
        "communities": str(communities),
        "rules": rules,
        "least": "error",
        "rate": 20,
        "burst": 100,
    }
    return {"state": "started", "directory": str(tmp_path), "timeout": 20, "config": config}


@pytest.fixture
def receiver(book: EventBook, wanted: dict[str, Any]) -> Iterator[Callable[[], dict[str, Any]]]:
    """The receiver runs; what is returned gives its status file, once it is a second on."""
    assert task.start_or_stop(wanted)["changed"]
    file = Path(wanted["directory"]) / "listen" / "status.json"

    def status() -> dict[str, Any]:
        time.sleep(1.2)
        return dict(json.loads(file.read_text()))

    yield status
    task.start_or_stop(wanted | {"state": "stopped"})


def in_router(lab: Lab, router: str, *command: str) -> None:
    run("ip", "netns", "exec", lab.namespace(router), *command)


def trap(lab: Lab, router: str, community: str, kind: str, *values: str) -> None:
    where = lab.management_address()
    command = ("snmptrap", "-m", "", "-v2c", "-c", community, where, "", kind, *values)
    kept = f"SNMP_PERSISTENT_DIR={lab.router_directory(router)}/snmptrap"
    in_router(lab, router, "env", kept, *command)


def awaited(book: EventBook, fits: Callable[[Event], bool], seconds: float = 10.0) -> list[Event]:
    """Return the events that fit, as soon as there is one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = [each for each in book.newest(500) if fits(each)]
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError([(x.host, x.kind, x.interface, x.text) for x in book.newest(50)])


def test_routers_tell_of_a_link_that_goes_down_and_both_ends_name_the_neighbour(
    lab: Lab, receiver: object, book: EventBook
) -> None:
    link = ("ip", "link", "set", "to-r3")
    in_router(lab, "r1", *link, "down")
    try:
        for host, peer in (("r1", "10.1.13.2"), ("r3", "10.1.13.1")):
            awaited(
                book,
                lambda x, host=host, peer=peer: (
                    (x.host, x.kind, x.interface) == (host, "trap.ospf_neighbour", peer)
                ),
            )
    finally:
        in_router(lab, "r1", *link, "up")
    awaited(book, lambda x: x.kind == "trap.ospf_neighbour" and x.severity == "info", 20)


def test_log_lines_of_both_rfcs_and_of_frr_itself_become_events_and_hide_secrets(
    lab: Lab, receiver: Callable[[], dict[str, Any]], book: EventBook
) -> None:
    send = ("logger", "--server", lab.management_address(), "--udp", "--port", "514")
    send = (*send, "-p", "daemon.err", "-t", "bgpd")
    in_router(lab, "r4", *send, "--rfc5424", "%ADJCHANGE: neighbor 10.0.0.2 Down BGP closed")
    in_router(lab, "r5", *send, "--rfc3164", "snmp-server community s3same RO {{ 7*7 }}")
    in_router(lab, "r5", *send[:-3], "daemon.info", "nothing that matters")
    directory = lab.router_directory("r2")
    vtysh = ("vtysh", "--vty_socket", str(directory), "--config_dir", f"{directory}/frr")
    run(*vtysh, "-c", "clear bgp 10.0.0.3")
    (fallen,) = awaited(book, lambda x: x.kind == "syslog.bgp_fallen")
    assert (fallen.host, fallen.interface) == ("r4", "10.0.0.2")
    awaited(book, lambda x: (x.kind, x.interface) == ("syslog.bgp_synchronised", "10.0.0.3"), 25)
    (leaked,) = awaited(book, lambda x: x.host == "r5")
    assert ("s3same" in leaked.text, "{{ 7*7 }}" in leaked.text) == (False, True)
    assert receiver()["syslog"]["refused"]["no event by the rules"] >= 1


def test_whoever_may_not_speak_is_counted_and_leaves_no_word(
    lab: Lab, receiver: Callable[[], dict[str, Any]], book: EventBook, tmp_path: Path
) -> None:
    trap(lab, "r1", "wr0ng-community", _OTHER)
    run("logger", "--server", lab.management_address(), "--udp", "-P", "514", "un1nvited")
    trap(lab, "r1", "sesame", _OTHER, f"{_OTHER}.1", "s", "told")
    (event,) = awaited(book, lambda x: x.kind == "trap.other")
    assert (event.host, event.details["oid"]) == ("r1", _OTHER)
    status = receiver()
    assert status["trap"]["refused"] == {"malformed or not authenticated": 1}
    assert status["syslog"]["refused"]["unknown source"] == 1
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    written = written.replace(b'["sesame"]', b"")
    assert [word for word in (b"wr0ng", b"un1nvited", b"sesame") if word in written] == []


def test_a_log_storm_is_cut_and_told_of(
    lab: Lab, receiver: Callable[[], dict[str, Any]], book: EventBook
) -> None:
    lines = "\n".join(f"line {number}" for number in range(1000))
    command = ["ip", "netns", "exec", lab.namespace("r6"), "logger", "--udp", "-P", "514"]
    command += ["--server", lab.management_address(), "-p", "daemon.err"]
    subprocess.run(command, input=lines, text=True, check=True)
    (storm,) = awaited(book, lambda x: x.kind == "syslog.storm")
    status = receiver()["syslog"]
    assert status["taken"]["r6"] + status["dropped"]["r6"] == 1000
    assert 100 <= status["taken"]["r6"] < 300
    assert (storm.host, storm.details["dropped"] > 500) == ("r6", True)
    incidents = [each for each in book.incidents() if each.host == "r6"]
    assert sorted(each.kind for each in incidents) == ["syslog.message", "syslog.storm"]


def test_a_receiver_that_is_killed_comes_back_with_the_gap_marked_and_nothing_doubled(
    lab: Lab, receiver: Callable[[], dict[str, Any]], book: EventBook, wanted: dict[str, Any]
) -> None:
    def tell(number: int) -> None:
        trap(lab, "r1", "sesame", _OTHER, f"{_OTHER}.1", "i", str(number))

    tell(1)
    awaited(book, lambda x: x.kind == "trap.other")
    before, keeper = receiver(), service.status(task.NAME)
    assert before["healthy"]
    assert keeper is not None
    # Its keeper looks away for long enough that somebody would notice.
    os.kill(keeper.pid, signal.SIGSTOP)
    os.kill(before["pid"], signal.SIGKILL)
    tell(2)
    time.sleep(2.5)
    os.kill(keeper.pid, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while receiver()["pid"] == before["pid"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    tell(3)
    (gap,) = awaited(book, lambda x: x.kind == "listen.gap")
    awaited(book, lambda x: x.details.get("values") == {f"{_OTHER}.1": 3})
    told = [x.details["values"][f"{_OTHER}.1"] for x in book.newest(500) if x.kind == "trap.other"]
    assert sorted(told) == [1, 3]
    assert (gap.severity, gap.details["seconds"] > 2) == ("warning", True)
    assert not task.start_or_stop(wanted)["changed"]


def vitals(lab: Lab, router: str) -> Vitals:
    user = Credentials.from_file(lab.directory / "snmp.json").user
    return Vitals(Target(router, lab.management_address(router), user=user), timeout_s=1.0)


def test_neighbours_peers_processor_and_memory_are_polled_from_a_real_router(lab: Lab) -> None:
    async def asked() -> dict[tuple[str, str], float]:
        device, deadline = vitals(lab, "r1"), time.monotonic() + 20
        found: dict[tuple[str, str], float] = {}
        # snmpd itself looks at the processor only every five seconds.
        while ("", "cpu_used_share") not in found and time.monotonic() < deadline:
            found = {(x.interface, x.metric): x.value for x in (await device.poll()).samples()}
            await asyncio.sleep(0.5)
        return found

    found = asyncio.run(asked())
    ospf = {name: value for (name, metric), value in found.items() if "neighbour_state" in metric}
    assert ospf == dict.fromkeys(("10.1.12.2", "10.1.13.2", "10.1.16.2"), 8.0)
    bgp = {name: value for (name, metric), value in found.items() if metric == "bgp_peer_state"}
    assert bgp == {f"10.0.0.{number}": 6.0 for number in range(2, 7)}
    assert 0 <= found["", "cpu_used_share"] <= 1
    assert 0 < found["", "memory_available_bytes"] < found["", "memory_total_bytes"]


def test_daemons_that_are_killed_are_a_gap_and_their_neighbours_say_what_happened(
    lab: Lab,
) -> None:
    by_name = {daemon.name: daemon for daemon in daemons(lab, "r5")}
    seen, told = Neighbours(), list[Event]()

    async def until(fits: Callable[[Reading, Reading], bool]) -> None:
        deadline = time.monotonic() + 25
        while True:
            here, there = await asyncio.gather(own.poll(), other.poll())
            told.extend(event for each in (here, there) for event in seen.update(each))
            if fits(here, there):
                return
            assert time.monotonic() < deadline, (here, there)
            await asyncio.sleep(0.3)

    key = ("10.1.45.2", "ospf_neighbour_state")

    def serves(here: Reading, there: Reading) -> bool:
        return "ospf" in here.served and there.values.get(key) == 8

    async def kill(name: str) -> None:
        os.kill(int(by_name[name].pid_file.read_text()), signal.SIGKILL)
        await until(lambda here, _: not here.up or "ospf" not in here.served)

    async def back(name: str) -> None:
        await asyncio.to_thread(start, lab, [by_name[name]])
        await until(serves)

    async def whole() -> None:
        await until(serves)
        await kill("snmpd")
        await back("snmpd")
        # The agent was gone, and no neighbour.
        assert told == []
        await kill("ospfd")
        await until(lambda _, there: key not in there.values)
        assert [x.host for x in told] == ["r4"]
        await back("ospfd")

    own, other = vitals(lab, "r5"), vitals(lab, "r4")
    asyncio.run(whole())
    assert [(x.kind, x.interface) for x in told if x.host == "r4"] == [
        ("ospf.neighbour_down", "10.1.45.2"),
        ("ospf.neighbour_up", "10.1.45.2"),
    ]
