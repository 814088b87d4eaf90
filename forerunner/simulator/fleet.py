"""What a simulated fleet consists of: plain data, the same for the servers and the inventory."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from forerunner.errors import InvalidData
from forerunner.schema import check

PORT = 2222
MOST = 4000
PLATFORMS = ("ios", "frr", "eos", "junos")
_IN_TURNS = ("ios", "frr")
BEHAVIOURS = {
    "well": "answers as it should",
    "slow": "takes a while for every answer",
    "dead": "nothing listens at its address",
    "silent": "takes the connection and never says a word",
    "cut": "breaks off in the middle of its configuration",
    "short": "ends its configuration early, as if that were all",
    "empty": "answers with no configuration at all",
    "dies": "breaks off at the first command",
    "impostor": "shows another host key than the one that is known",
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "devices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z0-9-]+$"},
                    "address": {"type": "string", "pattern": r"^127(\.\d{1,3}){3}$"},
                    "port": {"type": "integer", "minimum": 1024, "maximum": 65535},
                    "platform": {"enum": list(PLATFORMS)},
                    "behaviour": {"enum": list(BEHAVIOURS)},
                },
                "required": ["name", "address", "port", "platform", "behaviour"],
                "additionalProperties": False,
            },
        },
        "directory": {"type": "string"},
        "latency_s": {"type": "number", "minimum": 0},
        "slow_s": {"type": "number", "minimum": 0},
        "minute_s": {"type": "number", "minimum": 1},
        "processes": {"type": "integer", "minimum": 1, "maximum": 16},
    },
    "required": ["devices", "directory", "latency_s", "slow_s", "processes"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """One device of a simulated fleet.

    Attributes:
        name: Inventory name and hostname.
        address: Its own address, on loopback.
        port: TCP port of its SSH server.
        platform: `ios` (a shell with prompts), `frr` (vtysh) `eos` (configuration sessions) or
            `junos` (NETCONF).
        behaviour: A name in `BEHAVIOURS`.
    """

    name: str
    address: str
    port: int
    platform: str
    behaviour: str = "well"

    @property
    def share(self) -> float:
        """Return how much of its configuration a cut or short device gives (0 to 1)."""
        return random.Random(self.name).uniform(0.02, 0.98)


@dataclass(frozen=True)
class Fleet:
    """A whole fleet and how it is served.

    Attributes:
        devices: All of it, dead ones too.
        directory: Where its keys, its list of host keys and its inventory are.
        latency_s: Seconds that every device takes to answer a command.
        slow_s: Seconds that a slow device takes instead.
        processes: Server processes that share the devices.
        minute_s: Seconds that a minute of Junos's commit timer lasts: a trial need not wait for it.
    """

    devices: tuple[SimulatedDevice, ...]
    directory: Path
    latency_s: float = 0.0
    slow_s: float = 3.0
    processes: int = 2
    minute_s: float = 60.0

    @classmethod
    def from_data(cls, data: object, source: str) -> Self:
        """Return a fleet out of plain data.

        Raises:
            InvalidData: Names `source` and the field.
        """
        check(data, _SCHEMA, source)
        assert isinstance(data, Mapping)  # noqa: S101 - the schema says so, mypy cannot know
        devices = tuple(SimulatedDevice(**each) for each in data["devices"])
        return cls(**{**data, "devices": devices, "directory": Path(data["directory"])})

    def to_data(self) -> dict[str, Any]:
        """Return the fleet as plain JSON data."""
        return {**asdict(self), "devices": [asdict(each) for each in self.devices],
                "directory": str(self.directory)}  # fmt: skip

    def part(self, number: int) -> tuple[SimulatedDevice, ...]:
        """Return the devices that one of the server processes serves."""
        return self.devices[number :: self.processes]

    def latency(self, device: SimulatedDevice) -> float:
        """Return the seconds that a device takes to answer."""
        return self.slow_s if device.behaviour == "slow" else self.latency_s


def make_fleet(
    size: int,
    directory: Path,
    index: int = 0,
    platforms: Sequence[str] = _IN_TURNS,
    faults: Mapping[str, int] | None = None,
    **service: Any,
) -> Fleet:
    """Return a fleet; the platforms take turns, the last devices have the faults.

    Args:
        size: How many devices, 1 to 4000.
        directory: For its keys and its inventory.
        index: Which fleet of this machine, 0 to 99: it moves the addresses.
        platforms: Names in `PLATFORMS`.
        faults: Behaviour to how many devices.
        service: `latency_s`, `slow_s`, `processes` and `minute_s` of `Fleet`.
    """
    wrong = [name for name, count in (faults or {}).items() for _ in range(count)]
    _check(size, index, platforms, wrong)
    behaviours = ["well"] * (size - len(wrong)) + wrong
    speaks = [platforms[place % len(platforms)] for place in range(size)]
    devices = [_device(index, place, speaks[place], behaviours[place]) for place in range(size)]
    return Fleet(tuple(devices), directory, **service)


def _device(index: int, place: int, platform: str, behaviour: str) -> SimulatedDevice:
    # 127.100.0.0/16 and up: nobody's resolver or database listens there.
    address = f"127.{100 + index}.{1 + place // 250}.{1 + place % 250}"
    return SimulatedDevice(f"dev{place + 1:04}", address, PORT, platform, behaviour)


def _check(size: int, index: int, platforms: Sequence[str], wrong: Sequence[str]) -> None:
    if not 1 <= size <= MOST:
        raise InvalidData("fleet", "size", f"is {size}; 1 to {MOST} devices can be simulated")
    if not 0 <= index <= 99:
        raise InvalidData("fleet", "index", f"is {index}; give 0 to 99")
    if not platforms or not set(platforms) <= set(PLATFORMS):
        raise InvalidData("fleet", "platforms", f"there are {', '.join(PLATFORMS)}")
    if not set(wrong) <= set(BEHAVIOURS):
        raise InvalidData("fleet", "faults", f"there are {', '.join(BEHAVIOURS)}")
    if len(wrong) > size:
        raise InvalidData("fleet", "faults", f"{len(wrong)} faults for {size} devices")
