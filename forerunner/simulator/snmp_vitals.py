"""What a simulated agent says beside its interfaces: processor, memory, neighbours and peers.

Source: UCD-SNMP-MIB; HOST-RESOURCES-MIB (RFC 2790); OSPF-MIB (RFC 4750); BGP4-MIB (RFC 4273).
"""

from ipaddress import IPv4Address

from forerunner.simulator import ber
from forerunner.simulator.snmp import Encoded, Mib

_UCD, _HOST = "1.3.6.1.4.1.2021", "1.3.6.1.2.1.25"
_OSPF, _BGP = "1.3.6.1.2.1.14", "1.3.6.1.2.1.15"
_ADDRESS = 0x40


def add_vitals(mib: Mib, busy: float = 0.25, memory_kb: int = 4_000_000) -> None:
    """Give an agent a processor that is busy for a share of the time, and memory half of it free.

    As net-snmp has them.
    """
    ticks = {50: busy, 53: 1 - busy}
    for column in (50, 51, 52, 53, 54, 56, 61):
        mib.put(f"{_UCD}.11.{column}.0", _ticking(mib, ticks.get(column, 0.0)))
    mib.put(f"{_UCD}.10.1.5.1", _fixed(ber.INTEGER, 50))
    for column, share in {5: 1.0, 6: 0.25, 14: 0.125, 15: 0.125}.items():
        mib.put(f"{_UCD}.4.{column}.0", _fixed(ber.INTEGER, int(memory_kb * share)))


def add_host_resources(mib: Mib, loads: tuple[int, ...] = (20, 40)) -> None:
    """Give an agent processors and memory as those have them that know no UCD-SNMP-MIB."""
    for index, load in enumerate(loads, 1):
        mib.put(f"{_HOST}.3.3.1.2.{index}", _fixed(ber.INTEGER, load))
    kinds = {1: f"{_HOST}.2.1.4", 7: f"{_HOST}.2.1.2"}
    for index, kind in kinds.items():
        name = ber.tlv(ber.OID, ber.oid(kind))
        mib.put(f"{_HOST}.2.3.1.2.{index}", lambda _, name=name: name)  # type: ignore[misc]
        for column, value in {4: 1024, 5: 1000 * index, 6: 100 * index}.items():
            mib.put(f"{_HOST}.2.3.1.{column}.{index}", _fixed(ber.INTEGER, value))


def set_ospf(mib: Mib, neighbours: dict[str, int]) -> None:
    """Let an agent serve OSPF-MIB with these neighbours and their states."""
    mib.drop(_OSPF)
    mib.put(f"{_OSPF}.1.1.0", _address("10.0.0.1"))
    for address, state in neighbours.items():
        mib.put(f"{_OSPF}.10.1.6.{address}.0", _fixed(ber.INTEGER, state))
        mib.put(f"{_OSPF}.10.1.7.{address}.0", _fixed(ber.COUNTER32, 6))


def set_bgp(mib: Mib, peers: dict[str, int], stopped: tuple[str, ...] = ()) -> None:
    """Let an agent serve BGP4-MIB with these peers and their states."""
    mib.drop(_BGP)
    mib.put(f"{_BGP}.2.0", _fixed(ber.INTEGER, 65000))
    for address, state in peers.items():
        mib.put(f"{_BGP}.3.1.2.{address}", _fixed(ber.INTEGER, state))
        mib.put(f"{_BGP}.3.1.3.{address}", _fixed(ber.INTEGER, 1 if address in stopped else 2))
        mib.put(f"{_BGP}.3.1.15.{address}", _fixed(ber.COUNTER32, 1))


def stop_serving(mib: Mib, *protocols: str) -> None:
    """Let an agent no longer serve the tables of `ospf` or `bgp`, as when its subagent is gone."""
    for name in protocols:
        mib.drop({"ospf": _OSPF, "bgp": _BGP}[name])


def _fixed(tag: int, value: int) -> Encoded:
    encoded = ber.number(tag, value)
    return lambda _: encoded


def _address(text: str) -> Encoded:
    encoded = ber.tlv(_ADDRESS, IPv4Address(text).packed)
    return lambda _: encoded


def _ticking(mib: Mib, share: float) -> Encoded:
    # A hundred ticks a second, as the kernel counts.
    return lambda now: ber.number(ber.COUNTER32, int((now - mib.begun) * share * 100) % 2**32)
