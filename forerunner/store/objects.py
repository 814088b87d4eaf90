"""A store on an object store, by way of fsspec: S3, Google Cloud Storage or Azure.

A PUT is whole or not there at all, which is the promise that a rename gives on a disk. There is no
lock that dies with its holder: who merges writes down that he does, for a quarter of an hour at the
most. Nothing hangs on it but work done twice, since what two merged is compared when it is read.

Credentials come from where the provider's own tools take them (environment, `~/.aws`), never from
a URL, and no message holds any.
"""

import math
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar, Self

from forerunner.store.errors import StoreError, scrubbed
from forerunner.store.places import Fill

if TYPE_CHECKING:
    import duckdb

_URL = re.compile(r"(?P<kind>s3|s3a|gs|gcs|az|abfs|abfss)://[A-Za-z0-9_.-]+(/[A-Za-z0-9_.=/-]*)?")
_LEASE_S = 900.0
_LOCK = ".lock"
# Two that take over what a third one left may each remove what the other put: who takes over looks
# again after as long as that may take.
_SETTLE_S = 1.0
_PACKAGES = {"s3": "forerunner[telemetry]", "gs": "gcsfs", "az": "adlfs"}
_NAMES = {"s3a": "s3", "gcs": "gs", "abfs": "az", "abfss": "az"}
# s3fs asks again by itself; what it stands on shall not do so as well. It would read 50 MB ahead.
_S3 = {
    "config_kwargs": {"retries": {"total_max_attempts": 1}, "connect_timeout": 5},
    "default_block_size": 4 * 2**20,
}


@dataclass(frozen=True, order=True)
class ObjectPlace:
    """A prefix or an object; what has the name of something in `pathlib.Path` does as that does.

    Attributes:
        url: As `s3://bucket/prefix/date=2026-11-27`.
    """

    url: str
    # Each provider's package has a tree of errors of its own.
    troubles: ClassVar[tuple[type[Exception], ...]] = (Exception,)

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the place of a URL.

        Raises:
            StoreError: It is none of an object store, or holds more than bucket and prefix.
        """
        if not _URL.fullmatch(url):
            # The URL itself is not shown: somebody may have put a password into it.
            raise StoreError(
                f"store: the URL ({url.partition('://')[0]}) is none of an object store; write "
                "s3://bucket/prefix (or gs, az), and leave credentials to the environment"
            )
        return cls(url.rstrip("/"))

    @property
    def name(self) -> str:
        """Return the last part."""
        return self.url.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """Return the last part without its ending."""
        return Path(self.name).stem

    @property
    def parent(self) -> Self:
        """Return what it is in."""
        return type(self)(self.url.rpartition("/")[0])

    def __truediv__(self, key: str) -> Self:
        return type(self)(f"{self.url}/{key}")

    def __str__(self) -> str:
        return self.url

    def glob(self, pattern: str) -> list[Self]:
        """Return what is in a directory and has a name like this."""
        return [each for each in self.iterdir() if fnmatchcase(each.name, pattern)]

    def iterdir(self) -> list[Self]:
        """Return what is in a directory, as it is now; nothing where there is none.

        The filesystem remembers what it listed, so that a reader need not ask for each object's
        size; whether one of them has gone since, reading it tells.
        """
        with self._told("listed"):
            try:
                found = self._filesystem.ls(self.url, detail=False, refresh=True)
            except FileNotFoundError:
                return []
        names = (each.rstrip("/").rpartition("/")[2] for each in found)
        return [self / name for name in names if name and name != self.name]

    def exists(self) -> bool:
        """Return whether there is such an object."""
        with self._told("looked up"):
            try:
                return bool(self._filesystem.info(self.url, refresh=True)["type"] == "file")
            except FileNotFoundError:
                return False

    def touch(self) -> None:
        """Make an empty object."""
        with self._told("written"):
            self._filesystem.pipe_file(self.url, b"")

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove an object."""
        with self._told("removed"):
            try:
                self._filesystem.rm_file(self.url)
            except FileNotFoundError:
                if not missing_ok:
                    raise

    def rmdir(self) -> None:
        """Do nothing: a prefix is gone with what was in it."""

    def put(self, name: str, fill: Fill) -> Self:
        """Write an object of this prefix whole or not at all; return it once it is there."""
        target = self / name
        with TemporaryDirectory(prefix="forerunner-store-") as own:
            local = Path(own) / name
            fill(local)
            with self._told("written"):
                self._filesystem.put_file(str(local), target.url)
        return target

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Have a prefix to oneself, for as long as a lease lasts."""
        mine = f"{time.time() + _LEASE_S:.0f} {uuid.uuid4().hex}".encode()
        taken = self._take(mine)
        try:
            yield taken
        finally:
            if taken and self._lease == mine:
                (self / _LOCK).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Do nothing: what was not put whole is not there."""

    def register(self, database: "duckdb.DuckDBPyConnection") -> None:
        """Let a database read what is here; its own extension would have to be downloaded."""
        database.register_filesystem(self._filesystem)

    def _take(self, mine: bytes) -> bool:
        lease = self._lease
        if lease is not None and _ends(lease) > time.time():
            return False
        if lease is not None:
            # Whoever had it died, or has been at it for so long that he is taken for dead.
            (self / _LOCK).unlink(missing_ok=True)
        with self._told("leased"):
            try:
                self._filesystem.pipe_file((self / _LOCK).url, mine, mode="create")
            except FileExistsError:
                return False
        if lease is None:
            return True
        time.sleep(_SETTLE_S)
        return self._lease == mine

    @property
    def _lease(self) -> bytes | None:
        """Return until when somebody has this prefix, and who; None when nobody has."""
        with self._told("read"):
            try:
                return bytes(self._filesystem.cat_file((self / _LOCK).url))
            except FileNotFoundError:
                return None

    @property
    def _filesystem(self) -> Any:
        # A child that was forked has no thread for the connections of its parent.
        return _filesystem(self.url.partition("://")[0], os.getpid())

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        """Turn whatever a provider raises into one error that holds no credentials."""
        try:
            yield
        except StoreError:
            raise
        except FileNotFoundError:
            raise StoreError(f"store {self}: cannot be {done}: it is not there") from None
        except Exception as error:  # noqa: BLE001 (each provider has a tree of errors of its own)
            raise StoreError(
                f"store {self}: cannot be {done}: {type(error).__name__}: {scrubbed(error)}"
            ) from None


@lru_cache(maxsize=8)
def _filesystem(kind: str, _process: int) -> Any:
    try:
        import fsspec  # noqa: PLC0415

        given = _S3 if kind.startswith("s3") else {}
        return fsspec.filesystem(kind, skip_instance_cache=True, **given)
    except ImportError as error:
        package = _PACKAGES[_NAMES.get(kind, kind)]
        problem = f"store: nothing here speaks to {kind}:// ({type(error).__name__})"
        raise StoreError(f"{problem}; install it: uv pip install '{package}'") from None


def _ends(lease: bytes) -> float:
    """Return until when a lease lasts; one that cannot be read has ended, or it would for ever."""
    try:
        ends = float(lease.split()[0])
    except (ValueError, IndexError):
        return 0.0
    return ends if math.isfinite(ends) else 0.0
