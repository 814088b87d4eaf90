"""Where the files of a store are: a directory of this machine, or a prefix of an object store.

Everything above speaks to a `Place` as to a `pathlib.Path`, and leaves to it what the two do in
ways of their own: how a file appears whole, and how one process at a time has a directory to
itself.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path, PosixPath
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

if TYPE_CHECKING:
    import duckdb

Fill = Callable[[Path], object]
"""Writes a file's content to the local path that it is given."""
# A temporary file this old belongs to a writer that died.
_ABANDONED_S = 3600.0
_LOCK = ".lock"


class Place(Protocol):
    """A directory or a file of a store.

    What has the name of something in `pathlib.Path` does what that does. A store never renames
    and never changes a file.
    """

    @property
    def troubles(self) -> tuple[type[Exception], ...]:
        """What reading here may raise beside what the database does."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def stem(self) -> str: ...  # noqa: D102

    @property
    def parent(self) -> Self: ...  # noqa: D102

    def __truediv__(self, key: str) -> Self: ...

    def __lt__(self, other: Self) -> bool: ...

    def glob(self, pattern: str) -> Iterable[Self]: ...  # noqa: D102

    def iterdir(self) -> Iterable[Self]: ...  # noqa: D102

    def exists(self) -> bool: ...  # noqa: D102

    def touch(self) -> None: ...  # noqa: D102

    def unlink(self, missing_ok: bool = False) -> None: ...  # noqa: D102

    def rmdir(self) -> None: ...  # noqa: D102

    def put(self, name: str, fill: Fill) -> Self:
        """Write a file of this directory whole or not at all; return it once it is safe."""

    def alone(self) -> AbstractContextManager[bool]:
        """Have a directory to oneself; gives False while another process has it."""

    def sweep(self) -> None:
        """Remove what writers left that died in the middle of a file."""

    def register(self, database: "duckdb.DuckDBPyConnection") -> None:
        """Let a database read what is here."""


class LocalPlace(PosixPath):
    """A directory or a file of this machine. A file has its name only when it is on the disk."""

    troubles: ClassVar[tuple[type[Exception], ...]] = (OSError,)

    def put(self, name: str, fill: Fill) -> Self:
        """Write a file of this directory whole or not at all; return it once it is on the disk."""
        self.mkdir(parents=True, exist_ok=True)
        temporary = self / f".{name}.{uuid.uuid4().hex[:8]}.tmp"
        try:
            fill(temporary)
            _sync(temporary)
            return temporary.rename(self / name)
        finally:
            temporary.unlink(missing_ok=True)
            _sync(self)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Have a directory to oneself, for as long as this process lives."""
        self.mkdir(parents=True, exist_ok=True)
        handle = os.open(self / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            flock(handle, LOCK_EX | LOCK_NB)
            yield True
        except BlockingIOError:
            yield False
        finally:
            os.close(handle)

    def sweep(self) -> None:
        """Remove what writers left that died in the middle of a file."""
        limit = time.time() - _ABANDONED_S
        for file in self.glob(".*.tmp"):
            try:
                if file.stat().st_mtime < limit:
                    file.unlink()
            except FileNotFoundError:
                continue

    def register(self, database: "duckdb.DuckDBPyConnection") -> None:
        """Let a database read what is here, as it can anyway."""


def located(path: "Path | Place | str") -> Place:
    """Return a place by its path, or by its URL on an object store, as `s3://bucket/prefix`.

    Raises:
        StoreError: The URL is none of an object store, or holds credentials.
    """
    if isinstance(path, str | Path) and "://" in str(path):
        # Only who uses an object store pays for what speaks to it.
        from forerunner.store.objects import ObjectPlace  # noqa: PLC0415

        return ObjectPlace.at(str(path))
    return LocalPlace(path) if isinstance(path, str | Path) else path


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
