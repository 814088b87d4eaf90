"""FRR's dialect: what to say to vtysh, and how to read its answers.

One SSH exec command carries several lines (`vtysh -c` with newlines); vtysh stops at the first
line that it rejects, with exit status 1, and what came before it stands. Some wrong lines are
taken in silence as something else (`ip route 10.2.0.0/24 bogus!`), so a change counts only once
it was read back.
"""

import json
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_interface
from typing import Any

from forerunner.dialects import config_tree
from forerunner.dialects.errors import IncompleteConfig, UnreadableAnswer

SHOW_RUNNING_CONFIG = "show running-config"
SAVE, SAVED = "write memory", "Integrated configuration saved"
SHOW_INTERFACES = "show ip ospf interface json"
SHOW_NEIGHBOURS = "show ip ospf neighbor json"
SHOW_ROUTES = "show ip route json"
SHOW_DATABASE = "show ip ospf database router json"

# LSInfinity as a link's metric: the link still forwards but is nobody's choice (RFC 6987).
MAXIMUM_COST = 65535

_END = "end"
# What vtysh prints around the configuration, or what says nothing about the intent.
# `agentx` only says that its tables are served over SNMP; FRR cannot take it back while it runs.
_NOISE = ("Building configuration...", "Current configuration:", "agentx")
# The kernel's and the package's doing, not the operator's: never a difference.
_NOT_INTENT = (
    "frr version ",
    "frr defaults ",
    "hostname ",
    "log ",
    "service integrated-vtysh-config",
    "ip forwarding",
    "ipv6 forwarding",
    "no ip forwarding",
    "no ipv6 forwarding",
)


def _place(line: str) -> str:
    """Return what one line of a section alone may hold: FRR refuses a second, or drops it unsaid.

    An address must go before another of its subnet comes, for the kernel takes away with the first
    of a subnet those that came after it.
    """
    match line.split():
        case ["router", "bgp", _]:
            return "router bgp"
        case ["ip", "ospf", "area", *_]:
            return "ip ospf area"
        case ["ip", "ospf", "message-digest-key", key, *_]:
            return f"ip ospf message-digest-key {key}"
        case ["ip" | "ipv6" as family, "address", address, *_]:
            return f"{family} subnet {_subnet(address)}"
        case ["ip" | "ipv6" as family, "prefix-list", name, "seq", *_]:
            # Neither two entries of one number nor two that say the same.
            return f"{family} entries of {name}"
    return ""


def _subnet(address: str) -> str:
    try:
        return str(ip_interface(address).network)
    except ValueError:
        # The router will say what is wrong with it.
        return address


GRAMMAR = config_tree.Grammar(
    sections=("interface ", "router ", "route-map ", "vrf ", "line ", "key chain ", "key "),
    subsections=("address-family ",),
    ends=("exit", "exit-address-family", "exit-vrf", _END),
    ignored=_NOT_INTENT,
    # FRR deletes only an interface that the kernel does not have any more.
    # An address family goes with its last line.
    lasting=("interface ", "address-family "),
    wordless=("description",),
    place=_place,
    things=r"neighbor \S+",
)
# What may follow a static route's next hop beside a distance.
_ROUTE_OPTIONS = ("color", "label", "nexthop-vrf", "onlink", "table", "tag", "vrf")
_POINT_TO_POINT = "another Router (point-to-point)"


def running_config(answer: str) -> str:
    """Return the running configuration out of its answer, noise masked, ending in one newline.

    Raises:
        IncompleteConfig: It is empty, cut short (no `end`) or no FRR configuration.
    """
    lines = [line.rstrip() for line in answer.splitlines()]
    kept = "\n".join(line for line in lines if line not in _NOISE).strip().splitlines()
    if not kept:
        raise IncompleteConfig("the device answered with an empty configuration")
    if kept[-1] != _END:
        # What it ends in is not repeated: half a line may be a secret.
        raise IncompleteConfig(f"the configuration is cut short: line {len(kept)} is not {_END!r}")
    if not any(line.startswith("frr version ") for line in kept):
        raise IncompleteConfig("the answer is no FRR configuration: it names no version")
    return "\n".join(kept) + "\n"


def changes(running: str, intended: str) -> list[str]:
    """Return the next configuration commands on the way from `running` to `intended`.

    What is missing first; only when nothing is, what is too much. For a command that replaces
    another (`ip ospf cost 20`) takes the old one away by itself, without a moment at the default,
    while `no ip ospf cost 10` would take away whatever cost there is.
    """
    return config_tree.next_commands(parse(running), parse(intended), GRAMMAR)


def differences(running: str, intended: str) -> str:
    """Return what differs by meaning, section by section, `-` before lines that would go."""
    return config_tree.difference(parse(running), parse(intended))


def misread(config: str) -> list[str]:
    """Return the lines that FRR takes in silence as something else than is meant.

    Whatever stands where a static route's next hop, the word after it or the source of a BGP
    session is expected, it takes for the name of an interface, also `300` for a distance. Reading
    back shows the line as it was written: only the names tell.
    """
    paths = parse(config)
    interfaces = {path[0].removeprefix("interface ") for path in paths if len(path) == 1}
    return [path[-1] for path in paths if not _names_are_known(path[-1].split(), interfaces)]


