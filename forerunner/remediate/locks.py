"""Locks between the processes of this host, by what they are held for."""

from contextlib import AbstractContextManager
from pathlib import Path

from forerunner import files, home


def locked(name: str) -> AbstractContextManager[None]:
    """Return a lock that is held in a `with`: the identifier of a prediction, or a word."""
    return files.locked(home.var() / "locks" / f"{Path(name).name}.lock")
