"""Files that others may read at any moment, and directories that one at a time may write to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Replace a file by its new content at once: a reader sees the old or the new, never a half.

    It is on the disk when this returns. The directory is made when it is missing.

    Args:
        path: The file.
        content: Text is written as UTF-8.
        mode: Its permissions, whatever they were.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file for oneself, waiting for whoever holds it; a dead holder holds nothing.

    The file names the process that holds it, or held it last.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(handle, LOCK_EX)
        os.pwrite(handle, f"{os.getpid():<10}".encode(), 0)
        yield
    finally:
        os.close(handle)
