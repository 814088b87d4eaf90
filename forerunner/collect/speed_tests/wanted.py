"""The tests that an inventory asks for, checked before anything is touched."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from forerunner.errors import InvalidData
from forerunner.schema import check

Protocol = Literal["tcp", "udp", "ping"]

PING_INTERVAL_S = 0.02
_PING_BYTES = 98
PING_RATE = 8 * _PING_BYTES / PING_INTERVAL_S
"""Bit/s of a probe: 56 bytes in ICMP, IPv4 and Ethernet."""

_HOST = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"}
TESTS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "source": _HOST,
            "target": _HOST,
            "protocol": {"enum": ["tcp", "udp", "ping"]},
            "rate": {"type": "integer", "minimum": 8000, "description": "Bit/s that are sent."},
            "duration": {"type": "integer", "minimum": 1, "description": "Whole seconds."},
        },
        "required": ["source", "target", "protocol", "duration"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Caps:
    """What no test may exceed.

    Attributes:
        rate: Bit/s.
        duration_s: Seconds.
    """

    rate: float
    duration_s: float


@dataclass(frozen=True, order=True)
class SpeedTest:
    """One test from a host to another.

    Attributes:
        source: Host that sends.
        target: Host that receives.
        protocol: `tcp` and `udp` by iperf3; `ping` measures loss, round trip and jitter.
        rate: Bit/s that are sent at the most.
        duration_s: Seconds.
    """

    source: str
    target: str
    protocol: Protocol
    rate: float
    duration_s: int

    @property
    def name(self) -> str:
        """Return its name, as `h1>h2 tcp`."""
        return f"{self.source}>{self.target} {self.protocol}"

    @property
    def interface(self) -> str:
        """Return what its samples have for an interface, as `to:h2`."""
        return f"to:{self.target}"

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Build a test from plain data that `TESTS_SCHEMA` describes."""
        rate = PING_RATE if data["protocol"] == "ping" else float(data["rate"])
        ends = (data["source"], data["target"])
        return cls(*ends, data["protocol"], rate, data["duration"])


def wanted_from_data(
    data: object, hosts: Iterable[str], caps: Caps, source: str
) -> list[SpeedTest]:
    """Return the tests of an inventory.

    Args:
        data: A list of plain objects.
        hosts: Names of the probe hosts.
        caps: What none may exceed.
        source: The variable that `data` came from.

    Raises:
        InvalidData: A field does not fit, a host is unknown, a cap is exceeded, or a test stands
            there twice; names `source` and the field.
    """
    plain: list[Mapping[str, Any]] = data if isinstance(data, list) else []
    check(data, TESTS_SCHEMA, source)
    for number, each in enumerate(plain):
        for field, problem in _problems(each, set(hosts), caps):
            raise InvalidData(source, f"[{number}].{field}", problem)
    tests = [SpeedTest.from_data(each) for each in plain]
    for name, count in Counter(each.name for each in tests).items():
        if count > 1:
            raise InvalidData(source, name, "it stands there twice")
    return tests


def _problems(data: Mapping[str, Any], known: set[str], caps: Caps) -> Iterable[tuple[str, str]]:
    for end in ("source", "target"):
        if data[end] not in known:
            yield end, f"{data[end]!r} is no probe host; there is {', '.join(sorted(known))}"
    if data["source"] == data["target"]:
        yield "target", "it is the source, too"
    if data["protocol"] == "ping" and "rate" in data:
        yield "rate", f"a ping has its own, {PING_RATE:.0f} bit/s; leave it out"
    if data["protocol"] != "ping" and "rate" not in data:
        yield "rate", "it is missing; say how many bit/s are sent at the most"
    if data.get("rate", 0) > caps.rate:
        yield "rate", f"{data['rate']} is above the cap, {caps.rate:.0f} bit/s"
    if data["duration"] > caps.duration_s:
        yield "duration", f"{data['duration']} is above the cap, {caps.duration_s:g} s"
