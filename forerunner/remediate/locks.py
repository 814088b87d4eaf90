"""Locks between the processes of this host."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from forerunner import home


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock between the processes of this host; it falls with the process."""
    path = home.var() / "locks" / f"{Path(name).name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)
