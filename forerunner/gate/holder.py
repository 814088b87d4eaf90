"""The process that holds a lease: whether it is still alive tells who may take over."""

import os
import socket
from dataclasses import dataclass
from typing import Self

import psutil

# The kernel counts a start in hundredths of a second; a clock that is set moves it a little.
_SAME_START_S = 2.0


@dataclass(frozen=True)
class Holder:
    """A process, told apart from a later one of the same number by its start.

    Attributes:
        host: Name of its machine.
        pid: Its number there.
        started: Its start, in seconds since the epoch.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def of_process(cls, pid: int | None = None) -> Self:
        """Return a process of this machine, by default this one."""
        number = os.getpid() if pid is None else pid
        return cls(socket.gethostname(), number, psutil.Process(number).create_time())

    def same_as(self, other: "Holder") -> bool:
        """Return whether both are one process."""
        near = abs(self.started - other.started) < _SAME_START_S
        return (self.host, self.pid) == (other.host, other.pid) and near

    def is_dead(self) -> bool:
        """Return whether it is known to have ended; of another machine's nothing is known."""
        if self.host != socket.gethostname():
            return False
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _SAME_START_S
            return not same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
