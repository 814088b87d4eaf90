"""Whom a device has heard on which interface, over SNMP: its table of addresses and MACs (ARP).

Source: IP-MIB (RFC 4293), ipNetToMediaTable.
"""

import asyncio
from dataclasses import dataclass

from gufo.snmp import SnmpError
from gufo.snmp.aio import SnmpSession

from forerunner.collect.errors import CollectError
from forerunner.collect.session import Target

_PHYSICAL_ADDRESS = "1.3.6.1.2.1.4.22.1.2"
_MAC_BYTES, _IPV4_BYTES = 6, 4


@dataclass(frozen=True, order=True)
class Heard:
    """One line of the table.

    Attributes:
        index: Of the interface (ifIndex).
        address: IPv4 address.
        mac: MAC address, as `ea:6c:54:11:28:33`.
    """

    index: int
    address: str
    mac: str


async def heard(target: Target, timeout_s: float = 2.0) -> tuple[Heard, ...]:
    """Return a device's table.

    Raises:
        CollectError: It does not answer, or not to this user.
    """
    try:
        async with asyncio.timeout(2 * timeout_s):
            session = SnmpSession(
                target.address, port=target.port, timeout=timeout_s, user=target.user
            )
            await session.refresh()
            found = [each async for each in session.getbulk(_PHYSICAL_ADDRESS)]
    except (SnmpError, OSError, TimeoutError) as error:
        raise CollectError(f"{target}: {str(error) or type(error).__name__}") from error
    lines = (_line(name, value) for name, value in found)
    return tuple(sorted(line for line in lines if line is not None))


def _line(name: str, value: object) -> Heard | None:
    """Return a line of the table; None for what is none."""
    index, *octets = name.removeprefix(f"{_PHYSICAL_ADDRESS}.").split(".")
    if not isinstance(value, bytes) or len(value) != _MAC_BYTES or len(octets) != _IPV4_BYTES:
        return None
    return Heard(int(index), ".".join(octets), value.hex(":"))
