"""Locks between the processes of this host."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from forerunner import home


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock between the processes of this host, which names its holder and falls with it."""
    path = home.var() / "locks" / f"{Path(name).name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(handle, LOCK_EX)
        os.pwrite(handle, f"{os.getpid():<10}".encode(), 0)
        yield
    finally:
        os.close(handle)
