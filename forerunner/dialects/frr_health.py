"""How FRR tells that it is well: its neighbours, its peers and its routes."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Interface
from typing import Any

from forerunner.dialects import frr

SHOW_BGP = "show bgp summary json"
QUESTIONS = (frr.SHOW_NEIGHBOURS, SHOW_BGP, frr.SHOW_ROUTES)


def full_interfaces(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the interfaces with a neighbour in state Full; none where OSPF does not run."""
    return frr.full_interfaces(document) if document else frozenset()


def established_peers(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the BGP peers whose session is established, from `show bgp summary json`."""
    families = [each for each in document.values() if isinstance(each, Mapping)]
    return frozenset(
        str(peer)
        for family in families
        for peer, data in family.get("peers", {}).items()
        if data.get("state") == "Established"
    )


def selected_prefixes(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the prefixes that have a route in use, from `show ip route json`."""
    return frozenset(
        prefix for prefix, routes in document.items() if any(x.get("selected") for x in routes)
    )


def meant_neighbours(config: str) -> frozenset[str]:
    """Return the interfaces on which a configuration means to have OSPF neighbours."""
    paths = frr.parse(config)
    if not any(path[0].startswith("router ospf") for path in paths):
        return frozenset()
    lines: dict[str, list[str]] = {}
    for path in paths:
        if len(path) == 2 and path[0].startswith("interface "):
            lines.setdefault(path[0].removeprefix("interface "), []).append(path[1])
    return frozenset(name for name, inside in lines.items() if not _silent(inside))


def meant_peers(config: str) -> frozenset[str]:
    """Return the BGP peers that a configuration means to have a session with."""
    lines = [path[-1].split() for path in frr.parse(config) if path[0].startswith("router bgp")]
    named = [words for words in lines if words[:1] == ["neighbor"] and len(words) > 2]
    shut = {words[1] for words in named if words[2] == "shutdown"}
    return frozenset(words[1] for words in named if words[2] == "remote-as") - shut


def prefixes_taken_away(running: str, target: str) -> frozenset[str]:
    """Return the prefixes that lines name which the target has no more."""
    want = frr.parse(target)
    return frozenset(_prefixes(path[-1] for path in frr.parse(running) if path not in want))


def _silent(lines: Iterable[str]) -> bool:
    return any(line in ("ip ospf passive", "shutdown") for line in lines)


def _prefixes(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        for word in line.split():
            if "/" in word and word[0].isdigit():
                try:
                    yield str(IPv4Interface(word).network)
                except ValueError:
                    continue
