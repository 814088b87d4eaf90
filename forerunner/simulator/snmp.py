"""Simulated SNMP agents: v2c, many in one process, each with interfaces whose counters grow.

What is known of an object is its identifier as it stands in a message, so that an answer is put
together without taking anything apart. Source: RFC 3416 (operations), RFC 2863 (IF-MIB).
"""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from forerunner.simulator import ber
from forerunner.simulator.ber import NoMessage

GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
_V2C = 1
_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
COUNTERS = {
    f"{_IFX}.6": 64, f"{_IFX}.7": 64, f"{_IFX}.10": 64, f"{_IFX}.11": 64,
    f"{_IF}.13": 32, f"{_IF}.14": 32, f"{_IF}.19": 32, f"{_IF}.20": 32,
}  # fmt: skip
"""Columns of counters that an interface has, and their bits."""
_UPTIME, _NAME, _STATUS = "1.3.6.1.2.1.1.3.0", f"{_IFX}.1", f"{_IF}.8"
_LARGEST = 65_000
Encoded = Callable[[float], bytes]


@dataclass
class Mib:
    """The objects of an agent.

    Attributes:
        interfaces: How many it has.
        rate: By how much each counter grows in a second.
        begun: When it was started, in seconds since the epoch; set anew it was rebooted.
    """

    interfaces: int
    rate: int = 1_000_000
    begun: float = field(default_factory=time.time)
    _objects: dict[bytes, Encoded] = field(init=False, default_factory=dict)
    _order: list[bytes] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Make the objects."""
        self._objects[ber.oid(_UPTIME)] = lambda now: ber.number(ber.TICKS, self._ticks(now))
        for index in range(1, self.interfaces + 1):
            self._add_interface(index)
        self._order = sorted(self._objects)

    def put(self, name: str, value: Encoded) -> None:
        """Add an object, or give it another value.

        Args:
            name: Its identifier, with the instance's index.
            value: Gives the value as it stands in a message, at a time in seconds.
        """
        self._objects[ber.oid(name)] = value
        self._order = sorted(self._objects)

    def drop(self, subtree: str) -> None:
        """Remove the objects at and below an identifier."""
        whole = ber.oid(subtree)
        gone = [name for name in self._objects if name.startswith(whole)]
        for name in gone:
            del self._objects[name]
        self._order = sorted(self._objects)

    def get(self, name: bytes, now: float) -> bytes:
        """Return the value of an object, or that there is none."""
        found = self._objects.get(name)
        return ber.NO_SUCH_INSTANCE if found is None else found(now)

    def after(self, name: bytes) -> bytes | None:
        """Return the name of the next object; None where there is none."""
        at = bisect_right(self._order, name)
        return self._order[at] if at < len(self._order) else None

    def _add_interface(self, index: int) -> None:
        name = ber.tlv(ber.OCTETS, f"eth{index - 1}".encode())
        up = ber.number(ber.INTEGER, 1)
        self._objects[ber.oid(f"{_NAME}.{index}")] = lambda _: name
        self._objects[ber.oid(f"{_STATUS}.{index}")] = lambda _: up
        for place, (column, bits) in enumerate(COUNTERS.items()):
            self._objects[ber.oid(f"{column}.{index}")] = self._counter(index * 8 + place, bits)

    def _counter(self, speed: int, bits: int) -> Encoded:
        tag = ber.COUNTER64 if bits == 64 else ber.COUNTER32
        rate, wrap = self.rate + speed, 2**bits
        return lambda now: ber.number(tag, int((now - self.begun) * rate) % wrap)

    def _ticks(self, now: float) -> int:
        return int((now - self.begun) * 100) % 2**32


class Agent(asyncio.DatagramProtocol):
    """An agent on one socket.

    Args:
        mib: Its objects.
        community: Whom it answers.
    """

    def __init__(self, mib: Mib, community: str) -> None:
        self.mib, self._community = mib, community.encode()
        self.silent = False
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember how to answer."""
        self._transport = transport  # type: ignore[assignment] # it is a datagram's

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, unless it is nothing that an agent answers."""
        if self.silent or self._transport is None:
            return
        try:
            answer = self._answer(data)
        except (NoMessage, ValueError):
            return
        if answer:
            self._transport.sendto(answer, addr)

    def _answer(self, data: bytes) -> bytes:
        _, message, _ = ber.read(data)
        (_, version), (_, community), (kind, pdu) = ber.values(message)
        if version != bytes((_V2C,)) or community != self._community:
            return b""
        (_, request), (_, first), (_, second), (_, asked) = ber.values(pdu)
        names = [next(ber.values(each))[1] for _, each in ber.values(asked)]
        bounds = int.from_bytes(first, "big"), int.from_bytes(second, "big")
        content = self._bindings(kind, names, bounds)
        zero = ber.number(ber.INTEGER, 0)
        answer = ber.tlv(ber.INTEGER, request) + zero + zero + ber.tlv(ber.SEQUENCE, content)
        head = ber.number(ber.INTEGER, _V2C) + ber.tlv(ber.OCTETS, community)
        return ber.tlv(ber.SEQUENCE, head + ber.tlv(RESPONSE, answer))

    def _bindings(self, kind: int, names: Sequence[bytes], bounds: tuple[int, int]) -> bytes:
        now = time.time()
        if kind == GET:
            return b"".join(_binding(name, self.mib.get(name, now)) for name in names)
        alone, times = (len(names), 0) if kind == GET_NEXT else bounds
        found, size = [], 0
        for each in self._following(names, alone, times, now):
            size += len(each)
            if size > _LARGEST:
                break
            found.append(each)
        return b"".join(found)

    def _following(
        self, names: Sequence[bytes], alone: int, times: int, now: float
    ) -> Iterator[bytes]:
        """Yield what follows each of the first names once, and each other one so many times."""
        for name in names[:alone]:
            yield self._next(name, now)[1]
        at = list(names[alone:])
        for _ in range(times):
            for place, name in enumerate(at):
                at[place], binding = self._next(name, now)
                yield binding

    def _next(self, name: bytes, now: float) -> tuple[bytes, bytes]:
        following = self.mib.after(name)
        if following is None:
            return name, _binding(name, ber.END_OF_VIEW)
        return following, _binding(following, self.mib.get(following, now))


def _binding(name: bytes, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, name) + value)


async def serve(
    addresses: Sequence[tuple[str, int]], interfaces: int, community: str = "public"
) -> list[Agent]:
    """Start agents, one an address, and return them; they end with the loop."""
    loop = asyncio.get_running_loop()
    started = [
        await loop.create_datagram_endpoint(
            lambda: Agent(Mib(interfaces), community), local_addr=address
        )
        for address in addresses
    ]
    return [agent for _, agent in started]
