"""Whether a link has room for a test: nobody's traffic is to suffer from being measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way
from forerunner.topology import Topology


@dataclass(frozen=True)
class Headroom:
    """How far links may be filled.

    Attributes:
        share: Of a link's capacity, the test included.
        unknown: What becomes of a test whose links' loads nobody knows.
    """

    share: float = 0.8
    unknown: Literal["allow", "refuse"] = "refuse"


def crowded(
    test: SpeedTest, way: Way, topology: Topology, loads: Mapping[str, float], headroom: Headroom
) -> str:
    """Return why a test must not run now; empty where it may.

    Each path may come to carry all of it, so each direction needs room for all of it. What comes
    back is little, and needs a direction that is not full already.

    Args:
        test: The test.
        way: What it occupies.
        topology: The links.
        loads: Bit/s by direction name; what is unknown is left out.
        headroom: How far links may be filled.
    """
    capacities = {one.name: x.capacity for x in topology.links for one in x.directions}
    for names, rate in ((way.forward, test.rate), (way.backward, 0.0)):
        for name in sorted(names):
            load, most = loads.get(name, 0.0), headroom.share * capacities[name]
            if name not in loads and headroom.unknown == "refuse":
                return f"{test.name}: nobody knows the load of {name}; is the telemetry running?"
            if load + rate > most:
                said = f"{name} carries {load / 1e6:.1f} Mbit/s; with {rate / 1e6:.1f} more it"
                return f"{test.name}: {said} would have over {most / 1e6:.1f}"
    return ""
