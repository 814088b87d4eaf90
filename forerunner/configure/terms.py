"""On what terms configurations are changed: consent, timers, patience, order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from analytics.decide import Demand, WavePolicy
from forerunner.configure.errors import ConfigureError
from forerunner.configure.health import Patience
from forerunner.fleet import Device
from forerunner.topology import Topology

SaveWhen = Literal["changed", "always", "never"]

# Between the end of watching and the device's timer there must be time to confirm.
_RESERVE_S = 5.0


@dataclass(frozen=True)
class Network:
    """What of the network the order and the checks depend on.

    Attributes:
        topology: The links between the devices.
        loopbacks: By device; each is to be reached from the others.
        controller: Router at which the controller enters; None where management is out of band.
        demands: Traffic that must get through.
        others: How devices are reached that are not to change; neighbours of one are read.
    """

    topology: Topology
    loopbacks: Mapping[str, str]
    controller: str | None = None
    demands: tuple[Demand, ...] = ()
    others: Mapping[str, Device] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """On what terms a run changes configurations.

    Attributes:
        permit: Asked with a device's name just before each write; raises to prevent it.
        agent_key_file: Private key of the agent account, which guards what is changed.
        allow_change: Write; without it a device that differs fails.
        check: Say what would change, and write nothing.
        timer_s: Seconds after which a device puts its snapshot back unless it is confirmed.
        patience: How long the health of a device is watched.
        most_errors: New errors on an interface that are borne.
        waves: How waves may grow.
        allow_unreachable: Go on with the others when a device does not answer.
        allow_unguarded: Write to platforms that have no timer.
        concurrency: Devices at a time.
        timeout_s: Seconds for reading one device.
        save_when: When what a device runs is saved for its next start.
    """

    permit: Callable[[str], None]
    agent_key_file: Path
    allow_change: bool = False
    check: bool = False
    timer_s: float = 30.0
    patience: Patience = field(default_factory=lambda: Patience(5.0, 15.0))
    most_errors: int = 10
    waves: WavePolicy = field(default_factory=WavePolicy)
    allow_unreachable: bool = True
    allow_unguarded: bool = False
    concurrency: int = 50
    timeout_s: float = 60.0
    save_when: SaveWhen = "changed"

    def __post_init__(self) -> None:
        """See that a device does not restore itself while it is still watched."""
        least = self.patience.settle_s + _RESERVE_S
        if self.timer_s < least or self.patience.soak_s > self.patience.settle_s:
            raise ConfigureError(
                f"a timer of {self.timer_s:g} s is too short to watch a device for "
                f"{self.patience.soak_s:g} to {self.patience.settle_s:g} s; give it {least:g} s"
            )
