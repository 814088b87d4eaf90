"""Addresses as templates write them, by netaddr."""

from functools import lru_cache
from typing import Any

from netaddr import AddrFormatError, IPAddress, IPNetwork

from forerunner.errors import ForerunnerError


class NoAddress(ForerunnerError):
    """A text is no address or prefix; the message says what it should look like."""


@lru_cache(maxsize=65536)
def network(text: str) -> IPNetwork:
    """Return an address with its prefix length, or a prefix.

    Raises:
        NoAddress: It is none.
    """
    try:
        return IPNetwork(text)
    except (AddrFormatError, ValueError):
        raise NoAddress(f"{text!r} is no address; write it as 192.0.2.1/30") from None


@lru_cache(maxsize=65536)
def address(text: str) -> IPAddress:
    """Return a plain address.

    Raises:
        NoAddress: It is none.
    """
    try:
        return IPAddress(text)
    except (AddrFormatError, ValueError):
        raise NoAddress(f"{text!r} is no address; write it as 192.0.2.1") from None


def ip(text: str) -> str:
    """Return the address of `192.0.2.1/30`: 192.0.2.1."""
    return text.partition("/")[0]


def prefix(text: str) -> str:
    """Return the prefix that `192.0.2.1/30` is in: 192.0.2.0/30."""
    return str(network(text).cidr)


@lru_cache(maxsize=65536)
def netmask(text: str) -> str:
    """Return the mask of `192.0.2.1/30`: 255.255.255.252."""
    return str(network(text).netmask)


@lru_cache(maxsize=65536)
def wildcard(text: str) -> str:
    """Return the inverted mask of `192.0.2.1/30`: 0.0.0.3."""
    return str(network(text).hostmask)


def wildcard_match(text: str) -> str:
    """Return what an ACL with wildcard masks matches by: `any`, `host A` or `A wildcard`."""
    if text == "any":
        return text
    host = "/" not in text or text.endswith("/32")
    return f"host {ip(text)}" if host else f"{ip(text)} {wildcard(text)}"


def prefix_match(text: str) -> str:
    """Return what an ACL with prefixes matches by: `any`, `host A` or `A/length`."""
    host = text != "any" and ("/" not in text or text.endswith("/32"))
    return f"host {ip(text)}" if host else text


def holds(own: list[str], text: str) -> bool:
    """Return whether an address is in the subnet of one of the interface's own."""
    return any(address(text) in network(each) for each in own)


def dotted(area: int) -> str:
    """Return an OSPF area as an address: 0.0.0.0."""
    return str(IPAddress(area, 4))


FILTERS: dict[str, Any] = {
    "dotted": dotted,
    "holds": holds,
    "ip": ip,
    "netmask": netmask,
    "prefix": prefix,
    "prefix_match": prefix_match,
    "wildcard_match": wildcard_match,
}
"""What templates call them by."""
