"""Reading an FRR configuration back into the sections of the model."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from forerunner.dialects import frr
from forerunner.dialects.config_tree import Path

Sections = dict[str, Any]
# A rule fits a line with its sections before it, and names the fields that it fills.
_SEPARATOR = " / "
_NUMBERS = frozenset((
    "area", "as", "connect_retry", "cost", "dead_interval", "distance", "hello_interval", "le",
    "min_ls_arrival", "min_ls_interval", "remote_as", "retransmit_interval",
))  # fmt: skip
_SWITCHES = frozenset(("bfd", "discard", "next_hop_self", "passive"))
_ADDRESS = r"\d+(?:\.\d+){3}"
_INTERFACE = _SEPARATOR.join((r"interface (?P<name>\S+)", ""))
_BGP = _SEPARATOR.join((r"router bgp (?P<as>\d+)", ""))
_UNICAST = _BGP + _SEPARATOR.join(("address-family ipv4 unicast", ""))
_NEIGHBOR = rf"neighbor (?P<address>{_ADDRESS}) "


def _rules(head: str, *lines: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(head + line) for line in lines)


_INTERFACES = _rules(_INTERFACE, r"description (?P<description>.+)")
_HEADS = _rules("", r"interface (?P<name>\S+)")
_DISABLED = _rules(_INTERFACE, "shutdown")
_ADDRESSES = _rules(
    _INTERFACE, rf"ip address (?P<ipv4>{_ADDRESS}/\d+)", r"ipv6 address (?P<ipv6>\S+)"
)
_OSPF_ON = _rules(
    _INTERFACE,
    r"ip ospf area (?P<area>\d+)",
    r"ip ospf cost (?P<cost>\d+)",
    r"ip ospf network (?P<network_type>broadcast|point-to-point)",
    r"ip ospf hello-interval (?P<hello_interval>\d+)",
    r"ip ospf dead-interval (?P<dead_interval>\d+)",
    r"ip ospf retransmit-interval (?P<retransmit_interval>\d+)",
    r"ip ospf (?P<passive>passive)",
    r"ip ospf (?P<bfd>bfd)",
)
_OSPF = _rules(
    _SEPARATOR.join(("router ospf", "")),
    rf"ospf router-id (?P<router_id>{_ADDRESS})",
    r"timers throttle lsa all (?P<min_ls_interval>\d+)",
    r"timers lsa min-arrival (?P<min_ls_arrival>\d+)",
)
_BGPS = _rules(_BGP, rf"bgp router-id (?P<router_id>{_ADDRESS})")
_NEIGHBORS = _rules(
    _BGP + _NEIGHBOR,
    r"remote-as (?P<remote_as>\d+)",
    r"description (?P<description>.+)",
    r"update-source (?P<update_source>[A-Za-z]\S*)",
    r"timers connect (?P<connect_retry>\d+)",
) + _rules(
    _UNICAST + _NEIGHBOR,
    r"(?P<next_hop_self>next-hop-self)",
    r"prefix-list (?P<prefix_list_in>\S+) in",
    r"prefix-list (?P<prefix_list_out>\S+) out",
)
_NETWORKS = _rules(_UNICAST, rf"network (?P<networks>{_ADDRESS}/\d+)")
_ROUTES = _rules(
    rf"ip route (?P<prefix>{_ADDRESS}/\d+) ",
    r"(?P<discard>blackhole|Null0)(?: (?P<distance>\d+))?",
    rf"(?P<next_hop>{_ADDRESS})(?: (?P<distance>\d+))?",
    r"(?P<interface>[A-Za-z]\S*)(?: (?P<distance>\d+))?",
)
_LISTED = _rules(
    rf"ip prefix-list (?P<name>\S+) seq \d+ permit (?P<prefix>{_ADDRESS}/\d+)(?: le (?P<le>\d+))?",
    "",
)
# What opens a section and says nothing itself.
_SILENT = _rules(
    "", "router ospf", r"router bgp \d+", r"router bgp \d+ / address-family ipv4 unicast"
)


def sections(running: str) -> tuple[Sections, list[str]]:
    """Return the sections of the model that a configuration says, and the lines that none holds.

    Args:
        running: FRR's running configuration, noise masked.
    """
    reading = _Reading()
    left = [_SEPARATOR.join(path) for path in frr.parse(running) if not reading.take(path)]
    return reading.sections(), left


class _Reading:
    """What was understood so far, by what it is about."""

    def __init__(self) -> None:
        self._interfaces: dict[str, dict[str, Any]] = {}
        self._neighbors: dict[str, dict[str, Any]] = {}
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._routes: list[dict[str, Any]] = []
        self._ospf: dict[str, Any] = {}
        self._bgp: dict[str, Any] = {}

    def take(self, path: Path) -> bool:
        """Return whether a line was understood, with its fields kept."""
        line = _SEPARATOR.join(path)
        return self._take_interface(line) or self._take_routing(line) or self._take_list(line)

    def sections(self) -> Sections:
        """Return the sections that there are."""
        bgp = self._bgp | {"neighbors": list(self._neighbors.values())} if self._bgp else None
        lists = [{"name": name, "prefixes": each} for name, each in self._lists.items()]
        found = {
            "interfaces": list(self._interfaces.values()),
            "ospf": self._ospf,
            "bgp": bgp,
            "static_routes": self._routes,
            "prefix_lists": lists,
        }
        return {name: section for name, section in found.items() if section}

    def _take_interface(self, line: str) -> bool:
        for rules in (_HEADS, _INTERFACES, _DISABLED, _ADDRESSES, _OSPF_ON):
            fields = _fields(line, rules)
            if fields is None:
                continue
            name = fields.pop("name")
            interface = self._interfaces.setdefault(name, {"name": name})
            if rules is _DISABLED:
                interface["enabled"] = False
            elif rules is _OSPF_ON:
                interface.setdefault("ospf", {}).update(fields)
            elif rules is _ADDRESSES:
                for family, address in fields.items():
                    interface.setdefault(family, []).append(address)
            else:
                interface.update(fields)
            return True
        return False

    def _take_routing(self, line: str) -> bool:
        if any(rule.fullmatch(line) for rule in _SILENT):
            return True
        if (fields := _fields(line, _OSPF)) is not None:
            self._ospf.update(fields)
        elif (fields := _fields(line, _BGPS)) is not None:
            self._bgp.update(fields)
        elif (fields := _fields(line, _NETWORKS)) is not None:
            self._bgp.setdefault("networks", []).append(fields["networks"])
        elif (fields := _fields(line, _NEIGHBORS)) is not None:
            fields.pop("as")
            self._neighbors.setdefault(fields["address"], {}).update(fields)
        else:
            return False
        return True

    def _take_list(self, line: str) -> bool:
        if (fields := _fields(line, _ROUTES)) is not None:
            self._routes.append(fields)
        elif (fields := _fields(line, _LISTED)) is not None:
            self._lists.setdefault(fields.pop("name"), []).append(fields)
        else:
            return False
        return True


def _fields(line: str, rules: Iterable[re.Pattern[str]]) -> dict[str, Any] | None:
    """Return the fields of the first rule that fits; None where none does."""
    for rule in rules:
        found = rule.fullmatch(line)
        if found:
            return dict(_values(found))
    return None


def _values(found: re.Match[str]) -> Iterator[tuple[str, Any]]:
    for name, value in found.groupdict().items():
        if name in _SWITCHES and value:
            yield name, True
        elif value is not None:
            yield name, int(value) if name in _NUMBERS else value
