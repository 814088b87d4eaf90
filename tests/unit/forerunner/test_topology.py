"""The network as a graph, and what the inventory may not say."""

from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.topology import Topology, UnknownLink

LINK = {"ends": ["r1", "r2"], "subnet": "10.1.12.0/30", "capacity": 1e9, "cost": 10}


def lab_links() -> list[dict[str, Any]]:
    path = home.root() / "inventories/lab/group_vars/all/network.yml"
    links: list[dict[str, Any]] = yaml.safe_load(path.read_text())["network_links"]
    return links


def refusal(*links: dict[str, Any]) -> InvalidData:
    with pytest.raises(InvalidData) as caught:
        Topology.from_data(links, "network.yml")
    return caught.value


def test_the_lab_is_a_ring_of_six_with_a_chord() -> None:
    topology = Topology.from_data(lab_links())

    assert sorted(topology.routers) == ["r1", "r2", "r3", "r4", "r5", "r6"]
    assert len(topology.links) == 7


def test_data_survives_the_round_trip() -> None:
    topology = Topology.from_data(lab_links())

    assert Topology.from_data(topology.to_data()) == topology


def test_a_link_is_found_by_its_ends_in_either_order() -> None:
    topology = Topology.from_data(lab_links())

    assert topology.link("r3:r1") is topology.link("r1:r3")


@pytest.mark.parametrize("name", ["r1:r4", "r1", "", "r1>r3", "{{ 7*7 }}"])
def test_an_unknown_link_is_refused_and_the_known_are_listed(name: str) -> None:
    with pytest.raises(UnknownLink, match=r"not in the inventory; it has r1:r2, "):
        Topology.from_data(lab_links()).link(name)


def test_the_first_end_has_the_first_address() -> None:
    forth, back = Topology.from_data([LINK]).link("r1:r2").directions

    assert (forth.name, forth.interface, forth.address) == ("r1>r2", "to-r2", "10.1.12.1")
    assert (back.name, back.interface, back.address) == ("r2>r1", "to-r1", "10.1.12.2")
    assert forth.peer_address == back.address


def test_a_31_has_two_addresses_too() -> None:
    forth, _ = Topology.from_data([LINK | {"subnet": "10.1.12.0/31"}]).links[0].directions

    assert (forth.address, forth.peer_address) == ("10.1.12.0", "10.1.12.1")


def test_the_graph_carries_costs_each_way() -> None:
    graph = Topology.from_data([LINK]).graph({"r1>r2": 65535})

    assert graph.edges["r1", "r2"]["cost"] == 65535
    assert graph.edges["r2", "r1"]["cost"] == 10
    assert graph.edges["r2", "r1"]["direction"].name == "r2>r1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subnet": "10.1.12.0/24"}, "[0].subnet"),
        ({"subnet": "10.1.12.1/30"}, "[0].subnet"),
        ({"subnet": "here"}, "[0].subnet"),
        ({"cost": 65535}, "[0].cost"),
        ({"cost": "10"}, "[0].cost"),
        ({"capacity": 0}, "[0].capacity"),
        ({"capacity": float("inf")}, "[0].capacity"),
        ({"ends": ["r1"]}, "[0].ends"),
        ({"ends": ["r1", "r1"]}, "[0].ends"),
        ({"ends": ["r1", "r2; reboot"]}, "[0].ends[1]"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    error = refusal(LINK | change)

    assert (error.source, error.field) == ("network.yml", field)


def test_a_link_stands_there_once() -> None:
    twin = LINK | {"ends": ["r2", "r1"], "subnet": "10.1.99.0/30"}

    assert refusal(LINK, twin).field == "[1].ends"


def test_a_subnet_belongs_to_one_link() -> None:
    assert refusal(LINK, LINK | {"ends": ["r2", "r3"]}).field == "[1].subnet"


def test_no_links_are_no_network() -> None:
    assert refusal().source == "network.yml"
