"""Finding the links between devices: two interfaces that are alone in one subnet."""

from collections.abc import Mapping
from typing import Any

from forerunner.render.addresses import network, prefix

Interface = dict[str, Any]


def connect(found: Mapping[str, Mapping[str, Any]]) -> None:
    """Say at both ends of each link which interface is at the other.

    Args:
        found: Sections by device; interfaces get their `peer`.
    """
    members: dict[str, list[tuple[str, Interface]]] = {}
    for name, sections in found.items():
        for interface in sections.get("interfaces", []):
            for text in interface.get("ipv4", []):
                if network(text).prefixlen < 32:
                    members.setdefault(prefix(text), []).append((name, interface))
    for ends in members.values():
        if len({name for name, _ in ends}) == len(ends) == 2:
            (one, near), (other, far) = ends
            near["peer"] = {"host": other, "interface": far["name"]}
            far["peer"] = {"host": one, "interface": near["name"]}
