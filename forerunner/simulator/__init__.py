"""A fleet of simulated devices on loopback: real SSH, made-up command lines.

What a benchmark or a test of many devices talks to where there are no many devices. Every device
has an address, a host key and a running configuration of its own, and keeps what is written to it
until the simulator ends.
"""

from forerunner.simulator.errors import SimulatorError
from forerunner.simulator.fleet import (
    BEHAVIOURS,
    PLATFORMS,
    Fleet,
    SimulatedDevice,
    make_fleet,
)

__all__ = [
    "BEHAVIOURS",
    "PLATFORMS",
    "Fleet",
    "SimulatedDevice",
    "SimulatorError",
    "make_fleet",
]
