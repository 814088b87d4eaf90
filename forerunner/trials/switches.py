"""Simulated EOS and Junos devices as trials speak to them: read, spoil, change by no playbook."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from forerunner.configure import Configuration, Network, Terms, configure
from forerunner.configure.health import Patience
from forerunner.configure.intent import Intended, Intent
from forerunner.configure.passes import Spoken
from forerunner.dialects import dialect
from forerunner.fleet import Device, Session, connect
from forerunner.fleet.connection import open_connection
from forerunner.simulator import make_fleet, task
from forerunner.simulator.keys import USER, user_key
from forerunner.topology import Topology
from forerunner.trials.routers import permitted

QUICK = Patience(0.5, 1.5)
"""For changes whose harm shows at once."""
MINUTE_S = 12.0
"""Seconds that a minute of Junos's timer lasts here."""

_COMMIT = re.compile(r"configure session \S+ commit|commit-configuration")
LINK = {"ends": ["dev0001", "dev0002"], "subnet": "10.0.1.0/30", "capacity": 1, "cost": 1}


@dataclass(frozen=True)
class Switches:
    """Simulated devices that have a commit timer of their own.

    Attributes:
        directory: The fleet's, with its keys and what each device was told.
        devices: By inventory name.
    """

    directory: Path
    devices: Mapping[str, Device]

    @classmethod
    def start(
        cls, size: int, directory: Path, index: int, platform: str = "eos", **faults: int
    ) -> Self:
        """Start as many, the last of them with faults, and return them."""
        task.start(make_fleet(size, directory, index, [platform], faults, minute_s=MINUTE_S))
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Return those that were started from a directory."""
        fleet = task.read(directory)
        assert fleet is not None  # noqa: S101 - start() came before
        key, known = user_key(directory), directory / "known_hosts"
        found = fleet.devices
        return cls(
            directory,
            {
                x.name: Device(x.name, x.address, USER, key, known, x.platform, x.port)
                for x in found
            },
        )

    def runs(self, name: str) -> str:
        """Return what a device runs, asked without NAPALM."""
        return asyncio.run(_asked(self.devices[name]))

    def say(self, name: str, *lines: str) -> None:
        """Give lines to a device."""
        asyncio.run(_said(self.devices[name], "\n".join(lines)))

    def heard(self, name: str) -> list[str]:
        """Return all that was ever said to a device."""
        file = self.directory / f"{name}.log"
        return file.read_text().splitlines() if file.exists() else []

    def commits(self, name: str) -> list[str]:
        """Return what of it commits."""
        return [line for line in self.heard(name) if _COMMIT.match(line)]

    def bring(
        self, targets: Mapping[str, str], intent: Intent | None = None, **more: Any
    ) -> Configuration:
        """Bring devices to whole configurations; `more` are fields of `Terms`.

        The first two have a link; what the others hang on nobody knows.
        """
        devices = {name: self.devices[name] for name in targets}
        network = Network(Topology.from_data([LINK]), dict.fromkeys(self.devices, "10.0.0.1"))
        return configure(devices, intent or Intended(targets), terms(**more), network)


def terms(**more: Any) -> Terms:
    """Return terms with consent to write and quick checks; `more` are fields of `Terms`."""
    given: dict[str, Any] = {"permit": permitted, "allow_change": True, "timer_s": 15.0,
                             "patience": QUICK, "timeout_s": 20.0, **more}  # fmt: skip
    return Terms(agent_key_file=Path("/nonexistent"), **given)


async def _asked(device: Device) -> str:
    if device.platform == "junos":
        # A channel for the one command: there is no command line.
        session = Session(device, await open_connection(device, 10))
        try:
            return await Spoken(device.name, dialect(device.platform), session).read()
        finally:
            session.close()
    async with connect(device) as session:
        return await Spoken(device.name, dialect(device.platform), session).read()


async def _said(device: Device, lines: str) -> None:
    async with connect(device) as session:
        await session.execute(lines)
