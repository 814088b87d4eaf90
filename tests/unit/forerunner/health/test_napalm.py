"""What NAPALM's getters say: its own mock driver, and its IOS driver over real SSH."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner import service
from forerunner.fleet import Device
from forerunner.health import check_health, judge
from forerunner.health.napalm import observe
from forerunner.simulator import make_fleet, task
from forerunner.simulator.keys import USER, user_key

napalm = pytest.importorskip("napalm")
PEER = {"is_up": True, "is_enabled": True, "remote_as": 65000}
ANSWERS: dict[str, Any] = {
    "get_bgp_neighbors.1": {"global": {"peers": {"10.0.0.2": PEER,
                                                 "10.0.0.3": {**PEER, "is_up": False}}}},
    "get_interfaces.1": {"Et1": {"is_up": True, "is_enabled": True},
                         "Et2": {"is_up": False, "is_enabled": False}},
    "get_interfaces_counters.1": {"Et1": {"rx_errors": 3, "tx_errors": 4},
                                  "Et2": {"rx_errors": -1, "tx_errors": 0}},
    "get_route_to.1": {"10.0.0.2/32": [{"current_active": True}]},
    "ping.1": {"success": {"probes_sent": 5, "packet_loss": 1}},
    "ping.2": {"success": {"probes_sent": 5, "packet_loss": 5}},
    "get_facts.1": {"os_version": "4.30.1F"},
}  # fmt: skip
DECLARED: dict[str, Any] = {
    "bgp_sessions": {"established": ["10.0.0.2", "10.0.0.3"]},
    "interfaces": {"up": ["Et1", "Et2"]},
    "interface_errors": {"below": 8},
    "routes": {"present": ["10.0.0.2/32"]},
    "reachable": {"addresses": ["10.0.0.2", "10.0.0.3"]},
    "software": {"version": "4.30.1F"},
    "ntp": {"synchronised": True},
    "ospf_neighbors": {"full": ["Et1"]},
}


@pytest.fixture
def driver(tmp_path: Path) -> Any:
    for name, answer in ANSWERS.items():
        (tmp_path / name).write_text(json.dumps(answer))
    made = napalm.get_network_driver("mock")("r1", "u", "", 5, {"path": str(tmp_path)})
    made.open()
    return made


def test_getters_tell_what_is_so_and_what_has_none_is_not_supported(driver: Any) -> None:
    found = judge(DECLARED, observe(driver, DECLARED), "eos")
    bad = {(each.check, each.subject): each.message for each in found if each.state != "passed"}
    assert bad == {
        ("bgp_sessions", "10.0.0.3"): "down, should be established",
        ("interfaces", "Et2"): "shut down, should be up",
        ("interface_errors", "Et2"): "not counted, should be below 8",
        ("reachable", "10.0.0.3"): "not reached, should be reachable",
        ("ntp", "*"): "not supported on eos",
        ("ospf_neighbors", "Et1"): "not supported on eos",
    }
    assert len(found) - len(bad) == 6


def test_an_answer_that_cannot_be_read_fails_its_check_alone(driver: Any, tmp_path: Path) -> None:
    (tmp_path / "get_facts.1").write_text("{}")
    declared = {name: DECLARED[name] for name in ("software", "routes")}
    software, route = judge(declared, observe(driver, declared), "eos")
    assert (software.state, route.state) == ("failed", "passed")
    assert "KeyError" in software.message


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Device]:
    """One simulated IOS device behind real SSH."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    fleet = make_fleet(1, tmp_path / "fleet", 78, ["ios"])
    task.start(fleet)
    (one,) = fleet.devices
    known = fleet.directory / "known_hosts"
    yield Device(one.name, one.address, USER, user_key(fleet.directory), known, "ios", one.port)
    service.stop(task.NAME)


def test_napalm_asks_a_device_over_ssh_and_only_one_whose_key_is_known(device: Device) -> None:
    declared = {device.name: {"software": {"version": "15.7 (simulated)"}}}
    known = check_health({device.name: device}, declared)[device.name]
    assert known.result.status == "ok"
    device.known_hosts.write_text("")
    strange = check_health({device.name: device}, declared)[device.name]
    assert (strange.result.status, strange.findings) == ("unreachable", ())
