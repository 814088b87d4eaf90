"""Configurations for a router that may be right or wrong, out of a seed: what to foretell."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.render import router_config, router_data

WRONG_SHARE = 3
"""One in so many candidates is meant to be wrong."""

BGP, IPV4, OSPF = "router bgp {asn}", " address-family ipv4 unicast", "router ospf"


@dataclass(frozen=True)
class Case:
    """One candidate.

    Attributes:
        number: Counts from 0.
        router: Inventory name of the router that it is for.
        kinds: What was done to the router's intended configuration, last what is meant wrong.
        wrong: Whether it is meant to be wrong; what it is, a router says.
        text: The whole configuration.
    """

    number: int
    router: str
    kinds: tuple[str, ...]
    wrong: bool
    text: str


@dataclass
class Draft:
    """A configuration that edits are made to.

    Attributes:
        text: The configuration.
        data: What the templates know of the router.
        numbers: What stands for `{n}` and `{m}` in what is edited.
    """

    text: str
    data: Mapping[str, Any]
    numbers: tuple[int, int]

    def top(self, *lines: str) -> None:
        """Add lines at the end of the configuration."""
        self.swap("\nend\n", "\n" + "".join(f"{line}\n" for line in lines) + "end\n")

    def within(self, head: str, *lines: str) -> None:
        """Add lines below the head of a section, at a depth of their own."""
        margin = " " * (len(head) - len(head.lstrip()) + 1)
        added = "".join(f"{margin}{line}\n" for line in lines)
        self.swap(f"\n{head}\n", f"\n{head}\n{added}")

    def drop(self, beginning: str) -> None:
        """Take away all lines that begin so."""
        begun = self.fill(beginning)
        kept = (line for line in self.text.splitlines() if not line.strip().startswith(begun))
        self.text = "\n".join(kept) + "\n"

    def swap(self, old: str, new: str) -> None:
        """Replace the first of a text, which must be there."""
        old, new = self.fill(old), self.fill(new)
        if old not in self.text:
            raise _NotThereError(old)
        self.text = self.text.replace(old, new, 1)

    def section(self, head: str) -> None:
        """Take away a whole section."""
        before, _, rest = self.text.partition(f"\n{self.fill(head)}\n")
        self.text = before + rest.partition("\nexit\n")[2].join(["\n", ""])

    def fill(self, line: str) -> str:
        """Put numbers, an interface, an address or a neighbour where a line has a place for it."""
        links = [each for each in self.data["interfaces"] if each["ospf"]["network_type"]]
        link, other = links[0], links[-1]
        places = {
            "{n}": str(self.numbers[0]),
            "{m}": str(self.numbers[1]),
            "{asn}": str(self.data["bgp"]["as"]),
            "{link}": link["name"],
            "{description}": link["description"],
            "{address}": link["ipv4"][0],
            "{other}": other["name"],
            "{address of other}": other["ipv4"][0],
            "{own}": link["ipv4"][0].partition("/")[0],
            "{peer}": _other_end(link["ipv4"][0]),
            "{loopback}": self.data["bgp"]["router_id"],
            "{neighbour}": self.data["bgp"]["neighbors"][0]["address"],
            "{prefix}": self.data["bgp"]["networks"][0],
        }
        for place, value in places.items():
            line = line.replace(place, value)
        return line


Edit = Callable[[Draft], None]


class _NotThereError(Exception):
    """Another edit took away what this one is about."""


def candidates(network: Mapping[str, Any], count: int, seed: int) -> Iterator[Case]:
    """Yield candidates for the routers in turn, one in `WRONG_SHARE` meant to be wrong.

    Args:
        network: The inventory's `network_data`.
        count: How many.
        seed: The same seed gives the same candidates.
    """
    chance = random.Random(seed)
    routers = {name: router_data(name, network) for name in network["routers"]}
    intended = {name: router_config("frr", data) for name, data in routers.items()}
    right, wrong = _in_turn(RIGHT, chance), _in_turn(WRONG, chance)
    for number in range(count):
        router = list(routers)[number % len(routers)]
        numbers = (chance.randint(10, 99), chance.randint(10, 99))
        draft = Draft(intended[router], routers[router], numbers)
        spoilt = number % WRONG_SHARE == WRONG_SHARE - 1
        kinds = [_edit(draft, right) for _ in range(chance.randint(0 if spoilt else 1, 2))]
        if spoilt:
            kinds.append(_edit(draft, wrong))
        yield Case(number, router, tuple(kinds), spoilt, draft.text)


def _edit(draft: Draft, names: Iterator[str]) -> str:
    """Make the next edit that can be made, and return its name."""
    for name in names:
        before = draft.text
        try:
            (RIGHT | WRONG)[name](draft)
        except _NotThereError:
            draft.text = before
        else:
            return name
    raise AssertionError("the names never end")


def _in_turn(edits: Mapping[str, Edit], chance: random.Random) -> Iterator[str]:
    """Yield the names of edits for ever, each once before any twice."""
    while True:
        yield from chance.sample(list(edits), len(edits))


def _other_end(address: str) -> str:
    host, _, _ = address.partition("/")
    network, _, last = host.rpartition(".")
    return f"{network}.{int(last) ^ 3}"


def _top(*lines: str) -> Edit:
    return lambda draft: draft.top(*lines)


def _within(head: str, *lines: str) -> Edit:
    return lambda draft: draft.within(head, *lines)


def _swap(old: str, new: str) -> Edit:
    return lambda draft: draft.swap(old, new)


def _drop(beginning: str) -> Edit:
    return lambda draft: draft.drop(beginning)


def _all(*edits: Edit) -> Edit:
    def edit(draft: Draft) -> None:
        for each in edits:
            each(draft)

    return edit


LINK = "interface {link}"
MAP = ("route-map CHOSEN permit 10", " match ip address prefix-list CHOSEN",
       " set local-preference 2{n}", "exit")  # fmt: skip

RIGHT: dict[str, Edit] = {
    "description": _swap(" description {description}", " description towards {n} by {{7*7}}"),
    "no description": _drop("description {description}"),
    "cost": _swap(" ip ospf cost 10", " ip ospf cost {n}"),
    "timers": _all(
        _swap(" ip ospf hello-interval 1", " ip ospf hello-interval 3"),
        _swap(" ip ospf dead-interval 4", " ip ospf dead-interval {n}"),
    ),
    "priority": _within(LINK, "ip ospf priority {n}"),
    "network type": _drop("ip ospf network point-to-point"),
    "area": _swap("{address}\n ip ospf area 0", "{address}\n ip ospf area {n}"),
    "key": _within(LINK, "ip ospf authentication message-digest",
                   "ip ospf message-digest-key 1 md5 canary{n}"),
    "passive": _within(LINK, "ip ospf passive"),
    "bfd": _within(LINK, "ip ospf bfd"),
    # On another link than the routes' next hops: what is out of reach is not misread.
    "shutdown": _within("interface {other}", "shutdown"),
    "second address": _within(LINK, "ip address 10.77.{n}.1/24"),
    "address": _swap("{address of other}", "10.78.{n}.1/30"),
    "duplicate address": _within("interface lo", "ip address {address}"),
    "overlapping address": _within("interface lo", "ip address {own}/29"),
    "loopback": _within("interface lo", "ip address 10.79.{n}.1/32"),
    "ipv6 address": _within(LINK, "ipv6 address 2001:db8:{n}::1/64"),
    "interface to come": _top("interface later{n}", " ip address 10.76.{n}.1/24", "exit"),
    "black hole": _top("ip route 10.90.{n}.0/24 blackhole"),
    "next hop": _top("ip route 10.91.{n}.0/24 {peer}", "ip route 10.92.{n}.0/24 {peer} 200"),
    "tagged route": _top("ip route 10.93.{n}.0/24 {peer} tag {m}"),
    "route by interface": _top("ip route 10.94.{n}.0/24 {link}"),
    "prefix list": _top("ip prefix-list SOME seq 5 permit 10.{n}.0.0/16 ge 24",
                        "ip prefix-list SOME seq 10 deny 0.0.0.0/0 le 32"),
    "ipv6 prefix list": _top("ipv6 prefix-list SOME seq 5 permit 2001:db8:{n}::/48"),
    "access list": _top("access-list SOME seq 5 permit 10.{n}.0.0/16"),
    "community list": _top("bgp community-list standard SOME seq 5 permit 65000:{n}"),
    "path list": _top("bgp as-path access-list SOME seq 5 permit _65{n}_"),
    "route map": _all(_top("ip prefix-list CHOSEN seq 5 permit 10.{n}.0.0/16", *MAP),
                      _within(IPV4, "neighbor {neighbour} route-map CHOSEN in")),
    "map of an unknown list": _top(*(line.replace("CHOSEN", "NOWHERE") for line in MAP)),
    "unknown map": _within(IPV4, "neighbor {neighbour} route-map NOWHERE out"),
    "neighbour": _within(BGP, "neighbor 10.80.{n}.1 remote-as 65{m}",
                         "neighbor 10.80.{n}.1 description new",
                         "neighbor 10.80.{n}.1 ebgp-multihop 3"),
    "neighbour of a group": _within(BGP, "neighbor CORE peer-group",
                                    "neighbor CORE remote-as {asn}",
                                    "neighbor 10.81.0.{n} peer-group CORE"),
    "password": _within(BGP, "neighbor {neighbour} password canary{n}"),
    "no neighbour": _drop("neighbor {neighbour} "),
    "neighbour's options": _within(IPV4, "neighbor {neighbour} next-hop-self",
                                   "neighbor {neighbour} soft-reconfiguration inbound"),
    "network": _within(IPV4, "network 10.82.{n}.0/24"),
    "no network": _drop("network {prefix}"),
    "redistribution": _within(IPV4, "redistribute static"),
    "paths": _within(IPV4, "maximum-paths {n}"),
    "best path": _within(BGP, "bgp bestpath as-path multipath-relax"),
    "bgp timers": _within(BGP, "timers bgp 10 {n}"),
    "no default family": _within(BGP, "no bgp default ipv4-unicast"),
    "bgp router id": _swap(" bgp router-id {loopback}", " bgp router-id 10.83.0.{n}"),
    "ospf router id": _swap(" ospf router-id {loopback}", " ospf router-id 10.84.0.{n}"),
    "ospf redistribution": _within(OSPF, "redistribute static metric {n}"),
    "default route": _within(OSPF, "default-information originate always"),
    "maximum metric": _within(OSPF, "max-metric router-lsa administrative"),
    "reference bandwidth": _within(OSPF, "auto-cost reference-bandwidth {n}"),
    "no bgp": lambda draft: draft.section(BGP),
    "no ospf": lambda draft: draft.section(OSPF),
}  # fmt: skip
"""Edits that a router is expected to take."""

WRONG: dict[str, Edit] = {
    "unknown command": _top("spanning-tree mode {n}"),
    "unknown command inside": _within(LINK, "switchport access vlan {n}"),
    "unknown command of bgp": _within(BGP, "neighbour {neighbour} remote-as {asn}"),
    "misspelt in the middle": _top("ip prefix-list A seq 5 permit 10.{n}.0.0/16",
                                   "ip prefix-list A seq 10 perrmit 10.{m}.0.0/16",
                                   "ip prefix-list A seq 15 permit any"),
    "half a section": _within(BGP, "neighbor 10.85.0.{n} remote-as 65001",
                              "neighbor 10.85.0.{n} timers connect 0",
                              "neighbor 10.85.0.{n} description half"),
    "no such address": _swap("{address}", "10.1.1.300/30"),
    "no such length": _swap("{address}", "10.1.1.1/33"),
    "multicast address": _within(LINK, "ip address 224.0.0.{n}/24"),
    "cost out of range": _swap(" ip ospf cost 10", " ip ospf cost 65536"),
    "dead interval of none": _swap(" ip ospf dead-interval 4", " ip ospf dead-interval 0"),
    "no such area": _swap("{address}\n ip ospf area 0", "{address}\n ip ospf area 0.0.0"),
    "area otherwise": _swap("{address}\n ip ospf area 0", "{address}\n ip ospf area 0.0.0.0"),
    "area twice": _within(OSPF, "network 10.0.0.0/8 area 0"),
    "itself as neighbour": _within(BGP, "neighbor {loopback} remote-as {asn}"),
    "its link as neighbour": _within(BGP, "neighbor {own} remote-as 65{n}"),
    "neighbour without a system": _within(BGP, "neighbor 10.86.0.{n} description nobody"),
    "no such neighbour": _within(BGP, "neighbor 10.86.0.{n} update-source lo"),
    "family of no neighbour": _within(IPV4, "neighbor 10.86.0.{n} next-hop-self"),
    "unknown group": _within(BGP, "neighbor 10.86.0.{n} peer-group NOBODY"),
    "no such system": _within(BGP, "neighbor 10.86.0.{n} remote-as 4294967296"),
    "another system": _swap("router bgp {asn}", "router bgp 65{n}"),
    "no such router id": _swap(" bgp router-id {loopback}", " bgp router-id 10.83.0"),
    "misread next hop": _top("ip route 10.95.{n}.0/24 bogus!"),
    "misread address": _top("ip route 10.95.{n}.0/24 10.1.1.256"),
    "misread distance": _top("ip route 10.95.{n}.0/24 {peer} 300"),
    "misread word": _top("ip route 10.95.{n}.0/24 {peer} tga"),
    "misread source": _swap("neighbor {neighbour} update-source lo",
                            "neighbor {neighbour} update-source lo0"),
    "route of host bits": _top("ip route 10.95.{n}.1/24 blackhole"),
    "list without numbers": _top("ip prefix-list B permit 10.{n}.0.0/16"),
    "list of host bits": _top("ip prefix-list B seq 5 permit 10.{n}.0.1/16"),
    "list the wrong way round": _top("ip prefix-list B seq 5 permit 10.{n}.0.0/16 ge 24 le 20"),
    "one number twice": _top("ip prefix-list B seq 5 permit 10.{n}.0.0/16",
                             "ip prefix-list B seq 5 permit 10.1{n}.0.0/16"),
    "access list by number": _top("access-list {n} permit 10.0.0.0 0.255.255.255"),
    "map of no list": _top("route-map C permit 10", " match ip address prefix-list", "exit"),
    "map of no order": _top("route-map C permit {n}", " set metric -", "exit"),
    "map number out of range": _top("route-map C permit 65536", "exit"),
    "daemon that does not run": _top("router rip", " network 10.{n}.0.0/16", "exit"),
    "another daemon": _top("router isis {n}", "exit"),
    "quoted": _top('banner motd line "{n}'),
}  # fmt: skip
"""Edits that a router is expected to refuse, or to take as something else."""
