"""What a schema cannot say of one device: addresses, references, and what its platform can do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from netaddr import IPNetwork

from forerunner.errors import InvalidData
from forerunner.render.accounts import HASH_TYPES
from forerunner.render.addresses import NoAddress, address, network

Intent = Mapping[str, Any]
Found = tuple[str, str]
"""A field and what is wrong with it."""

# Sections that a platform's configuration has no place for: routing on a server is FRR's.
_NO_PLACE = {"linux": ("ospf", "bgp", "prefix_lists")}
_SERVERS = ("ntp", "syslog")
# They know a zone by its offset alone, which changes twice a year.
_NO_ZONES = ("ios", "iosxr", "nxos")


def device_faults(name: str, intent: Intent) -> Iterator[InvalidData]:
    """Yield what is wrong with a device's complete intent by itself; the schema has passed."""
    found: list[Found] = []
    for check in (_interfaces, _routes, _bgp, _filters, _references, _users, _platform):
        found += check(intent)
    for field, problem in found:
        yield InvalidData(f"host {name}", f"intent_{field}", problem)


def _interfaces(intent: Intent) -> Iterator[Found]:
    yield from _twice("interfaces", "name", intent["interfaces"])
    for index, interface in enumerate(intent["interfaces"]):
        at = f"interfaces[{index}]"
        for family in ("ipv4", "ipv6"):
            for number, text in enumerate(interface[family]):
                yield from _host_address(f"{at}.{family}[{number}]", text)
        if interface["vlan_id"] and "." not in interface["name"]:
            tagged = f"{interface['name']}.{interface['vlan_id']}"
            yield f"{at}.vlan_id", f"only a subinterface has a tag; call it {tagged}"
        yield from _ospf_interface(f"{at}.ospf", interface["ospf"])


def _ospf_interface(at: str, ospf: Mapping[str, Any] | None) -> Iterator[Found]:
    hello, dead = (ospf or {}).get("hello_interval"), (ospf or {}).get("dead_interval")
    if hello and dead and dead <= hello:
        yield f"{at}.dead_interval", f"{dead} s is not above hello_interval; use {4 * hello}"


def _host_address(at: str, text: str) -> Iterator[Found]:
    try:
        net = network(text)
    except NoAddress as error:
        yield at, str(error)
        return
    first, last = net.network, net.broadcast
    # A /31 has no network address (RFC 3021), and IPv6 no broadcast.
    if net.version == 4 and net.prefixlen < 31 and net.ip in (first, last):
        yield at, f"{net.ip} is no host of {net.cidr}; write one, as {net.cidr[1]}/{net.prefixlen}"


def _whole_prefix(at: str, text: str) -> Iterator[Found]:
    try:
        net = network(text)
    except NoAddress as error:
        yield at, str(error)
        return
    if net.ip != net.network:
        yield at, f"{text} has host bits; write it as {net.cidr}"


def _plain_address(at: str, text: str | None) -> Iterator[Found]:
    try:
        if text is not None:
            address(text)
    except NoAddress as error:
        yield at, str(error)


def _routes(intent: Intent) -> Iterator[Found]:
    for index, route in enumerate(intent["static_routes"]):
        at = f"static_routes[{index}]"
        yield from _whole_prefix(f"{at}.prefix", route["prefix"])
        yield from _plain_address(f"{at}.next_hop", route["next_hop"])
        ways = [way for way in ("next_hop", "interface", "discard") if route[way]]
        if len(ways) != 1:
            yield (
                at,
                f"has {' and '.join(ways) or 'none'} of next_hop, interface, discard; give one",
            )
    if intent["ospf"]:
        yield from _plain_address("ospf.router_id", intent["ospf"]["router_id"])
    elif any(interface["ospf"] for interface in intent["interfaces"]):
        yield "ospf", "is missing, and interfaces run OSPF; give it a router_id"


def _bgp(intent: Intent) -> Iterator[Found]:
    bgp = intent["bgp"]
    if not bgp:
        return
    yield from _plain_address("bgp.router_id", bgp["router_id"])
    yield from _twice("bgp.neighbors", "address", bgp["neighbors"])
    for index, text in enumerate(bgp["networks"]):
        yield from _whole_prefix(f"bgp.networks[{index}]", text)
    for index, neighbor in enumerate(bgp["neighbors"]):
        at = f"bgp.neighbors[{index}]"
        yield from _plain_address(f"{at}.address", neighbor["address"])
        if neighbor["remote_as"] == bgp["as"]:
            continue
        for field in ("prefix_list_in", "prefix_list_out"):
            if not neighbor[field]:
                problem = "another system's neighbour needs one (RFC 8212); name a prefix list"
                yield f"{at}.{field}", problem


