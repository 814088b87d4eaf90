"""Where the lab's subscriber systems are: an address of its own on the loopback for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SYSTEMS = ("hlr", "hss", "gport", "mind", "srp")
Listener = tuple[str, int]
"""Address and TCP port."""


@dataclass(frozen=True)
class Place:
    """The systems of one lab.

    Attributes:
        index: Number of the lab, 0 to 99: several can stand side by side.
        directory: Where they keep what they hold; each has a directory of its own below it.
    """

    index: int
    directory: Path

    def address(self, system: str) -> str:
        """Return the loopback address that a system listens on, `127.46.<index>.<number>`."""
        return f"127.46.{self.index}.{SYSTEMS.index(system) + 1}"

    def home(self, system: str) -> Path:
        """Return the directory of a system, made when it is missing."""
        path = self.directory / system
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


@dataclass(frozen=True)
class Daemon:
    """A process that is one of the systems.

    Attributes:
        command: Program and arguments.
        listeners: Where it must listen before anything is written to it.
        environment: What it needs beside the path.
    """

    command: tuple[str, ...]
    listeners: tuple[Listener, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


Prepare = Callable[[Place], Daemon]
"""Writes what a system is configured by, and returns how it is started."""