def _names_are_known(words: list[str], interfaces: set[str]) -> bool:
    if words[:1] == ["neighbor"] and words[2:3] == ["update-source"]:
        return _is_next_hop(words[3:4], interfaces)
    if words[:2] not in (["ip", "route"], ["ipv6", "route"]):
        return True
    hop, after = words[3:4], words[4:5]
    if not _is_next_hop(hop, interfaces):
        return False
    return not after or _is_next_hop(after, interfaces) or _is_option(after[0])


def _is_next_hop(words: list[str], interfaces: set[str]) -> bool:
    word = "".join(words)
    if word.lower() in ("blackhole", "reject", "null0") or word in interfaces:
        return True
    try:
        return bool(ip_address(word))
    except ValueError:
        return False


def _is_option(word: str) -> bool:
    distance = word.isascii() and word.isdigit() and 1 <= int(word) <= 255
    return distance or word in _ROUTE_OPTIONS


def keep_drained(running: str, intended: str) -> tuple[str, tuple[str, ...]]:
    """Return the intended configuration with the links left drained that are, and which.

    The maximum cost stands in no inventory (`forerunner.topology` refuses it): only a drain sets
    it. Configuring a device must not return a failing link to service by the way.
    """
    mark = f"ip ospf cost {MAXIMUM_COST}"
    have = parse(running)
    drained = tuple(
        path[0].removeprefix("interface ")
        for path in have
        if len(path) == 2 and path[0].startswith("interface ") and path[1] == mark
    )
    lines: list[str] = []
    interface = ""
    for line in intended.splitlines():
        if not line.startswith(" "):
            interface = line.strip().removeprefix("interface ")
        costs = line.strip().startswith("ip ospf cost ") and interface in drained
        lines.append(f" {mark}" if costs else line)
    return "\n".join(lines) + "\n", drained


def parse(text: str) -> config_tree.Paths:
    """Return the configuration's lines, each with the sections that it stands in."""
    return config_tree.parse(text, GRAMMAR)


def configure(commands: Iterable[str]) -> str:
    """Return the one exec command that carries out configuration commands."""
    return "\n".join(["configure terminal", *commands])


def cost_commands(interface: str, cost: int) -> list[str]:
    """Return the configuration commands that set an interface's OSPF cost."""
    return [f"interface {interface}", f"ip ospf cost {cost}"]


def documents(answer: str) -> list[Any]:
    """Return the JSON documents of several `show ... json` commands in one exec, in order.

    Raises:
        UnreadableAnswer: Something else stands between them.
    """
    decoder = json.JSONDecoder()
    found, position = [], 0
    while position < len(answer):
        try:
            document, position = decoder.raw_decode(answer, position)
        except json.JSONDecodeError as error:
            said = answer[position : position + 80].strip()
            raise UnreadableAnswer(f"expected JSON, the device said {said!r}") from error
        found.append(document)
        while position < len(answer) and answer[position].isspace():
            position += 1
    return found


def interface_costs(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the OSPF cost of each interface, from `show ip ospf interface json`."""
    interfaces = _field(document, "interfaces", SHOW_INTERFACES)
    return {name: int(data["cost"]) for name, data in interfaces.items() if "cost" in data}


def full_interfaces(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the interfaces with a neighbour in state Full, from `show ip ospf neighbor json`."""
    neighbours = _field(document, "neighbors", SHOW_NEIGHBOURS)
    return frozenset(
        str(entry["ifaceName"]).split(":")[0]
        for entries in neighbours.values()
        for entry in entries
        if str(entry.get("nbrState", "")).startswith("Full")
    )


def route_interfaces(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the interfaces that each prefix leaves by, from `show ip route json`.

    Routes in use only, connected ones left out.
    """
    routes: dict[str, frozenset[str]] = {}
    for prefix, entries in document.items():
        for entry in entries:
            if entry.get("selected") and entry.get("protocol") not in ("connected", "local"):
                hops = entry.get("nexthops", [])
                names = (hop.get("interfaceName") for hop in hops if hop.get("active"))
                routes[prefix] = frozenset(str(name) for name in names if name)
    return routes


def link_metrics(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the metric that the area knows of each link's end, by the end's own address.

    From `show ip ospf database router json`: what every router computes its paths from. A link
    counts only if both of its ends announce it. Source: RFC 2328, sections 12.4.1 and 16.1.
    """
    announced = announced_links(document)
    pairs = {(router, str(entry["neighborRouterId"])) for router, entry in announced}
    return {
        str(entry["routerInterfaceAddress"]): int(entry["tos0Metric"])
        for router, entry in announced
        if (str(entry["neighborRouterId"]), router) in pairs
    }


def announced_links(document: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (router identifier, entry) of each end of a point-to-point link that is announced.

    From `show ip ospf database router json`.
    """
    areas = _field(_field(document, "routerLinkStates", SHOW_DATABASE), "areas", SHOW_DATABASE)
    return [
        (str(lsa["advertisingRouter"]), entry)
        for area in areas.values()
        for lsa in area
        for entry in lsa.get("routerLinks", {}).values()
        if entry.get("linkType") == _POINT_TO_POINT
    ]


def _field(document: Mapping[str, Any], name: str, command: str) -> Mapping[str, Any]:
    value = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, Mapping):
        raise UnreadableAnswer(f"the answer to {command!r} has no {name!r}")
    return value
