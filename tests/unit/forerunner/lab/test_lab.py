from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.lab import Lab, LabError, LabNotUp
from forerunner.lab.__main__ import main

CASE = home.root() / "tests" / "golden" / "frr" / "router_with_host" / "vars.yml"


@pytest.fixture
def network() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(CASE.read_text())["network"]
    return data


def test_addresses_follow_the_inventory_s_order(network: dict[str, Any], tmp_path: Path) -> None:
    lab = Lab.wanted("fr7", "198.18.7.0/24", tmp_path, network)

    assert [lab.management_address(router) for router in (None, "r1", "r2")] == [
        "198.18.7.1",
        "198.18.7.11",
        "198.18.7.12",
    ]
    assert lab.host_address("h1") == "10.2.1.2"
    assert lab.namespaces == ("fr7-mgmt", "fr7-r1", "fr7-r2", "fr7-h1")


@pytest.mark.parametrize("name", ["", "fr/../x", "fr 1", "averylongname", "frö"])
def test_a_name_that_is_no_namespace_s_is_refused(
    name: str, network: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(LabError, match="letters and digits"):
        Lab.wanted(name, "198.18.7.0/24", tmp_path, network)


def test_a_management_network_that_is_none_is_refused(
    network: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(InvalidData, match="lab_management_network"):
        Lab.wanted("fr7", "198.18.300.0/24", tmp_path, network)


def test_a_lab_that_is_not_up_says_how_to_build_it() -> None:
    with pytest.raises(LabNotUp, match=r"lab fr98 is not up; build it with: .*build_lab\.yml"):
        Lab.open(98)


def test_the_command_line_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--lab", "98", "degrade", "--link", "r1:r3", "--kind", "linear"])

    error = capsys.readouterr().err
    assert status == 1
    assert error.startswith("forerunner lab: lab fr98 is not up")
    assert error.count("\n") == 1


@pytest.fixture
def in_band(network: dict[str, Any]) -> dict[str, Any]:
    """The same network, managed at its loopbacks, by the machine at `noc`."""
    for number, router in enumerate(network["routers"].values(), 11):
        router["loopback"] = f"198.18.7.{number}"
    network["hosts"]["noc"] = {"router": "r1", "subnet": "198.18.7.0/29"}
    return network


def test_in_band_routers_are_managed_at_their_loopbacks(
    in_band: dict[str, Any], tmp_path: Path
) -> None:
    lab = Lab.wanted("fr7", "198.18.7.0/24", tmp_path, in_band, "noc")

    assert [lab.management_address(router) for router in (None, "r1", "r2")] == [
        "198.18.7.2",
        "198.18.7.11",
        "198.18.7.12",
    ]
    # No bridge, and no namespace for the controller: it is this machine.
    assert lab.namespaces == ("fr7-r1", "fr7-r2", "fr7-h1")


@pytest.mark.parametrize(
    ("controller", "loopback", "problem"),
    [
        ("r1", "198.18.7.11", "'r1' is no traffic host; name one of h1, noc"),
        ("h1", "198.18.7.11", "10.2.1.0/24 must be in 198.18.7.0/24"),
        ("noc", "10.0.0.1", "routers.r1.loopback: 10.0.0.1 must be in 198.18.7.0/24"),
    ],
)
def test_a_controller_that_could_not_reach_the_routers_is_refused(
    controller: str, loopback: str, problem: str, in_band: dict[str, Any], tmp_path: Path
) -> None:
    in_band["routers"]["r1"]["loopback"] = loopback

    with pytest.raises(InvalidData, match=problem):
        Lab.wanted("fr7", "198.18.7.0/24", tmp_path, in_band, controller)
