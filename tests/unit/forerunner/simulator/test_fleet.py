"""What a simulated fleet consists of, and what its devices say."""

from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.simulator import Fleet, make_fleet
from forerunner.simulator.configuration import RunningConfig
from forerunner.simulator.console import Console
from forerunner.simulator.keys import host_key, known_hosts, make_keys


def test_the_last_devices_have_the_faults_and_every_address_is_loopback() -> None:
    fleet = make_fleet(600, Path("/f"), 40, ["ios", "frr"], {"dead": 1, "slow": 2}, slow_s=9.0)
    assert [each.behaviour for each in fleet.devices[-4:]] == ["well", "dead", "slow", "slow"]
    assert len({each.address for each in fleet.devices}) == 600
    assert all(each.address.startswith("127.140.") for each in fleet.devices)
    assert [fleet.latency(each) for each in fleet.devices[-3:]] == [0.0, 9.0, 9.0]


def test_a_fleet_is_the_same_after_it_was_written_down() -> None:
    fleet = make_fleet(3, Path("/f"), latency_s=0.2)
    assert Fleet.from_data(fleet.to_data(), "test") == fleet


@pytest.mark.parametrize(
    ("size", "index", "faults"),
    [(0, 0, {}), (1, 100, {}), (1, 0, {"on fire": 1}), (1, 0, {"cut": 2})],
)
def test_what_cannot_be_simulated_is_refused(size: int, index: int, faults: dict[str, int]) -> None:
    with pytest.raises(InvalidData, match="fleet"):
        make_fleet(size, Path("/f"), index, faults=faults)


def test_every_device_has_a_host_key_of_its_own_that_stays(tmp_path: Path) -> None:
    make_keys(tmp_path)
    lines = known_hosts(make_fleet(3, tmp_path)).splitlines()
    assert len({line.split()[2] for line in lines}) == 3
    again = host_key(tmp_path, "dev0002").export_public_key().decode().split()[1]
    assert lines[1].split()[2] == again


@pytest.mark.parametrize("platform", ["ios", "frr"])
def test_a_configuration_has_the_size_of_a_real_one_and_keeps_what_is_written(
    platform: str,
) -> None:
    config = RunningConfig("dev0001", platform)
    other = RunningConfig("dev0002", platform)
    assert 20_000 < len(config.text()) < 26_000
    console = Console("dev0001", platform, config)
    for line in ("configure terminal", "interface new1", "description one", "description two"):
        assert console.answer(line)[1]
    assert "interface new1\n description two\n" in config.text()
    assert "description one" not in config.text()
    assert "new1" not in other.text()


def test_a_line_that_the_device_does_not_know_is_refused_and_ends_an_exec_command() -> None:
    config = RunningConfig("dev0001", "frr")
    console = Console("dev0001", "frr", config)
    said = list(console.run("configure terminal\nbogus line\nip route 10.9.9.0/24 10.0.1.254"))
    assert said[-1] == ("% Unknown command: bogus line\n", False)
    assert "10.9.9.0" not in config.text()
