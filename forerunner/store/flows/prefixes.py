"""Whose an address is: the longest prefix of the inventory that holds it."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from forerunner.errors import InvalidData
from forerunner.topology import Topology

Owner = tuple[str, str]
"""A prefix and the router behind which it is."""


class Prefixes:
    """The prefixes of an inventory, each with the router behind which it is.

    Args:
        owners: Router by prefix; a prefix may lie in another one, of which the longer one counts.

    Raises:
        InvalidData: One is no prefix; names it.
    """

    def __init__(self, owners: Mapping[str, str]) -> None:
        self._by_length: dict[tuple[int, int], dict[int, Owner]] = {}
        for text, router in owners.items():
            try:
                network = ip_network(text)
            except ValueError as error:
                raise InvalidData("the inventory's prefixes", text, str(error)) from None
            known = self._by_length.setdefault((network.version, network.prefixlen), {})
            known[int(network.network_address)] = (str(network), router)
        self._longest_first = sorted(self._by_length, reverse=True)

    def owner(self, address: str) -> Owner | None:
        """Return the longest prefix that holds an address, and its router; None where none does.

        Complexity: one look for each length of a prefix that there is.
        """
        found = ip_address(address)
        number, bits = int(found), found.max_prefixlen
        for version, length in self._longest_first:
            if version == found.version:
                shift = bits - length
                owner = self._by_length[version, length].get(number >> shift << shift)
                if owner:
                    return owner
        return None

    def owners(self, addresses: Iterable[str]) -> list[tuple[str, str | None, str | None]]:
        """Return each address with its prefix and router, None where no prefix holds it."""
        return [(each, *(self.owner(each) or (None, None))) for each in addresses]


def owners_of(network: Mapping[str, Any]) -> dict[str, str]:
    """Return router by prefix of `network_data`: hosts, loopbacks, BGP prefixes, links' ends."""
    owners = {host["subnet"]: host["router"] for host in network["hosts"].values()}
    for name, router in network["routers"].items():
        owners[f"{router['loopback']}/32"] = name
        owners |= dict.fromkeys(router["bgp_prefixes"], name)
    for link in Topology.from_data(network["links"]).links:
        owners |= {f"{way.address}/32": way.host for way in link.directions}
    return owners
