"""What is known of a network that its flows are read by, and the time that is looked at."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.store.flows.classes import SCHEMA as CLASSES
from forerunner.store.flows.classes import TrafficClass, classes_of
from forerunner.store.flows.prefixes import Prefixes, owners_of

SCHEMA = {
    "type": "object",
    "properties": {
        "exporters": {"type": "object", "additionalProperties": {"type": "string"}},
        "network": {"type": "object"},
        "prefixes": {"type": "object", "additionalProperties": {"type": "string"}},
        "classes": CLASSES,
        "idle_s": {"type": "number", "exclusiveMinimum": 0},
    },
    "required": ["exporters", "network", "prefixes", "classes", "idle_s"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Site:
    """What flows are read by.

    Attributes:
        addresses: Inventory name of each exporter, by the address that it exports from.
        prefixes: Behind which router an address is.
        classes: Rules, of which the first that fits counts.
        idle_s: Seconds of silence after which packets with the same ports are another flow.
    """

    addresses: Mapping[str, str]
    prefixes: Prefixes
    classes: tuple[TrafficClass, ...] = ()
    idle_s: float = 60.0

    @property
    def exporters(self) -> tuple[str, ...]:
        """Return their inventory names, in the inventory's order."""
        return tuple(self.addresses.values())

    @classmethod
    def from_data(cls, data: Any, source: str) -> Self:
        """Return what an inventory says.

        Args:
            data: `exporters` (address by name), `network` (`network_data`), `prefixes` (router by
                prefix, beside those of the network), `classes` and `idle_s`.
            source: Where it came from, for a message.

        Raises:
            InvalidData: It does not fit; names the field.
        """
        check(data, SCHEMA, source)
        names = {address: name for name, address in data["exporters"].items()}
        owners = owners_of(data["network"]) | data["prefixes"]
        return cls(names, Prefixes(owners), classes_of(data["classes"]), data["idle_s"])


@dataclass(frozen=True)
class Span:
    """A time, in seconds since the epoch.

    Attributes:
        since: Begin.
        until: End, which does not belong to it.
    """

    since: float
    until: float

    def __post_init__(self) -> None:
        """See that it ends after its begin.

        Raises:
            InvalidData: It does not.
        """
        if not self.since < self.until:
            problem = "it must end after its begin"
            raise InvalidData("span of flows", f"{self.since} to {self.until}", problem)

    @classmethod
    def last(cls, seconds: float) -> Self:
        """Return the last seconds up to now."""
        now = time.time()
        return cls(now - seconds, now)

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.until - self.since
