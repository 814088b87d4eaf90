"""From running configurations to an inventory and back, without a device."""

from pathlib import Path

import pytest
import yaml

from forerunner import home
from forerunner.adopt import Terms
from forerunner.adopt.frr import sections
from forerunner.adopt.operation import understand, write
from forerunner.dialects import frr
from forerunner.fleet import DeviceResult
from forerunner.render import intended, router_config, router_data

GOLDEN = home.root() / "tests" / "golden" / "frr"
RUNNING = "interface lo\n ip address 10.0.0.1/32\nexit\n"


def test_a_golden_running_configuration_is_understood_line_by_line() -> None:
    running = frr.running_config((GOLDEN / "edge_router" / "running.cfg").read_text())
    found, left = sections(running)
    assert left == []
    assert found["interfaces"][1] == {
        "name": "to-core1",
        "description": "core1 by fibre 17",
        "ipv4": ["10.1.0.1/31"],
        "ospf": {
            "area": 0,
            "cost": 77,
            "dead_interval": 4,
            "hello_interval": 1,
            "network_type": "point-to-point",
            "passive": True,
            "retransmit_interval": 2,
        },
    }
    assert found["static_routes"][1] == {
        "prefix": "192.0.2.0/24",
        "next_hop": "203.0.113.1",
        "distance": 250,
    }


@pytest.mark.parametrize("case", ["edge_router", "bare_router"])
@pytest.mark.parametrize("file", ["running.cfg", "expected.cfg"])
def test_import_and_render_come_round_without_a_difference(case: str, file: str) -> None:
    text = (GOLDEN / case / file).read_text()
    text = frr.running_config(text) if file == "running.cfg" else text
    result = understand({"edge1": text}, {"edge1": "frr"}, allow_partial=False)["edge1"]
    assert result.status == "ok", result.message
    rendered = intended("edge1", result.data["variables"])
    assert frr.differences(text, rendered) == ""


def test_the_ends_of_a_link_find_each_other() -> None:
    given = yaml.safe_load((GOLDEN / "transit_router" / "vars.yml").read_text())["network"]
    running = {name: router_config("frr", router_data(name, given)) for name in ("r1", "r2", "r3")}
    found = understand(running, dict.fromkeys(running, "frr"), allow_partial=False)
    peers = {
        (name, interface["name"]): interface["peer"]
        for name, result in found.items()
        for interface in result.data["variables"]["intent_interfaces"]
        if "peer" in interface
    }
    assert peers["r1", "to-r2"] == {"host": "r2", "interface": "to-r1"}
    assert peers["r3", "to-r2"] == {"host": "r2", "interface": "to-r3"}
    assert len(peers) == 4


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ip prefix-list X seq 7 permit 10.0.0.0/8", "would come out otherwise"),
        ("ip prefix-list X seq 5 deny 10.0.0.0/8", "no place for: ip prefix-list X seq 5 deny"),
        ("router isis core\nexit", "no place for: router isis core"),
        ("interface lo\n ip ospf authentication-key CANARY\nexit", "no place for"),
    ],
)
def test_what_the_model_does_not_hold_is_named_and_nothing_is_written(
    tmp_path: Path, line: str, said: str
) -> None:
    found = understand({"r1": f"{RUNNING}{line}\n"}, {"r1": "frr"}, allow_partial=False)
    assert said in found["r1"].message
    assert "CANARY" not in found["r1"].message
    done = write(found, tmp_path, Terms())
    assert (done.hosts["r1"].status, list(tmp_path.rglob("*"))) == ("failed", [])
    partly = understand({"r1": f"{RUNNING}{line}\n"}, {"r1": "frr"}, allow_partial=True)
    assert (partly["r1"].status, partly["r1"].message[:8]) == ("ok", "in part:")


def adopted(text: str) -> dict[str, DeviceResult]:
    return understand({"r1": text}, {"r1": "frr"}, allow_partial=False)


def test_a_template_that_a_device_says_is_written_as_unsafe(tmp_path: Path) -> None:
    hostile = RUNNING.replace("exit", " description {{ lookup('pipe', 'id') }}\nexit")
    write(adopted(hostile), tmp_path, Terms())
    written = (tmp_path / "host_vars" / "r1" / "intent.yml").read_text()
    assert "description: !unsafe '{{ lookup(''pipe'', ''id'') }}'" in written


def test_a_second_run_changes_nothing_and_the_devices_are_listed(tmp_path: Path) -> None:
    first, again = (write(adopted(RUNNING), tmp_path, Terms()) for _ in range(2))
    assert (first.changed, again.changed) == (True, False)
    hosts = yaml.safe_load((tmp_path / "hosts.yml").read_text())
    assert hosts == {"all": {"children": {"routers": {"hosts": {"r1": None}}}}}


def test_a_dry_run_writes_nothing_and_shows_what_it_would(tmp_path: Path) -> None:
    done = write(adopted(RUNNING), tmp_path, Terms(check=True))
    assert (done.changed, list(tmp_path.rglob("*"))) == (True, [])
    assert "+    ipv4: [10.0.0.1/32]" in done.diff[0]["prepared"]


def test_a_file_that_says_something_else_stays_without_consent(tmp_path: Path) -> None:
    path = tmp_path / "host_vars" / "r1" / "intent.yml"
    path.parent.mkdir(parents=True)
    path.write_text("mine\n")
    done = write(adopted(RUNNING), tmp_path, Terms())
    assert (done.hosts["r1"].status, path.read_text()) == ("failed", "mine\n")
    assert "allow_overwrite=true" in done.hosts["r1"].message
    assert write(adopted(RUNNING), tmp_path, Terms(allow_overwrite=True)).changed
    assert path.read_text() != "mine\n"


def test_a_list_of_devices_that_somebody_keeps_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("---\nall:\n")
    write(adopted(RUNNING), tmp_path, Terms())
    assert (tmp_path / "hosts.yml").read_text() == "---\nall:\n"
