"""What no device shows alone: addresses of two devices, both ends of a link, BGP's neighbours."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from netaddr import IPAddress, IPNetwork

from forerunner.errors import InvalidData
from forerunner.render.addresses import address, network
from forerunner.render.checks import Intent, addresses_of

_SAME_ON_A_LINK = ("area", "network_type", "hello_interval", "dead_interval", "bfd")


@dataclass(frozen=True)
class Owner:
    """Whose an address is, and where that stands."""

    host: str
    field: str
    net: IPNetwork


def inventory_faults(
    intents: Mapping[str, Intent], unread: Container[str] = ()
) -> Iterator[InvalidData]:
    """Yield what is wrong between devices, each fine by itself.

    Args:
        intents: Complete intent by inventory name, of all devices of the network.
        unread: Devices with faults of their own: nobody is blamed for what they may hold.
    """
    owners: dict[IPAddress, Owner] = {}
    for name, intent in intents.items():
        for field, net in addresses_of(intent):
            owner = owners.setdefault(net.ip, Owner(name, field, net))
            if owner != (again := Owner(name, field, net)):
                # At both: whichever of them a run is limited to, it says so.
                for here, there in ((owner, again), (again, owner)):
                    problem = f"{net.ip} is also {there.host}'s ({there.field}); give one another"
                    yield InvalidData(f"host {here.host}", here.field, problem)
    yield from _unique(intents, "ospf", "router_id")
    for name, intent in intents.items():
        yield from _links(name, intent, intents, unread)
        if not unread:
            yield from _neighbors(name, intent, intents, owners)


def _unique(intents: Mapping[str, Intent], section: str, field: str) -> Iterator[InvalidData]:
    seen: dict[str, str] = {}
    for name, intent in intents.items():
        if not intent[section]:
            continue
        other = seen.setdefault(intent[section][field], name)
        if other != name:
            at = f"intent_{section}.{field}"
            problem = f"{intent[section][field]} is also {other}'s; use the loopback's address"
            yield InvalidData(f"host {name}", at, problem)


def _links(
    name: str, intent: Intent, intents: Mapping[str, Intent], unread: Container[str]
) -> Iterator[InvalidData]:
    for index, interface in enumerate(intent["interfaces"]):
        peer = interface["peer"]
        if not peer or peer["host"] in unread:
            continue
        at = f"intent_interfaces[{index}]"
        far = _interface(intents.get(peer["host"]), peer["interface"])
        there = f"{peer['host']} {peer['interface']}"
        if far is None:
            problem = f"there is no {there}; name the interface at the other end"
            yield InvalidData(f"host {name}", f"{at}.peer", problem)
        elif far["peer"] != {"host": name, "interface": interface["name"]}:
            problem = f"{there} does not name {name} {interface['name']} as its peer; say it there"
            yield InvalidData(f"host {name}", f"{at}.peer", problem)
        else:
            for field, problem in _ends(interface, far, there):
                yield InvalidData(f"host {name}", f"{at}.{field}", problem)


def _interface(intent: Intent | None, name: str) -> Mapping[str, Any] | None:
    interfaces = intent["interfaces"] if intent else []
    return next((each for each in interfaces if each["name"] == name), None)


def _ends(near: Mapping[str, Any], far: Mapping[str, Any], there: str) -> Iterator[tuple[str, str]]:
    subnets = [{network(text).cidr for text in end["ipv4"]} for end in (near, far)]
    if subnets[0] != subnets[1]:
        said = [", ".join(sorted(map(str, each))) or "none" for each in subnets]
        yield "ipv4", f"is in {said[0]}, but {there} in {said[1]}; put both ends in one subnet"
    one, other = near["ospf"], far["ospf"]
    if bool(one) != bool(other):
        yield "ospf", f"{'is' if one else 'is not'} there, unlike at {there}; say it at both ends"
    for field in _SAME_ON_A_LINK if one and other else ():
        if one[field] != other[field]:
            problem = f"{one[field]} is not {other[field]}, as at {there}; no neighbours like that"
            yield f"ospf.{field}", problem
    if near["vlan_id"] != far["vlan_id"]:
        problem = f"{near['vlan_id']} is not {far['vlan_id']}, as at {there}; tag both ends alike"
        yield "vlan_id", problem


def _neighbors(
    name: str, intent: Intent, intents: Mapping[str, Intent], owners: Mapping[IPAddress, Owner]
) -> Iterator[InvalidData]:
    for index, neighbor in enumerate((intent["bgp"] or {}).get("neighbors", [])):
        at = f"intent_bgp.neighbors[{index}]"
        owner = owners.get(address(neighbor["address"]))
        if not _reachable(intent, neighbor["address"], owner, intents):
            problem = (
                f"{neighbor['address']} is in no connected subnet, no loopback that OSPF brings "
                "and behind no static route; give the session's address"
            )
            yield InvalidData(f"host {name}", f"{at}.address", problem)
        far = (intents[owner.host]["bgp"] if owner else None) or {}
        if owner and far.get("as") != neighbor["remote_as"]:
            problem = f"{neighbor['remote_as']} is not {owner.host}'s, which is {far.get('as')}"
            yield InvalidData(f"host {name}", f"{at}.remote_as", f"{problem}; correct one of them")


def _reachable(
    intent: Intent, text: str, owner: Owner | None, intents: Mapping[str, Intent]
) -> bool:
    connected = [net for _, net in addresses_of(intent)]
    routed = [network(route["prefix"]) for route in intent["static_routes"] if not route["discard"]]
    if any(address(text) in net for net in (*connected, *routed)):
        return True
    if owner is None or not intent["ospf"]:
        return False
    far = intents[owner.host]
    interface = next(
        each for each in far["interfaces"] if any(network(x) == owner.net for x in each["ipv4"])
    )
    return bool(far["ospf"] and interface["ospf"])
