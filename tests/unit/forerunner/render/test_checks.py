"""What a schema cannot say: each check of one device and between devices, with its fix."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from forerunner.render import render

Variables = dict[str, dict[str, Any]]


def router(number: int, peer: int) -> dict[str, Any]:
    return {
        "intent_platform": "ios",
        "intent_interfaces": [
            {"name": "Loopback0", "ipv4": [f"10.0.0.{number}/32"], "ospf": {"area": 0}},
            {
                "name": "Gi0/1",
                "ipv4": [f"10.1.0.{number}/30"],
                "ospf": {"area": 0, "cost": 10},
                "peer": {"host": f"r{peer}", "interface": "Gi0/1"},
            },
        ],
        "intent_ospf": {"router_id": f"10.0.0.{number}"},
        "intent_bgp": {
            "as": 64500,
            "router_id": f"10.0.0.{number}",
            "neighbors": [
                {
                    "address": f"10.0.0.{peer}",
                    "remote_as": 64500,
                    "update_source": "Loopback0",
                }
            ],
        },
        "intent_acls": [{"name": "A", "entries": [{"sequence": 10, "action": "permit"}]}],
        "intent_prefix_lists": [{"name": "P", "prefixes": [{"prefix": "192.0.2.0/24"}]}],
    }


@pytest.fixture
def network() -> Variables:
    return {"r1": router(1, 2), "r2": router(2, 1), "h1": {"ansible_connection": "local"}}


def problems(network: Variables) -> list[str]:
    done = render(network, network)
    return [line for lines in done.problems.values() for line in lines]


def test_a_sound_network_has_no_problem_and_a_host_that_is_no_device_is_passed_over(
    network: Variables,
) -> None:
    done = render(network, network)
    assert (list(done.texts), done.problems) == (["r1", "r2"], {})


def at(data: Any, *steps: Any) -> Any:
    for step in steps:
        data = data[step]
    return data


Spoil = Callable[[dict[str, Any]], Any]
LINK = ("intent_interfaces", 1)
NEIGHBOR = ("intent_bgp", "neighbors", 0)
FAULTS: dict[str, tuple[Spoil, str]] = {
    "address without length": (
        lambda r: at(r, *LINK).update(ipv4=["10.1.0.1"]),
        r"intent_interfaces\[1\]\.ipv4\[0\]: '10\.1\.0\.1' does not fit; it is: An IPv4 prefix",
    ),
    "no address": (
        lambda r: at(r, *LINK).update(ipv4=["10.1.0.999/30"]),
        r"ipv4\[0\]: '10\.1\.0\.999/30' is no address; write it as",
    ),
    "network address": (
        lambda r: at(r, *LINK).update(ipv4=["10.1.0.0/30"]),
        r"10\.1\.0\.0 is no host of 10\.1\.0\.0/30; write one, as 10\.1\.0\.1/30",
    ),
    "address of another": (
        lambda r: at(r, *LINK).update(ipv4=["10.1.0.2/30"]),
        r"r1: intent_interfaces\[1\]\.ipv4\[0\]: 10\.1\.0\.2 is also r2's",
    ),
    "another subnet": (
        lambda r: at(r, *LINK).update(ipv4=["10.1.9.1/30"]),
        r"ipv4: is in 10\.1\.9\.0/30, but r2 Gi0/1 in 10\.1\.0\.0/30; put both ends in one",
    ),
    "no such peer": (
        lambda r: at(r, *LINK, "peer").update(host="r9"),
        r"interfaces\[1\]\.peer: there is no r9 Gi0/1; name the interface at the other end",
    ),
    "a peer that does not point back": (
        lambda r: at(r, *LINK).update(name="Gi0/2"),
        r"r2: intent_interfaces\[1\]\.peer: there is no r1 Gi0/1",
    ),
    "another area": (
        lambda r: at(r, *LINK, "ospf").update(area=1),
        r"ospf\.area: 1 is not 0, as at r2 Gi0/1",
    ),
    "OSPF at one end": (
        lambda r: at(r, *LINK).update(ospf=None),
        r"interfaces\[1\]\.ospf: is not there, unlike at r2 Gi0/1; say it at both ends",
    ),
    "a dead interval below the hello interval": (
        lambda r: at(r, *LINK, "ospf").update(hello_interval=10, dead_interval=5),
        r"ospf\.dead_interval: 5 s is not above hello_interval; use 40",
    ),
    "OSPF without process": (
        lambda r: r.pop("intent_ospf"),
        "intent_ospf: is missing, and interfaces run OSPF; give it a router_id",
    ),
    "router id of another": (
        lambda r: at(r, "intent_ospf").update(router_id="10.0.0.2"),
        r"intent_ospf\.router_id: 10\.0\.0\.2 is also r1's; use the loopback's address",
    ),
    "a cost out of range": (
        lambda r: at(r, *LINK, "ospf").update(cost=65535),
        r"ospf\.cost: 65535 is greater than the maximum of 65534; it is: Interface output cost",
    ),
    "a VLAN out of range": (
        lambda r: at(r, *LINK).update(vlan_id=4095),
        r"vlan_id: 4095 is greater than the maximum of 4094",
    ),
    "a VLAN on a whole interface": (
        lambda r: at(r, *LINK).update(vlan_id=7),
        r"vlan_id: only a subinterface has a tag; call it Gi0/1\.7",
    ),
    "a system out of range": (
        lambda r: at(r, "intent_bgp").update({"as": 0}),
        r"intent_bgp\.as: 0 is less than the minimum of 1",
    ),
    "another system than the neighbour's": (
        lambda r: at(r, *NEIGHBOR).update(
            remote_as=64999, prefix_list_in="P", prefix_list_out="P"
        ),
        r"neighbors\[0\]\.remote_as: 64999 is not r2's, which is 64500",
    ),
    "a neighbour out of reach": (
        lambda r: at(r, *NEIGHBOR).update(address="172.16.0.1"),
        r"neighbors\[0\]\.address: 172\.16\.0\.1 is in no connected subnet",
    ),
    "another system's neighbour without policy": (
        lambda r: at(r, *NEIGHBOR).update(remote_as=64999),
        r"neighbors\[0\]\.prefix_list_in: another system's neighbour needs one \(RFC 8212\)",
    ),
    "an ACL that is missing": (
        lambda r: at(r, *LINK).update(acl_in="B"),
        r"interfaces\[1\]\.acl_in: B is not in intent_acls, which has A; add it there",
    ),
    "a prefix list that is missing": (
        lambda r: at(r, *NEIGHBOR).update(prefix_list_in="Q"),
        r"prefix_list_in: Q is not in intent_prefix_lists, which has P",
    ),
    "a class that is missing": (
        lambda r: at(r, *LINK).update(sla_class="gold"),
        r"sla_class: gold is not in intent_sla_classes, which has none",
    ),
    "a source that is missing": (
        lambda r: at(r, *NEIGHBOR).update(update_source="Loopback9"),
        r"update_source: Loopback9 is not in intent_interfaces, which has Gi0/1, Loopback0",
    ),
    "an interface twice": (
        lambda r: r["intent_interfaces"].append(deepcopy(at(r, "intent_interfaces", 0))),
        "intent_interfaces: name Loopback0 stands there 2 times; keep one",
    ),
    "host bits in a prefix": (
        lambda r: r.update(intent_static_routes=[{"prefix": "192.0.2.1/24", "discard": True}]),
        r"static_routes\[0\]\.prefix: 192\.0\.2\.1/24 has host bits; write it as 192\.0\.2\.0/24",
    ),
    "a route with two ways": (
        lambda r: r.update(
            intent_static_routes=[
                {"prefix": "192.0.2.0/24", "discard": True, "next_hop": "10.1.0.2"}
            ]
        ),
        r"static_routes\[0\]: has next_hop and discard of next_hop, interface, discard; give one",
    ),
    "a port without ports": (
        lambda r: at(r, "intent_acls", 0, "entries", 0).update(destination_port=22),
        r"entries\[0\]\.destination_port: ip has no ports; use tcp or udp",
    ),
    "a length shorter than the prefix": (
        lambda r: at(r, "intent_prefix_lists", 0, "prefixes", 0).update(le=8),
        r"prefixes\[0\]\.le: 8 is shorter than the prefix; use 24 to 32",
    ),
    "a hash that the platform does not take": (
        lambda r: r.update(
            intent_users=[{"name": "a", "role": "admin", "password_hash": "$6$CANARY$hash"}]
        ),
        r"users\[0\]\.password_hash: ios takes hashes that begin with \$9\$ or \$8\$ or \$1\$",
    ),
    "a filter where none is": (
        lambda r: (r.update(intent_platform="frr"), at(r, *LINK).update(acl_in="A")),
        r"acl_in: FRR filters no packets; filter on the host below it",
    ),
    "routing on a server": (
        lambda r: r.update(intent_platform="linux"),
        "intent_bgp: linux has no place for it; make the host one of platform frr",
    ),
    "a zone where none is": (
        lambda r: r.update(intent_system={"timezone": "Europe/Vienna"}),
        r"intent_system\.timezone: ios does not know IANA zones; leave it at UTC",
    ),
    "a receiver without its user": (
        lambda r: r.update(
            intent_snmp={"users": [], "trap_receivers": [{"address": "::1", "user": "u"}]}
        ),
        r"trap_receivers\[0\]\.user: u is not in snmp\.users, which has none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_with_its_field_and_its_fix(network: Variables, fault: str) -> None:
    spoil, expected = FAULTS[fault]
    spoil(network["r1"])
    found = "\n".join(problems(network))
    assert re.search(expected, found), found
    assert "CANARY" not in found


def test_one_bad_device_does_not_stop_the_others(network: Variables) -> None:
    network["r1"]["intent_static_routes"] = [{"prefix": "0.0.0.0/0"}]
    done = render(network, network)
    assert (list(done.texts), list(done.problems)) == (["r2"], ["r1"])


def test_a_neighbour_outside_the_inventory_is_reachable_over_its_subnet(
    network: Variables,
) -> None:
    for name in ("r1", "r2"):
        network[name]["intent_bgp"]["neighbors"] = []
    network["r1"]["intent_bgp"]["neighbors"] = [
        {"address": "10.1.0.3", "remote_as": 64999, "prefix_list_in": "P", "prefix_list_out": "P"}
    ]
    assert problems(network) == []
