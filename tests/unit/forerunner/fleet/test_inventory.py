"""Devices out of Ansible's variables."""

from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.fleet import DeviceResult, devices_from_data
from forerunner.fleet.inventory import device_results, devices_data, known_hosts_file

HOST = {
    "ansible_host": "198.18.0.11",
    "ansible_user": "netops",
    "ansible_ssh_private_key_file": "/keys/netops",
    "ansible_ssh_common_args": "-o UserKnownHostsFile=/lab/known_hosts -o IdentitiesOnly=yes",
    "ansible_network_os": "frr",
}


def test_a_device_is_reached_as_ansible_itself_would() -> None:
    device = devices_from_data(devices_data({"r1": HOST}, ["r1"]), "inventory")["r1"]
    assert (device.address, device.user, device.platform) == ("198.18.0.11", "netops", "frr")
    assert device.known_hosts == Path("/lab/known_hosts")


def test_without_a_file_of_its_own_the_users_known_hosts_count() -> None:
    assert known_hosts_file({}) == Path("~/.ssh/known_hosts").expanduser()


def test_a_missing_variable_is_named_with_its_host() -> None:
    with pytest.raises(InvalidData, match="host r1: ansible_user"):
        devices_data({"r1": {**HOST, "ansible_user": ""}}, ["r1"])


def test_a_hostile_name_is_no_device() -> None:
    with pytest.raises(InvalidData):
        devices_from_data(devices_data({"../r1": HOST}, ["../r1"]), "inventory")


def test_only_devices_that_did_not_make_it_are_in_the_second_play() -> None:
    results = {"r1": DeviceResult("changed"), "r2": DeviceResult("failed", "no")}
    assert device_results(results)["pattern"] == "r2"


def test_when_all_made_it_the_second_play_matches_no_host() -> None:
    assert device_results({"r1": DeviceResult("ok")})["pattern"] == "all:!all"
