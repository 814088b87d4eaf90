"""What a shadow must share with its router beside the configuration: daemons and interfaces.

A command for a daemon that does not run is refused, and a neighbour's address that is the router's
own as well: the answers depend on what the configuration does not name.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Any

from forerunner.dialects.frr import documents
from forerunner.shadow.errors import UnlikeDevice

SHOW_LIKENESS = "show daemons\nshow interface json"

_DAEMON = re.compile(r"[a-z0-9]+d")
# What takes part in no configuration.
_OTHERS = frozenset({"watchfrr"})
# What the kernel takes for a name, without what would be another word to `ip`.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:+-]{0,14}")


@dataclass(frozen=True)
class Interface:
    """An interface of a router, as its kernel has it.

    Attributes:
        name: Its name.
        up: Whether it is switched on.
        mtu: Its largest packet in bytes.
        addresses: With their prefix lengths.
    """

    name: str
    up: bool
    mtu: int
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Likeness:
    """What a shadow must share with its router.

    Attributes:
        daemons: Names of the daemons, as `ospfd`.
        interfaces: Its interfaces.
    """

    daemons: tuple[str, ...]
    interfaces: tuple[Interface, ...]


def likeness(name: str, answer: str) -> Likeness:
    """Return a router's likeness out of its answer to `SHOW_LIKENESS`.

    Args:
        name: Inventory name of the router.
        answer: What it said.

    Raises:
        UnlikeDevice: It cannot be read, or has what no shadow has; names it.
    """
    said, _, rest = answer.strip().partition("\n")
    daemons = tuple(word for word in said.split() if word not in _OTHERS)
    if "zebra" not in daemons:
        raise UnlikeDevice(f"{name}: it does not say which daemons it runs, but {said[:80]!r}")
    for daemon in daemons:
        if daemon != "zebra" and not _DAEMON.fullmatch(daemon):
            raise UnlikeDevice(f"{name}: no shadow can run its daemon {daemon[:80]!r}")
    try:
        (interfaces,) = documents(rest)
        # One that the configuration names and the kernel lacks comes with the configuration.
        real = ((x, data) for x, data in interfaces.items() if not data.get("pseudoInterface"))
        return Likeness(daemons, tuple(_interface(*each) for each in real))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"its interfaces cannot be read: {type(error).__name__}: {error}"
        raise UnlikeDevice(f"{name}: {problem}") from error


def _interface(name: str, data: dict[str, Any]) -> Interface:
    if not _NAME.fullmatch(name):
        raise ValueError(f"interface {name!r}")
    if data["vrfName"] != "default":
        raise ValueError(f"interface {name!r} is in VRF {data['vrfName']!r}, shadows have none")
    addresses = tuple(str(ip_interface(each["address"])) for each in data["ipAddresses"])
    return Interface(name, data["administrativeStatus"] == "up", int(data["mtu"]), addresses)