def _filters(intent: Intent) -> Iterator[Found]:
    for kind in ("acls", "prefix_lists"):
        yield from _twice(kind, "name", intent[kind])
    for index, acl in enumerate(intent["acls"]):
        yield from _twice(f"acls[{index}].entries", "sequence", acl["entries"])
        for number, entry in enumerate(acl["entries"]):
            at = f"acls[{index}].entries[{number}]"
            for end in ("source", "destination"):
                if entry[end] != "any":
                    yield from _whole_prefix(f"{at}.{end}", entry[end])
            if entry["destination_port"] and entry["protocol"] not in ("tcp", "udp"):
                yield f"{at}.destination_port", f"{entry['protocol']} has no ports; use tcp or udp"
    for index, listed in enumerate(intent["prefix_lists"]):
        for number, entry in enumerate(listed["prefixes"]):
            at = f"prefix_lists[{index}].prefixes[{number}]"
            yield from _whole_prefix(f"{at}.prefix", entry["prefix"])
            length = int(entry["prefix"].rpartition("/")[2])
            if entry["le"] is not None and entry["le"] < length:
                yield f"{at}.le", f"{entry['le']} is shorter than the prefix; use {length} to 32"


def _references(intent: Intent) -> Iterator[Found]:
    interfaces = {each["name"] for each in intent["interfaces"]}
    acls = {each["name"] for each in intent["acls"]}
    lists = {each["name"] for each in intent["prefix_lists"]}
    classes = {each["name"] for each in intent["sla_classes"]}
    for index, interface in enumerate(intent["interfaces"]):
        at = f"interfaces[{index}]"
        yield from _refers(at, interface, ("acl_in", "acl_out"), acls, "intent_acls")
        yield from _refers(at, interface, ("sla_class",), classes, "intent_sla_classes")
    for index, neighbor in enumerate((intent["bgp"] or {}).get("neighbors", [])):
        at = f"bgp.neighbors[{index}]"
        yield from _refers(at, neighbor, ("update_source",), interfaces, "intent_interfaces")
        filters = ("prefix_list_in", "prefix_list_out")
        yield from _refers(at, neighbor, filters, lists, "intent_prefix_lists")
    yield from _service_references(intent, interfaces)


def _service_references(intent: Intent, interfaces: set[str]) -> Iterator[Found]:
    for section in _SERVERS:
        where = intent[section] or {}
        yield from _refers(section, where, ("source_interface",), interfaces, "intent_interfaces")
    snmp = intent["snmp"] or {"users": [], "trap_receivers": []}
    users = {each["name"] for each in snmp["users"]}
    for index, receiver in enumerate(snmp["trap_receivers"]):
        yield from _refers(
            f"snmp.trap_receivers[{index}]", receiver, ("user",), users, "snmp.users"
        )


def _refers(
    at: str, given: Mapping[str, Any], fields: Iterable[str], known: set[str], where: str
) -> Iterator[Found]:
    for field in fields:
        value = given.get(field)
        if value and value not in known:
            there = ", ".join(sorted(known)) or "none"
            yield f"{at}.{field}", f"{value} is not in {where}, which has {there}; add it there"


def _users(intent: Intent) -> Iterator[Found]:
    schemes = HASH_TYPES.get(intent["platform"])
    yield from _twice("users", "name", intent["users"])
    for index, user in enumerate(intent["users"]):
        secret = user["password_hash"]
        if secret and schemes and not secret.startswith((*schemes, "<secret:")):
            problem = f"{intent['platform']} takes hashes that begin with {' or '.join(schemes)}"
            yield f"users[{index}].password_hash", problem


def _platform(intent: Intent) -> Iterator[Found]:
    platform = intent["platform"]
    for section in _NO_PLACE.get(platform, ()):
        if intent[section]:
            yield section, f"{platform} has no place for it; make the host one of platform frr"
    if platform in _NO_ZONES and intent["system"]["timezone"] != "UTC":
        yield "system.timezone", f"{platform} does not know IANA zones; leave it at UTC"
    if platform == "frr":
        for index, interface in enumerate(intent["interfaces"]):
            if interface["acl_in"] or interface["acl_out"]:
                problem = "FRR filters no packets; filter on the host below it, platform linux"
                yield f"interfaces[{index}].acl_in", problem


def _twice(at: str, field: str, things: Iterable[Mapping[str, Any]]) -> Iterator[Found]:
    for value, times in Counter(each[field] for each in things).items():
        if times > 1:
            yield at, f"{field} {value} stands there {times} times; keep one"


def addresses_of(intent: Intent) -> Iterator[tuple[str, IPNetwork]]:
    """Yield each address of a device with the field that it stands in."""
    for index, interface in enumerate(intent["interfaces"]):
        for family in ("ipv4", "ipv6"):
            for number, text in enumerate(interface[family]):
                yield f"intent_interfaces[{index}].{family}[{number}]", network(text)
