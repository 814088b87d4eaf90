"""One change of a link at a time: whoever reads the network must not find it changed by another."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from forerunner.drain.errors import DrainError

PATIENCE_S = 30.0
"""Seconds that a run waits for the one before it."""

_POLL_S = 0.1
_NOTE_BYTES = 200


@asynccontextmanager
async def alone(
    directory: Path, purpose: str, patience_s: float = PATIENCE_S
) -> AsyncIterator[None]:
    """Hold the lock of all links between the processes of this host; it falls with the process.

    All links and not one: two drains that are each safe can cut the network together.

    Args:
        directory: Where the lock is; it is made when it is missing.
        purpose: What it is held for, to be told to who waits.
        patience_s: Seconds to wait for it.

    Raises:
        DrainError: It is still held by another, who is named, or cannot be made.
    """
    handle = _open(directory / "lock")
    try:
        await _take(handle, patience_s)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{purpose} (process {os.getpid()})".encode(), 0)
        yield
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DrainError(f"{path} cannot be locked: {error.strerror}") from error


async def _take(handle: int, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                holder = os.pread(handle, _NOTE_BYTES, 0).decode(errors="replace") or "another run"
                problem = f"{holder} has been at work for {patience_s:g} s; run it again afterwards"
                raise DrainError(problem) from error
        await asyncio.sleep(_POLL_S)
